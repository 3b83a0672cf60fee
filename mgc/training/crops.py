"""Pieces of tracks: random ones to train on, regular ones to predict from. For tuned recipes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mgc.models.backend import keras
from mgc.models.recipe import TunedRecipe
from mgc.typing import Float

TIME_AXIS = {"spectrogram": 2, "sequence": 1, "features": 1}
"""Which axis of a batch counts frames; tables of statistics have none."""


def starts(n_frames: int, length: int) -> npt.NDArray[np.int64]:
    """First frames of evenly spaced crops that overlap by about half and reach both ends.

    Parameters
    ----------
    n_frames, length : int

    Returns
    -------
    starts : ndarray [shape=(n_crops,)], int
    """
    if length >= n_frames:
        return np.zeros(1, dtype=np.int64)
    n_crops = 1 + int(np.ceil((n_frames - length) / max(1, length / 2)))
    return np.rint(np.linspace(0, n_frames - length, n_crops)).astype(np.int64)


def regular(inputs: Float, axis: int, length: int, at_most: int | None = None) -> Float:
    """Cut each example into regular crops.

    Parameters
    ----------
    inputs : ndarray [shape=(n, ...)], float32
    axis : int
        That of the frames.
    length : int
        Frames of a crop; the whole example where it has fewer.
    at_most : int, optional
        Keep no more than this many crops, evenly spaced.

    Returns
    -------
    crops : ndarray [shape=(n, n_crops, ...)], float32
    """
    length = min(length, inputs.shape[axis])
    first = starts(inputs.shape[axis], length)
    if at_most is not None and len(first) > at_most:
        first = first[np.rint(np.linspace(0, len(first) - 1, at_most + 2)[1:-1]).astype(int)]
    pieces = [np.take(inputs, np.arange(start, start + length), axis=axis) for start in first]
    return np.stack(pieces, axis=1)


def reduced(batch: Float, how: str) -> Float:
    """Turn crops into vectors: ``mean`` over their frames, ``flatten``, or leave them (empty)."""
    if how == "mean":
        batch = np.asarray(batch.mean(axis=1), np.float32)
    return batch.reshape(len(batch), -1) if how == "flatten" else batch


class RandomCrops(keras.utils.PyDataset):  # type: ignore[misc]  # Keras ships no type hints
    """Batches of random crops of random examples, mixed and masked as a recipe asks.

    What a batch holds depends on seed, epoch and number of the batch alone.

    Parameters
    ----------
    inputs : ndarray [shape=(n, ...)], float32
    targets : ndarray [shape=(n, n_classes)], float32, or None
        None for an autoencoder, whose target is its input.
    plan : TunedRecipe
    seed : int
    axis : int
        Of the frames; 0 where examples have none.
    length : int
        Frames of a crop.
    reduce : {"", "mean", "flatten"}
        See `reduced`.
    """

    def __init__(
        self,
        inputs: Float,
        targets: Float | None,
        plan: TunedRecipe,
        *,
        seed: int,
        axis: int = 0,
        length: int = 0,
        reduce: str = "",
    ) -> None:
        super().__init__()
        self._inputs, self._targets, self._plan = inputs, targets, plan
        self._seed, self._axis, self._reduce = seed, axis, reduce
        self._length = min(length, inputs.shape[axis]) if axis else 0
        self._epoch = 0

    def __len__(self) -> int:
        return self._plan.steps

    def on_epoch_begin(self) -> None:
        """Count epochs, so that each has crops of its own."""
        self._epoch += 1

    def __getitem__(self, index: int) -> tuple[Float, Float]:
        rng = np.random.default_rng([self._seed, self._epoch, index])
        plan, n = self._plan, len(self._inputs)
        # Without repetition in a batch, and as evenly as chance is over an epoch.
        examples = rng.choice(n, size=min(plan.batch_size, n), replace=False)
        batch = self._crop(examples, rng)
        if plan.mask and batch.ndim == 4:
            _mask(batch, plan.mask, rng)
        batch = reduced(batch, self._reduce)
        targets = batch if self._targets is None else self._targets[examples]
        if plan.mixup and self._targets is not None:
            share = rng.beta(plan.mixup, plan.mixup, size=len(batch)).astype(np.float32)
            other = rng.permutation(len(batch))
            batch = _mix(batch, batch[other], share)
            targets = _mix(targets, targets[other], share)
        return batch, targets

    def _crop(self, examples: npt.NDArray[Any], rng: np.random.Generator) -> Float:
        if not self._axis:
            picked: Float = self._inputs[examples]
            return picked
        last = self._inputs.shape[self._axis] - self._length
        before = (slice(None),) * (self._axis - 1)
        pieces = []
        for example, start in zip(
            examples, rng.integers(0, last + 1, size=len(examples)), strict=True
        ):
            pieces.append(self._inputs[example][(*before, slice(start, start + self._length))])
        return np.asarray(np.stack(pieces), np.float32)


def _mix(one: Float, other: Float, share: Float) -> Float:
    weight = share.reshape(-1, *(1,) * (one.ndim - 1))
    return np.asarray(weight * one + (1 - weight) * other, np.float32)


def _mask(batch: Float, largest: float, rng: np.random.Generator) -> None:
    """Set one band and one span of each picture to its mean, which is 0 after scaling."""
    _, n_bins, n_frames, _ = batch.shape
    for picture in batch:
        for size, axis in ((n_bins, 0), (n_frames, 1)):
            width = int(rng.integers(0, int(largest * size) + 1))
            start = int(rng.integers(0, size - width + 1))
            picture[(slice(None),) * axis + (slice(start, start + width),)] = 0.0
