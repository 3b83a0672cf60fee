"""Find, name and verify the tracks of an edition of the data.

An edition is a set of tracks in GTZAN's folder layout, known by the content of its files and
never by its path. Used in chapters 2 and 3, and by every later step.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from mgc.errors import DataError
from mgc.tracks import EXTENSIONS, GENRES, LAYOUT_HELP, Track, find_tracks, refuse_double

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "EXTENSIONS",
    "FULL_SET_MINIMUM",
    "GENRES",
    "Digest",
    "Edition",
    "Track",
    "content_hash",
    "digest_file",
    "find_tracks",
    "gtzan_table",
    "make_edition",
    "open_edition",
    "verify",
]

AUDIO_VERSION = "1"
"""Version of the features from audio; changes whenever one of their values may change."""

WHOLE_GTZAN = ("gtzan", "gtzan-archive")
"""Names of the editions that hold all of GTZAN, as audio or as pictures."""

FULL_SET_MINIMUM = 990  # known files from which a folder counts as the full GTZAN


@dataclass(frozen=True)
class Digest:
    """Checksums of one file, hexadecimal; empty where the file could not be read."""

    md5: str
    sha256: str


@dataclass(frozen=True)
class Edition:
    """A set of tracks that results belong to.

    Parameters
    ----------
    name : str
        ``demo``, ``gtzan-mini``, ``gtzan`` or ``custom``; told from the content.
    tracks : tuple of Track
        Sorted by track id.
    content_hash : str
        SHA-256 (64 hexadecimal digits) over the ids and the bytes of all files.
    missing_genres : tuple of str
        Those of `GENRES` without a track.
    digests : tuple of Digest
        Checksums of the files, in the order of `tracks`; empty when nobody computed them.
    archive : Path or None
        The spectrogram archive that holds the tracks; None where they are audio files.
    feature_version : str
        Which computation of features belongs to it.
    """

    name: str
    tracks: tuple[Track, ...]
    content_hash: str
    missing_genres: tuple[str, ...] = ()
    digests: tuple[Digest, ...] = field(default=(), repr=False, compare=False)
    archive: Path | None = field(default=None, compare=False)
    feature_version: str = AUDIO_VERSION

    @property
    def genres(self) -> list[str]:
        """Genre of each track, in the order of `tracks`."""
        return [track.genre for track in self.tracks]

    @property
    def n_tracks(self) -> int:
        """Number of tracks."""
        return len(self.tracks)

    @property
    def key(self) -> str:
        """Name and start of the content hash, as records use it: ``gtzan-mini-1a2b3c4d``."""
        return f"{self.name}-{self.content_hash[:8]}"


def open_edition(data: str | Path | None = None) -> Edition:
    """Open the embedded demonstration edition, a folder of audio or a spectrogram archive.

    Parameters
    ----------
    data : str, Path or None
        None, ``""`` or ``"demo"`` for the embedded edition; otherwise a folder in GTZAN's layout
        or an `.npz` file (`mgc.archive`).

    Returns
    -------
    Edition
        Every file found, hashed. Files that cannot be decoded are still in it: `verify` reports
        them and the extraction leaves them out with a reason.

    Raises
    ------
    DataError
        The folder does not exist, holds no tracks, or names a track twice; the file is no
        archive.

    Used in chapter 2.
    """
    if data is None or str(data) in ("", "demo"):
        from mgc import demo

        return demo.edition()
    if is_archive(data):
        from mgc import archive

        return archive.edition(data)
    tracks, _ = find_tracks(Path(data))
    return make_edition(tracks)


def is_archive(data: str | Path) -> bool:
    """Tell a spectrogram archive from a folder by its name: archives end in `.npz`."""
    return Path(data).suffix.lower() == ".npz"


def make_edition(tracks: Iterable[Track]) -> Edition:
    """Hash the files of some tracks and tell which edition they are.

    Parameters
    ----------
    tracks : iterable of Track
        In any order; ids must be unique.

    Returns
    -------
    Edition
        Tracks sorted by id. Where the files are those of the embedded edition, the artists are
        filled in from its manifest, so that a copy of it behaves like the original.

    Raises
    ------
    DataError
        No tracks, or two with the same id.
    """
    ordered = tuple(sorted(tracks, key=lambda track: track.track_id))
    if not ordered:
        raise DataError(f"an edition needs at least one track; {LAYOUT_HELP}")
    refuse_double(ordered)
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        digests = tuple(pool.map(lambda track: digest_file(track.path), ordered))
    by_id = {track.track_id: digest for track, digest in zip(ordered, digests, strict=True)}
    name = _name_from_content(by_id)
    if name == "demo":
        artists = {row["track_id"]: row["artist"] for row in _demo_rows()}
        ordered = tuple(replace(track, artist=artists[track.track_id]) for track in ordered)
    present = {track.genre for track in ordered}
    return Edition(
        name=name,
        tracks=ordered,
        content_hash=content_hash({key: digest.sha256 for key, digest in by_id.items()}),
        missing_genres=tuple(genre for genre in GENRES if genre not in present),
        digests=digests,
    )


def content_hash(sha256_by_id: Mapping[str, str]) -> str:
    """Hash the ids and file checksums of an edition into one string.

    Parameters
    ----------
    sha256_by_id : mapping of str to str
        SHA-256 of each file's bytes (hexadecimal) by track id.

    Returns
    -------
    str
        64 hexadecimal digits: SHA-256 over the sorted lines ``<track_id> <sha256>``, each
        ended by a newline.
    """
    lines = sorted(f"{track_id} {value}\n" for track_id, value in sha256_by_id.items())
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def digest_file(path: Path) -> Digest:
    """Compute both checksums of a file in one pass.

    Parameters
    ----------
    path : Path
        Any file.

    Returns
    -------
    Digest
        Empty strings when the operating system refuses to read the file, so that one bad file
        does not stop a folder of a thousand; `verify` says why.
    """
    md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                md5.update(block)
                sha256.update(block)
    except OSError:
        return Digest("", "")
    return Digest(md5.hexdigest(), sha256.hexdigest())


def gtzan_table() -> pd.DataFrame:
    """Load what is known about each of the 1,000 tracks of GTZAN.

    Returns
    -------
    DataFrame
        One row a track, sorted by id: ``track_id``, ``genre``, ``md5`` of the original .wav (as
        indexed by mirdata), ``fault_filtered`` (``train``, ``valid``, ``test``; empty for the 70
        tracks that Kereliuk, Sturm and Larsen 2015 leave out), ``identical_to`` (an earlier
        track with the same bytes, or empty), ``in_mini`` (bool).

    Used in chapter 2.
    """
    import pandas as pd

    source = files("mgc").joinpath("tables", "gtzan_tracks.csv")
    with source.open(encoding="utf-8") as stream:
        table = pd.read_csv(stream, dtype=str, keep_default_na=False)
    table["in_mini"] = table["in_mini"] == "1"
    return table


def _demo_rows() -> list[dict[str, str]]:
    """Rows of the embedded edition's manifest; none while it has not been rendered yet."""
    from mgc import demo

    try:
        return demo.manifest()
    except DataError:
        return []


def _name_from_content(digests: Mapping[str, Digest]) -> str:
    """Tell which edition a set of files is: demo, gtzan-mini, gtzan or custom."""
    embedded = {row["track_id"]: row["sha256"] for row in _demo_rows()}
    if {key: digest.sha256 for key, digest in digests.items()} == embedded:
        return "demo"
    table = gtzan_table()
    md5 = dict(zip(table["track_id"], table["md5"], strict=True))
    known = [key for key, digest in digests.items() if md5.get(key) == digest.md5]
    if len(known) == len(digests) and set(known) == set(table.loc[table["in_mini"], "track_id"]):
        return "gtzan-mini"
    return "gtzan" if len(known) >= FULL_SET_MINIMUM else "custom"


def verify(edition: Edition, progress: bool = False) -> pd.DataFrame:
    """Check every file of an edition; see `mgc.verify.verify`."""
    from mgc.verify import verify as check

    return check(edition, progress=progress)
