"""From a waveform to the picture that the published archive of GTZAN holds, by its own rule.

A network that was fitted on its 999 pictures reads new music through this module.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from mgc.audio.samples import SAMPLE_RATE
from mgc.errors import FeatureError
from mgc.typing import Grey

N_FFT = 256
HOP_LENGTH = 224
N_BINS = 128
"""Bins of a picture: the highest of the transform's 129 is dropped."""
CLIP_SAMPLES = 661_500
CLIP_COLUMNS = 496
"""Columns of a picture of 30 s."""
FREQ_HZ = tuple(np.arange(N_BINS) * (SAMPLE_RATE / N_FFT))
"""Centres of the bins, 86.1 Hz apart."""

Samples = npt.NDArray[np.floating]


def picture(samples: Samples, n_columns: int | None = None) -> Grey:
    """Draw the log-spectrogram of a signal in grey levels.

    Parameters
    ----------
    samples : ndarray [shape=(n,)], float, mono at 22,050 Hz, at least 3 s
        The scale does not matter.
    n_columns : int, at least 1, optional
        Columns to spread the signal over; by default 16.5 a second, 496 for 30 s. The archive has
        496 for each clip, whatever its length.

    Returns
    -------
    picture : ndarray [shape=(128, n_columns)], uint8
         Level 0 is the weakest cell of the whole
        spectrogram and 255 the strongest; silence is 0 everywhere.

    Raises
    ------
    FeatureError
        The samples are too few for one column, not one-dimensional or not finite.

    Notes
    -----
    The rule of the archive: `scipy.signal.spectrogram` with its defaults (256 samples, hop 224,
    Tukey window of shape 0.25, mean removed from each frame), natural logarithm, without the
    highest bin and the last frame; the range of what is left maps to 0 to 256, rounded down. A
    column is one frame of those that fall into its time. Where the power is zero, as in digital
    silence, the weakest power that occurs stands in for it.
    """
    if samples.ndim != 1 or len(samples) < N_FFT + HOP_LENGTH:
        raise FeatureError(f"samples of shape {samples.shape}: a picture needs a mono signal")
    signal = samples.astype(np.float64)
    if not np.isfinite(signal).all():
        raise FeatureError("samples hold NaN or infinity; repair the file or leave it out")
    power = _power(signal)
    weakest, strongest = _range(power)
    columns = _columns(len(power), n_columns or _n_columns(len(power)))
    if not weakest < strongest:
        return np.zeros((N_BINS, len(columns)), dtype=np.uint8)
    frames = np.maximum(power[columns], weakest)
    level = np.log(frames / weakest) * (256 / np.log(strongest / weakest))
    return np.ascontiguousarray(np.minimum(level, 255).astype(np.uint8).T)


def _power(signal: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Power of each frame, up to a factor [shape=(n_frames, 128)]; without the last frame."""
    import scipy.fft  # starts slowly, and not all who import this compute

    frames = np.lib.stride_tricks.sliding_window_view(signal, N_FFT)[::HOP_LENGTH][:-1]
    centred = frames - frames.mean(axis=1, keepdims=True)
    spectrum = scipy.fft.rfft(centred * _window(), axis=1)[:, :N_BINS]
    power: npt.NDArray[np.float64] = spectrum.real**2 + spectrum.imag**2
    power[:, 1:] *= 2  # one-sided: all but the constant stand for two frequencies
    return power


def _range(power: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Weakest and strongest power that is not zero; equal where there is none."""
    heard = power[power > 0] if not power.all() else power
    return (float(heard.min()), float(heard.max())) if heard.size else (0.0, 0.0)


def _n_columns(n_frames: int) -> int:
    whole = (CLIP_SAMPLES - N_FFT) // HOP_LENGTH
    return -(-n_frames * CLIP_COLUMNS // whole)


def _columns(n_frames: int, n: int) -> npt.NDArray[np.int64]:
    """Frame that each of n columns shows."""
    columns: npt.NDArray[np.int64] = ((np.arange(n) + 1) * (n_frames / n) - 1e-9).astype(np.int64)
    return columns


@lru_cache(maxsize=1)
def _window() -> npt.NDArray[np.float64]:
    from scipy.signal.windows import tukey  # starts slowly, and not all who import this compute

    window: npt.NDArray[np.float64] = tukey(N_FFT, 0.25, sym=False)
    return window
