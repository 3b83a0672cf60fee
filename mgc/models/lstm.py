"""The recurrent network on sequences of cepstra (report, model 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mgc.models.recipe import Recipe, TunedRecipe

if TYPE_CHECKING:
    import keras

RECIPE = Recipe(representation="sequence", scaling="per coefficient", batch_size=16, epochs=50)

TUNED = TunedRecipe(
    representation="sequence", scaling="per coefficient", batch_size=32, epochs=60,
    learning_rate=2e-3, crop_s=3.0, mixup=0.3, label_smoothing=0.1, weight_decay=0.05,
)  # fmt: skip
"""Chosen on the validation part of `fault_filtered`; `mgc.training.trials` lists the trials."""


def build(input_shape: tuple[int, ...], n_classes: int) -> keras.Model:
    """Three LSTM layers, 128, 64 and 32 units (Hochreiter and Schmidhuber 1997).

    137,290 parameters for standardised cepstra of the shape (n_frames, 13) and ten classes.
    """
    from keras import Input, Sequential, layers

    return Sequential(
        [
            Input(input_shape),
            layers.LSTM(128, return_sequences=True),
            layers.Dropout(0.3),
            layers.LSTM(64, return_sequences=True),
            layers.Dropout(0.3),
            layers.LSTM(32),
            layers.Dropout(0.3),
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(n_classes, activation="softmax"),
        ],
        name="lstm",
    )
