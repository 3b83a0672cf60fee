"""Richer statistics of a spectrogram picture than the track table: seven of each row."""

from __future__ import annotations

import numpy as np

from mgc.typing import Float

NAMES = ("mean", "spread", "percentile_10", "median", "percentile_90", "change", "change_spread")


def picture_statistics(spectrograms: Float) -> Float:
    """Sum up each row of spectrogram pictures over time.

    Parameters
    ----------
    spectrograms : ndarray [shape=(n, n_bins, n_frames)], float32, dB or grey levels

    Returns
    -------
    statistics : ndarray [shape=(n, 7 * n_bins)], float32
        For each row, in the order of `NAMES`: mean, standard deviation, percentiles 10, 50 and
        90, mean size of the step from frame to frame and its standard deviation; all rows of one
        statistic stand together.
    """
    steps = np.abs(np.diff(spectrograms, axis=-1))
    low, middle, high = np.percentile(spectrograms, (10, 50, 90), axis=-1)
    columns = (
        spectrograms.mean(axis=-1, dtype=np.float64),
        spectrograms.std(axis=-1, dtype=np.float64),
        low,
        middle,
        high,
        steps.mean(axis=-1, dtype=np.float64),
        steps.std(axis=-1, dtype=np.float64),
    )
    return np.concatenate(columns, axis=-1).astype(np.float32)
