"""Bayesian optimisation: settings that Optuna finds, against those that were chosen by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from mgc.datasets.splits import Fold
from mgc.datasets.tracks import GENRES
from mgc.evaluation.metrics import correct
from mgc.experiments.networks import fold_fit, in_its_place, itself
from mgc.experiments.readout import loss
from mgc.experiments.step import Answers, Arm, Comparison, Material, Step
from mgc.models.classical import RECIPES, build
from mgc.records.store import Record
from mgc.training.baselines import genre_probabilities
from mgc.training.inputs import scale
from mgc.typing import Double
from mgc.util.machine import need

TRIALS = 20
AT_RANDOM = 10
"""Trials before TPE learns from any, as Optuna itself has it; none is stopped early."""
RANGES = {"C": (1e-4, 1e2), "gamma": (1e-2, 1e1)}
"""Searched evenly by their logarithms; the grids of the hand-made choice lie within."""
NETWORK_RANGES = {
    "learning_rate": (1e-4, 1e-2),
    "weight_decay": (1e-4, 1e-1),
    "mixup": (0.03, 1.0),
    "label_smoothing": (0.003, 0.3),
}
"""The same for fields of a network's recipe."""
Tried = tuple[Double, Callable[[], Double]]
"""Probabilities of the validation part, and how to ask for those of the test part."""


def _searched(
    material: Material,
    fold: Fold,
    seed: int,
    ranges: Mapping[str, tuple[float, float]],
    trials: int,
    fitted: Callable[[dict[str, float]], Tried],
) -> Answers:
    """Try settings on the validation part; predict the test part with the best of them alone."""
    optuna = need("optuna", "steps")
    genre = material.genre[fold.valid]
    history: list[dict[str, float]] = []
    # Of all trials the best alone is kept: each may hold the inputs of its network.
    best: list[Tried] = []

    def objective(trial: Any) -> float:
        values = {key: trial.suggest_float(key, *ranges[key], log=True) for key in ranges}
        tried = fitted(values)
        p = tried[0]
        right = float((genre == np.asarray(GENRES)[p.argmax(axis=1)]).mean())
        value = loss(p, genre)
        if all(value < row["val_loss"] for row in history):
            best[:] = [tried]
        history.append({"epoch": trial.number + 1, "val_loss": value, "val_accuracy": right})
        return value

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    number = material.split.folds.index(fold)
    sampler = optuna.samplers.TPESampler(n_startup_trials=AT_RANDOM, seed=1000 * seed + number)
    study = optuna.create_study(sampler=sampler)
    study.optimize(objective, n_trials=trials)
    valid, test = best[0]
    return Answers(valid, test(), history)


def gains(found: Record, by_hand: Record) -> pd.DataFrame:
    """Say of each fold what found settings change in accuracy: ``fold``, ``valid``, ``test``."""
    changes = {}
    for part in ("valid", "test"):
        sides = [rows[rows["part"] == part] for rows in (found.predictions, by_hand.predictions)]
        right = [rows.assign(right=correct(rows)) for rows in sides]
        of_fold = [rows.groupby("fold")["right"].mean() for rows in right]
        changes[part] = of_fold[0] - of_fold[1]
    return pd.DataFrame(changes).rename_axis("fold").reset_index()


def _fit(material: Material, fold: Fold, seed: int, name: str, trials: int) -> Answers:
    by_hand = RECIPES[name]
    source = material.table if by_hand.statistics == "track" else material.pictures
    x = scale(source, fold.train, "per column")

    def fitted(values: Mapping[str, Any]) -> Tried:
        model = build(replace(by_hand, **values), x.shape[1])
        model.fit(x[fold.train], material.genre[fold.train])
        valid = genre_probabilities(model, x[fold.valid])
        return valid, lambda: genre_probabilities(model, x[fold.test])

    if not trials:
        valid, test = fitted({})
        return Answers(valid, test())
    names = ["C", "gamma"] if by_hand.gamma else ["C"]
    return _searched(material, fold, seed, {key: RANGES[key] for key in names}, trials, fitted)


def network_arm(model: str) -> Arm:
    """Train a network by the recipe that as many trials on validation tracks find."""

    def fit(material: Material, fold: Fold, seed: int) -> Answers:
        from mgc.training import trainer

        devices: list[str] = []

        def fitted(values: dict[str, float]) -> Tried:
            trained = trainer.train(fold_fit(material, fold, seed, model, values))
            devices.append(trained.device)
            return trained.predict(fold.valid)[0], lambda: trained.predict(fold.test)[0]

        found = _searched(material, fold, seed, NETWORK_RANGES, TRIALS, fitted)
        return found._replace(device=devices[-1])

    ranges = {key: list(span) for key, span in NETWORK_RANGES.items()}
    settings = {"recipe_of": model, "trials": TRIALS, **ranges, "sampler": "TPE"}
    return Arm(f"{model}_searched", settings, fit, "arrays")


def arm(name: str, trials: int) -> Arm:
    """Fit a classical model by its recipe, or as so many trials on validation tracks find."""
    settings: dict[str, object] = {"trials": trials}
    if trials:
        settings |= {key: list(RANGES[key]) for key in RANGES} | {"sampler": "TPE"}
    else:
        settings |= {"C": RECIPES[name].C, "gamma": RECIPES[name].gamma}
    fit = partial(_fit, name=name, trials=trials)
    reads = "table" if RECIPES[name].statistics == "track" else "pictures"
    return Arm(f"{name}_searched" if trials else f"{name}_by_hand", settings, fit, reads)


def _found(name: str, what: str) -> Comparison:
    return Comparison(
        f"Settings found by Optuna: {what}",
        "settings chosen by hand",
        (arm(name, TRIALS), arm(name, 0)),
    )


STEP = Step(
    name="Bayesian optimisation",
    question="A person tried a grid. Does a program that learns from its trials find better?",
    changed="Settings come from twenty trials for each fold of Optuna's TPE, ten at random and ten"
    " learned from those before, by log loss on validation, in the place of those that the book"
    " chose once, classical ones from twenty-four on a grid.",
    fitted="Logistic regression and the SVM on the table of statistics; of the MLP, the LSTM,"
    " the autoencoder and VGG16's head learning rate, weight decay, mixup and label"
    " smoothing.",
    comparisons=(
        _found("logistic_tuned", "logistic regression"),
        _found("svm", "SVM"),
        Comparison(
            "Settings found by Optuna: MLP",
            "settings chosen by hand",
            (network_arm("mlp"), itself("mlp")),
        ),
        Comparison(
            "Settings found by Optuna: VGG16's head",
            "settings chosen by hand",
            (network_arm("vgg16"), in_its_place("vgg16_again", "vgg16")),
        ),
        Comparison(
            "Settings found by Optuna: LSTM",
            "settings chosen by hand",
            (network_arm("lstm"), in_its_place("lstm_again", "lstm")),
        ),
        Comparison(
            "Settings found by Optuna: autoencoder",
            "settings chosen by hand",
            (network_arm("autoencoder"), in_its_place("autoencoder_again", "autoencoder")),
        ),
    ),
)
