"""The dense autoencoder on spectrograms and the classifier on its code (report, model 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mgc.models.recipe import Recipe, TunedRecipe

if TYPE_CHECKING:
    import keras

RECIPE = Recipe(
    representation="spectrogram", scaling="unit", batch_size=32, epochs=50, plateau_factor=1.0
)
"""One recipe for both fits, as in the report: first the autoencoder, then the classifier."""

TUNED = TunedRecipe(
    representation="spectrogram", scaling="unit", batch_size=32, epochs=60, steps=28,
    crop_s=3.0, mixup=0.3, code_size=64,
)  # fmt: skip
"""Chosen on the validation part of `fault_filtered`; `mgc.training.trials` lists the trials."""

CODE_SIZE = 64


def build(
    input_shape: tuple[int, ...], n_classes: int = 0, *, code_size: int = CODE_SIZE
) -> keras.Model:
    """Dense layers 512, 256, 128, 64 and back again (Hinton and Salakhutdinov 2006).

    Parameters
    ----------
    input_shape : tuple of int
        (n_mels * n_frames,): a flattened spectrogram scaled to [0, 1], which is what the sigmoid
        at the end can reach.
    n_classes : int
        Not used: an autoencoder knows no classes.
    code_size : int

    Returns
    -------
    model : keras.Model
        169,856,320 parameters for 128 x 1292. The layer ``code`` holds the code.
    """
    from keras import Input, Sequential, layers

    return Sequential(
        [
            Input(input_shape),
            layers.Dense(512, activation="relu"),
            layers.Dense(256, activation="relu"),
            layers.Dense(128, activation="relu"),
            layers.Dense(code_size, activation="relu", name="code"),
            layers.Dense(128, activation="relu"),
            layers.Dense(256, activation="relu"),
            layers.Dense(512, activation="relu"),
            layers.Dense(input_shape[0], activation="sigmoid"),
        ],
        name="autoencoder",
    )


def encoder(model: keras.Model) -> keras.Model:
    """Cut the half that computes the code [n, code_size]; it shares its weights with `model`."""
    from keras import Model

    return Model(model.inputs, model.get_layer("code").output, name="encoder")


def build_classifier(n_classes: int, code_size: int = CODE_SIZE) -> keras.Model:
    """Two hidden layers on the code; 17,226 parameters for ten classes and a code of 64."""
    from keras import Input, Sequential, layers

    return Sequential(
        [
            Input((code_size,)),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(n_classes, activation="softmax"),
        ],
        name="code_classifier",
    )
