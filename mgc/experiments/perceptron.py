"""A small perceptron that learns a few passes at a time: in turns, or in many places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from mgc.datasets.splits import Fold
from mgc.datasets.tracks import GENRES
from mgc.experiments.readout import loss
from mgc.experiments.step import Material
from mgc.training.baselines import genre_probabilities
from mgc.training.inputs import scale
from mgc.typing import Double, IntArray, StrArray

HIDDEN, RATE, DECAY, BATCH = 256, 0.05, 1.0, 32
"""Units, step and weight decay, of plain gradient descent: no step remembers the one before.

Step and decay are the best of six pairs on validation tracks, when trained in one place.
"""
PASSES = 30
"""Passes through the training tracks that a whole training takes, wherever they are."""
LEARNING: Mapping[str, object] = MappingProxyType(
    {"passes": PASSES, "hidden": HIDDEN, "rate": RATE, "decay": DECAY}
)
"""What decides a training, as records state it."""
SEEDS = (0, 1, 2)


def deal(groups: StrArray, n_heaps: int, rng: np.random.Generator) -> list[IntArray]:
    """Deal artists into heaps of about as many tracks, each artist whole.

    Parameters
    ----------
    groups : ndarray [shape=(n,)], str
        Artist group of each track.
    n_heaps : int
    rng : Generator
        Decides between artists with as many tracks.

    Returns
    -------
    heaps : list of ndarray of int
        Positions in `groups`, ascending: the largest artist first, to the smallest heap.
    """
    names, size = np.unique(groups, return_counts=True)
    order = rng.permutation(len(names))
    heap_of: dict[str, int] = {}
    held = np.zeros(n_heaps)
    for k in order[np.argsort(-size[order], kind="stable")]:
        heap_of[names[k]] = int(held.argmin())
        held[heap_of[names[k]]] += size[k]
    heap = np.asarray([heap_of[name] for name in groups])
    return [np.flatnonzero(heap == number) for number in range(n_heaps)]


class Learner:
    """One hidden layer on the table of a fold, by scikit-learn.

    Columns are scaled by the whole training part, however its tracks arrive.
    """

    def __init__(self, material: Material, fold: Fold, seed: int) -> None:
        from sklearn.neural_network import MLPClassifier

        self._x = scale(material.table, fold.train, "per column")
        self._genre, self._fold = material.genre, fold
        self.rng = np.random.default_rng([seed, material.split.folds.index(fold)])
        self._network = MLPClassifier(
            (HIDDEN,), solver="sgd", learning_rate_init=RATE, momentum=0.0, alpha=DECAY,
            batch_size=BATCH, random_state=int(self.rng.integers(2**31)),
        )  # fmt: skip
        first = fold.train[:1]
        self._network.batch_size = 1
        self._network.partial_fit(self._x[first], self._genre[first], classes=list(GENRES))
        self.fresh = self.weights()

    def weights(self) -> list[Double]:
        """Copy the weights of all layers."""
        return [each.copy() for each in (*self._network.coefs_, *self._network.intercepts_)]

    def set_weights(self, weights: Sequence[Double]) -> None:
        """Go on from other weights."""
        half = len(weights) // 2
        self._network.coefs_ = [each.copy() for each in weights[:half]]
        self._network.intercepts_ = [each.copy() for each in weights[half:]]

    def learn(self, rows: IntArray, passes: int, at_once: int | None = None) -> None:
        """Go `passes` times through some tracks, or as many of them a pass as `at_once` says."""
        for _ in range(passes):
            shown = self.rng.permutation(rows)[:at_once]
            self._network.batch_size = min(BATCH, len(shown))
            self._network.partial_fit(self._x[shown], self._genre[shown])

    def predict(self, rows: IntArray) -> Double:
        """Give the probabilities of some tracks [n, 10]."""
        return genre_probabilities(self._network, self._x[rows])

    def point(self, number: int, heard: IntArray) -> dict[str, float]:
        """Return a point of the record's curve: on tracks that were heard, and on validation."""
        names, valid = np.asarray(GENRES), self._fold.valid
        seen, unheard = self.predict(heard), self.predict(valid)
        return {
            "epoch": number,
            "accuracy": float((names[seen.argmax(axis=1)] == self._genre[heard]).mean()),
            "val_loss": loss(unheard, self._genre[valid]),
            "val_accuracy": float((names[unheard.argmax(axis=1)] == self._genre[valid]).mean()),
        }
