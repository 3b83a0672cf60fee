"""Clips of the embedded edition as chapters use them: one a genre, with samples and features."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from importlib import resources

import numpy as np
import numpy.typing as npt

from mgc.audio.samples import load
from mgc.datasets import opening
from mgc.datasets import tracks as tracks_module
from mgc.datasets.tracks import GENRES, Track
from mgc.errors import DataError
from mgc.features.extract import Features, extract

with warnings.catch_warnings():
    # librosa loads pooch at its first call, and pooch loads tqdm, which complains in a notebook
    # without ipywidgets that it cannot draw the progress bars that nobody asked for.
    warnings.filterwarnings("ignore", message="IProgress not found")
    import pooch  # noqa: F401


@dataclass(frozen=True, eq=False)
class Clip:
    """A track of the embedded edition, decoded.

    Attributes
    ----------
    track_id, genre, artist : str
    samples : ndarray [shape=(n,)], float32
        Mono, 22,050 Hz.
    features : Features
    """

    track_id: str
    genre: str
    artist: str
    samples: npt.NDArray[np.float32]
    features: Features


def one_per_genre(number: int = 0) -> list[Clip]:
    """Decode and describe one embedded clip of each genre.

    Parameters
    ----------
    number : int
        Which clip of each genre, counted from 0.

    Returns
    -------
    list of Clip
        Ten clips in the order of `mgc.datasets.tracks.GENRES`.

    Raises
    ------
    DataError
        When the embedded edition has no clip of that number.
    """
    clips = []
    for track in _numbered(opening.open_edition().tracks, number):
        samples = load(track.path)
        clips.append(
            Clip(track.track_id, track.genre, track.artist or "", samples, extract(samples))
        )
    return clips


def players(number: int = 0) -> str:
    """Write a table of audio players, one embedded clip a genre, as HTML.

    The players load nothing until they are pressed, and name their genre to screen readers. The
    book's build copies the clips that a page refers to.

    Parameters
    ----------
    number : int
        Which clip of each genre, counted from 0.

    Returns
    -------
    str
        An HTML table of genre, track and player.

    Raises
    ------
    DataError
        When the embedded edition has no clip of that number.
    """
    rows = []
    for track in _numbered(opening.open_edition().tracks, number):
        genre, name = escape(tracks_module.label(track.genre)), escape(track.track_id)
        rows.append(
            f'<tr><th scope="row">{genre}</th><td><code>{name}</code></td>'
            f'<td><audio controls preload="none" aria-label="{genre}, demo clip {name}"'
            f' src="_static/audio/{name}.ogg"></audio></td></tr>'
        )
    names = ("Genre", "Clip", "Listen")
    head = "<tr>" + "".join(f'<th scope="col">{name}</th>' for name in names) + "</tr>"
    body = "\n".join(rows)
    return (
        '<table class="clips"><caption>Generated clips, one a genre</caption>\n'
        f"<thead>{head}</thead>\n<tbody>\n{body}\n</tbody></table>"
    )


def composed_tempos() -> dict[str, float]:
    """Tell in which tempo each embedded clip was written.

    Returns
    -------
    dict of str to float, beats per minute
        By track id, from the manifest that the composer wrote.

    Raises
    ------
    DataError
        When the installed package lacks the manifest.

    Notes
    -----
    The truth beside which chapter 3 puts the tempo that the features estimate.
    """
    source = resources.files("mgc") / "clips" / "manifest.csv"
    try:
        with source.open(encoding="utf-8") as handle:
            rows = list(csv.DictReader(handle))
    except FileNotFoundError as error:
        raise DataError(f"{source} is missing: install the package again") from error
    return {row["track_id"]: float(row["tempo_bpm"]) for row in rows}


def _numbered(tracks: Iterable[Track], number: int) -> list[Track]:
    found = {track.track_id: track for track in tracks}
    wanted = [f"{genre}.{number:05d}" for genre in GENRES]
    missing = [name for name in wanted if name not in found]
    if missing:
        raise DataError(f"the embedded edition has no clip {missing[0]}; numbers start at 0")
    return [found[name] for name in wanted]
