"""Domains: fit on clean pictures, tested on degraded ones; nothing here degrades sound."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

import numpy as np

from mgc.datasets.archive import open_archive
from mgc.datasets.splits import Fold
from mgc.experiments.labels import CONTROL
from mgc.experiments.readout import PENALTY
from mgc.experiments.step import Arm, Comparison, Material, Step
from mgc.features.from_archive import decibels
from mgc.features.statistics import picture_statistics
from mgc.models.vgg16 import grey
from mgc.training.baselines import genre_probabilities
from mgc.training.inputs import scale
from mgc.typing import Double, Float

NOISE_DB = -30.0
"""Level of the noise in each cell, below the loudest of the picture, taken for decibels."""
BAND_HZ = (300.0, 3400.0)
"""What a telephone lets through."""
SEED = 17
"""Of the first draw of noise; the next ones have the next numbers."""
SEEDS = (0, 1, 2)
KEPT, RENEWED = "kept", "of the new domain"


def stretched(spectrogram: Float) -> Float:
    """Stretch each picture to 256 levels from -80 to 0, as those of the archive are.

    Whole levels: what is empty must be so exactly, or scaling makes much of what rounding left.
    """
    return decibels(grey(spectrogram))


def with_noise(spectrogram: Float, level_db: float, rng: np.random.Generator) -> Float:
    """Add the power of white noise to each cell, as if pictures were in decibels.

    That of a cell varies as a mean of four frames of noise does.
    """
    noise = 10 ** (level_db / 10) * rng.gamma(4.0, 0.25, size=spectrogram.shape)
    return np.asarray(10 * np.log10(10 ** (spectrogram / 10) + noise), np.float32)


def _noisy(material: Material, draw: int = 0) -> Float:
    clean = material.arrays.spectrogram[material.split.example_track]
    noisy = with_noise(clean, NOISE_DB, np.random.default_rng(SEED + draw))
    return picture_statistics(stretched(noisy))


def _band(material: Material) -> Float:
    source = material.study.source()
    assert source.archive is not None
    hertz = open_archive(source.archive).freq_hz
    cut = material.arrays.spectrogram[material.split.example_track].copy()
    cut[:, (hertz < BAND_HZ[0]) | (hertz > BAND_HZ[1])] = -80
    return picture_statistics(stretched(cut))


def _clean(material: Material) -> Float:
    return material.pictures


KINDS: Mapping[str, Callable[[Material], Float]] = {
    "clean": _clean, "noise": _noisy, "telephone band": _band,
}  # fmt: skip
NOISES: Mapping[int, Callable[[Material], Float]] = MappingProxyType(
    {0: _noisy} | {draw: partial(_noisy, draw=draw) for draw in SEEDS[1:]}
)
"""Of each draw, so that `Material.once` makes it once for all fits."""
HOW: Mapping[str, Mapping[str, object]] = {
    "clean": {},
    "noise": {"level_db": NOISE_DB},
    "telephone band": {"band_hz": list(BAND_HZ)},
}


def arm(kind: str, normalisation: str, draw: int = 0) -> Arm:
    """Logistic regression fitted on clean pictures, which predicts degraded ones."""
    degrade = NOISES[draw] if kind == "noise" else KINDS[kind]

    def fit(material: Material, fold: Fold, seed: int) -> tuple[Double, Double]:
        from sklearn.linear_model import LogisticRegression

        clean, heard = material.pictures, material.once(degrade)
        scaled = scale(np.concatenate([clean, heard]), fold.train, "per column")
        model = LogisticRegression(C=PENALTY, max_iter=5000)
        model.fit(scaled[fold.train], material.genre[fold.train])
        # Statistics of the new domain come from validation tracks: no test track, and no label.
        seen = (
            scaled[len(clean) :]
            if normalisation == KEPT
            else scale(heard, fold.valid, "per column")
        )
        valid, test = (genre_probabilities(model, seen[part]) for part in (fold.valid, fold.test))
        return valid, test

    settings = {"penalty": PENALTY, "test": kind, "normalisation": normalisation, **HOW[kind]}
    if kind == "noise":
        settings["noise_seed"] = SEED + draw
    return Arm("logistic_degraded", settings, fit, "pictures", makes=degrade)


def _renewed(kind: str, what: str, seeds: tuple[int, ...]) -> Comparison:
    return Comparison(
        f"Columns scaled anew for pictures {what}",
        "the scale of training",
        (lambda _, seed: arm(kind, RENEWED, seed), lambda _, seed: arm(kind, KEPT, seed)),
        seeds=(seeds, seeds),
    )


STEP = Step(
    name="Degraded pictures",
    question="A model learned from clean music. What is left of it in noise or over a telephone?",
    changed="Columns are scaled by mean and spread of degraded validation tracks, which needs no"
    " label, in the place of those of training.",
    fitted="Logistic regression on the statistics of clean pictures; degraded are the pictures of"
    " validation and test, and not sound. Each seed draws noise of its own.",
    comparisons=(
        _renewed("noise", "in noise", SEEDS),
        _renewed("telephone band", "cut to a telephone's band", (0,)),
        Comparison(
            "Columns scaled anew for clean pictures",
            "the scale of training",
            (arm("clean", RENEWED), CONTROL),
        ),
    ),
)
