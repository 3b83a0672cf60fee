"""By how much one fit is ahead of another on the same tracks, and how surely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from mgc.evaluation.clusters import count, net_by_group, percentiles, resample
from mgc.evaluation.metrics import test_rows
from mgc.evaluation.significance import sign_flip, tracks_ahead
from mgc.records.store import Record


class Estimate(NamedTuple):
    """Mean over tracks, or of what one fit is ahead of another, and its 95 % interval."""

    mean: float
    low: float
    high: float


def gained(after: Record, before: Record) -> pd.DataFrame:
    """Say of each tested track by how much one fit is ahead of another.

    Returns
    -------
    DataFrame
        ``track_id``, ``genre`` and ``right``: 1 where the first alone is right, -1 where the
        second alone is, else 0.
    """
    mine, theirs = test_rows(after), test_rows(before)
    ahead = mine["track_id"].map(tracks_ahead(mine, theirs))
    return mine[["track_id", "genre"]].assign(right=ahead)


def summed_up(frames: Sequence[pd.DataFrame], groups: Mapping[str, str]) -> Estimate:
    """Average what is gained over tracks and seeds; `frames` (one a seed) are as of `gained`.

    Artists (`groups`: track id to artist group) and seeds are resampled as in
    `mgc.evaluation.accuracy.accuracy_summary`.
    """
    mean = float(np.mean([float(rows["right"].mean()) for rows in frames]))
    return Estimate(mean, *percentiles(resample(count(frames, groups))))


def p_value(frames: Sequence[pd.DataFrame], groups: Mapping[str, str]) -> float:
    """Two-sided p that nothing is gained, artists swapped whole, all seeds of one together.

    `frames` and `groups` are as of `summed_up`; see `mgc.evaluation.significance.sign_flip`.
    """
    net = [frame.set_index("track_id")["right"] for frame in frames]
    total = pd.concat(net, axis=1).fillna(0).sum(axis=1).astype(np.int64)
    return sign_flip(net_by_group(total, groups))
