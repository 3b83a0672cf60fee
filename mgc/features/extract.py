"""Three representations of a 30-s clip: statistics for the MLP, a picture, a sequence.

The statistics and the mel-spectrogram come from one short-time Fourier transform with a 93-ms
window. The sequence asks for 25-ms windows, which no longer window can give, and has a small
transform of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import librosa
import numpy as np
import numpy.typing as npt
import scipy.fft
from scipy.signal import get_window

from mgc.audio.samples import SAMPLE_RATE, mono, resample, whole_rate
from mgc.datasets.tracks import N_SEGMENTS
from mgc.errors import AudioError, FeatureError
from mgc.features.names import N_MFCC
from mgc.typing import Double, Float

N_FFT = 2048
HOP_LENGTH = 512
N_SAMPLES = 661_500
USED_S = N_SAMPLES / SAMPLE_RATE + 1
"""Seconds of a recording that its features depend on: 30, and one for the filter of resampling."""
N_FRAMES = 1 + N_SAMPLES // HOP_LENGTH
N_MELS = 128
SEGMENT_FRAMES = N_FRAMES // N_SEGMENTS
SEQUENCE_N_FFT = 1024
SEQUENCE_WINDOW = 551
SEQUENCE_N_MELS = 40


@dataclass(frozen=True)
class Features:
    """What the models see of one clip.

    Attributes
    ----------
    tabular : ndarray [shape=(228,)], float32
        Mean, standard deviation, minimum and maximum over the frames of each descriptor.
    spectrogram : ndarray [shape=(128, 1292)], float32, dB re the loudest cell, in [-80, 0]
    sequence : ndarray [shape=(1292, 13)], float32
        Cepstra of 25-ms windows, 23.2 ms apart.
    segments : ndarray [shape=(10, 228)], float32
        The tabular statistics of ten consecutive 3-s segments, for the leaky protocol.
    """

    tabular: Float
    spectrogram: Float
    sequence: Float
    segments: Float


def extract(samples: npt.NDArray[Any], sample_rate: float = SAMPLE_RATE) -> Features:
    """Compute all three representations of a clip.

    Parameters
    ----------
    samples : ndarray [shape=(n,)], float, at least one second
        Mono. Cut or padded with zeros to 30.0 s. Silence gives defined values.
    sample_rate : int, Hz, in [1000, 768000]
        Other rates than 22,050 are converted (soxr, HQ).

    Returns
    -------
    features : Features

    Raises
    ------
    FeatureError
        If the samples are not one-dimensional floats, not finite or shorter than a second, or
        the rate is out of range.

    Notes
    -----
    Each value is the one that librosa's function of that name gives for the same parameters
    (McFee et al. 2015): Hann window, frames centred, zero padding, mel scale after Slaney,
    roll-off at 0.85, contrast averaged over its seven bands, tempo with the default prior.
    """
    signal = prepare(samples, sample_rate)
    log_mel, frames = _describe(signal)
    cut = frames[: N_SEGMENTS * SEGMENT_FRAMES].reshape(N_SEGMENTS, SEGMENT_FRAMES, -1)
    return Features(
        tabular=_statistics(frames),
        spectrogram=np.ascontiguousarray((log_mel - log_mel.max()).T, dtype=np.float32),
        sequence=_sequence(signal),
        segments=np.stack([_statistics(segment) for segment in cut]),
    )


def prepare(samples: npt.NDArray[Any], sample_rate: float = SAMPLE_RATE) -> Float:
    """Check samples as `extract` does, and bring them to exactly 30.0 s at 22,050 Hz [661500]."""
    try:
        signal, rate = mono(samples), whole_rate(sample_rate)
    except AudioError as error:
        raise FeatureError(str(error)) from None
    if not np.issubdtype(signal.dtype, np.floating):
        raise FeatureError(
            f"samples of type {signal.dtype}: features need floats;"
            " mgc.audio.samples.load gives them"
        )
    if not np.isfinite(signal).all():
        raise FeatureError("samples hold NaN or infinity; repair the file or leave it out")
    if len(signal) < rate:
        raise FeatureError(
            f"{len(signal) / rate:.2f} s of audio: features need at least one second"
        )
    signal = resample(signal[: math.ceil(USED_S * rate)], rate)[:N_SAMPLES]
    return np.pad(signal, (0, N_SAMPLES - len(signal))).astype(np.float32, copy=False)


def _describe(signal: Float) -> tuple[Float, Double]:
    """Log-mel bands [shape=(n_frames, 128)] and the 57 descriptors of each frame."""
    parts = []
    cumulated = np.empty((1 + N_FFT // 2, N_FRAMES), dtype=np.float32)
    for magnitude, sums in zip(
        _magnitudes(signal, N_FFT, N_FFT), _blocks(cumulated.T), strict=True
    ):
        sums[:] = magnitude
        power = magnitude**2
        moments, extremes = magnitude.astype(np.float64) @ _moments(), _extremes(magnitude)
        parts.append((_mel(power, N_MELS), moments, extremes, _chroma(power)))
    mel, moments, extremes, chroma = map(np.concatenate, zip(*parts, strict=True))
    log_mel = _decibels(mel)
    mfcc = scipy.fft.dct(log_mel, axis=-1, norm="ortho")[:, :N_MFCC]
    onset = onset_strength(log_mel)
    descriptors = [
        mfcc,
        librosa.feature.delta(mfcc, axis=0),
        librosa.feature.delta(mfcc, order=2, axis=0),
        _spectral_shape(moments, cumulated),
        _contrast(extremes),
        _tempo(onset)[:, None],
        onset[:, None],
        chroma,
    ]
    return log_mel, np.concatenate(descriptors, axis=1, dtype=np.float64)


def _statistics(frames: Double) -> Float:
    values = [frames.mean(axis=0), frames.std(axis=0), frames.min(axis=0), frames.max(axis=0)]
    return np.stack(values, axis=1).ravel().astype(np.float32)


def _magnitudes(signal: Float, n_fft: int, window_length: int) -> Iterator[Float]:
    """Magnitude of the centred short-time Fourier transform, in blocks of frames."""
    padded = np.pad(signal, n_fft // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, n_fft)[::HOP_LENGTH][:N_FRAMES]
    window = _window(n_fft, window_length)
    for block in _blocks(frames):
        # In double precision: between the partials of a pure tone there is little else than error.
        yield np.abs(scipy.fft.rfft(block * window, axis=-1)).astype(np.float32)


def _blocks(frames: npt.NDArray[Any]) -> Iterator[npt.NDArray[Any]]:
    """Cut frames into views of 64: one and what is computed of it stay in a core's own cache."""
    for start in range(0, len(frames), 64):
        yield frames[start : start + 64]


