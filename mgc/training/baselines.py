"""Fit the yardsticks: the majority class and classical classifiers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from mgc.datasets.splits import Fold, Split
from mgc.datasets.tracks import GENRES
from mgc.features.statistics import picture_statistics
from mgc.models import classical
from mgc.models.classical import ClassicalRecipe
from mgc.training import inputs
from mgc.training.fold_fit import Fitted
from mgc.typing import Double, Float

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
    layer = {
        "name": "logistic",
        "type": "Softmax regression",
        "output_shape": [len(model.classes_)],
        "parameters": int(model.coef_.size + model.intercept_.size),
        "trainable": True,
    }
    valid, test = (genre_probabilities(model, x[part]) for part in (fold.valid, fold.test))
    return Fitted(valid, test, [], [layer], "CPU", 0.0)


def fit_classical(arrays: Arrays, split: Split, fold: Fold, recipe: ClassicalRecipe) -> Fitted:
    """Fit a classical classifier by its recipe on the training part and predict the others."""
    genre = arrays.genre[split.example_track]
    track = recipe.statistics == "track"
    kind = "tabular" if track else "spectrogram"
    x = inputs.example_inputs(arrays, split.example_track, split.example_segment, kind, 1)
    x = inputs.scale(x if track else picture_statistics(x), fold.train, "per column")
    model = classical.build(recipe, x.shape[1]).fit(x[fold.train], genre[fold.train])
    begin = time.perf_counter()
    test = genre_probabilities(model, x[fold.test])
    seconds = (time.perf_counter() - begin) / len(fold.test)
    layer = {
        "name": recipe.kind,
        "type": "Softmax regression" if recipe.kind == "logistic" else "Support vector machine",
        "output_shape": [len(model.classes_)],
        "parameters": int(model.coef_.size + model.intercept_.size)
        if recipe.kind == "logistic"
        else int(model.calibrated_classifiers_[0].estimator.support_vectors_.size),
        "trainable": True,
    }
    valid = genre_probabilities(model, x[fold.valid])
    return Fitted(valid, test, [], [layer], "CPU", seconds)


def genre_probabilities(model: Any, x: Float) -> Double:
    """Return the probability of each of the ten genres; 0 for one that was not trained on."""
    p = np.zeros((len(x), len(GENRES)))
    p[:, [GENRES.index(genre) for genre in model.classes_]] = model.predict_proba(x)
    return p
