"""Published tag probabilities of GTZAN tracks, on which the network that ships learned genres."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mgc.errors import DataError
from mgc.typing import Float, StrArray

N_WINDOWS = 28
"""Windows of a clip of 30 s; some clips have one more."""


@dataclass(frozen=True)
class Taggrams:
    """Tag probabilities of the tracks of a fault-filtered split.

    ``probability`` [shape=(n, 28, n_tags)] holds the first 28 windows of each track, 61 frames
    apart; ``track_id`` and ``part`` (``train`` or ``test``) [shape=(n,)] are sorted by track.
    """

    track_id: StrArray
    part: StrArray
    probability: Float
    tags: tuple[str, ...]


def read_taggrams(file: str | Path) -> Taggrams:
    """Read an archive of NumPy (.npz) with a row a window.

    Parameters
    ----------
    file : str or Path
        Holds ``probability`` [shape=(n_rows, n_tags)], ``track_id``, ``part`` [shape=(n_rows,)]
        and ``tag`` [shape=(n_tags,)]. The repository jordipons/sklearn-audio-transfer-learning
        publishes the rows.

    Raises
    ------
    DataError
        The file cannot be read, or a track has fewer than 28 windows or two parts.
    """
    try:
        with np.load(file, allow_pickle=False) as archive:
            probability = archive["probability"].astype(np.float32)
            names, parts, tags = (archive[key] for key in ("track_id", "part", "tag"))
        track_id, first, counts = np.unique(names, return_index=True, return_counts=True)
        rows = first[:, None] + np.arange(N_WINDOWS)
        whole = counts.min() >= N_WINDOWS and (names[rows] == track_id[:, None]).all()
        if not (whole and (parts[rows] == parts[first][:, None]).all()):
            raise ValueError("a track has too few rows, or rows apart")
        return Taggrams(track_id, parts[first], probability[rows], tuple(map(str, tags)))
    # NumPy and zipfile raise half a dozen types for what is damaged.
    except Exception as error:
        raise DataError(f"{file}: no tag probabilities of GTZAN ({error})") from error
