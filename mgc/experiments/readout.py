"""Logistic regression and its inputs, the read-out that most of the cheap steps share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from mgc.datasets.splits import Fold
from mgc.datasets.tracks import GENRES
from mgc.evaluation.metrics import mean_loss
from mgc.models.classical import RECIPES
from mgc.training.baselines import genre_probabilities
from mgc.training.inputs import scale
from mgc.typing import Double, Float, IntArray, StrArray

PENALTY = RECIPES["logistic_tuned"].C
"""Of logistic regression on the table and on picture statistics: chosen on validation tracks."""


def loss(p: Double, genre: StrArray) -> float:
    """Mean log loss in nats, of probabilities [n, 10]."""
    return mean_loss(p, np.array([GENRES.index(name) for name in genre], dtype=np.int64))


def logistic(
    x: Float,
    genre: StrArray,
    fold: Fold,
    penalties: Sequence[float] = (PENALTY,),
    *,
    train: IntArray | None = None,
    weight: Double | None = None,
) -> tuple[Double, Double]:
    """Fit softmax regression on scaled columns; give validation and test probabilities.

    Parameters
    ----------
    x : ndarray [shape=(n, n_columns)], float32
    genre : ndarray [shape=(n,)], str
    fold : Fold
    penalties : sequence of float
        Inverse strengths of regularisation; of several, the one with the lowest log loss on the
        validation part. The test part is predicted with that one alone.
    train : ndarray of int, optional
        Examples to train on instead of all of the training part.
    weight : ndarray [shape=(n,)], optional
        Of each example in training.

    Returns
    -------
    valid, test : ndarray [shape=(n_part, 10)]
    """
    rows = fold.train if train is None else train
    scaled = scale(x, rows, "per column")
    share = None if weight is None else weight[rows]
    tried = []
    for penalty in penalties:
        model = LogisticRegression(C=penalty, max_iter=5000)
        model.fit(scaled[rows], genre[rows], sample_weight=share)
        tried.append((genre_probabilities(model, scaled[fold.valid]), model))
    valid, best = min(tried, key=lambda pair: loss(pair[0], genre[fold.valid]))
    return valid, genre_probabilities(best, scaled[fold.test])
