"""What a network says of pictures: crop by crop, in the way in which it was trained."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mgc.features.archive_picture import CLIP_COLUMNS
from mgc.features.from_archive import decibels
from mgc.training import inputs
from mgc.typing import Double, Grey

if TYPE_CHECKING:
    import keras


def crop_probabilities(model: keras.Model, pictures: Iterable[Grey]) -> list[Double]:
    """Probabilities of the genres in each crop of some pictures.

    Parameters
    ----------
    model : keras.Model
        From `mgc.inference.network_file.open_network`.
    pictures : iterable of ndarray [shape=(128, n_columns)], uint8
        From `mgc.features.archive_picture.picture` or an archive; each at least as wide as the
        network reads.

    Returns
    -------
    probabilities : list of ndarray [shape=(n_crops, 10)], float64
        One array a picture, rows summing to one. Crops overlap by half and reach both ends.

    Notes
    -----
    A picture is standardised as a whole, as the recipe's scaling ``per track`` does, and cut by
    the rule by which fits predict their test part.
    """
    width = int(model.input_shape[2])
    cut = [_crops(picture, width) for picture in pictures]
    if not cut:
        return []
    said = _compute(model, np.concatenate(cut))
    said /= said.sum(axis=1, keepdims=True)
    return np.split(said, np.cumsum([len(one) for one in cut])[:-1])


def _crops(picture: Grey, width: int) -> npt.NDArray[np.float32]:
    """Standardised crops of one picture [shape=(n_crops, 128, width, 1)]."""
    from mgc.training import (
        crops,  # it imports Keras, and commands that only look at data do without
    )

    scaled = inputs.scale(decibels(picture[None]), np.empty(0, np.int64), "per track")
    pieces = crops.regular(scaled, crops.TIME_AXIS["spectrogram"], width)
    first: npt.NDArray[np.float32] = pieces[0]
    return first


def _compute(model: keras.Model, x: npt.NDArray[np.float32]) -> Double:
    """Run the network on as many crops at a time as 30 s have, so that it is compiled once."""
    from mgc.training import crops

    size = len(crops.starts(CLIP_COLUMNS, x.shape[2]))
    parts = []
    for start in range(0, len(x), size):
        batch = x[start : start + size]
        padded = np.pad(batch, ((0, size - len(batch)), (0, 0), (0, 0), (0, 0)))
        parts.append(np.asarray(model.predict_on_batch(padded), np.float64)[: len(batch)])
    return np.concatenate(parts)
