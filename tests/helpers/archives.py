"""Small spectrogram archives for tests, made up from a seed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mgc.audio.samples import SAMPLE_RATE
from mgc.datasets.tracks import GENRES
from mgc.typing import Grey

IDS = ("blues.00000", "jazz.00001", "rock.00002")
BINS, FRAMES = 3, 90
LINEAR = np.arange(128) * SAMPLE_RATE / 256
"""The bins of the published archive, in Hz."""


def pictures(n: int, n_bins: int, n_frames: int, seed: int = 0) -> Grey:
    return np.random.default_rng(seed).integers(0, 256, (n, n_bins, n_frames), dtype=np.uint8)


def content(ids: Sequence[str] = IDS, seed: int = 0, **changes: Any) -> dict[str, Any]:
    """The arrays of a small archive, some of them changed; None takes one away."""
    arrays = {
        "log_power": pictures(len(ids), BINS, FRAMES, seed),
        "track_id": np.array(ids),
        "freq_hz": np.arange(BINS) * 100.0,
        "frame_rate_hz": np.array(16.5),
    } | changes
    return {name: values for name, values in arrays.items() if values is not None}


def small(path: Path, ids: Sequence[str] = IDS, seed: int = 0, **changes: Any) -> Path:
    """Write a small archive, pickled objects and all."""
    np.savez(path, allow_pickle=True, **content(ids, seed, **changes))
    return path


def with_genres(path: Path, ids: Sequence[str]) -> Path:
    """Write an archive in whose pictures the genre shows."""
    power = np.random.default_rng(0).integers(0, 100, (len(ids), 20, 90), dtype=np.uint8)
    for row, name in zip(power, ids, strict=True):
        row[2 * GENRES.index(name.split(".")[0])] += 150
    hertz = np.arange(20) * 500.0
    return small(path, ids, log_power=power, freq_hz=hertz, frame_rate_hz=np.array(9.0))
