"""Bayesian optimisation: settings that Optuna finds, against those that were chosen by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from mgc.datasets.splits import Fold
from mgc.datasets.tracks import GENRES
from mgc.experiments.readout import loss
from mgc.experiments.step import Answers, Arm, Comparison, Material, Step
from mgc.models.classical import RECIPES, ClassicalRecipe, build
from mgc.training.baselines import genre_probabilities
from mgc.training.inputs import scale
from mgc.util.machine import need

TRIALS = 20
RANGES = {"C": (1e-4, 1e2), "gamma": (1e-2, 1e1)}
"""Searched evenly by their logarithms; the grids of the hand-made choice lie within."""


def _fit(material: Material, fold: Fold, seed: int, name: str, trials: int) -> Answers:
    by_hand = RECIPES[name]
    source = material.table if by_hand.statistics == "track" else material.pictures
    x = scale(source, fold.train, "per column")
    genre = material.genre

    def fitted(recipe: ClassicalRecipe) -> Any:
        return build(recipe, x.shape[1]).fit(x[fold.train], genre[fold.train])

    if not trials:
        model = fitted(by_hand)
        valid, test = (genre_probabilities(model, x[part]) for part in (fold.valid, fold.test))
        return Answers(valid, test)
    optuna = need("optuna", "steps")
    history, models = [], []
    names = ["C", "gamma"] if by_hand.gamma else ["C"]

    def objective(trial: Any) -> float:
        values = {key: trial.suggest_float(key, *RANGES[key], log=True) for key in names}
        models.append(fitted(replace(by_hand, **values)))
        p = genre_probabilities(models[-1], x[fold.valid])
        right = float((genre[fold.valid] == np.asarray(GENRES)[p.argmax(axis=1)]).mean())
        value = loss(p, genre[fold.valid])
        history.append({"epoch": trial.number + 1, "val_loss": value, "val_accuracy": right})
        return value

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    number = material.split.folds.index(fold)
    sampler = optuna.samplers.TPESampler(seed=1000 * seed + number)
    study = optuna.create_study(sampler=sampler)
    study.optimize(objective, n_trials=trials)
    model = models[study.best_trial.number]
    valid, test = (genre_probabilities(model, x[part]) for part in (fold.valid, fold.test))
    return Answers(valid, test, history)


def arm(name: str, trials: int) -> Arm:
    """Fit a classical model by its recipe, or as so many trials on validation tracks find."""
    settings: dict[str, object] = {"trials": trials}
    if trials:
        settings |= {key: list(RANGES[key]) for key in RANGES} | {"sampler": "TPE"}
    else:
        settings |= {"C": RECIPES[name].C, "gamma": RECIPES[name].gamma}

    def fit(material: Material, fold: Fold, seed: int) -> Answers:
        return _fit(material, fold, seed, name, trials)

    reads = "table" if RECIPES[name].statistics == "track" else "pictures"
    return Arm(f"{name}_searched" if trials else f"{name}_by_hand", settings, fit, reads)


def _found(name: str, what: str) -> Comparison:
    return Comparison(
        f"Settings found by Optuna: {what}",
        "settings chosen by hand",
        (lambda study, seed: arm(name, TRIALS), lambda study, seed: arm(name, 0)),
    )


STEP = Step(
    name="Bayesian optimisation",
    question="A person tried a grid. Does a program that learns from its trials find better?",
    changed="Settings come from twenty trials of TPE for each fold, by log loss on validation, in"
    " the place of those that the book chose once, from twenty-four on a grid.",
    fitted="Logistic regression and the SVM on the table of statistics.",
    comparisons=(
        _found("logistic_tuned", "logistic regression"),
        _found("svm", "SVM"),
    ),
)
