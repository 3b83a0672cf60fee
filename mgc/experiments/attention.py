"""Attention over time in the place of the mean: which moments of a crop to listen to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mgc.experiments.networks import in_its_place, itself
from mgc.experiments.step import Comparison, Step

if TYPE_CHECKING:
    import keras

WIDTH = 64


def pooled_by_attention(shape: tuple[int, ...]) -> keras.Model:
    """VGG16's head on a weighted mean over time of its columns [n_columns, n_filters].

    Weights come from two layers that are trained with the head (Ilse, Tomczak and Welling 2018).
    All are alike at first, so that training begins at the plain mean.
    """
    from keras import Model, layers

    from mgc.models.vgg16 import build_head

    columns = layers.Input(shape)
    score = layers.Dense(WIDTH, activation="tanh")(columns)
    score = layers.Dense(1, kernel_initializer="zeros", use_bias=False)(score)
    weight = layers.Softmax(axis=1, name="attention")(score)
    mean = layers.Flatten()(layers.Dot(axes=1)([weight, columns]))
    return Model(columns, build_head(10, shape[-1])(mean), name="attention")


STEP = Step(
    name="Attention over time",
    question="Some seconds of a song say more about it than others. Can a network learn which?",
    changed="VGG16's columns are averaged with weights that are learned, which begin alike, in the"
    " place of the plain mean.",
    fitted="The same head by the same recipe, and the 82,048 weights of the attention.",
    comparisons=(
        Comparison(
            "Attention over time (VGG16)",
            "the mean over time",
            (
                in_its_place(
                    "vgg16_attention", "vgg16", pooled_by_attention, {"width": WIDTH}, {}
                ),
                itself("vgg16"),
            ),
            seeds=((0,), (0,)),
        ),
    ),
)