@lru_cache(maxsize=4)
def _window(n_fft: int, window_length: int) -> Double:
    window = get_window("hann", window_length, fftbins=True)
    left = (n_fft - window_length) // 2
    return np.pad(window, (left, n_fft - window_length - left))


def _mel(power: Float, n_mels: int) -> Float:
    """Energy in each mel band [shape=(n_frames, n_mels)]."""
    result = np.empty((len(power), n_mels), dtype=np.float32)
    for low, high, bands, filters in _mel_filters(2 * (power.shape[1] - 1), n_mels):
        np.matmul(power[:, low:high], filters, out=result[:, bands])
    return result


@lru_cache(maxsize=4)
def _mel_filters(n_fft: int, n_mels: int) -> tuple[tuple[int, int, slice, Float], ...]:
    """First bin, bin after the last, bands and weights of sixteen mel filters at a time.

    All filters together are nearly all zeros; the bins that sixteen neighbours see are few.
    """
    filters = librosa.filters.mel(sr=SAMPLE_RATE, n_fft=n_fft, n_mels=n_mels).T
    parts = []
    for first in range(0, n_mels, 16):
        bands = slice(first, min(first + 16, n_mels))
        used = np.flatnonzero(filters[:, bands].any(axis=1))
        low, high = int(used[0]), int(used[-1]) + 1
        weights = np.ascontiguousarray(filters[low:high, bands], dtype=np.float32)
        parts.append((low, high, bands, weights))
    return tuple(parts)


