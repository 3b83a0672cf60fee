"""What an answer of a network on pictures rests on: maps of patches, and a test of the maps.

A picture is cut into patches, time by frequency. A map says of each how much of the answer for one
genre rests on it. No map says whether it is right; so patches are taken away in its order, and put
back in its order, and the network is asked each time.

What is taken away is replaced by the neutral picture: at each frequency the track's mean level.
The answer that is explained is the mean over crops that do not overlap, so that no column counts
twice; `mgc.inference.picture_network.crop_probabilities` lets crops overlap by half. Pictures are
standardised [shape=(128, n_columns)], and a genre is its number.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from mgc.features.from_archive import decibels
from mgc.training import crops, inputs
from mgc.typing import Double, Float, Grey, IntArray

if TYPE_CHECKING:
    import keras

    from mgc.inference.picture_network import CropModel

GRID = (8, 8)
"""Patches along frequency and along time."""
N_PATCHES = GRID[0] * GRID[1]
STEPS = 8
"""In which all patches are taken away, or put back."""
NODES = 16
"""Points of the integral on the way from the neutral picture."""


def standardised(picture: Grey) -> Float:
    """Standardise a picture [shape=(128, n_columns)] as a whole, as the network reads it."""
    return inputs.scale(decibels(picture[None]), np.empty(0, np.int64), "per track")[0, ..., 0]


def neutral(picture: Float) -> Float:
    """Replace each row of a standardised picture by its mean: no events, the same spectrum."""
    return np.broadcast_to(picture.mean(axis=1, keepdims=True), picture.shape)


def patch_numbers(shape: tuple[int, ...]) -> IntArray:
    """Give the number of the patch of each cell, row by row of the grid, low frequencies first."""
    rows, columns = (np.arange(n) * parts // n for n, parts in zip(shape, GRID, strict=True))
    return np.asarray(rows[:, None] * GRID[1] + columns, np.int64)


def patch_sums(values: Float | Double) -> Double:
    """Add up the cells of each patch [shape=(64,)]."""
    numbers = patch_numbers(values.shape).ravel()
    return np.asarray(np.bincount(numbers, values.ravel(), N_PATCHES), np.float64)


def answers(model: CropModel, pictures: Float) -> Double:
    """Probabilities of the genres in standardised pictures [shape=(n, 128, n_columns)]."""
    cut = np.stack([_crops(model, picture) for picture in pictures])
    p = np.asarray(model.predict_on_batch(cut.reshape(-1, *cut.shape[2:])), np.float64)
    return np.asarray(p.reshape(*cut.shape[:2], -1).mean(axis=1))


def occlusion(model: CropModel, picture: Float, genre: int) -> Double:
    """By how much the probability of a genre falls without each patch [shape=(64,)].

    Below zero where it rises (Zeiler and Fergus 2014).
    """
    numbers = _crops(model, patch_numbers(picture.shape))
    seen, empty = _crops(model, picture), _crops(model, neutral(picture))
    # A patch is in few crops, and the others answer as before.
    places, patches = np.array(
        [(crop, patch) for crop, here in enumerate(numbers) for patch in np.unique(here)]
    ).T
    without = np.where(
        numbers[places] == patches[:, None, None, None], empty[places], seen[places]
    )
    before = np.asarray(model.predict_on_batch(seen), np.float64)[places, genre]
    after = np.asarray(model.predict_on_batch(without), np.float64)[:, genre]
    return np.bincount(patches, before - after, N_PATCHES) / len(seen)


def integrated_gradients(model: keras.Model, picture: Float, genre: int) -> Double:
    """Share out the score of a genre, before softmax, over the cells of a picture.

    Each gets what sets it apart from the neutral picture, times its gradient, averaged on the
    straight way between the two (Sundararajan, Taly and Yan 2017), by the rule of Gauss and
    Legendre. They add up to the `score` less that of the neutral picture, as far as `NODES` points
    tell. The last layer of the model is dense.
    """
    start, end = _crops(model, neutral(picture)), _crops(model, picture)
    total: Any = 0.0
    for point, weight in zip(*np.polynomial.legendre.leggauss(NODES), strict=True):
        at = start + (end - start) * np.float32((1 + point) / 2)
        total = total + weight / 2 * _scores(model)(at, genre)[1].numpy().astype(np.float64)
    pieces = (total * (end - start))[..., 0]
    shared = np.zeros(picture.shape)
    for column, piece in zip(_starts(model, picture), pieces, strict=True):
        shared[:, column : column + piece.shape[1]] += piece / len(end)
    return shared


def score(model: keras.Model, picture: Float, genre: int) -> float:
    """Score of a genre before softmax, mean over crops."""
    return float(_scores(model)(_crops(model, picture), genre)[0].numpy())


@lru_cache(maxsize=16)
def _scores(model: keras.Model) -> Any:
    """Make a function from crops and a genre to the mean score and the slope in each crop."""
    import tensorflow as tf

    from mgc.models.backend import keras

    body, head = keras.Model(model.inputs, model.layers[-1].input), model.layers[-1]

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]  # has no type hints
    def scores(cut: Any, genre: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(cut)
            hidden = body(cut, training=False)
            each = tf.linalg.matvec(hidden, head.kernel[:, genre]) + head.bias[genre]
            total = tf.reduce_sum(each)
        return tf.reduce_mean(each), tape.gradient(total, cut)

    return lambda cut, genre: scores(tf.constant(cut), tf.constant(genre))


def curve(
    model: CropModel, picture: Float, genre: int, order: IntArray, *, insert: bool = False
) -> Double:
    """Probability of a genre while patches are taken away, or put into the neutral picture.

    Parameters
    ----------
    model : CropModel
    picture : ndarray [shape=(128, n_columns)], float32
    genre : int
    order : ndarray [shape=(64,)], int
        Patches, the first one first.
    insert : bool
        Put back what `order` names in the place of taking it away.

    Returns
    -------
    probabilities : ndarray [shape=(STEPS + 1,)]
        After equal shares of the patches (Petsiuk, Das and Saenko 2018); `area` sums it up.
    """
    rank = np.argsort(order)[patch_numbers(picture.shape)]
    counts = np.linspace(0, N_PATCHES, STEPS + 1).round()[:, None, None]
    kept = (rank < counts) == insert
    return answers(model, np.where(kept, picture, neutral(picture)))[:, genre]


def area(probabilities: Double) -> float:
    """Mean height of a curve, in [0, 1], by the trapezoidal rule."""
    return float(np.trapezoid(probabilities) / (len(probabilities) - 1))


def untrained(model: keras.Model, seed: int) -> keras.Model:
    """Make the same network with random weights, as it was before training."""
    from mgc.models.backend import keras

    keras.utils.set_random_seed(seed)
    return keras.models.clone_model(model)


def _starts(model: CropModel, picture: Float | IntArray) -> IntArray:
    return crops.starts(picture.shape[1], int(model.input_shape[2]))[::2]


def _crops(model: CropModel, picture: Any) -> Any:
    """Cut a picture [shape=(128, n_columns)] into crops [shape=(n_crops, 128, width, 1)]."""
    width = int(model.input_shape[2])
    cut = [picture[:, start : start + width] for start in _starts(model, picture)]
    return np.stack(cut)[..., None]
