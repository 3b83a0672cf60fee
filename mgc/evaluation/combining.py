"""Combine models without training: a weighted mean of their probabilities.

The weights are chosen on validation tracks, so that the test part is predicted once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd

from mgc.datasets.tracks import P_COLUMNS
from mgc.errors import RecordError
from mgc.evaluation.metrics import mean_loss, truth
from mgc.records.store import Record
from mgc.typing import Double

STEPS = 10
"""Weights are tenths."""
KEY = ["fold", "part", "track_id", "segment"]


def combine(records: Sequence[Record]) -> tuple[Record, tuple[float, ...]]:
    """Combine fits of several models on one split, fold by fold.

    Parameters
    ----------
    records : sequence of Record, two or more
        Of one edition, protocol and seed.

    Returns
    -------
    record : Record
        The first one with the combined predictions of the test part.
    weights : tuple of float
        Mean over the folds, one a model, summing to one.

    Raises
    ------
    RecordError
        The records hold other tracks.

    Notes
    -----
    Of all weights in tenths that sum to one, those with the lowest log loss on the fold's
    validation part.
    """
    frames = [record.predictions.set_index(KEY).sort_index() for record in records]
    if any(not frame.index.equals(frames[0].index) for frame in frames):
        raise RecordError("the records hold different tracks: combine fits of one split")
    made, chosen = [], []
    for _, first in frames[0].groupby(level="fold", sort=True):
        p = np.stack([frame.loc[first.index, list(P_COLUMNS)].to_numpy() for frame in frames])
        valid = first.index.get_level_values("part") == "valid"
        weights = best_weights(p[:, valid], first[valid])
        mixed = np.einsum("m,mnk->nk", weights, p)
        made.append(first.assign(**dict(zip(P_COLUMNS, mixed.T, strict=True)))[~valid])
        chosen.append(weights)
    rows = pd.concat(made).reset_index()[list(records[0].predictions.columns)]
    return replace(records[0], predictions=rows), tuple(np.mean(chosen, axis=0).tolist())


def best_weights(p: Double, rows: pd.DataFrame) -> Double:
    """Choose the weights of models whose probabilities are [shape=(n_models, n, 10)]."""
    tenths = [w for w in product(range(STEPS + 1), repeat=len(p)) if sum(w) == STEPS]
    true = truth(rows)

    def loss(weights: tuple[int, ...]) -> float:
        return mean_loss(np.einsum("m,mnk->nk", np.array(weights) / STEPS, p), true)

    return np.array(min(tenths, key=loss)) / STEPS
