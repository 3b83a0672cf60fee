"""From the features of an edition to what one model reads: examples, pooled frames, scaling."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mgc.datasets.tracks import GENRES, N_SEGMENTS
from mgc.errors import MgcError
from mgc.typing import Float, IntArray

if TYPE_CHECKING:
    from mgc.features.arrays import Arrays

MINIMUM_FRAMES = 64
"""Frames that pooling leaves at least: the CNN's four blocks need 46."""


def example_inputs(
    arrays: Arrays, tracks: IntArray, segments: IntArray, representation: str, frame_pool: int
) -> Float:
    """Gather the representation of each example (a track or a 3-s segment), frames pooled.

    Parameters
    ----------
    arrays : Arrays
    tracks, segments : ndarray [shape=(n_examples,)], int
        Position of the track in `arrays`; number of the segment, -1 for the whole track.
    representation : {"tabular", "spectrogram", "sequence"}
    frame_pool : int
        Neighbouring frames that are averaged into one, fewer where less than 64 would be left.

    Returns
    -------
    inputs : ndarray, float32
        [n_examples, 228 or 156], [n_examples, 128, n_frames] or [n_examples, n_frames, 13].
    """
    whole = bool((segments < 0).all())
    if representation == "tabular":
        return arrays.tabular[tracks] if whole else arrays.segments[tracks, segments]
    frames_last = np.moveaxis(arrays.sequence, 1, 2)
    source = arrays.spectrogram if representation == "spectrogram" else frames_last
    if whole:
        examples = source[tracks]
    else:
        length = source.shape[-1] // N_SEGMENTS
        starts = segments * length
        cuts = (source[t, :, s : s + length] for t, s in zip(tracks, starts, strict=True))
        examples = np.stack(list(cuts))
    pooled = pool_frames(examples, frame_pool)
    return pooled if representation == "spectrogram" else np.moveaxis(pooled, 2, 1)


def picture_inputs(
    arrays: Arrays,
    tracks: IntArray,
    segments: IntArray,
    frame_pool: int,
    compute: Callable[[Float], tuple[Float, float]],
) -> tuple[Float, float]:
    """Give the spectrogram of each example to a frozen base, which protocols and folds share.

    Arguments are those of `example_inputs`; `compute` is `transfer_features` or
    `transfer_columns`, from spectrograms to features [n_examples, ...] and seconds a picture.
    """
    if (segments >= 0).any():
        return compute(example_inputs(arrays, tracks, segments, "spectrogram", frame_pool))
    # All tracks, not only those of the split: then every split finds them in the cache.
    every = np.arange(len(arrays.track_id))
    whole = np.full(len(every), -1)
    features, seconds = compute(example_inputs(arrays, every, whole, "spectrogram", frame_pool))
    return features[tracks], seconds


def pool_frames(examples: Float, frame_pool: int) -> Float:
    """Make one of `frame_pool` neighbouring frames, or of as many as leave 64; see `averaged`."""
    pool = max(1, min(frame_pool, examples.shape[-1] // MINIMUM_FRAMES))
    return examples if pool == 1 else averaged(examples, pool)


def averaged(examples: Float, n_frames: int) -> Float:
    """Average so many neighbouring frames, the last axis; a remainder at the end is dropped."""
    cut = examples[..., : examples.shape[-1] // n_frames * n_frames]
    pooled: Float = cut.reshape(*cut.shape[:-1], -1, n_frames).mean(axis=-1, dtype=np.float32)
    return pooled


def log_frequency(spectrograms: Float) -> Float:
    """Resample linear frequency rows [n, n_bins, n_frames] to equal steps of log frequency.

    The first row is at 0 Hz. There are as many rows as before, from row 1 to the last, each
    interpolated linearly between the two neighbouring ones.
    """
    n_bins = spectrograms.shape[1]
    row = np.geomspace(1.0, n_bins - 1.0, n_bins)
    below = np.minimum(row.astype(np.int64), n_bins - 2)
    share = (row - below).astype(np.float32)[None, :, None]
    resampled: Float = spectrograms[:, below] * (1 - share) + spectrograms[:, below + 1] * share
    return resampled


def scale(inputs: Float, train: IntArray, scaling: str) -> Float:
    """Scale inputs as a recipe asks, with statistics of the training part alone.

    Parameters
    ----------
    inputs : ndarray [shape=(n_examples, ...)], float32
    train : ndarray [shape=(n_train,)], int
        Rows of the training part; no other row touches the statistics.
    scaling : str
        See `mgc.models.recipe.Recipe`.

    Returns
    -------
    scaled : ndarray, float32
        Spectrograms ``per track`` or in ``decibels`` gain a channel axis, ``unit`` ones are
        flattened.

    Raises
    ------
    MgcError
        If the scaling is not known.
    """
    if scaling in ("per column", "per coefficient"):
        axes = tuple(range(inputs.ndim - 1))
        mean = inputs[train].mean(axis=axes, dtype=np.float64)
        spread = inputs[train].std(axis=axes, dtype=np.float64)
        return np.asarray((inputs - mean) / np.where(spread > 0, spread, 1.0), np.float32)
    if scaling in ("per track", "power per track"):
        if scaling == "power per track":
            inputs = np.power(10.0, inputs / 10.0)
        mean = inputs.mean(axis=(1, 2), keepdims=True, dtype=np.float64)
        spread = inputs.std(axis=(1, 2), keepdims=True, dtype=np.float64)
        scaled = (inputs - mean) / np.where(spread > 0, spread, 1.0)
        return np.asarray(scaled, np.float32)[..., None]
    if scaling == "unit":
        return ((inputs + 80.0) / 80.0).reshape(len(inputs), -1).astype(np.float32)
    if scaling == "decibels":
        return inputs[..., None]
    if scaling == "none":
        return inputs
    raise MgcError(f"no scaling {scaling!r}")


def one_hot(genre: npt.NDArray[np.str_]) -> Float:
    """Genres as rows of zeros with a single one [shape=(n, 10)], in the order of `GENRES`."""
    return np.asarray(genre[:, None] == np.array(GENRES)[None, :], dtype=np.float32)
