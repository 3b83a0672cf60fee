"""The mel-spectrogram that MusiCNN reads: 16 kHz, 96 bands, compressed, 62.5 frames a second."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from mgc.errors import FeatureError
from mgc.typing import Float

RATE = 16_000
N_FFT = 512
HOP_LENGTH = 256
N_BANDS = 96
GAIN = 10_000.0
WINDOW_FRAMES = 187
"""Frames that the network hears at a time."""
WINDOW_SAMPLES = (WINDOW_FRAMES - 1) * HOP_LENGTH
"""Fewest samples that have so many frames: 2.98 s."""


def tag_mel(samples: npt.NDArray[Any]) -> Float:
    """Compute the spectrogram of a signal.

    Parameters
    ----------
    samples : ndarray [shape=(n,)], float, mono at 16 kHz

    Returns
    -------
    mel : ndarray [shape=(1 + n // 256, 96)], float32
        log10(10000 x + 1) of the power x in each band (Pons and Serra 2019, "musicnn").

    Raises
    ------
    FeatureError
        The samples are fewer than `WINDOW_SAMPLES`, not one-dimensional or not finite.

    Notes
    -----
    librosa's mel-spectrogram: Hann window, frames centred, zeros around, mel scale after Slaney.
    """
    if samples.ndim != 1 or len(samples) < WINDOW_SAMPLES:
        raise FeatureError(
            f"samples of shape {samples.shape}: give a mono signal of {WINDOW_SAMPLES:,} or more"
        )
    if not np.isfinite(samples).all():
        raise FeatureError("samples hold NaN or infinity; repair the file or leave it out")
    import librosa

    power = librosa.feature.melspectrogram(
        y=samples.astype(np.float32), sr=RATE, n_fft=N_FFT, hop_length=HOP_LENGTH, n_mels=N_BANDS
    )
    return np.ascontiguousarray(np.log10(GAIN * power + 1).T, dtype=np.float32)


@lru_cache(maxsize=1)
def mel_filters() -> Float:
    """Weights of the bands [shape=(257, 96)]."""
    import librosa

    filters = librosa.filters.mel(sr=RATE, n_fft=N_FFT, n_mels=N_BANDS)
    return np.ascontiguousarray(filters.T, dtype=np.float32)
