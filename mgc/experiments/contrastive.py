"""Contrastive pretraining: what a network learns from pictures alone, before it sees a genre."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mgc.datasets.splits import ARTIST_CV, Fold
from mgc.datasets.tracks import GENRES
from mgc.evaluation.accuracy import accuracy_summary
from mgc.experiments.controls import twice_as_long
from mgc.experiments.networks import answers, fold_fit, itself
from mgc.experiments.readout import logistic
from mgc.experiments.step import Answers, Arm, Comparison, Material, Step
from mgc.records.study import Study
from mgc.typing import IntArray, StrArray

if TYPE_CHECKING:
    from mgc.training.crops import Examples

PENALTIES = (0.001, 0.01, 0.1, 1.0, 10.0)
LABELLED = (1, 10, 0)
"""Tracks of each genre that a read-out is told of; 0 for all of the training part."""
CROP_S, SECONDS = 3.0, 30.0
"""Of a crop, as the CNN's recipe cuts them, and of sound in a picture."""
PRETRAINED, RANDOM = "pretrained", "random weights"
PRETRAINING: Mapping[str, Any] = MappingProxyType(
    {
        "steps": 300,
        "batch_size": 64,
        "learning_rate": 1e-3,
        "weight_decay": 1e-4,
        "temperature": 0.1,
        "mask": 0.2,
        "width": 128,
    }
)
"""Two crops of each track of a batch make as many crops in all as the CNN's recipe shows."""


def _examples(material: Material) -> Examples:
    from mgc.training.crops import TIME_AXIS, Examples
    from mgc.training.inputs import scale

    pictures = material.arrays.spectrogram[material.split.example_track]
    length = round(pictures.shape[2] * CROP_S / SECONDS)
    scaled = scale(pictures, np.arange(len(pictures)), "per track")
    return Examples(scaled, TIME_AXIS["spectrogram"], length)


def _encoders(material: Material) -> dict[tuple[str, int], tuple[Any, float]]:
    """Keep what was pretrained, by fold and seed, and the seconds that it took."""
    return {}


def pretrained(material: Material, fold: Fold, seed: int) -> tuple[Any, float]:
    """Pretrain on the training part of a fold, once; gives the encoder.

    And the seconds that it took before, none where it was pretrained now.
    """
    from mgc.training import contrastive

    known = material.once(_encoders)
    if (fold.name, seed) in known:
        return known[fold.name, seed]
    begin = time.process_time()
    examples, number = material.once(_examples), 1000 * seed + material.split.folds.index(fold)
    encoder = contrastive.pretrain(examples, fold.train, number, **PRETRAINING)
    known[fold.name, seed] = encoder, time.process_time() - begin
    return encoder, 0.0


def labelled(genre: StrArray, rows: IntArray, each: int, seed: int) -> IntArray:
    """Draw so many rows of each genre, all of them for 0; in ascending order."""
    if not each:
        return rows
    mixed = np.random.default_rng(seed).permutation(rows)
    drawn = [mixed[genre[mixed] == name][:each] for name in np.unique(genre[rows])]
    return np.sort(np.concatenate(drawn))


def readout(weights: str, each: int) -> Arm:
    """Fit logistic regression on an encoder's mean over crops, of so many tracks of each genre."""

    def fit(material: Material, fold: Fold, seed: int) -> Answers:
        from mgc.training import contrastive, keras_fit

        examples, seconds = material.once(_examples), 0.0
        if weights == PRETRAINED:
            encoder, seconds = pretrained(material, fold, seed)
        else:
            keras_fit.start(1000 * seed + material.split.folds.index(fold))
            encoder = contrastive.fresh(examples)
        x = contrastive.embed(encoder, examples)
        train = labelled(material.genre, fold.train, each, seed)
        valid, test = logistic(x, material.genre, fold, PENALTIES, train=train)
        return Answers(valid, test, seconds_before=seconds)

    settings = {"weights": weights, "labelled": each, "penalties": list(PENALTIES)}
    if weights == PRETRAINED:
        settings |= PRETRAINING
    return Arm("cnn_readout", settings, fit, "arrays")


def trained_on() -> Arm:
    """Train the CNN by its recipe, from pretrained convolutions."""

    def fit(material: Material, fold: Fold, seed: int) -> Answers:
        from mgc.training import contrastive

        encoder, seconds = pretrained(material, fold, seed)
        given = answers(
            fold_fit(material, fold, seed, "cnn", {}),
            lambda shape: contrastive.started_from(encoder, shape),
        )
        return given._replace(seconds_before=seconds)

    settings = {"recipe_of": "cnn", "weights": PRETRAINED, **PRETRAINING}
    return Arm("cnn_contrastive", settings, fit, "arrays")


def _read(each: int) -> Comparison:
    how_many = {0: "all tracks labelled", 1: "one labelled track a genre"}.get(
        each, f"{each} labelled tracks a genre"
    )
    return Comparison(
        f"Contrastive pretraining, {how_many}",
        "random weights, read with as many labels",
        (readout(PRETRAINED, each), readout(RANDOM, each)),
    )


def read_outs(study: Study) -> pd.DataFrame:
    """Sum up the read-outs that have a record, seed 0.

    Returns
    -------
    DataFrame
        ``weights``, ``tracks`` (labelled, mean over folds), ``accuracy``, ``low``, ``high``.
    """
    split = study.edition_record.split(ARTIST_CV, 0)
    every = float(np.mean([len(fold.train) for fold in split.folds]))
    rows = []
    for record in study.store.steps.find(model="cnn_readout", seed=0):
        recipe = record.config["recipe"]
        each, summary = int(recipe["labelled"]), accuracy_summary([record])
        told = each * len(GENRES) if each else every
        rows.append((recipe["weights"], told, summary.accuracy, summary.low, summary.high))
    names = ["weights", "tracks", "accuracy", "low", "high"]
    return pd.DataFrame(rows, columns=names).sort_values(["weights", "tracks"])


STEP = Step(
    name="Contrastive pretraining",
    question="Music without labels is plenty. Can a network learn from it which sounds belong"
    " together, before anybody names a genre?",
    changed="The CNN's convolutions first learn, for as many crops as its own training takes, to"
    " find of two crops of each track the one from the other; no genre is read.",
    fitted="The CNN by its recipe, from these weights; and logistic regression on what they say,"
    " told of one, ten or all training tracks of each genre.",
    comparisons=(
        Comparison(
            "Contrastive pretraining, then the CNN's own training",
            "the CNN from nothing",
            (trained_on(), itself("cnn")),
            seeds=((0, 1, 2), (0, 1, 2)),
        ),
        Comparison(
            "Contrastive pretraining against longer training",
            "the CNN trained twice as long",
            (trained_on(), twice_as_long),
            seeds=((0, 1, 2), (0, 1, 2)),
        ),
        *(_read(each) for each in LABELLED),
    ),
)
