"""Intervals and tests whose unit is the artist: tracks of one artist are not independent.

A network that knows one song of a singer often knows the next. So what is resampled, and what
is swapped in a test, is a group of tracks that share an artist, within its genre. Tracks of
unknown artists are groups of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from mgc.datasets import demo
from mgc.datasets.artists import track_credits
from mgc.errors import RecordError
from mgc.typing import Double, IntArray

LEVEL = 0.95
"""Confidence of every interval."""
DRAWS = 10_000
"""Resamples of one interval; their random numbers are the same in every run."""


class Interval(NamedTuple):
    """Ends of a confidence interval."""

    low: float
    high: float


def artist_groups(edition: str) -> Mapping[str, str]:
    """Name the artist group of each track of an edition, by track id.

    Those of GTZAN's editions are in the table of artists, those of the demo edition in its
    manifest. Of other editions no artists are known.
    """
    if edition.startswith("gtzan"):
        return {name: credit.group for name, credit in track_credits().items()}
    if edition == "demo":
        return {row["track_id"]: row["artist"] for row in demo.manifest()}
    return {}


def group_names(track_ids: Iterable[str], groups: Mapping[str, str]) -> list[str]:
    """Name the artist group of each track; a track without one is a group of its own."""
    return [groups.get(str(name), str(name)) for name in track_ids]


class Clusters(NamedTuple):
    """Right answers and examples of each artist group in each genre, by seed.

    ``genre`` is the number of the stratum [shape=(n_clusters,)]; ``right`` and ``size`` have
    [shape=(n_clusters, n_seeds)].
    """

    genre: IntArray
    right: Double
    size: Double

    @property
    def n_groups(self) -> int:
        """Number of artist groups; one that plays in two genres counts in both."""
        return len(self.genre)


def count(frames: Sequence[pd.DataFrame], groups: Mapping[str, str]) -> Clusters:
    """Count right answers of each artist group within each genre.

    Parameters
    ----------
    frames : sequence of DataFrame
        One a seed: ``track_id``, ``genre`` and ``right`` (bool) of each tested example.
    groups : mapping of str to str
        Track id to artist group; a track without one is a group of its own.

    Returns
    -------
    clusters : Clusters

    Raises
    ------
    RecordError
        If there are no examples.
    """
    if not len(frames) or any(frame.empty for frame in frames):
        raise RecordError("No interval: there are no predictions; fit the model again.")
    columns = []
    for number, frame in enumerate(frames):
        group = group_names(frame["track_id"], groups)
        counted = frame.assign(group=group).groupby(["genre", "group"])["right"]
        columns.append(counted.agg(["sum", "size"]).add_suffix(f" {number}"))
    table = pd.concat(columns, axis=1).fillna(0.0).sort_index()
    right = table[[f"sum {number}" for number in range(len(frames))]].to_numpy(dtype=np.float64)
    size = table[[f"size {number}" for number in range(len(frames))]].to_numpy(dtype=np.float64)
    genre = pd.factorize(table.index.get_level_values("genre"))[0].astype(np.int64)
    return Clusters(genre, right, size)


def interval(clusters: Clusters) -> Interval:
    """95 % percentile interval of the mean over seeds; artist groups and seeds are resampled.

    Notes
    -----
    Of the n groups of a genre, n - 1 are drawn with replacement and weighted by n / (n - 1), so
    that genres with few groups do not look surer than they are (McCarthy and Snowden 1985). Seeds
    are drawn in the same way, independently. With one seed the interval covers artists alone.
    Where no resample differs from another, as when all answers are right, the interval is
    Wilson's, with as many answers as groups.
    """
    values = resample(clusters)
    if np.ptp(values) < 1e-12:
        return wilson(float(values[0]) * clusters.n_groups, clusters.n_groups)
    return percentiles(values)


def percentiles(values: Double) -> Interval:
    """95 % percentile interval of resampled values [shape=(10_000,)]."""
    low, high = np.quantile(values, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return Interval(float(low), float(high))


def resample(clusters: Clusters) -> Double:
    """Return the mean accuracy over seeds of each resample [shape=(10_000,)].

    A genre keeps its share of the examples, whatever the size of the groups that are drawn.
    """
    strata = _strata(clusters.genre)
    by_seed = np.zeros((DRAWS, clusters.right.shape[1]))
    for stratum, weights in _stratum_weights(strata):
        here = strata == stratum
        size = weights @ clusters.size[here]
        share = clusters.size[here].sum(axis=0) / clusters.size.sum(axis=0)
        by_seed += share * (weights @ clusters.right[here]) / np.maximum(size, 1e-12)
    (seeds,) = _draws((by_seed.shape[1],), seed=1)
    values: Double = (by_seed * seeds).mean(axis=1)
    return values


def group_weights(genre: IntArray) -> Double:
    """Tell how often each artist group counts in each resample [shape=(10_000, n_groups)].

    `genre` numbers the genre of each group [shape=(n_groups,)]. A genre with a single group cannot
    show how groups differ: such genres count as one.
    """
    strata = _strata(genre)
    weights = np.empty((DRAWS, len(genre)))
    for stratum, times in _stratum_weights(strata):
        weights[:, strata == stratum] = times
    return weights


def _stratum_weights(strata: IntArray) -> list[tuple[int, Double]]:
    """Give each stratum the weights of its groups in each resample [shape=(10_000, n_here)]."""
    names, sizes = np.unique(strata, return_counts=True)
    drawn = _draws(tuple(sizes.tolist()), seed=0)
    return list(zip(names.tolist(), drawn, strict=True))


def _strata(genre: IntArray) -> IntArray:
    alone = np.bincount(genre)[genre] == 1
    return np.asarray(np.where(alone, -1, genre), dtype=np.int64)


@lru_cache(maxsize=16)
def _draws(sizes: tuple[int, ...], seed: int) -> tuple[Double, ...]:
    """Draw how often each of n things counts in each resample, for each n; weights add up to n."""
    rng = np.random.default_rng(seed)
    drawn = []
    for n in sizes:
        times = rng.multinomial(max(1, n - 1), np.full(n, 1 / n), size=DRAWS)
        drawn.append(np.asarray(times * (n / max(1, n - 1)), dtype=np.float64))
    return tuple(drawn)


def wilson(successes: float, n: float) -> Interval:
    """95 % interval of a share of independent answers, by Wilson's score method (Wilson 1927).

    As statsmodels computes it; `n` is above 0, else RecordError.
    """
    if n <= 0:
        raise RecordError("No interval: there are no predictions; fit the model again.")
    low, high = proportion_confint(successes, n, alpha=1 - LEVEL, method="wilson")
    # Rounding may leave an end of all-right or all-wrong a hair off.
    share = successes / n
    return Interval(max(0.0, min(float(low), share)), min(1.0, max(float(high), share)))


def net_by_group(net: pd.Series[int], groups: Mapping[str, str]) -> IntArray:
    """Add up by how much one model is ahead on the tracks of each artist group.

    `net` holds right answers of the first model less those of the second, by track id; the sums,
    [shape=(n_groups,)], are for `mgc.evaluation.significance.sign_flip`: whole groups are swapped.
    """
    names = group_names(net.index, groups)
    return np.asarray(net.groupby(names).sum(), dtype=np.int64)
