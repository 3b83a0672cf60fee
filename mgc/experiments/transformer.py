"""A small transformer on patches of the picture, in the place of the CNN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mgc.experiments.networks import in_its_place, itself
from mgc.experiments.step import Comparison, Step

if TYPE_CHECKING:
    import keras

PATCH = (16, 10)
"""Rows of frequency and columns of time of a patch."""
WIDTH, HEADS, BLOCKS = 64, 4, 3
DROPOUT = 0.1


def on_patches(shape: tuple[int, ...]) -> keras.Model:
    """Read a crop [n_rows, n_columns, 1] as a sequence of patches (Dosovitskiy et al. 2021).

    Patches become vectors by one linear map, places in the crop are learned, and blocks normalise
    before attention. The mean over patches names the genre.
    """
    from keras import Model, layers, ops

    crop = layers.Input(shape)
    patches = layers.Conv2D(WIDTH, PATCH, strides=PATCH, name="patches")(crop)
    tokens = layers.Reshape((-1, WIDTH))(patches)
    n_tokens = tokens.shape[1]
    tokens = tokens + layers.Embedding(n_tokens, WIDTH, name="places")(ops.arange(n_tokens))
    for _ in range(BLOCKS):
        read = layers.LayerNormalization()(tokens)
        heard = layers.MultiHeadAttention(HEADS, WIDTH // HEADS, dropout=DROPOUT)(read, read)
        tokens = tokens + heard
        read = layers.LayerNormalization()(tokens)
        read = layers.Dense(2 * WIDTH, activation="gelu")(read)
        tokens = tokens + layers.Dropout(DROPOUT)(layers.Dense(WIDTH)(read))
    mean = layers.GlobalAveragePooling1D()(layers.LayerNormalization()(tokens))
    return Model(crop, layers.Dense(10, activation="softmax")(mean), name="transformer")


STEP = Step(
    name="A transformer",
    question="Does attention between patches do better than convolution, on so few tracks?",
    changed="A small transformer, trained from nothing, stands in the place of the CNN.",
    fitted="Three blocks on patches of 16 rows and 10 columns, by the CNN's recipe with a smaller"
    " rate of learning: of two, the one with the better fault-filtered validation part.",
    comparisons=(
        Comparison(
            "A small transformer on patches",
            "the CNN",
            (
                in_its_place(
                    "transformer",
                    "cnn",
                    on_patches,
                    {"patch": list(PATCH), "width": WIDTH, "heads": HEADS, "blocks": BLOCKS},
                    learning_rate=1e-3,
                ),
                itself("cnn"),
            ),
            seeds=((0, 1, 2), (0, 1, 2)),
        ),
    ),
)
