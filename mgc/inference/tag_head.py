"""Fit heads from tags to genres, and ask them while they know none of the artists in question."""

from __future__ import annotations

import numpy as np
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mgc.inference.tag_graph import ODDS_LIMIT, Head
from mgc.inference.tag_network import TAGS_OUTPUT
from mgc.typing import Double, IntArray, StrArray

N_FOLDS = 5
ABSENT = -30.0
"""Logit of a class of which a fold has no track to learn from."""


def inputs(probability: Double, reads: str) -> Double:
    """Bring tag probabilities to what a head reads."""
    if reads == TAGS_OUTPUT:
        return probability
    odds = np.log(np.maximum(probability, 1e-12)) - np.log(np.maximum(1 - probability, 1e-12))
    clipped: Double = np.clip(odds, -ODDS_LIMIT, ODDS_LIMIT)
    return clipped


def fit(x: Double, genre: IntArray, form: tuple[str, str, float], n_classes: int) -> Head:
    """Fit logistic regression.

    Parameters
    ----------
    x : ndarray [shape=(n, n_windows, n_tags)]
        What the head reads of each track.
    genre : ndarray [shape=(n,)], int in [0, n_classes)
    form : tuple of str, str and float
        What it reads; ``tracks`` to fit it on the means over windows, ``windows`` to fit it on
        each; the inverse of the regularisation.
    """
    reads, fitted_on, strength = form
    whole = fitted_on == "tracks"
    rows = x.mean(axis=1) if whole else x.reshape(-1, x.shape[2])
    answers = genre if whole else np.repeat(genre, x.shape[1])
    model = make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=1000))
    model.fit(rows, answers)
    scaler, regression = model[0], model[1]
    coefficients, constants = regression.coef_, regression.intercept_
    if len(coefficients) == 1:  # of two classes it has the logit of the second alone
        coefficients, constants = (
            np.vstack([-coefficients, coefficients]) / 2,
            (np.concatenate([-constants, constants]) / 2),
        )
    own = (coefficients / scaler.scale_).T
    kernel, bias = np.zeros((x.shape[2], n_classes)), np.full(n_classes, ABSENT)
    kernel[:, regression.classes_] = own
    bias[regression.classes_] = constants - scaler.mean_ @ own
    return Head(reads, kernel, bias)


def asked(head: Head, x: Double) -> Double:
    """Probabilities of the classes in each window [n, n_windows, n_classes]."""
    p: Double = softmax(x @ head.kernel + head.bias, axis=2)
    return p


def out_of_fold(
    x: Double,
    genre: IntArray,
    groups: StrArray,
    form: tuple[str, str, float],
    *,
    draw: int = 0,
    n_folds: int = N_FOLDS,
) -> tuple[Double, IntArray]:
    """Ask of each track a head that knows none of its artists.

    Parameters
    ----------
    x, genre, form
        As for `fit`.
    groups : ndarray [shape=(n,)]
        Artist of each track.
    draw : int
        Seed of the folds.
    n_folds : int, at least 2

    Returns
    -------
    p : ndarray [shape=(n, n_windows, n_classes)]
    fold : ndarray [shape=(n,)], int
        From 1 on.
    """
    n_classes = int(genre.max()) + 1
    p, fold = np.empty((*x.shape[:2], n_classes)), np.empty(len(x), np.int64)
    folds = StratifiedGroupKFold(n_folds, shuffle=True, random_state=draw)
    for number, (others, own) in enumerate(folds.split(x, genre, groups), start=1):
        head = fit(x[others], genre[others], form, n_classes)
        p[own], fold[own] = asked(head, x[own]), number
    return p, fold