@lru_cache(maxsize=1)
def _chroma_filters() -> Float:
    filters = librosa.filters.chroma(sr=SAMPLE_RATE, n_fft=N_FFT, tuning=0.0)
    return np.ascontiguousarray(filters.T, dtype=np.float32)


def _decibels(power: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """10 log10 with a floor 80 dB below the loudest value, as `librosa.power_to_db`."""
    decibels = 10.0 * np.log10(np.maximum(1e-10, power))
    floored: npt.NDArray[Any] = np.maximum(decibels, decibels.max() - 80.0)
    return floored


@lru_cache(maxsize=1)
def _moments() -> Double:
    """Powers 0, 1 and 2 of the frequency of each bin, in Hz [shape=(1025, 3)]."""
    # In double precision: the variance is a difference of large numbers.
    hz = np.fft.rfftfreq(N_FFT, 1 / SAMPLE_RATE)
    return np.stack([np.ones_like(hz), hz, hz**2], axis=1)


def _spectral_shape(moments: Double, magnitude: Float) -> Double:
    """Centroid, roll-off and bandwidth of each frame, in Hz [shape=(n_frames, 3)].

    `magnitude` [shape=(1025, n_frames)] is summed up in place.
    """
    total = np.where(moments[:, 0] > 0, moments[:, 0], 1.0)
    centroid = moments[:, 1] / total
    bandwidth = np.sqrt(np.maximum(0.0, moments[:, 2] / total - centroid**2))
    # Bin by bin for all frames: a sum waits for its predecessor, not for other frames.
    for below, here in pairwise(magnitude):
        np.add(below, here, out=here)
    threshold = np.float32(0.85) * magnitude[-1]
    # The sums rise, so that each frame's bin is found by halving 2,048 > 1,025.
    short = np.full(len(total), -1)
    for step in 2 ** np.arange(10, -1, -1):
        tried = np.minimum(short + step, N_FFT // 2)
        sums = np.take_along_axis(magnitude, tried[None], axis=0)[0]
        short = np.where(sums < threshold, tried, short)
    return np.stack([centroid, _moments()[short + 1, 1], bandwidth], axis=1)


def _extremes(magnitude: Float) -> Float:
    """Means of the largest and smallest 2 % of each octave band [shape=(n_frames, 14)]."""
    peaks, valleys = [], []
    for low, high, count in _contrast_bands():
        # NumPy sorts with vector instructions, and is faster at it than at partitioning.
        ordered = np.sort(magnitude[:, low:high], axis=1)
        weights = np.full(count, 1 / count, dtype=np.float32)
        peaks.append(ordered[:, -count:] @ weights)
        valleys.append(ordered[:, :count] @ weights)
    return np.stack(peaks + valleys, axis=1)


def _contrast(extremes: Float) -> Float:
    """Spectral contrast averaged over the octave bands, in dB [shape=(n_frames, 1)].

    The difference of peaks and valleys (Jiang et al. 2002).
    """
    peaks, valleys = np.split(extremes, 2, axis=1)
    difference = _decibels(peaks) - _decibels(valleys)
    return np.asarray(difference.mean(axis=1, keepdims=True), dtype=np.float32)


@lru_cache(maxsize=1)
def _contrast_bands() -> tuple[tuple[int, int, int], ...]:
    """First bin, bin after the last, and size of the 2 % of each band, by librosa's rule."""
    hz = np.fft.rfftfreq(N_FFT, 1 / SAMPLE_RATE)
    edges = np.concatenate([[0.0], 200.0 * 2.0 ** np.arange(7)])
    bands = []
    for k in range(7):
        inside = np.flatnonzero((hz >= edges[k]) & (hz <= edges[k + 1]))
        low, high = int(inside[0]) - (k > 0), int(inside[-1]) + 1
        high = len(hz) if k == 6 else high
        count = max(1, int(np.rint(0.02 * (high - low))))
        bands.append((low, high if k == 6 else high - 1, count))
    return tuple(bands)


def _chroma(power: Float) -> Float:
    """Energy of the twelve pitch classes, the strongest scaled to 1 [shape=(n_frames, 12)]."""
    chroma = power @ _chroma_filters()
    strongest = chroma.max(axis=1, keepdims=True)
    audible = strongest > np.finfo(np.float32).tiny
    return np.asarray(chroma / np.where(audible, strongest, 1.0), dtype=np.float32)


def onset_strength(log_mel: Float | Double) -> Double:
    """Mean increase of log-mel bands [n_frames, n_mels] in dB, shifted to the onset's time."""
    rise = np.maximum(0.0, np.diff(log_mel, axis=0)).mean(axis=1)
    delay = 1 + N_FFT // (2 * HOP_LENGTH)
    return np.pad(rise, (delay, 0))[: len(log_mel)].astype(np.float64)


def _tempo(onset: Double) -> Double:
    """Local tempo in beats per minute [shape=(n_frames,)].

    The strongest lag of the autocorrelation of 8-s windows, weighted by a log-normal prior
    around 120 BPM (Ellis 2007; `librosa.feature.tempo` without aggregation).
    """
    width = int(8.0 * SAMPLE_RATE) // HOP_LENGTH
    padded = np.pad(onset, width // 2, mode="linear_ramp", end_values=0)
    frames = np.lib.stride_tricks.sliding_window_view(padded, width)[: len(onset)]
    beats, prior = _tempo_prior(width)
    first = width - len(beats)
    window, n_fft = get_window("hann", width), scipy.fft.next_fast_len(2 * width, real=True)
    best = []
    for block in _blocks(frames):
        spectrum = scipy.fft.rfft(block * window, n_fft)
        # The power is real and even: a cosine transform inverts it at two thirds of the cost.
        lags = scipy.fft.dct(spectrum.real**2 + spectrum.imag**2, type=1)[:, :width]
        energy = lags[:, :1]  # at lag 0, the largest there is
        lags = lags[:, first:] / np.where(energy > np.finfo(np.float64).tiny, energy, 1.0)
        # The largest logarithm is the logarithm of the largest: none is taken.
        best.append(np.argmax((1.0 + 1e6 * np.maximum(lags, -1e-7)) * prior, axis=1))
    return np.asarray(beats[np.concatenate(best)], dtype=np.float64)


@lru_cache(maxsize=1)
def _tempo_prior(width: int) -> tuple[Double, Double]:
    """Beats per minute of the lags up to 320, and the prior's density at each, unscaled."""
    beats = librosa.tempo_frequencies(width, hop_length=HOP_LENGTH, sr=SAMPLE_RATE)
    beats = np.asarray(beats[np.argmax(beats < 320.0) :], dtype=np.float64)
    return beats, np.exp(-0.5 * np.log2(beats / 120.0) ** 2)


def _sequence(signal: Float) -> Float:
    """Cepstra of 25-ms windows [shape=(n_frames, 13)]."""
    blocks = _magnitudes(signal, SEQUENCE_N_FFT, SEQUENCE_WINDOW)
    log_mel = _decibels(np.concatenate([_mel(block**2, SEQUENCE_N_MELS) for block in blocks]))
    cepstra = scipy.fft.dct(log_mel, axis=-1, norm="ortho")[:, :N_MFCC]
    return np.asarray(cepstra, dtype=np.float32)
