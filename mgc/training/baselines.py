"""Fit the yardsticks: the majority class and classical classifiers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mgc.datasets.splits import Fold, Split
from mgc.datasets.tracks import GENRES
from mgc.training import inputs
from mgc.training.fold_fit import Fitted

if TYPE_CHECKING:
    from mgc.features.arrays import Arrays


def fit_baseline(arrays: Arrays, split: Split, fold: Fold, name: str) -> Fitted:
    """Fit a baseline on the training part and predict the others."""
    from sklearn.linear_model import LogisticRegression

    genre = arrays.genre[split.example_track]
    x = inputs.example_inputs(arrays, split.example_track, split.example_segment, "tabular", 1)
    x = inputs.scale(x, fold.train, "per column")
    if name == "majority":
        shares = np.array([(genre[fold.train] == g).mean() for g in GENRES])
        valid, test = (np.tile(shares, (len(part), 1)) for part in (fold.valid, fold.test))
        return Fitted(valid, test, [], [], "CPU", 0.0)
    model = LogisticRegression(max_iter=5000).fit(x[fold.train], genre[fold.train])
    columns = [GENRES.index(g) for g in model.classes_]
    parts = []
    for part in (fold.valid, fold.test):
        p = np.zeros((len(part), len(GENRES)))
        p[:, columns] = model.predict_proba(x[part])
        parts.append(p)
    layer = {
        "name": "logistic",
        "type": "Softmax regression",
        "output_shape": [len(columns)],
        "parameters": int(model.coef_.size + model.intercept_.size),
        "trainable": True,
    }
    return Fitted(parts[0], parts[1], [], [layer], "CPU", 0.0)
