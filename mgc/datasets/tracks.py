"""The ten genres, and the tracks that lie in folders named after them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mgc.errors import DataError

GENRES: tuple[str, ...] = (
    "blues",
    "classical",
    "country",
    "disco",
    "hiphop",
    "jazz",
    "metal",
    "pop",
    "reggae",
    "rock",
)
N_SEGMENTS = 10
"""Pieces into which the protocols of segments cut a track."""
P_COLUMNS = tuple(f"p_{genre}" for genre in GENRES)
"""Columns of the genres' probabilities, in every table that has them."""
EXTENSIONS: tuple[str, ...] = (".wav", ".au", ".flac", ".ogg", ".mp3")
_LAYOUTS = (".", "genres", "genres_original")
_GTZAN_ID = re.compile(rf"^({'|'.join(GENRES)})\.\d{{5}}$")
LAYOUT_HELP = "expected <folder>/<genre>/<genre>.00000.wav, also below genres/ or genres_original/"


@dataclass(frozen=True)
class Track:
    """One audio file with its label.

    Parameters
    ----------
    track_id : str
        File name without its extension, for example ``blues.00003``.
    genre : str
        One of `GENRES`.
    path : Path
        The audio file.
    artist : str or None
        Who plays, or None where nobody wrote it down (all of GTZAN).
    """

    track_id: str
    genre: str
    path: Path
    artist: str | None = None


def find_tracks(root: str | Path) -> list[Track]:
    """Find the tracks below a folder in GTZAN's layout.

    Parameters
    ----------
    root : str or Path
        Folder with one sub-folder per genre, itself or in its ``genres`` or ``genres_original``.
        Hidden files, and files that are not .wav, .au, .flac, .ogg or .mp3, are ignored.

    Returns
    -------
    tracks : list of Track
        Sorted by id; the artist is unknown.

    Raises
    ------
    DataError
        No such folder, no tracks, tracks in two layouts at once, one id twice, or a file whose
        name says another genre than its folder.
    """
    base = Path(root).expanduser()
    if not base.is_dir():
        what = "is a file, not a folder" if base.exists() else "does not exist"
        raise DataError(f"{base} {what}; give the folder that holds the genre folders")
    found = {layout: tracks for layout in _LAYOUTS if (tracks := _tracks_in(base / layout))}
    if not found:
        raise DataError(f"{base} holds no tracks; {LAYOUT_HELP}{_hint(base)}")
    if len(found) > 1:
        places = " and ".join(str(base / layout) for layout in found)
        raise DataError(f"tracks lie in {places}; give the one of these folders that is meant")
    tracks = sorted(next(iter(found.values())), key=lambda track: track.track_id)
    refuse_double(tracks)
    for track in tracks:
        match = _GTZAN_ID.match(track.track_id)
        if match and match.group(1) != track.genre:
            raise DataError(
                f"{track.path} is named as {match.group(1)} and lies in the folder of"
                f" {track.genre}; move or rename it"
            )
    return tracks


def _tracks_in(folder: Path) -> list[Track]:
    """List the tracks in the genre folders directly below `folder`."""
    tracks = []
    for genre in GENRES:
        place = folder / genre
        if not place.is_dir():
            continue
        for path in sorted(place.iterdir()):
            audio = path.suffix.lower() in EXTENSIONS and not path.name.startswith(".")
            if audio and not path.is_dir():  # a dangling link counts: verify has to report it
                # A name that is no UTF-8 could be written nowhere.
                name = os.fsencode(path.stem).decode("utf-8", "backslashreplace")
                tracks.append(Track(name, genre, path))
    return tracks


def refuse_double(tracks: Iterable[Track]) -> None:
    """Raise DataError, naming both files, where two tracks have the same id."""
    seen: dict[str, Path] = {}
    for track in tracks:
        if track.track_id in seen:
            raise DataError(
                f"{seen[track.track_id]} and {track.path} have the same track id"
                f" {track.track_id}; keep one of them"
            )
        seen[track.track_id] = track.path


def _hint(base: Path) -> str:
    """Say where the tracks seem to be when they are one level off."""
    if base.name in GENRES:
        return f" (did you mean its parent, {base.resolve().parent}?)"
    for place in sorted(base.iterdir()):
        if place.is_dir() and any(_tracks_in(place / layout) for layout in _LAYOUTS):
            return f" (did you mean {place}?)"
    return ""


def label(genre: str) -> str:
    """Write a genre as text, axes and tables do: "hiphop" becomes "hip-hop"."""
    return "hip-hop" if genre == "hiphop" else genre
