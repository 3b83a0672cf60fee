"""An edition: a set of tracks, known by the content of its files and never by its path."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mgc.audio.files import open_regular
from mgc.datasets.tracks import GENRES, Track
from mgc.errors import AudioError, DataError


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
    digests : tuple of Digest
        Checksums of the files, in the order of `tracks`; empty when nobody computed them.
    archive : Path or None
        The spectrogram archive that holds the tracks; None where they are audio files.
    passed_over : mapping of str to str
        Folders with audio that is in no track, and why; see `mgc.datasets.tracks.find_tracks`.
    """

    name: str
    tracks: tuple[Track, ...]
    content_hash: str
    digests: tuple[Digest, ...] = field(default=(), repr=False, compare=False)
    archive: Path | None = field(default=None, compare=False)
    passed_over: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    @property
    def genres(self) -> list[str]:
        """Genre of each track, in the order of `tracks`."""
        return [track.genre for track in self.tracks]

    @property
    def missing_genres(self) -> tuple[str, ...]:
        """Those of `GENRES` without a track."""
        return tuple(genre for genre in GENRES if genre not in self.genres)

    @property
    def n_tracks(self) -> int:
        """Number of tracks."""
        return len(self.tracks)

    @property
    def key(self) -> str:
        """Name and start of the content hash, as records use it: ``gtzan-mini-1a2b3c4d``."""
        return f"{self.name}-{self.content_hash[:8]}"


def is_archive(data: str | Path) -> bool:
    """Tell a spectrogram archive from a folder by its name: archives end in `.npz`.

    Raises DataError for what is no name.
    """
    try:
        return Path(data).suffix.lower() == ".npz"
    except TypeError:
        raise DataError(
            f'a {type(data).__name__} in the place of an edition: give "demo", or the name of a'
            " folder or an archive, str or Path"
        ) from None


def content_hash(sha256_by_id: Mapping[str, str]) -> str:
    """Hash an edition: SHA-256 over its sorted lines ``<track_id> <sha256>``, newlines included.

    All hashes are hexadecimal, those of the files by track id.
    """
    lines = sorted(f"{track_id} {value}\n" for track_id, value in sha256_by_id.items())
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def digest_file(path: Path) -> Digest:
    """Compute both checksums of a file in one pass.

    They are empty when the operating system refuses to read the file, so that one bad file does
    not stop a folder of a thousand; `mgc.datasets.verify.verify` says why.
    """
    md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
    try:
        with open_regular(path) as stream:
            while block := stream.read(1 << 20):
                md5.update(block)
                sha256.update(block)
    except (OSError, AudioError):
        return Digest("", "")
    return Digest(md5.hexdigest(), sha256.hexdigest())


def identical_pairs(tracks: Sequence[Track], digests: Sequence[Digest]) -> dict[str, str]:
    """Find byte-identical files: id of each repetition to that of the first with its bytes."""
    first: dict[str, str] = {}
    pairs: dict[str, str] = {}
    for track, digest in sorted(zip(tracks, digests, strict=True), key=lambda p: p[0].track_id):
        if not digest.sha256:
            continue
        if digest.sha256 in first:
            pairs[track.track_id] = first[digest.sha256]
        else:
            first[digest.sha256] = track.track_id
    return pairs
