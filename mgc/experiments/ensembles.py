"""Ensembles of published fits: several networks that answer together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold

from mgc.datasets.splits import Fold
from mgc.datasets.tracks import P_COLUMNS
from mgc.evaluation.combining import best_weights
from mgc.evaluation.metrics import SMALLEST_P, accuracy, log_loss, test_rows
from mgc.experiments.step import Arm, Comparison, Material, Side, Step
from mgc.models import NAMES, TITLES
from mgc.records.store import NotRun, Record
from mgc.records.study import Study
from mgc.training.baselines import genre_probabilities
from mgc.typing import Double, StrArray

SEEDS = (0, 1, 2)
CLASSICAL = ("logistic_picture", "svm_picture")
"""The classical models that join all networks; each has one fit, which stands for every seed."""
SEVERAL = "one fit of each network"
PENALTIES = (1e-4, 1e-3, 1e-2, 1e-1)
Mix = Callable[[Material, Double, Double, StrArray, Fold], tuple[Double, Double]]


def mean(
    _: Material, valid: Double, test: Double, __: StrArray, ___: Fold
) -> tuple[Double, Double]:
    """Average the members; nothing is learned."""
    return valid.mean(axis=0), test.mean(axis=0)


def weighted(
    _: Material, valid: Double, test: Double, genre: StrArray, __: Fold
) -> tuple[Double, Double]:
    """Average with the weights in tenths that have the lowest log loss on validation tracks."""
    weights = best_weights(valid, pd.DataFrame({"genre": genre}))
    return np.tensordot(weights, valid, 1), np.tensordot(weights, test, 1)


def stacked(
    material: Material, valid: Double, test: Double, genre: StrArray, fold: Fold
) -> tuple[Double, Double]:
    """Fit logistic regression on the members' log probabilities of the validation part.

    Its penalty is chosen by five folds over artists inside that part.
    """
    x, seen = (
        np.log(np.clip(p, SMALLEST_P, None)).transpose(1, 0, 2).reshape(p.shape[1], -1)
        for p in (valid, test)
    )
    search = GridSearchCV(
        LogisticRegression(max_iter=5000),
        {"C": PENALTIES},
        scoring="accuracy",
        cv=StratifiedGroupKFold(5),
    )
    search.fit(x, genre, groups=material.groups[fold.valid])
    model = search.best_estimator_
    return genre_probabilities(model, x), genre_probabilities(model, seen)


def part_probabilities(records: list[Record], material: Material, fold: Fold, part: str) -> Double:
    """Probabilities of some fits, [n_fits, n, 10], in the order of a part of a fold."""
    ids = material.track_id[getattr(fold, part)]
    shown = []
    for record in records:
        rows = record.predictions
        rows = rows[(rows["fold"] == fold.name) & (rows["part"] == part)]
        shown.append(rows.set_index("track_id").loc[ids, list(P_COLUMNS)].to_numpy(np.float64))
    return np.stack(shown)


def combine(name: str, mix: Mix, records: list[Record]) -> Arm:
    """Combine some published fits of one split."""

    def fit(material: Material, fold: Fold, seed: int) -> tuple[Double, Double]:
        valid, test = (part_probabilities(records, material, fold, p) for p in ("valid", "test"))
        return mix(material, valid, test, material.genre[fold.valid], fold)

    seconds = sum(float(record.environment["duration_s"]) for record in records)
    return Arm(name, {"members": [record.fit_id for record in records]}, fit, "", seconds)


def published(study: Study, model: str, seed: int) -> Record | None:
    """Look up the tuned fit of a model; classical ones stand for every seed."""
    record = study.results("tuned", seed=0 if model in CLASSICAL else seed, models=(model,))[model]
    return None if isinstance(record, NotRun) else record


def members(name: str, mix: Mix, models: tuple[str, ...], seeds: tuple[int, ...] = ()) -> Side:
    """Combine the fits of several models that have the same seed, or one of `seeds`."""

    def side(study: Study, seed: int) -> Arm | None:
        records = [published(study, model, each) for model in models for each in seeds or (seed,)]
        known = [record for record in records if record is not None]
        return combine(name, mix, known) if len(known) == len(records) else None

    return side


def best_single(models: tuple[str, ...]) -> Side:
    """Take the fit of the model that is best on the validation parts, by log loss."""

    def side(study: Study, seed: int) -> Record | None:
        records = [published(study, model, seed) for model in models]
        known = [record for record in records if record is not None]
        return min(known, key=_validation_loss) if len(known) == len(models) else None

    return side


def _validation_loss(record: Record) -> float:
    rows = record.predictions[record.predictions["part"] == "valid"]
    return log_loss(rows)


def by_size(study: Study) -> pd.DataFrame:
    """Accuracy of the plain mean of published fits against how many there are.

    Returns
    -------
    DataFrame
        ``what`` (fits of one network by name, or one fit of several), ``members`` and
        ``accuracy``: mean over all choices of so many members, and over seeds for those of
        several networks. Networks that lack a seed are left out.
    """
    fits: dict[str, list[pd.DataFrame]] = {}
    for model in NAMES:
        records = [record for seed in SEEDS if (record := published(study, model, seed))]
        if len(records) == len(SEEDS):
            rows = [test_rows(record).sort_values("track_id") for record in records]
            fits[TITLES[model]] = rows
    teams = {title: [rows] for title, rows in fits.items()}
    teams[SEVERAL] = [list(one_each) for one_each in zip(*fits.values(), strict=True)]
    found = []
    for what, groups in teams.items():
        for size in range(1, len(groups[0]) + 1 if groups else 1):
            chosen = [team for group in groups for team in combinations(group, size)]
            found.append((what, size, float(np.mean([_mean_accuracy(team) for team in chosen]))))
    return pd.DataFrame(found, columns=["what", "members", "accuracy"])


def _mean_accuracy(team: Sequence[pd.DataFrame]) -> float:
    """Accuracy of the mean probabilities of fits whose test rows stand in the same order."""
    p = np.mean([rows[list(P_COLUMNS)].to_numpy(np.float64) for rows in team], axis=0)
    return accuracy(team[0].assign(**dict(zip(P_COLUMNS, p.T, strict=True))))


def _of_one(model: str) -> Comparison:
    return Comparison(
        f"Three fits of one network averaged: {TITLES[model]}",
        f"{TITLES[model]}, one fit",
        (
            members("mean_of_seeds", mean, (model,), SEEDS),
            lambda study, seed: published(study, model, seed),
        ),
        seeds=((0,), SEEDS),
    )


def _of_many(what: str, name: str, mix: Mix, models: tuple[str, ...]) -> Comparison:
    return Comparison(
        what,
        "the one of them that is best on validation tracks",
        (members(name, mix, models), best_single(models)),
        seeds=(SEEDS, SEEDS),
    )


STEP = Step(
    name="Ensembles",
    question="Networks that err on different tracks may correct each other. By how much?",
    changed="Several published fits answer together, in the place of one.",
    fitted="Nothing but the weights, on validation tracks: the networks are those of the book.",
    comparisons=(
        _of_one("mlp"),
        _of_one("vgg16"),
        _of_many("CNN and LSTM, weighted", "weighted", weighted, ("cnn", "lstm")),
        _of_many("All five networks, weighted", "weighted", weighted, NAMES),
        _of_many("All five networks, stacked", "stacked", stacked, NAMES),
        _of_many(
            "All five networks and two classical models, averaged",
            "mean",
            mean,
            (*NAMES, *CLASSICAL),
        ),
    ),
)
