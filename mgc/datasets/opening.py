"""Open an edition: the demo, a folder of audio or a spectrogram archive."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from mgc.datasets.demo import clip_path, manifest
from mgc.datasets.edition import Digest, Edition, content_hash, digest_file, is_archive
from mgc.datasets.gtzan import FULL_SET_MINIMUM, gtzan_table
from mgc.datasets.tracks import LAYOUT_HELP, Track, find_tracks, refuse_double
from mgc.errors import DataError


def open_edition(data: str | Path | Edition | None = None) -> Edition:
    """Open the embedded demonstration edition, a folder of audio or a spectrogram archive.

    Parameters
    ----------
    data : str, Path, Edition or None
        None or ``"demo"`` for the embedded edition; otherwise a folder in GTZAN's layout or an
        `.npz` file (`mgc.datasets.archive`). An edition stays as it is.

    Returns
    -------
    Edition
        Every file found, hashed. Files that cannot be decoded are still in it:
        `mgc.datasets.verify.verify` reports them and the extraction leaves them out with a reason.

    Raises
    ------
    DataError
        The folder does not exist, holds no tracks, or names a track twice; the file is no
        archive; a clip of the demo is missing from the installed package.
    """
    if isinstance(data, Edition):
        return data
    if data is None or str(data) == "demo":
        return make_edition(
            Track(row["track_id"], row["genre"], clip_path(row["track_id"]), row["artist"])
            for row in manifest()
        )
    if is_archive(data):
        from mgc.datasets import archive

        return archive.edition(data)
    tracks, passed_over = find_tracks(data)
    return replace(make_edition(tracks), passed_over=passed_over)


def make_edition(tracks: Iterable[Track]) -> Edition:
    """Hash the files of some tracks, sort them by id, and tell which edition they are.

    Where the files are those of the embedded edition, the artists are filled in from its
    manifest, so that a copy of it behaves like the original. Raises DataError for no tracks, or
    two with the same id.
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
        artists = {row["track_id"]: row["artist"] for row in manifest()}
        ordered = tuple(replace(track, artist=artists[track.track_id]) for track in ordered)
    return Edition(
        name=name,
        tracks=ordered,
        content_hash=content_hash({key: digest.sha256 for key, digest in by_id.items()}),
        digests=digests,
    )


def _name_from_content(digests: dict[str, Digest]) -> str:
    """Tell which edition a set of files is: demo, gtzan-mini, gtzan or custom."""
    embedded = {row["track_id"]: row["sha256"] for row in manifest()}
    if {key: digest.sha256 for key, digest in digests.items()} == embedded:
        return "demo"
    table = gtzan_table()
    md5 = dict(zip(table["track_id"], table["md5"], strict=True))
    known = [key for key, digest in digests.items() if md5.get(key) == digest.md5]
    if len(known) == len(digests) and set(known) == set(table.loc[table["in_mini"], "track_id"]):
        return "gtzan-mini"
    return "gtzan" if len(known) >= FULL_SET_MINIMUM else "custom"
