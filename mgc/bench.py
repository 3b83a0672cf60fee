"""Time what is claimed to be fast, as a ratio in one run: `nox -s bench`."""

from __future__ import annotations

import time
from collections.abc import Callable

import librosa
import numpy as np
import numpy.typing as npt

from mgc import demo
from mgc.audio import SAMPLE_RATE, load
from mgc.features import extract, prepare

Float = npt.NDArray[np.float32]
CLIPS = tuple(f"{genre}.00004" for genre in ("blues", "classical", "disco", "jazz", "metal"))


def one_call_each(signal: Float) -> tuple[npt.NDArray[np.float64], Float, Float]:
    """Compute the same features with one librosa call each, every call from the waveform.

    Parameters
    ----------
    signal : ndarray [shape=(661500,)], float32

    Returns
    -------
    tabular : ndarray [shape=(228,)], float64
    spectrogram : ndarray [shape=(128, 1292)], dB re the loudest cell
    sequence : ndarray [shape=(1292, 13)]
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


def feature_seconds(repeats: int = 5) -> tuple[float, float]:
    """Time both ways in turn on the same demo clips, after one warm-up.

    Parameters
    ----------
    repeats : int, at least 1

    Returns
    -------
    shared, separate : float
        Median seconds a clip of `mgc.features.extract` and of `one_call_each`. The threads are
        those of the process; `nox -s bench` allows one.
    """
    signals = [prepare(load(demo.clip_path(name))) for name in CLIPS]
    ways: tuple[Callable[[Float], object], ...] = (extract, one_call_each)
    seconds: tuple[list[float], list[float]] = ([], [])
    for repeat in range(repeats + 1):
        for signal in signals:
            for way, spent in zip(ways, seconds, strict=True):
                begin = time.perf_counter()
                way(signal)
                if repeat:
                    spent.append(time.perf_counter() - begin)
    return float(np.median(seconds[0])), float(np.median(seconds[1]))


def main() -> None:
    """Print both times and their ratio."""
    shared, separate = feature_seconds()
    print(f"features of a 30-s clip, one Fourier transform:  {shared * 1000:6.1f} ms")
    print(f"features of a 30-s clip, one librosa call each:  {separate * 1000:6.1f} ms")
    print(f"ratio:                                           {shared / separate:6.3f}")


if __name__ == "__main__":
    main()
