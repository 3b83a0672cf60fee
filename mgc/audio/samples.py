"""From an audio file to mono samples at one sample rate, and the report's standardisation."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mgc.audio.decoders import HIGHEST_RATE, LOWEST_RATE, Sound, mono_blocks, open_sound
from mgc.audio.files import as_path
from mgc.errors import AudioError

SAMPLE_RATE = 22_050
"""Sample rate of GTZAN in Hz, and the only one the features are defined for."""

Samples = npt.NDArray[np.float32]


def decode(path: str | Path, keep_s: float = math.inf) -> tuple[Samples, int]:
    """Read an audio file to its end, as mono samples at its own sample rate.

    Parameters
    ----------
    path : str or Path
        A file in any format that libsndfile reads (WAV, AU, FLAC, Ogg, MP3), or ffmpeg where it
        is on the PATH.
    keep_s : float, seconds
        What lies behind is decoded and checked, but not kept in memory.

    Returns
    -------
    samples : ndarray [shape=(n,)], float32, nominally in [-1, 1]
        The mean of the channels, or the first loud one where they cancel in it.
    sample_rate : int, Hz

    Raises
    ------
    AudioError
        If the file cannot be opened or decoded, holds no samples, holds NaN or infinity, is
        truncated, or has a sample rate outside of 1,000 to 768,000 Hz.
    """
    with open_sound(as_path(path)) as sound:
        return beginning(sound, keep_s), sound.sample_rate


def beginning(sound: Sound, keep_s: float) -> Samples:
    """Read an open sound to its end, and keep its first seconds, mono at its own sample rate."""
    end = keep_s * sound.sample_rate
    read = mono_blocks(sound)
    samples = np.concatenate([block for block in read if sound.frames - len(block) < end])
    return samples[: math.ceil(min(end, len(samples)))]


def mono(samples: npt.ArrayLike) -> npt.NDArray[Any]:
    """Take a mono signal as an array of numbers [shape=(n,)]; AudioError for anything else."""
    try:
        signal = np.asarray(samples)
    except ValueError:  # rows of several lengths, as a pair of samples and rate
        signal = np.asarray(None)
    if signal.dtype.kind not in "fiu":
        kind = signal.dtype if isinstance(samples, np.ndarray) else type(samples).__name__
        raise AudioError(
            f"samples of type {kind}: give an array of floats; mgc.audio.samples.load makes it of"
            " a file"
        )
    if signal.ndim != 1:
        raise AudioError(
            f"samples of shape {signal.shape}: give a mono signal of shape (n,); average the"
            " channels first (mgc.audio.samples.load does)"
        )
    return signal


def whole_rate(sample_rate: object) -> int:
    """Take a sample rate that can be worked with, in Hz, and refuse others with AudioError."""
    if isinstance(sample_rate, float | int | np.floating | np.integer):
        rate = float(sample_rate)
        if LOWEST_RATE <= rate <= HIGHEST_RATE and rate.is_integer():
            return int(rate)
    raise AudioError(
        f"sample rate {sample_rate!r}: give a whole number of Hz from {LOWEST_RATE:,} to"
        f" {HIGHEST_RATE:,}"
    )


def resample(samples: npt.NDArray[Any], sample_rate: float) -> Samples:
    """Bring samples to `SAMPLE_RATE`; those that are there already stay unchanged.

    Parameters
    ----------
    samples : ndarray [shape=(n,)], mono
    sample_rate : int, Hz, in [1000, 768000]

    Returns
    -------
    samples : ndarray [shape=(round(n * 22050 / sample_rate),)], float32
        The filter is the `HQ` quality of soxr, the one that `librosa.load` uses.

    Raises
    ------
    AudioError
        If the samples are no numbers or not one-dimensional, or there is no such rate.
    """
    import soxr

    signal, rate = mono(samples).astype(np.float32, copy=False), whole_rate(sample_rate)
    if rate == SAMPLE_RATE:
        return signal
    return np.asarray(soxr.resample(signal, rate, SAMPLE_RATE), dtype=np.float32)


def load(path: str | Path) -> Samples:
    """Read an audio file as `decode` does, and bring the samples to 22,050 Hz."""
    samples, sample_rate = decode(path)
    return resample(samples, sample_rate)


def standardise(samples: npt.NDArray[Any]) -> Samples:
    """Standardise a signal as the original report describes it: pre-emphasis, then peak 1.

    The published features are computed without this step: peak normalisation only shifts the
    cepstra by a constant, and pre-emphasis tilts every spectrum alike.

    Parameters
    ----------
    samples : ndarray [shape=(n,)], mono

    Returns
    -------
    samples : ndarray [shape=(n,)], float32
        y[t] = x[t] - 0.97 x[t-1], scaled so that the largest absolute value is 1; silence stays
        silence.

    Raises
    ------
    AudioError
        If the samples are no numbers, empty, not finite, or not one-dimensional.
    """
    signal = mono(samples).astype(np.float32, copy=False)
    if signal.size == 0:
        raise AudioError("there are no samples; give at least one")
    if not np.isfinite(signal).all():
        raise AudioError("samples hold values that are not finite; repair or leave out the track")
    signal = np.append(signal[:1], signal[1:] - np.float32(0.97) * signal[:-1])
    peak = np.abs(signal).max()
    return signal / peak if peak > 0 else signal
