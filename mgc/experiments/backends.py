"""The tuned networks trained once more, where Keras runs on JAX: a control, not a step.

Steps that were trained there have their control from there. Whether they may stand beside what was
trained on TensorFlow is decided here.
"""

from __future__ import annotations

from mgc.experiments.networks import again, itself
from mgc.experiments.step import Comparison
from mgc.models import NAMES, TITLES

SEEDS = (0, 1, 2)

COMPARISONS: tuple[Comparison, ...] = tuple(
    Comparison(
        f"{TITLES[model]} on JAX",
        "the published fits, on TensorFlow",
        (again(f"{model}_again", model, {}), itself(model)),
        seeds=(SEEDS, SEEDS),
    )
    for model in NAMES
)
