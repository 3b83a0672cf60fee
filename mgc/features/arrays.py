"""The features of the usable tracks of an edition, stacked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mgc.audio.samples import SAMPLE_RATE
from mgc.datasets.tracks import Track
from mgc.features.extract import HOP_LENGTH, Features

FRAME_RATE = SAMPLE_RATE / HOP_LENGTH
"""Frames per second of the features from audio, 43.07."""


@dataclass(frozen=True)
class Arrays:
    """The features of the usable tracks of an edition, row by row in the order of their ids.

    Attributes
    ----------
    track_id, genre, artist : ndarray [shape=(n,)], str
        `artist` is empty where the artist is not known.
    tabular : ndarray [shape=(n, 228)], float32
    spectrogram : ndarray [shape=(n, 128, 1292)], float32, dB in [-80, 0]
    sequence : ndarray [shape=(n, 1292, 13)], float32
    segments : ndarray [shape=(n, 10, 228)], float32
    left_out : dict of str to str
        The tracks without features, with the reason.
    frame_rate : float
        Frames of spectrogram and sequence per second.

    Where the edition is a spectrogram archive, the sizes are those that `mgc.datasets.archive`
    names.
    """

    track_id: npt.NDArray[np.str_]
    genre: npt.NDArray[np.str_]
    artist: npt.NDArray[np.str_]
    tabular: npt.NDArray[np.float32]
    spectrogram: npt.NDArray[np.float32]
    sequence: npt.NDArray[np.float32]
    segments: npt.NDArray[np.float32]
    left_out: dict[str, str]
    frame_rate: float


def to_arrays(
    tracks: Sequence[Track], features: Sequence[Features], left_out: Mapping[str, str]
) -> Arrays:
    """Stack the features of several tracks, at least one, a row each; see `Arrays`."""
    return Arrays(
        track_id=np.array([track.track_id for track in tracks]),
        genre=np.array([track.genre for track in tracks]),
        artist=np.array([track.artist or "" for track in tracks]),
        left_out=dict(sorted(left_out.items())),
        frame_rate=FRAME_RATE,
        tabular=np.stack([f.tabular for f in features]),
        spectrogram=np.stack([f.spectrogram for f in features]),
        sequence=np.stack([f.sequence for f in features]),
        segments=np.stack([f.segments for f in features]),
    )


def keep_arrays(arrays: Arrays, folder: Path) -> None:
    """Write arrays to a new folder, from which processes read no more of them than they use."""
    folder.mkdir()
    facts = {}
    for name, value in vars(arrays).items():
        if isinstance(value, np.ndarray):
            np.save(folder / f"{name}.npy", value, allow_pickle=False)
        else:
            facts[name] = value
    (folder / "facts.json").write_text(json.dumps(facts), encoding="utf-8")


def open_arrays(folder: Path) -> Arrays:
    """Open what `keep_arrays` wrote; the arrays are read-only, and read when they are used."""
    arrays = {
        file.stem: np.load(file, mmap_mode="r", allow_pickle=False).view(np.ndarray)
        for file in folder.glob("*.npy")
    }
    return Arrays(**arrays, **json.loads((folder / "facts.json").read_text(encoding="utf-8")))
