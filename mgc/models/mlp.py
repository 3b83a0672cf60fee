"""The multi-layer perceptron on 228 track statistics (report, model 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mgc.models.recipe import Recipe, TunedRecipe

if TYPE_CHECKING:
    import keras

RECIPE = Recipe(representation="tabular", scaling="per column", batch_size=32, epochs=100)

TUNED = TunedRecipe(
    representation="tabular", scaling="per column", batch_size=32, epochs=60,
    mixup=0.3, label_smoothing=0.1, weight_decay=0.01,
)  # fmt: skip
"""Chosen on the validation part of `fault_filtered`; `mgc.training.trials` lists the trials."""


def build(input_shape: tuple[int, ...], n_classes: int) -> keras.Model:
    """Four hidden layers, 512 to 64 units, with dropout, on standardised statistics.

    290,378 parameters for the shape (228,) and ten classes.
    """
    from keras import Input, Sequential, layers

    return Sequential(
        [
            Input(input_shape),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(256, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(64, activation="relu"),
            layers.Dense(n_classes, activation="softmax"),
        ],
        name="mlp",
    )
