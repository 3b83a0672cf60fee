"""Attention over time in the place of the mean: which moments of a crop to listen to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import softmax

from mgc.experiments.networks import in_its_place, itself
from mgc.experiments.step import Comparison, Step
from mgc.typing import Double, Float
from mgc.util.textfiles import read_csv, read_json

if TYPE_CHECKING:
    import keras

WIDTH = 64
WEIGHTS, FACTS = "attention/weights.csv", "attention/shown.json"
"""In the store of records: what `tools.attention_weights` measured."""


def pooled_by_attention(shape: tuple[int, ...]) -> keras.Model:
    """VGG16's head on a weighted mean over time of its columns [n_columns, n_filters].

    Weights come from two layers that are trained with the head (Ilse, Tomczak and Welling 2018).
    All are alike at first, so that training begins at the plain mean.
    """
    from keras import Model, layers

    from mgc.models.vgg16 import build_head

    columns = layers.Input(shape)
    score = layers.Dense(WIDTH, activation="tanh", name="hidden")(columns)
    score = layers.Dense(1, kernel_initializer="zeros", use_bias=False, name="score")(score)
    weight = layers.Softmax(axis=1, name="attention")(score)
    mean = layers.Flatten()(layers.Dot(axes=1)([weight, columns]))
    return Model(columns, build_head(10, shape[-1])(mean), name="attention")


def weights_over_time(model: keras.Model, columns: Float) -> Double:
    """Weigh the columns of whole tracks [n, n_columns, n_filters]; a mean weight is 1.

    The score of a column does not depend on its crop, so that the weights of any crop are in the
    same proportions to each other.
    """
    hidden, score = (model.get_layer(name) for name in ("hidden", "score"))
    scores = np.asarray(score(hidden(columns)), np.float64)[..., 0]
    weights: Double = softmax(scores, axis=1) * scores.shape[1]
    return weights


def half(weights: Double) -> Double:
    """Share of the columns, the heaviest, that holds half of the weight [n], in (0, 0.5].

    0.5, in whole columns, where all weigh the same.
    """
    falling = -np.sort(-weights, axis=1)
    reached = falling.cumsum(axis=1) / weights.sum(axis=1, keepdims=True)
    shares: Double = (1 + (reached < 0.5).sum(axis=1)) / weights.shape[1]
    return shares


def load_weights(root: str | Path) -> pd.DataFrame:
    """Read the table from a store; raises RecordError if it is missing or damaged.

    A row a test track of GTZAN: ``fold``, ``named`` (genre), ``half`` (see `half`) and
    ``loudness`` (rank correlation of the weights with the mean level of the columns).
    """
    return read_csv(Path(root) / WEIGHTS, ("track_id", "genre", "fold", "named"))


def load_shown(root: str | Path) -> dict[str, Any]:
    """Read the tracks that are drawn, with their weights; raises RecordError as `load_weights`."""
    facts: dict[str, Any] = read_json(Path(root) / FACTS)
    return facts


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
                in_its_place("vgg16_attention", "vgg16", pooled_by_attention, {"width": WIDTH}),
                itself("vgg16"),
            ),
        ),
    ),
)
