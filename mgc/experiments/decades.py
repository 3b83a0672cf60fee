"""Time: is newer music heard as well as older? Nothing is fitted; published answers are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from mgc.datasets.artists import track_credits
from mgc.evaluation.clusters import artist_groups, count, group_weights, interval, percentiles
from mgc.evaluation.metrics import correct, test_rows
from mgc.records.store import Record

TURN = 1990
ENOUGH = 20
"""Tracks that a genre needs on both sides of `TURN`."""


class Turn(NamedTuple):
    """Accuracy from `TURN` on less that before, genre by genre, with its 95 % interval."""

    difference: float
    low: float
    high: float
    genres: tuple[str, ...]
    tracks: int


def answers(records: Sequence[Record]) -> list[pd.DataFrame]:
    """Test rows of each fit with ``right`` and the ``year`` of the matched release (NaN)."""
    frames = []
    for record in records:
        rows = test_rows(record)
        year = [track_credits()[str(name)].released for name in rows["track_id"]]
        known = pd.to_numeric(pd.Series(year), errors="coerce")
        frames.append(rows.assign(right=correct(rows), year=known))
    return frames


def by_decade(records: Sequence[Record]) -> pd.DataFrame:
    """Accuracy by decade of the matched release, mean over fits.

    Returns
    -------
    DataFrame
        In order: ``decade`` (its first year; NaN for tracks without one), ``tracks``,
        ``accuracy``, ``low`` and ``high`` (95 % interval over artists and fits).
    """
    frames = answers(records)
    groups = artist_groups(str(records[0].config["edition"]))
    rows = []
    decade = frames[0]["year"] // 10 * 10
    for first in (*sorted(decade.dropna().unique()), np.nan):
        here = decade.isna() if np.isnan(first) else decade == first
        shown = [frame[here.to_numpy()] for frame in frames]
        low, high = interval(count(shown, groups))
        share = float(np.mean([frame["right"].mean() for frame in shown]))
        rows.append((first, int(here.sum()), share, low, high))
    return pd.DataFrame(rows, columns=["decade", "tracks", "accuracy", "low", "high"])


def turn(records: Sequence[Record]) -> Turn:
    """Compare tracks released from `TURN` on with earlier ones of the same genres.

    Genres with fewer than `ENOUGH` tracks on a side are left out; the difference within each of
    the others counts by n_before n_after / (n_before + n_after) (Mantel and Haenszel 1959).
    Whole artist groups are resampled within genres.
    """
    rows = pd.concat(answers(records)).dropna(subset=["year"])
    rows["after"] = rows["year"] >= TURN
    sides = rows.pivot_table(
        index="genre", columns="after", values="track_id", aggfunc="nunique", fill_value=0
    )
    genres = tuple(sides.index[(sides >= ENOUGH).all(axis=1)].astype(str))
    rows = rows[rows["genre"].isin(genres)]
    rows["group"] = rows["track_id"].map(artist_groups(str(records[0].config["edition"])))
    table = rows.astype({"right": np.float64}).pivot_table(
        index=["genre", "group"], columns="after", values="right", aggfunc=["sum", "size"],
        fill_value=0,
    )  # fmt: skip
    right = {after: table["sum"][after].to_numpy(np.float64) for after in (False, True)}
    size = {after: table["size"][after].to_numpy(np.float64) for after in (False, True)}
    genre = pd.factorize(table.index.get_level_values("genre"))[0].astype(np.int64)

    def differences(weights: np.ndarray) -> np.ndarray:
        total, weight_sum = np.zeros(len(weights)), np.zeros(len(weights))
        for number in np.unique(genre):
            here = genre == number
            n = {after: weights[:, here] @ size[after][here] for after in size}
            share = {
                after: weights[:, here] @ right[after][here] / np.maximum(n[after], 1e-12)
                for after in size
            }
            weight = n[False] * n[True] / np.maximum(n[False] + n[True], 1e-12)
            total += weight * (share[True] - share[False])
            weight_sum += weight
        return np.asarray(total / np.maximum(weight_sum, 1e-12))

    (measured,) = differences(np.ones((1, len(genre))))
    low, high = percentiles(differences(group_weights(genre)))
    return Turn(float(measured), low, high, genres, rows["track_id"].nunique())
