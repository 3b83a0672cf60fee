"""Any audio file as windows of 30 s, in memory that does not grow with its length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from mgc.audio.decoders import mono_blocks, open_sound
from mgc.audio.files import as_path
from mgc.audio.samples import SAMPLE_RATE, Samples
from mgc.errors import AudioError

WINDOW_S = 30.0
"""Length of GTZAN's clips, on which the networks were trained."""

MINIMUM_S = 3.0
"""Less than this makes no window."""


@dataclass(frozen=True, eq=False)
class Window:
    """A stretch of an audio file.

    Attributes
    ----------
    start_s : float
        Where it begins, in seconds from the start of the file.
    samples : ndarray [shape=(n,)], float32, mono, nominally in [-1, 1]
    """

    start_s: float
    samples: Samples


def windows(
    path: str | Path, length_s: float = WINDOW_S, sample_rate: int = SAMPLE_RATE
) -> Iterator[Window]:
    """Cut an audio file into windows that follow each other.

    Parameters
    ----------
    path : str or Path
        A file in any format that libsndfile reads, or ffmpeg where it is on the PATH; with any
        number of channels, mixed as `mgc.audio.samples.decode` does, and a sample rate from 1,000
        to 768,000 Hz, which is converted (soxr, HQ).
    length_s : float, at least 3
        Length of a window, in seconds.
    sample_rate : int, Hz
        That of the windows.

    Yields
    ------
    window : Window
        Of `length_s`; the last one may be shorter, down to 3 s. What is left after it is
        dropped.

    Raises
    ------
    AudioError
        If the file cannot be decoded, holds samples that are not finite, is truncated, or is
        shorter than 3 s, or if `length_s` is. Damage may show only after some windows: they are
        not to be used then.
    """
    length: object = length_s  # whatever a caller gives
    if not (isinstance(length, float | int) and MINIMUM_S <= length < float("inf")):
        raise AudioError(f"length_s={length_s!r}: a window has at least {MINIMUM_S:g} s")
    return _windows(as_path(path), round(length_s * sample_rate), sample_rate)


def _windows(path: Path, length: int, rate: int) -> Iterator[Window]:
    kept: list[Samples] = []
    held = start = 0
    for samples in _resampled(path, rate):
        kept.append(samples)
        held += len(samples)
        while held >= length:
            joined = np.concatenate(kept)
            yield Window(start / rate, joined[:length].copy())
            kept, held, start = [joined[length:]], held - length, start + length
    if held >= round(MINIMUM_S * rate):
        yield Window(start / rate, np.concatenate(kept))
    elif start == 0:
        raise AudioError(
            f"{path}: {held / rate:.2f} s of audio: at least {MINIMUM_S:g} s are needed;"
            " give a longer recording or remove it"
        )


def _resampled(path: Path, rate: int) -> Iterator[Samples]:
    """Convert a file to a sample rate, block by block."""
    with open_sound(path) as sound:
        if sound.sample_rate == rate:
            yield from mono_blocks(sound)
            return
        converter = soxr.ResampleStream(sound.sample_rate, rate, 1, dtype="float32", quality="HQ")
        for block in mono_blocks(sound):
            yield converter.resample_chunk(block)
        yield converter.resample_chunk(np.zeros(0, np.float32), last=True)
