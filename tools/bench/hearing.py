"""Time the way from a file to its genre: the shipped network, and the report's CNN."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import librosa
import numpy as np
import soundfile

from mgc.audio.samples import SAMPLE_RATE, decode
from mgc.datasets import demo
from mgc.evaluation.speed import Curve, Figure
from mgc.features.extract import N_FRAMES, N_MELS, extract
from mgc.inference.classifier import Classifier
from tools.bench.measured import exponent, figure

CALLS = 120
FEW_CALLS = 30
LENGTHS_S = (30, 60, 120, 240)


def measure(folder: Path) -> list[Figure | Curve]:
    """Milliseconds of a clip, decode included, warm and with one thread.

    `folder` is for audio files of several lengths.
    """
    from mgc.models import cnn
    from mgc.training import keras_fit

    classifier = Classifier(threads=1)
    report = cnn.build((N_MELS, N_FRAMES, 1), 10)
    report.compile(jit_compile=False)

    def plain(path: Path) -> None:
        signal, _ = librosa.load(path, sr=SAMPLE_RATE)
        mel = librosa.feature.melspectrogram(y=signal[: 30 * SAMPLE_RATE], sr=SAMPLE_RATE)
        picture = librosa.power_to_db(mel, ref=np.max)[None, :, :N_FRAMES, None]
        keras_fit.predict(report, picture, 1)

    def ours(path: Path) -> None:
        picture = extract(*decode(path)).spectrogram
        report.predict_on_batch(picture[None, ..., None])

    shipped = _milliseconds(classifier.answer, CALLS)
    usual = _milliseconds(plain, FEW_CALLS)
    written = _milliseconds(ours, FEW_CALLS)
    seconds = _by_length(classifier, folder)
    slope, error = exponent(LENGTHS_S, seconds)
    ninety_five = "A 30-s clip from file to genre, 95th percentile"
    return [
        Curve("genre_seconds", "genres of a file", "seconds of audio",
              tuple(map(float, LENGTHS_S)), tuple(seconds)),
        figure("clip_p95", ninety_five, shipped, "ms", -100, quantile=0.95),
        figure("clip_ms", "A 30-s clip from file to genre", shipped, "ms"),
        figure("report_ms", "The same with the report's CNN on 128 x 1292", written, "ms"),
        figure("plain_ms", "The same with librosa and Keras's predict", usual, "ms"),
        figure("clip_ratio", "librosa and Keras's predict against ours",
               [float(np.median(usual) / np.median(shipped))], "times", 4),
        figure("length_exponent", "Growth with the seconds of audio, exponent",
               [slope - error, slope, slope + error], ""),
    ]  # fmt: skip


def _milliseconds(way: Callable[[Path], object], calls: int) -> list[float]:
    """Time calls on the demo clips in turn, after a few that do not count."""
    paths = [demo.clip_path(row["track_id"]) for row in demo.manifest()]
    for path in paths[:3]:
        way(path)
    spent = []
    for number in range(calls):
        begin = time.perf_counter()
        way(paths[number % len(paths)])
        spent.append(1000 * (time.perf_counter() - begin))
    return spent


def _by_length(classifier: Classifier, folder: Path) -> list[float]:
    """Seconds for a file of each length, the median of four."""
    clip, _ = decode(demo.clip_path("rock.00004"))
    seconds = []
    for length in LENGTHS_S:
        path = folder / f"{length}.wav"
        soundfile.write(path, np.resize(clip, length * SAMPLE_RATE), SAMPLE_RATE)
        spent = []
        for _ in range(4):
            begin = time.perf_counter()
            classifier.answer(path)
            spent.append(time.perf_counter() - begin)
        seconds.append(float(np.median(spent)))
    return seconds
