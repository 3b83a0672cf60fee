"""Continual learning: five groups of artists arrive one after the other."""

from __future__ import annotations

from functools import partial

import numpy as np

from mgc.datasets.splits import Fold
from mgc.experiments.perceptron import LEARNING, PASSES, SEEDS, Learner, deal
from mgc.experiments.step import Answers, Arm, Comparison, Material, Step

ARRIVALS = 5
KEPT = 20
"""Tracks of each earlier group that replay keeps, drawn at random."""
NAIVE, REPLAY, SCRATCH = "naive", "replay", "from scratch"


def _fit(material: Material, fold: Fold, seed: int, how: str) -> Answers:
    learner = Learner(material, fold, seed)
    rng = np.random.default_rng([seed, material.split.folds.index(fold)])
    heaps = [fold.train[heap] for heap in deal(material.groups[fold.train], ARRIVALS, rng)]
    history, heard, kept = [], np.array([], int), np.array([], int)
    for number, heap in enumerate(heaps):
        heard = np.concatenate([heard, heap])
        if how == SCRATCH:
            learner.set_weights(learner.fresh)
            learner.learn(heard, PASSES)
        else:
            # With replay a pass is no longer than without: old tracks take the place of new ones.
            learner.learn(np.concatenate([kept, heap]), PASSES, len(heap))
        if how == REPLAY:
            kept = np.concatenate([kept, rng.choice(heap, min(KEPT, len(heap)), replace=False)])
        history.append(learner.point(number + 1, heaps[0]))
    return Answers(learner.predict(fold.valid), learner.predict(fold.test), history)


def arm(how: str) -> Arm:
    """Train a small MLP as artists arrive; the curve is that of the first group."""
    settings: dict[str, object] = {"how": how, "arrivals": ARRIVALS, **LEARNING}
    if how == REPLAY:
        settings["kept"] = KEPT
    return Arm("mlp_continual", settings, partial(_fit, how=how), "table")


STEP = Step(
    name="Continual learning",
    question="New artists arrive, and the old recordings are gone. What does a network forget?",
    changed="The network goes on learning from each new group of artists alone; then from the"
    " group and a few old tracks; the control begins anew with all tracks so far.",
    fitted="An MLP with one hidden layer, as often through each track as in one training.",
    comparisons=(
        Comparison(
            "Artists in five groups, each learned when it comes",
            "training anew on all so far whenever a group comes",
            (arm(NAIVE), arm(SCRATCH)),
            seeds=(SEEDS, SEEDS),
        ),
        Comparison(
            "Twenty old tracks of each group kept and replayed",
            "learning each group when it comes, nothing kept",
            (arm(REPLAY), arm(NAIVE)),
            seeds=(SEEDS, SEEDS),
        ),
    ),
)
