"""Time the features: one shared Fourier transform against one librosa call for each."""

from __future__ import annotations

import time
from collections.abc import Callable

import librosa
import numpy as np
import numpy.typing as npt

from mgc.audio.samples import SAMPLE_RATE, load
from mgc.datasets import demo
from mgc.evaluation.speed import Figure
from mgc.features.extract import extract, prepare
from mgc.typing import Float
from tools.bench.measured import figure

REPEATS = 5
CLIPS = tuple(f"{genre}.00004" for genre in ("blues", "classical", "disco", "jazz", "metal"))


def one_call_each(signal: Float) -> tuple[npt.NDArray[np.float64], Float, Float]:
    """Compute the same features with one librosa call each, every call from the waveform.

    Returns statistics [228], spectrogram [128, 1292] in dB re its maximum, cepstra [1292, 13].
    """
    y, sr = signal, SAMPLE_RATE
    mfcc = librosa.feature.mfcc(y=y, sr=sr, n_mfcc=13)
    rows = [
        mfcc,
        librosa.feature.delta(mfcc),
        librosa.feature.delta(mfcc, order=2),
        librosa.feature.spectral_centroid(y=y, sr=sr),
        librosa.feature.spectral_rolloff(y=y, sr=sr, roll_percent=0.85),
        librosa.feature.spectral_bandwidth(y=y, sr=sr),
        librosa.feature.spectral_contrast(y=y, sr=sr).mean(axis=0, keepdims=True),
        librosa.feature.tempo(y=y, sr=sr, aggregate=None)[None],
        librosa.onset.onset_strength(y=y, sr=sr)[None],
        librosa.feature.chroma_stft(y=y, sr=sr, tuning=0.0),
    ]
    frames = np.concatenate(rows).astype(np.float64)
    statistics = [frames.mean(1), frames.std(1), frames.min(1), frames.max(1)]
    mel = librosa.feature.melspectrogram(y=y, sr=sr, n_fft=2048, hop_length=512, n_mels=128)
    sequence = librosa.feature.mfcc(
        y=y, sr=sr, n_mfcc=13, n_fft=1024, win_length=551, hop_length=512, n_mels=40
    )
    return np.stack(statistics, 1).ravel(), librosa.power_to_db(mel, ref=np.max), sequence.T


def feature_seconds() -> dict[str, list[float]]:
    """Time three ways in turn on the same demo clips, after one warm-up.

    Returns the seconds of each clip and repeat, in the same order: ``shared`` for
    `mgc.features.extract`, ``separate`` for `one_call_each`, ``stft`` for `librosa.stft` alone,
    which is the floor. The threads are those of the process; `nox -s bench` allows one.
    """
    signals = [prepare(load(demo.clip_path(name))) for name in CLIPS]
    ways: dict[str, Callable[[Float], object]] = {
        "shared": extract,
        "separate": one_call_each,
        "stft": librosa.stft,
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for repeat in range(REPEATS + 1):
        for signal in signals:
            for name, way in ways.items():
                begin = time.perf_counter()
                way(signal)
                if repeat:
                    seconds[name].append(time.perf_counter() - begin)
    return seconds


def measure() -> list[Figure]:
    """Ratios of the three ways, and milliseconds of ours."""
    seconds = feature_seconds()
    pairs = zip(seconds["separate"], seconds["shared"], seconds["stft"], strict=True)
    each, floor = zip(*((far / ours, ours / stft) for far, ours, stft in pairs), strict=True)
    ours = [1000 * s for s in seconds["shared"]]
    return [
        figure("features_each", "One librosa call a feature, against ours", each, "times", 6),
        figure("features_stft", "Ours against one Fourier transform alone", floor, "times", -3),
        figure("features_ms", "Features of a 30-s clip, one thread", ours, "ms"),
    ]
