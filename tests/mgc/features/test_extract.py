"""Features against librosa's own functions, on noise, tones, silence, clicks and real music."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mgc.audio.samples import load
from mgc.datasets import demo
from mgc.errors import FeatureError
from mgc.features.extract import N_FRAMES, N_SAMPLES, extract, prepare
from mgc.features.names import FEATURE_NAMES
from tools.bench.extracting import one_call_each

RATE = 22_050
Signal = npt.NDArray[np.float32]


SIGNALS: dict[str, Callable[[], np.ndarray]] = {
    "noise": lambda: np.random.default_rng(0).standard_normal(N_SAMPLES) * 0.1,
    "tone": lambda: 0.5 * np.sin(2 * np.pi * 440 * np.arange(N_SAMPLES) / RATE),
    "clicks": lambda: np.arange(N_SAMPLES) % 11_025 == 0,
    "silence": lambda: np.zeros(N_SAMPLES),
    "jazz": lambda: prepare(load(demo.clip_path("jazz.00000"))),
    "metal": lambda: prepare(load(demo.clip_path("metal.00004"))),
}


def signal_of(name: str) -> Signal:
    return SIGNALS[name]().astype(np.float32)


def assert_librosas(signal: Signal) -> None:
    """Compare with one call of librosa's for each value."""
    ours = extract(signal)
    tabular, spectrogram, sequence = one_call_each(signal)
    # A value near zero is compared on the scale of its own descriptor.
    scale = np.repeat(np.abs(tabular).reshape(-1, 4).max(axis=1), 4)
    tolerance = 1e-3 * np.maximum(np.abs(tabular), 0.01 * scale) + 1e-5
    wrong = np.flatnonzero(np.abs(ours.tabular - tabular) > tolerance)
    assert not wrong.size, [(FEATURE_NAMES[i], ours.tabular[i], tabular[i]) for i in wrong]
    np.testing.assert_allclose(ours.spectrogram, spectrogram, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(ours.sequence, sequence, rtol=1e-3, atol=1e-2)


@pytest.mark.parametrize("name", SIGNALS)
@pytest.mark.filterwarnings("ignore:Trying to estimate tuning")
def test_each_value_is_librosas(name: str) -> None:
    assert_librosas(signal_of(name))


@pytest.mark.parametrize("genre", ["blues", "classical", "reggae"])
def test_real_tracks_agree_with_librosa(gtzan_mini: Path, genre: str) -> None:
    assert_librosas(prepare(load(next(gtzan_mini.rglob(f"{genre}.00003.wav")))))


def test_shapes_names_and_ranges() -> None:
    features = extract(signal_of("jazz"))
    assert features.tabular.shape == (len(FEATURE_NAMES),) == (228,)
    assert features.spectrogram.shape == (128, N_FRAMES) == (128, 1292)
    assert features.sequence.shape == (1292, 13)
    assert features.segments.shape == (10, 228)
    assert all(getattr(features, n).dtype == np.float32 for n in vars(features))
    assert features.spectrogram.max() == 0
    assert features.spectrogram.min() >= -80
    assert FEATURE_NAMES[0] == "mfcc_01_mean"
    assert len(set(FEATURE_NAMES)) == 228


def test_columns_say_what_they_hold() -> None:
    tabular = dict(zip(FEATURE_NAMES, extract(signal_of("tone")).tabular, strict=True))
    assert tabular["centroid_mean"] == pytest.approx(440, rel=0.05)
    assert tabular["chroma_A_mean"] == pytest.approx(1.0, abs=0.01)  # 440 Hz is an A
    assert tabular["chroma_D#_mean"] < 0.05
    clicks = dict(zip(FEATURE_NAMES, extract(signal_of("clicks")).tabular, strict=True))
    assert clicks["tempo_mean"] == pytest.approx(120, rel=0.05)  # two clicks a second


def test_segments_are_the_statistics_of_their_own_three_seconds() -> None:
    half = signal_of("jazz")
    half[N_SAMPLES // 2 :] = 0  # the second half is silent
    segments = extract(half).segments
    column = FEATURE_NAMES.index("centroid_mean")
    assert (segments[:4, column] > 100).all()
    assert (segments[7:, column] == 0).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(min_value=RATE, max_value=2 * N_SAMPLES))
def test_any_length_becomes_thirty_seconds(length: int) -> None:
    signal = prepare(np.full(length, 0.25, dtype=np.float32))
    assert signal.shape == (N_SAMPLES,)
    assert (signal[: min(length, N_SAMPLES)] == 0.25).all()
    assert (signal[length:] == 0).all()


@pytest.mark.parametrize("rate", [11_025, 44_100, 48_000])
def test_other_sample_rates_give_the_same_music(rate: int) -> None:
    # A chord low enough for every rate: its features must not depend on how it was sampled.
    def chord(sample_rate: int) -> Signal:
        t = np.arange(30 * sample_rate) / sample_rate
        waves = [np.sin(2 * np.pi * hz * t) for hz in (262, 330, 392)]
        return (0.2 * np.sum(waves, axis=0)).astype(np.float32)

    ours = dict(zip(FEATURE_NAMES, extract(chord(rate), rate).tabular, strict=True))
    reference = dict(zip(FEATURE_NAMES, extract(chord(RATE)).tabular, strict=True))
    for name in ("centroid_mean", "rolloff_mean", "chroma_C_mean", "chroma_E_mean"):
        assert ours[name] == pytest.approx(reference[name], rel=0.02), name


def test_a_sample_rate_may_be_a_whole_float() -> None:
    for rate in (22_050, 44_100):
        expected = extract(signal_of("jazz"), rate)
        for kind in (float, np.float64, np.int32):
            assert (extract(signal_of("jazz"), kind(rate)).tabular == expected.tabular).all()


@pytest.mark.parametrize(
    ("samples", "rate", "words"),
    [
        (np.zeros(RATE // 2, np.float32), RATE, "at least one second"),
        (np.zeros(0, np.float32), RATE, "at least one second"),
        (np.full(RATE, np.nan, np.float32), RATE, "NaN"),
        (np.full(RATE, np.inf, np.float32), RATE, "infinity"),
        (np.zeros((RATE, 2), np.float32), RATE, "mono"),
        (np.zeros(RATE, np.int16), RATE, "floats"),
        (np.zeros(RATE, np.float32), 1, "sample rate"),
        (np.zeros(RATE, np.float32), 22_050.5, "sample rate 22050.5: give a whole number"),
        (np.zeros(RATE, np.float32), "22050", "sample rate '22050'"),
        ((np.zeros(RATE, np.float32), RATE), RATE, "samples.load"),
        ("song.wav", RATE, "samples.load"),
    ],
)
def test_unusable_samples_get_a_named_error(samples: Signal, rate: int, words: str) -> None:
    with pytest.raises(FeatureError, match=words):
        extract(samples, rate)
