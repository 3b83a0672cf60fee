"""What is measured on one recording: silence, flat tops, offset, spectrum."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.fft
from scipy.ndimage import binary_opening

from mgc.audio.decoders import open_sound
from mgc.audio.samples import beginning, resample
from mgc.datasets.tracks import Track
from mgc.errors import AudioError

FRAME, HOP = 2048, 512
SPECTRAL_STEP = FRAME // HOP
MEASURED_S = 60.0
SILENCE_DBFS = -60.0
FLAT_TOP_RUN = 3
FULL_SCALE = 0.9999
SMALLEST_GROUP = 5  # of fewer values a median says nothing about outliers
DESCRIPTORS: tuple[str, ...] = ("centroid", "bandwidth", "roll-off", "flatness")
SPECTRAL: tuple[str, ...] = tuple(f"_{name}" for name in DESCRIPTORS)
NUMBERS = ("duration_s", "silence_share", "clipped_share", "peak", "dc_offset")
LSB = 1.0 / 32768.0
"""One step of 16 bits."""

Samples = npt.NDArray[np.float32]


def robust_z(values: pd.Series, /) -> pd.Series:
    """Compute the modified z-score, which outliers themselves do not blunt.

    Parameters
    ----------
    values : Series
        Any scale; NaN stays NaN.

    Returns
    -------
    Series
        0.6745 (x - median) / MAD, where MAD is the median absolute deviation. Where more than
        half of the values are equal (MAD 0), the mean absolute deviation takes its place, as
        (x - median) / (1.2533 MeanAD). NaN for fewer than five values.

    Notes
    -----
    Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993), who suggest 3.5 as the limit.
    """
    known = values.dropna()
    if len(known) < SMALLEST_GROUP:
        return values * np.nan
    deviation = values - known.median()
    spread = deviation.abs().median() / 0.6745
    if spread == 0:
        spread = deviation.abs().mean() * 1.253314
    return deviation * 0.0 if spread == 0 else deviation / spread


def clipped_share(samples: Samples) -> float:
    """Tell how much of a signal lies in flat tops.

    Parameters
    ----------
    samples : ndarray [shape=(n,)], float32, n >= 1

    Returns
    -------
    float
        Share of samples, 0 to 1, that stand in a run of three or more at the signal's own largest
        or smallest value (to 1.5 steps of 16 bits), or at full scale. A recording that was
        clipped and turned down afterwards is found; an unclipped one touches its peak once.
    """
    clipped = np.zeros(len(samples), dtype=bool)
    for signal in (samples, -samples):
        peak = float(signal.max())
        if peak > 10 * LSB:
            top = signal >= min(peak - 1.5 * LSB, FULL_SCALE)
            clipped |= binary_opening(top, np.ones(FLAT_TOP_RUN))  # keeps runs as long as that
    return float(clipped.mean())


def measure_track(track: Track) -> dict[str, object]:
    """Measure one track on its own; never raises for a bad file: its error is in the row.

    The row is one of `mgc.datasets.quality.measure`, but for what needs other tracks to compare
    with, and with the logarithms of the descriptors under the names in `SPECTRAL`. All but the
    duration is measured on the first `MEASURED_S` seconds, since features see 30 s of a track.
    """
    row: dict[str, object] = dict.fromkeys((*NUMBERS, *SPECTRAL), np.nan)
    row |= {"track_id": track.track_id, "genre": track.genre, "artist": track.artist or ""}
    try:
        with open_sound(track.path) as sound:
            samples = beginning(sound, MEASURED_S)
    except AudioError as problem:
        reason = str(problem).removeprefix(f"{track.path}: ")
        truncated = reason.startswith("truncated: ")
        return row | {"error": reason if truncated else f"unreadable: {reason}"}
    levels, spectra = _frames(resample(samples, sound.sample_rate))
    audible = levels[::SPECTRAL_STEP] >= SILENCE_DBFS
    return row | {
        "duration_s": sound.frames / sound.sample_rate,
        "silence_share": float((levels < SILENCE_DBFS).mean()),
        "clipped_share": clipped_share(samples),
        "peak": float(np.abs(samples).max()),
        "dc_offset": float(samples.mean(dtype=np.float64)),
        "error": "",
        **dict(zip(SPECTRAL, _spectral_means(spectra[audible]), strict=True)),
    }


def _frames(samples: Samples) -> tuple[npt.NDArray[np.float64], Samples]:
    """Level in dBFS of each frame, magnitude spectrum of every fourth (they do not overlap)."""
    padded = np.pad(samples, (0, max(0, FRAME - len(samples))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::HOP]
    power = np.einsum("ij,ij->i", frames, frames, dtype=np.float64) / FRAME
    window = np.hanning(FRAME).astype(np.float32)
    spectra = np.abs(scipy.fft.rfft(frames[::SPECTRAL_STEP] * window, axis=1))
    return 10 * np.log10(np.maximum(power, 1e-20)), spectra


def _spectral_means(spectra: Samples) -> tuple[float, ...]:
    """Logarithms of mean centroid, bandwidth, roll-off (85 %) and flatness; NaN without frames."""
    if len(spectra) == 0:
        return (np.nan,) * len(DESCRIPTORS)
    magnitude = spectra.astype(np.float64) + 1e-10
    bins = np.arange(magnitude.shape[1]) + 0.5  # half a bin up, so that logarithms exist
    weights = magnitude / magnitude.sum(axis=1, keepdims=True)
    centroid = weights @ bins
    bandwidth = np.sqrt(np.maximum(weights @ bins**2 - centroid**2, 1e-6))
    rolloff = 0.5 + (np.cumsum(weights, axis=1) < 0.85).sum(axis=1)
    power = magnitude**2
    flatness = np.exp(np.log(power).mean(axis=1)) / power.mean(axis=1)
    means = (float(values.mean()) for values in (centroid, bandwidth, rolloff, flatness))
    return tuple(float(np.log(mean)) for mean in means)
