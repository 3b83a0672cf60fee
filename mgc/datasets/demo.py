"""The embedded demo edition: 90 pieces in ten styles, composed by rule, shipped as Ogg Vorbis.

Everyone's demo edition is the same to the byte. The notes come from one seed
(`tools.demo_clips.compose`); the sound was rendered once (`tools.demo_clips.render`, extra
``demo``).
"""

from __future__ import annotations

import csv
from importlib.resources import files
from pathlib import Path

from mgc.errors import DataError

DURATION_S = 30.0
CLIPS = Path(str(files("mgc") / "clips"))
MANIFEST_COLUMNS = (
    "track_id", "genre", "artist", "tempo_bpm", "key", "seed", "sha256", "notes_sha256",
)  # fmt: skip


def manifest() -> list[dict[str, str]]:
    """Read the manifest of the clips: a row a track, sorted by id, keys of `MANIFEST_COLUMNS`.

    The seed is that of the edition, the sums are SHA-256 of the file and of its notes. Raises
    DataError if the installed package lacks the manifest.
    """
    path = CLIPS / "manifest.csv"
    if not path.is_file():
        raise DataError(f"{path} is missing; reinstall the package mgc to restore the demo clips")
    with path.open(newline="", encoding="utf-8") as stream:
        return sorted(csv.DictReader(stream), key=lambda row: row["track_id"])


def clip_path(track_id: str) -> Path:
    """Return the file of one clip, Ogg Vorbis, mono, 22,050 Hz, 30.0 s; DataError without one."""
    path = CLIPS / track_id.split(".")[0] / f"{track_id}.ogg"
    if not path.is_file():
        raise DataError(
            f"the demo edition has no track {track_id!r};"
            " mgc.datasets.demo.manifest() lists its tracks"
        )
    return path
