"""Intervals and tests whose unit is the artist: tracks of one artist are not independent.

A network that knows one song of a singer often knows the next. So what is resampled, and what
is swapped in a test, is a group of tracks that share an artist, within its genre. Tracks of
unknown artists are groups of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from mgc.datasets.artists import track_credits
from mgc.evaluation.accuracy import LEVEL
from mgc.typing import Double, IntArray

DRAWS = 10_000
"""Resamples of one interval; their random numbers are the same in every run."""


def artist_groups(edition: str, tracks: pd.DataFrame) -> pd.Series[str]:
    """Name the artist group of each track of an edition, by track id.

    Tracks of GTZAN's editions have theirs in the table of artists, those of others in the column
    ``artist`` of `tracks`. A track of an unknown artist is a group of its own.
    """
    names = tracks["track_id"].astype(str)
    if edition.startswith("gtzan"):
        known = track_credits()
        groups = [known[name].group if name in known else name for name in names]
    else:
        artists = tracks["artist"] if "artist" in tracks else pd.Series("", tracks.index)
        groups = [artist or name for artist, name in zip(artists.fillna(""), names, strict=True)]
    return pd.Series(groups, index=pd.Index(names, name="track_id"), dtype=str, name="group")


class Clusters(NamedTuple):
    """Right answers and examples of each artist group in each genre, by seed.

    ``genre`` is the number of the stratum [shape=(n_clusters,)]; ``right`` and ``size`` have
    [shape=(n_clusters, n_seeds)].
    """

    genre: IntArray
    right: Double
    size: Double


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
        A genre with a single group cannot show how groups differ: such genres count as one.
    """
    columns = []
    for number, frame in enumerate(frames):
        group = [groups.get(name, name) for name in frame["track_id"]]
        counted = frame.assign(group=group).groupby(["genre", "group"])["right"]
        columns.append(counted.agg(["sum", "size"]).add_suffix(f" {number}"))
    table = pd.concat(columns, axis=1).fillna(0.0).sort_index()
    right = table[[f"sum {number}" for number in range(len(frames))]].to_numpy(dtype=np.float64)
    size = table[[f"size {number}" for number in range(len(frames))]].to_numpy(dtype=np.float64)
    genre = pd.factorize(table.index.get_level_values("genre"))[0].astype(np.int64)
    alone = np.bincount(genre)[genre] == 1
    return Clusters(np.where(alone, -1, genre), right, size)


def interval(clusters: Clusters) -> tuple[float, float]:
    """95 % percentile interval of the mean accuracy over seeds, artist groups and seeds resampled.

    Notes
    -----
    Of the n groups of a genre, n - 1 are drawn with replacement and weighted by n / (n - 1), so
    that genres with few groups do not look surer than they are (McCarthy and Snowden 1985). Seeds
    are drawn in the same way, independently. With one seed the interval covers artists alone.
    """
    values = resample(clusters)
    low, high = np.quantile(values, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return float(low), float(high)


def resample(clusters: Clusters) -> Double:
    """Return the mean accuracy over seeds of each resample [shape=(10_000,)]."""
    rng = np.random.default_rng(0)
    weights = np.zeros((DRAWS, len(clusters.genre)))
    for stratum in np.unique(clusters.genre):
        rows = np.flatnonzero(clusters.genre == stratum)
        weights[:, rows] = _weights(len(rows), rng)
    by_seed = (weights @ clusters.right) / np.maximum(weights @ clusters.size, 1e-12)
    seeds = _weights(by_seed.shape[1], rng)
    values: Double = (by_seed * seeds).sum(axis=1) / seeds.sum(axis=1)
    return values


def _weights(n: int, rng: np.random.Generator) -> Double:
    """Draw how often each of n things counts in each resample; the sum of weights is n."""
    if n == 1:
        return np.ones((DRAWS, 1))
    drawn = rng.multinomial(n - 1, np.full(n, 1 / n), size=DRAWS)
    return np.asarray(drawn * (n / (n - 1)), dtype=np.float64)


def net_by_group(net: pd.Series[int], groups: Mapping[str, str]) -> IntArray:
    """Add up by how much one model is ahead on the tracks of each artist group.

    `net` holds right answers of the first model less those of the second, by track id; the sums,
    [shape=(n_groups,)], are for `mgc.evaluation.significance.sign_flip`: whole groups are swapped.
    """
    names = [groups.get(str(name), str(name)) for name in net.index]
    return np.asarray(net.groupby(names).sum(), dtype=np.int64)
