"""Examples of a split as a network reads them: whole, or in regular crops of their frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mgc.typing import Float, IntArray

TIME_AXIS = {"spectrogram": 2, "sequence": 1, "features": 1}
"""Which axis of a batch counts frames; tables of statistics have none."""


def starts(n_frames: int, length: int) -> IntArray:
    """First frames of evenly spaced crops that overlap by about half and reach both ends."""
    if length >= n_frames:
        return np.zeros(1, dtype=np.int64)
    n_crops = 1 + int(np.ceil((n_frames - length) / max(1, length / 2)))
    return np.rint(np.linspace(0, n_frames - length, n_crops)).astype(np.int64)


def regular(inputs: Float, axis: int, length: int, at_most: int | None = None) -> Float:
    """Cut each example [n, ...] into regular crops [n, n_crops, ...].

    `axis` is that of the frames and `length` those of a crop, which is the whole example where it
    has fewer. No more than `at_most` crops are kept, evenly spaced.
    """
    length = min(length, inputs.shape[axis])
    first = starts(inputs.shape[axis], length)
    if at_most is not None and len(first) > at_most:
        first = first[np.rint(np.linspace(0, len(first) - 1, at_most + 2)[1:-1]).astype(int)]
    pieces = [np.take(inputs, np.arange(start, start + length), axis=axis) for start in first]
    return np.stack(pieces, axis=1)


def at_random(
    inputs: Float, axis: int, length: int, rows: npt.NDArray[Any], rng: np.random.Generator
) -> Float:
    """Cut a crop of `length` frames, at a random place, from each of some rows of the inputs."""
    last = inputs.shape[axis] - length
    before = (slice(None),) * (axis - 1)
    pieces = []
    for row, start in zip(rows, rng.integers(0, last + 1, size=len(rows)), strict=True):
        pieces.append(inputs[row][(*before, slice(start, start + length))])
    return np.asarray(np.stack(pieces), np.float32)


def shuffled(crops: Float, axis: int, rng: np.random.Generator) -> Float:
    """Put the frames of each crop in a random order of its own."""
    order = np.argsort(rng.random((len(crops), crops.shape[axis])), axis=1)
    shape = [len(crops), *(1 for _ in crops.shape[1:])]
    shape[axis] = crops.shape[axis]
    return np.take_along_axis(crops, order.reshape(shape), axis=axis)


def reduced(batch: Float, how: str) -> Float:
    """Turn crops into vectors: ``mean`` over their frames, ``flatten``, or leave them (empty)."""
    if how == "mean":
        batch = np.asarray(batch.mean(axis=1), np.float32)
    return batch.reshape(len(batch), -1) if how == "flatten" else batch


@dataclass(frozen=True, eq=False)
class Examples:
    """Scaled inputs of all examples of a split, and how crops are cut from them.

    Attributes
    ----------
    values : ndarray [shape=(n_examples, ...)], float32
    axis : int
        That of the frames; 0 where examples are taken whole.
    length : int
        Frames of a crop.
    reduce : {"", "mean", "flatten"}
        What happens to a crop before the network reads it, see `reduced`.
    shuffle : bool
        Put the frames of regular crops in a random order, as a control.
    """

    values: Float
    axis: int = 0
    length: int = 0
    reduce: str = ""
    shuffle: bool = False

    def cut(self, rows: npt.NDArray[np.int64], at_most: int | None = None) -> tuple[Float, int]:
        """Return regular crops of some examples, one after the other, and how many each has."""
        if not self.axis:
            return self.values[rows], 1
        pieces = regular(self.values[rows], self.axis, self.length, at_most)
        flat = pieces.reshape(-1, *pieces.shape[2:])
        if self.shuffle:
            flat = shuffled(flat, self.axis, np.random.default_rng(len(flat)))
        return reduced(flat, self.reduce), pieces.shape[1]
