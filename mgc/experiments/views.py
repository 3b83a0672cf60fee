"""More statistics of the same pictures: other time scales, log frequency, two kinds of sound."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mgc.datasets.splits import Fold
from mgc.experiments.readout import logistic
from mgc.experiments.step import Arm, Comparison, Material, Step
from mgc.features.statistics import picture_statistics
from mgc.training.inputs import averaged, log_frequency
from mgc.typing import Double, Float

PENALTIES = (0.003, 0.01, 0.03, 0.1, 0.3)
FRAMES = (4, 16)
"""Neighbouring frames that are averaged: a quarter of a second, and a second."""
KERNEL = (11, 9)
"""Frames (0.7 s) and rows over which a median is taken."""
View = Callable[[Material], Float]


def _spectrogram(material: Material) -> Float:
    return material.arrays.spectrogram[material.split.example_track]


def time_scales(material: Material) -> Float:
    """Statistics of pictures with fewer, longer frames [n, 2 * 896]."""
    whole = _spectrogram(material)
    return np.concatenate([picture_statistics(averaged(whole, n)) for n in FRAMES], axis=1)


def log_spaced(material: Material) -> Float:
    """Statistics of pictures whose rows stand at equal steps of log frequency [n, 896]."""
    return picture_statistics(log_frequency(_spectrogram(material)))


def two_kinds(material: Material) -> Float:
    """Statistics of what lasts and of what strikes [n, 2 * 896].

    Median filtering along time and along frequency (Fitzgerald 2010, librosa), of levels above
    the picture's lowest, which are logarithms.
    """
    import librosa

    parts = [
        np.stack(librosa.decompose.hpss(picture + 80, kernel_size=KERNEL)).astype(np.float32)
        for picture in _spectrogram(material)
    ]
    kinds = np.stack(parts, axis=1)
    return np.concatenate([picture_statistics(kind) for kind in kinds], axis=1)


def arm(name: str, view: View | None) -> Arm:
    """Logistic regression on the statistics of the picture and those of a view of it."""

    def fit(material: Material, fold: Fold, seed: int) -> tuple[Double, Double]:
        x = material.pictures
        if view is not None:
            x = np.concatenate([x, material.once(view)], axis=1)
        return logistic(x, material.genre, fold, PENALTIES)

    settings = {"penalties": list(PENALTIES), "view": name}
    return Arm("logistic_views", settings, fit, "pictures", makes=view)


def _beside(step: str, name: str, view: View) -> Comparison:
    return Comparison(
        step,
        "the statistics of the picture alone",
        (arm(name, view), arm("", None)),
    )


STEP = Step(
    name="More views of a picture",
    question="Rhythm is slow, timbre quick, and pitch counts in octaves. Does it help to say so?",
    changed="The read-out also sees the same statistics of another view of the picture.",
    fitted="Logistic regression, its penalty chosen on validation among as many on both sides.",
    comparisons=(
        _beside("Two slower time scales beside the picture", "time scales", time_scales),
        _beside("Log-spaced frequency beside the picture", "log frequency", log_spaced),
        _beside("Lasting and striking parts beside the picture", "two kinds", two_kinds),
    ),
)
