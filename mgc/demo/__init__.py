"""The embedded demo edition: 90 pieces in ten styles, composed by rule, shipped as Ogg Vorbis.

Everyone's demo edition is the same to the byte. The notes come from one seed
(`mgc.demo.compose`); the sound was rendered once (`mgc.demo.render`, extra ``demo``).
Used in every chapter: this is the only audio that the book plays.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from mgc.errors import DataError

if TYPE_CHECKING:
    from mgc.data import Edition

__all__ = ["CLIPS", "MANIFEST_COLUMNS", "clip_path", "edition", "manifest"]

CLIPS = Path(__file__).resolve().parent / "clips"
MANIFEST_COLUMNS = (
    "track_id", "genre", "artist", "tempo_bpm", "key", "seed", "sha256", "notes_sha256",
)  # fmt: skip


def manifest() -> list[dict[str, str]]:
    """Read the manifest of the clips.

    Returns
    -------
    list of dict
        One row a track, sorted by track id, with the keys of `MANIFEST_COLUMNS`: the artist,
        the tempo in beats a minute, the key, the seed of the edition, SHA-256 of the file and
        of its notes.

    Raises
    ------
    DataError
        If the installed package lacks the manifest.

    Used in chapter 2.
    """
    path = CLIPS / "manifest.csv"
    if not path.is_file():
        raise DataError(f"{path} is missing; reinstall the package mgc to restore the demo clips")
    with path.open(newline="", encoding="utf-8") as stream:
        return sorted(csv.DictReader(stream), key=lambda row: row["track_id"])


def clip_path(track_id: str) -> Path:
    """Return the file of one clip.

    Parameters
    ----------
    track_id : str
        For example ``"jazz.00004"``.

    Returns
    -------
    Path
        An Ogg Vorbis file, mono, 22,050 Hz, 30.0 s.

    Raises
    ------
    DataError
        If the demo has no such track.

    Used in chapters 2 and 3.
    """
    path = CLIPS / track_id.split(".")[0] / f"{track_id}.ogg"
    if not path.is_file():
        raise DataError(
            f"the demo edition has no track {track_id!r}; mgc.demo.manifest() lists its tracks"
        )
    return path


def edition() -> Edition:
    """Open the demo edition, artists included.

    Returns
    -------
    Edition
        90 tracks: ten genres, three artists each, three tracks an artist.

    Raises
    ------
    DataError
        If a clip is missing from the installed package.

    Used in every chapter.
    """
    from mgc.data import Track, make_edition

    return make_edition(
        Track(row["track_id"], row["genre"], clip_path(row["track_id"]), row["artist"])
        for row in manifest()
    )
