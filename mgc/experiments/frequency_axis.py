"""VGG16 read with its frequency axis kept: at which pitch a filter answers."""

from __future__ import annotations

import numpy as np

from mgc.datasets.splits import Fold
from mgc.experiments.readout import logistic
from mgc.experiments.step import Arm, Comparison, Material, Step
from mgc.typing import Double, Float

PENALTIES = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
FILTERS = "block3_pool+block4_pool+block5_pool"


def columns(material: Material, keep: bool) -> Float:
    """Mean over time of each filter, in each row of frequency, or over these as well."""
    blocks = material.vgg16_rows
    shown = [block if keep else block.mean(axis=1, keepdims=True) for block in blocks]
    return np.concatenate([block.reshape(len(block), -1) for block in shown], axis=1)


def arm(keep: bool) -> Arm:
    """Logistic regression on what VGG16 says of a picture."""

    def fit(material: Material, fold: Fold, seed: int) -> tuple[Double, Double]:
        return logistic(columns(material, keep), material.genre, fold, PENALTIES)

    axis = "kept" if keep else "averaged"
    settings = {"blocks": FILTERS, "frequency": axis, "penalties": list(PENALTIES)}
    return Arm("vgg16_readout", settings, fit, "vgg16_rows")


STEP = Step(
    name="The frequency axis of VGG16",
    question="A filter that fires high in the picture and one that fires low count the same once"
    " their answers are averaged. Is that a loss?",
    changed="The read-out sees the mean over time of each row of frequency, not the mean over all"
    " of the picture.",
    fitted="Logistic regression on the same frozen blocks, its penalty chosen on validation.",
    comparisons=(
        Comparison(
            "VGG16 read row by row of frequency",
            "VGG16 averaged over the whole picture",
            (arm(True), arm(False)),
        ),
    ),
)
