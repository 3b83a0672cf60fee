"""Networks on spectrogram pictures: the small CNN that ships, and those that `mgc train` makes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from mgc.audio.samples import SAMPLE_RATE
from mgc.audio.windows import MINIMUM_S
from mgc.datasets.tracks import GENRES
from mgc.errors import NetworkError
from mgc.features.archive_picture import CLIP_COLUMNS, N_BINS, picture
from mgc.inference.network_file import REMEDY, WIDEST, check_answers
from mgc.inference.tag_network import Heard
from mgc.typing import Double, Float, Grey

if TYPE_CHECKING:
    import onnxruntime

INPUT, OUTPUT = "crops", "probabilities"
"""Names in the graph that `mgc.inference.onnx_file` writes."""


class CropModel(Protocol):
    """What a network on crops of pictures has, as Keras's models do."""

    @property
    def input_shape(self) -> Any:
        """Batch, bins, columns, 1."""

    def predict_on_batch(self, x: Any) -> Any:
        """Probabilities of the genres in each crop."""


class OnnxCrops:
    """A graph of `mgc.inference.onnx_file`, used as the Keras model that it was made from."""

    def __init__(self, session: onnxruntime.InferenceSession, name: str) -> None:
        self._session = session
        shapes = {
            node.name: node.shape for node in (*session.get_inputs(), *session.get_outputs())
        }
        _, _, bins, width = shapes.get(INPUT, [0] * 4)
        fits = bins == N_BINS and isinstance(width, int) and 0 < width <= WIDEST
        if not fits or shapes.get(OUTPUT, [0])[-1] != len(GENRES):
            raise NetworkError(
                f"{name}: reads or gives something else than networks here; {REMEDY}"
            )
        self.input_shape = (None, bins, width, 1)

    def predict_on_batch(self, x: Float) -> Float:
        """Probabilities of the genres in crops [shape=(n, 128, width, 1)]."""
        crops = np.ascontiguousarray(x.transpose(0, 3, 1, 2), np.float32)
        (p,) = self._session.run([OUTPUT], {INPUT: crops})
        return np.asarray(p)


class PictureNetwork:
    """A network on crops of the pictures of `mgc.features.archive_picture`."""

    sample_rate = SAMPLE_RATE
    classes: tuple[str, ...] = GENRES
    tags: tuple[str, ...] = ()

    def __init__(self, model: CropModel) -> None:
        self.model = model

    def hear(self, samples: Float, audible: npt.NDArray[np.bool_]) -> Heard:
        """Say what is in what is heard of samples [shape=(n,)], mono at `sample_rate`."""
        from mgc.training.crops import starts

        drawn, heard = picture(samples), np.flatnonzero(audible)
        if len(heard) < round(MINIMUM_S * SAMPLE_RATE):
            nothing = np.empty((0, len(GENRES)))
            return Heard(nothing, np.empty(0, np.int64), nothing[:, :0], np.empty(0), drawn)
        # One weak cell moves the scale of the whole picture, so silence must not be in it.
        seen = drawn if len(heard) == len(samples) else picture(samples[heard])
        (crops,) = crop_probabilities(self.model, [seen])
        width, columns = int(self.model.input_shape[2]), seen.shape[1]
        there = (starts(columns, width) + min(width, columns) / 2) / columns
        middles = heard[(there * len(heard)).astype(np.int64)]
        return Heard(crops, middles, np.empty((len(crops), 0)), np.ones(len(crops)), drawn)


def crop_probabilities(model: CropModel, pictures: Iterable[Grey]) -> list[Double]:
    """Probabilities of the genres in each crop of some pictures.

    Parameters
    ----------
    model : keras.Model or OnnxCrops
        From `mgc.inference.network_file.open_network`, say.
    pictures : iterable of ndarray [shape=(128, n_columns)], uint8
        From `mgc.features.archive_picture.picture` or an archive; each at least as wide as the
        network reads.

    Returns
    -------
    probabilities : list of ndarray [shape=(n_crops, 10)], float64
        One array a picture, rows summing to one. Crops overlap by half and reach both ends.

    Raises
    ------
    NetworkError
        What the model gives are no probabilities.

    Notes
    -----
    A picture is standardised as a whole, as the recipe's scaling ``per track`` does, and cut by
    the rule by which fits predict their test part.
    """
    # Here: they start slowly, and networks on samples do without.
    from mgc.features.from_archive import decibels
    from mgc.training import crops, inputs

    width = int(model.input_shape[2])
    cut = []
    for drawn in pictures:
        scaled = inputs.scale(decibels(drawn[None]), np.empty(0, np.int64), "per track")
        cut.append(crops.regular(scaled, crops.TIME_AXIS["spectrogram"], width)[0])
    if not cut:
        return []
    # As many crops at a time as 30 s have, so that the network is compiled once.
    size = len(crops.starts(CLIP_COLUMNS, width))
    joined, computed = np.concatenate(cut), []
    for start in range(0, len(joined), size):
        batch = joined[start : start + size]
        padded = np.pad(batch, ((0, size - len(batch)), (0, 0), (0, 0), (0, 0)))
        computed.append(np.asarray(model.predict_on_batch(padded), np.float64)[: len(batch)])
    p = np.concatenate(computed)
    check_answers(p)
    p /= p.sum(axis=1, keepdims=True)
    return np.split(p, np.cumsum([len(pieces) for pieces in cut])[:-1])
