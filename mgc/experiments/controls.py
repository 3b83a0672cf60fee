"""Tuned networks trained once more, elsewhere or for longer: controls, and no steps.

Some fits of the book were made where Keras runs on JAX. Whether they may stand beside those made
on TensorFlow is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mgc.experiments.networks import in_its_place, itself
from mgc.experiments.step import Comparison, Side
from mgc.models import TITLES, cnn

SEEDS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {"mlp": (0, 1, 2), "cnn": (0,), "lstm": (0,), "autoencoder": (0,), "vgg16": (0, 1, 2)}
)
PUBLISHED = "the published fits, on TensorFlow"

ON_JAX: tuple[Comparison, ...] = tuple(
    Comparison(
        f"{TITLES[model]} on JAX",
        PUBLISHED,
        (in_its_place(f"{model}_again", model), itself(model)),
        seeds=(seeds, seeds),
    )
    for model, seeds in SEEDS.items()
)

twice_as_long: Side = in_its_place("cnn_longer", "cnn", epochs=2 * cnn.TUNED.epochs)
"""For as many crops as contrastive pretraining and the CNN's own training take together."""

TWICE = Comparison(
    "The CNN trained twice as long, on JAX",
    PUBLISHED,
    (twice_as_long, itself("cnn")),
    seeds=((0, 1, 2), (0, 1, 2)),
)
