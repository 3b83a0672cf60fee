"""The ten genres, and the tracks that lie in folders named after them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mgc.audio.files import AUDIO_EXTENSIONS, audio_files
from mgc.errors import DataError
from mgc.util.places import place

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


def genre_of(folder: str) -> str | None:
    """Tell the genre that a folder is called after; "Hip-Hop", "hip hop", "hip_hop" are hiphop."""
    plain = re.sub(r"[-_\s]", "", folder).lower()
    return plain if plain in GENRES else None


def find_tracks(root: str | Path) -> tuple[list[Track], dict[str, str]]:
    """Find the tracks below a folder in GTZAN's layout.

    Parameters
    ----------
    root : str or Path
        Folder with one sub-folder per genre, itself or in its ``genres`` or ``genres_original``.
        `genre_of` reads their names.

    Returns
    -------
    tracks : list of Track
        Sorted by id; the artist is unknown. One for each file in a genre folder that
        `mgc.audio.files.audio_files` takes for audio, and for each pipe or link to nothing of such
        a name, which whoever checks the tracks has to report.
    passed_over : dict of str to str
        Folders whose audio files are no tracks: how many, and why.

    Raises
    ------
    DataError
        No such folder, no tracks, tracks in two layouts at once, one id twice, or a file whose
        name says another genre than its folder.
    """
    base = place(root)
    if not base.is_dir():
        what = "is a file, not a folder" if base.exists() else "does not exist"
        raise DataError(
            f"{base} {what}; give the folder that holds the genre folders, an archive (.npz), or"
            " demo"
        )
    found = {layout: tracks for layout in _LAYOUTS if (tracks := _tracks_in(base / layout))}
    if not found:
        raise DataError(f"{base} holds no tracks; {LAYOUT_HELP}{_hint(base)}")
    if len(found) > 1:
        places = " and ".join(str(base / layout) for layout in found)
        raise DataError(f"tracks lie in {places}; give the one of these folders that is meant")
    ((layout, unsorted),) = found.items()
    tracks = sorted(unsorted, key=lambda track: track.track_id)
    refuse_double(tracks)
    for track in tracks:
        match = _GTZAN_ID.match(track.track_id)
        if match and match.group(1) != track.genre:
            raise DataError(
                f"{track.path} is named as {match.group(1)} and lies in the folder of"
                f" {track.genre}; move or rename it"
            )
    return tracks, _passed_over(base / layout)


def _tracks_in(folder: Path) -> list[Track]:
    """List the tracks in the genre folders directly below `folder`."""
    tracks = []
    for home in _folders(folder):
        if (genre := genre_of(home.name)) is not None:
            here = [path for path in _audio_below(home)[0] if path.parent == home]
            tracks += [Track(_text(path.stem), genre, path) for path in here]
    return tracks


def _passed_over(folder: Path) -> dict[str, str]:
    """Count the audio beside the genre folders, and deeper in them than tracks lie."""
    found: dict[str, str] = {}

    def count(where: Path, files: Sequence[Path], why: str) -> None:
        if files:
            what = "audio file" if len(files) == 1 else "audio files"
            found[_text(where)] = f"{len(files)} {what} {why}"

    named = [path for path in folder.iterdir() if path.suffix.lower() in AUDIO_EXTENSIONS]
    count(folder, [path for path in named if not path.is_dir()], "beside the genre folders")
    for home in _folders(folder):
        files, unread = _audio_below(home)
        found |= {_text(path): reason for path, reason in unread.items()}
        if genre_of(home.name) is None:
            count(home, files, f"in a folder that is called after none of {', '.join(GENRES)}")
            continue
        deeper: dict[Path, list[Path]] = {}
        for path in files:
            first, *rest = path.relative_to(home).parts
            if rest:
                deeper.setdefault(home / first, []).append(path)
        for top, below in deeper.items():
            count(top, below, f"deeper than tracks lie; move them up into {home.name}")
    return found


def _folders(folder: Path) -> list[Path]:
    """List the folders in a folder, where there is one; hidden ones are passed over."""
    entries = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path for path in entries if path.is_dir() and not path.name.startswith(".")]


def _audio_below(folder: Path) -> tuple[list[Path], dict[Path, str]]:
    """Find what is called like audio below a folder, and the folders that are not searched."""
    files, reported = audio_files([folder])
    odd = [path for path in reported if not path.is_dir()]  # a pipe, a link to nothing
    return sorted([*files, *odd]), {path: reported[path] for path in reported if path not in odd}


def _text(name: str | Path) -> str:
    """Write a name as text even where it is no UTF-8, which could be written nowhere."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


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
    if genre_of(base.name):
        return f" (did you mean its parent, {base.resolve().parent}?)"
    for folder in _folders(base):
        if any(_tracks_in(folder / layout) for layout in _LAYOUTS):
            return f" (did you mean {folder}?)"
    return ""


def label(genre: str) -> str:
    """Write a genre as text, axes and tables do: "hiphop" becomes "hip-hop"."""
    return "hip-hop" if genre == "hiphop" else genre
