"""Federated averaging: ten places that have artists of their own and send weights, not music."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from mgc.datasets.splits import Fold
from mgc.experiments.perceptron import LEARNING, PASSES, SEEDS, Learner, deal
from mgc.experiments.step import Answers, Arm, Comparison, Material, Step
from mgc.typing import Double, IntArray, StrArray

CLIENTS, ROUNDS = 10, 30
"""Each round a client goes once through its tracks, as one place does in the same time."""
SHARDS = 2
EVEN, SKEWED, TOGETHER = "even", "skewed by genre", "one place"


def skewed(groups: StrArray, genre: StrArray, rng: np.random.Generator) -> list[IntArray]:
    """Give each client two pieces of the list of artists, which is sorted by genre.

    As McMahan et al. (2017) cut digits; a client has about two genres. Artists stay whole, so a
    client whose pieces fall on large artists may have few tracks or none.
    """
    names, first, size = np.unique(groups, return_index=True, return_counts=True)
    order = np.lexsort((rng.random(len(names)), genre[first]))
    before = np.cumsum(size[order]) - size[order]
    shard = np.empty(len(names), int)
    shard[order] = before * (CLIENTS * SHARDS) // len(groups)
    client = rng.permutation(CLIENTS * SHARDS) % CLIENTS
    of_track = client[shard[np.searchsorted(names, groups)]]
    return [np.flatnonzero(of_track == number) for number in range(CLIENTS)]


def averaged(weights: Sequence[Sequence[Double]], sizes: Sequence[int]) -> list[Double]:
    """Average the weights of clients, each by its number of tracks (McMahan et al. 2017)."""
    share = np.asarray(sizes) / sum(sizes)
    return [
        np.asarray(sum(s * w for s, w in zip(share, layer, strict=True)))
        for layer in zip(*weights, strict=True)
    ]


def _fit(material: Material, fold: Fold, seed: int, how: str) -> Answers:
    learner = Learner(material, fold, seed)
    rng = np.random.default_rng([seed, material.split.folds.index(fold)])
    groups, genre = material.groups[fold.train], material.genre[fold.train]
    dealt = skewed(groups, genre, rng) if how == SKEWED else deal(groups, CLIENTS, rng)
    clients = [fold.train] if how == TOGETHER else [fold.train[rows] for rows in dealt]
    clients = [rows for rows in clients if len(rows)]
    shared, history = learner.fresh, []
    for number in range(ROUNDS):
        sent = []
        for rows in clients:
            learner.set_weights(shared)
            learner.learn(rows, PASSES // ROUNDS)
            sent.append(learner.weights())
        shared = averaged(sent, [len(rows) for rows in clients])
        learner.set_weights(shared)
        history.append(learner.point(number + 1, fold.train))
    return Answers(learner.predict(fold.valid), learner.predict(fold.test), history)


def arm(how: str) -> Arm:
    """Train a small MLP in several places, or in one."""
    settings: dict[str, object] = {
        "how": how,
        "clients": 1 if how == TOGETHER else CLIENTS,
        "rounds": ROUNDS,
        **LEARNING,
    }
    return Arm("mlp_federated", settings, partial(_fit, how=how), "table")


STEP = Step(
    name="Federated learning",
    question="Ten archives may not share their music. Can they train one network by sending"
    " weights?",
    changed="Ten clients train on artists of their own, and their weights are averaged"
    " thirty times; the control has all tracks in one place.",
    fitted="An MLP with one hidden layer, by plain gradient descent, as often through each track.",
    comparisons=(
        Comparison(
            "Ten archives that send weights, artists dealt evenly",
            "training in one place",
            (arm(EVEN), arm(TOGETHER)),
            seeds=(SEEDS, SEEDS),
        ),
        Comparison(
            "Ten archives that send weights, each with two genres or so",
            "training in one place",
            (arm(SKEWED), arm(TOGETHER)),
            seeds=(SEEDS, SEEDS),
        ),
    ),
)
