"""Whether music has changed: two-sample tests of a sliding window against a reference.

Two statistics are looked at every few tracks: the largest of Kolmogorov and Smirnov's distances
over the probabilities, each by itself, and Pearson's chi-square of the first genres. A p value
would hold for one look. So the limits come from resampling the reference: the largest values that
a stream like it reaches in `HORIZON` tracks are exceeded with a chance of `RATE`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from mgc.errors import DataError
from mgc.typing import Double, IntArray

HORIZON = 1000
"""Tracks within which a false alarm has the chance `RATE`."""
RATE = 0.05
WINDOW = 50
RESAMPLES = 200
LOOKS = 5
"""Looks while a window passes by."""


@dataclass(frozen=True)
class Change:
    """What is different in a window; see `Detector.look`."""

    column: str
    """Of the probability whose distribution moved most."""
    distance: float
    """Kolmogorov and Smirnov's, in [0, 1]; above `Detector.distance_limit` is an alarm."""
    before: float
    """Mean of that probability in the reference."""
    after: float
    """Mean in the window."""
    chi_square: float
    """Of the first genres; above `Detector.chi_square_limit` is an alarm."""


class Detector:
    """Compares windows of answers with a reference.

    Parameters
    ----------
    reference : ndarray [shape=(n, n_columns)], float64
        Probabilities in [0, 1], a row a track, the genres first.
    columns : sequence of str
        Their names.
    n_genres : int
        Number of columns that are genres.
    window : int, at least 10
        Tracks that are looked at together.

    Attributes
    ----------
    distance_limit, chi_square_limit : float
        What a stream like the reference exceeds in `HORIZON` tracks with a chance of `RATE`, half
        of it each.

    Raises
    ------
    DataError
        The reference has fewer tracks than a window.
    """

    def __init__(
        self, reference: Double, columns: Sequence[str], n_genres: int, window: int = WINDOW
    ) -> None:
        if len(reference) < window:
            raise DataError(
                f"the reference has {len(reference)} tracks, fewer than a window of {window}; give"
                " more tracks, or a smaller --window"
            )
        self.columns, self.n_genres, self.window = tuple(columns), n_genres, window
        self.step = max(1, window // LOOKS)
        self._reference = reference
        rng = np.random.default_rng(0)
        largest = []
        for _ in range(RESAMPLES):
            drawn = reference[rng.integers(len(reference), size=len(reference))]
            stream = reference[rng.integers(len(reference), size=HORIZON)]
            distances, chi_square = self._statistics(drawn, stream)
            largest.append((distances.max(), chi_square.max()))
        limits = np.quantile(largest, 1 - RATE / 2, axis=0)
        self.distance_limit, self.chi_square_limit = map(float, limits)

    def look(self, rows: Double) -> tuple[bool, Change]:
        """Compare one window [shape=(window, n_columns)]; tells whether it is an alarm."""
        (distances,), (chi_square,) = self._statistics(self._reference, rows)
        most = int(distances.argmax())
        change = Change(
            self.columns[most],
            float(distances[most]),
            float(self._reference[:, most].mean()),
            float(rows[:, most].mean()),
            float(chi_square),
        )
        alarm = distances[most] > self.distance_limit or chi_square > self.chi_square_limit
        return bool(alarm), change

    def alarms(self, stream: Double) -> IntArray:
        """Tell after how many tracks of a stream [shape=(n, n_columns)] there are alarms."""
        distances, chi_square = self._statistics(self._reference, stream)
        over = (distances.max(axis=1) > self.distance_limit) | (chi_square > self.chi_square_limit)
        return np.asarray(self.window + self.step * np.flatnonzero(over), np.int64)

    def _statistics(self, reference: Double, stream: Double) -> tuple[Double, Double]:
        """Both statistics of each window [shape=(n_looks, n_columns)], [shape=(n_looks,)]."""
        size, n = self.window, len(reference)
        ranks = np.arange(size + 1) / size
        distances = []
        for known, values in zip(np.sort(reference.T), stream.T, strict=True):
            # Windows of ranks are sorted instead of windows of values, which is faster.
            levels, rank = np.unique(values, return_inverse=True)
            windows = sliding_window_view(rank.astype(np.min_scalar_type(len(levels))), size)[
                :: self.step
            ]
            in_order = np.sort(windows, axis=1, kind="stable")
            # The reference's distribution function at each value, and just below it.
            at, below = (np.searchsorted(known, levels, side) / n for side in ("right", "left"))
            over = (ranks[1:] - at[in_order]).max(axis=1)
            under = (below[in_order] - ranks[:-1]).max(axis=1)
            distances.append(np.maximum(over, under))
        genres = np.eye(self.n_genres)
        counts = genres[reference[:, : self.n_genres].argmax(axis=1)].sum(axis=0)
        firsts = genres[stream[:, : self.n_genres].argmax(axis=1)]
        seen = sliding_window_view(firsts, size, axis=0)[:: self.step].sum(axis=-1)
        total = np.maximum(counts + seen, 1)  # a genre that is in neither adds nothing
        difference = np.sqrt(size / n) * counts - np.sqrt(n / size) * seen
        return np.stack(distances, axis=1), np.sum(difference**2 / total, axis=1)
