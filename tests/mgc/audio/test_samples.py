"""Decoding, resampling and the report's standardisation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import librosa
import numpy as np
import pytest
import soundfile
from scipy.signal import lfilter

from mgc.audio.files import audio_files
from mgc.audio.samples import decode, load, resample, standardise
from mgc.audio.windows import windows
from mgc.errors import AudioError

RATE = 22_050


def _tone(seconds: float = 2.0, rate: int = RATE) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(int(seconds * rate)) / rate)).astype("f4")


def test_load_equals_librosas(tmp_path: Path) -> None:
    path = tmp_path / "noise.flac"
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 96_000)
    soundfile.write(path, noise, 48_000)
    expected, _ = librosa.load(path, sr=RATE, res_type="soxr_hq")
    np.testing.assert_allclose(load(path), expected, atol=1e-4)


def test_decode_keeps_the_sample_rate(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    soundfile.write(path, _tone(rate=8_000), 8_000)
    samples, rate = decode(path)
    assert (rate, samples.dtype, len(samples)) == (8_000, np.float32, 16_000)


NOISE = np.random.default_rng(2).normal(0, 0.1, 5 * RATE).astype(np.float32)


@pytest.mark.parametrize(
    ("channels", "heard"),
    [
        ([NOISE, -NOISE], NOISE),
        ([NOISE, -NOISE + 1e-4 * NOISE[::-1]], NOISE),  # as an encoder leaves them
        ([0 * NOISE, -NOISE, NOISE, 0 * NOISE], -NOISE),
        ([NOISE, -0.8 * NOISE], 0.1 * NOISE),
        ([NOISE, NOISE[::-1]], (NOISE + NOISE[::-1]) / 2),
        ([NOISE, 0 * NOISE], NOISE / 2),
        ([0 * NOISE, 0 * NOISE], 0 * NOISE),
    ],
)
def test_channels_are_averaged_unless_they_cancel(
    tmp_path: Path, channels: list[np.ndarray], heard: np.ndarray
) -> None:
    soundfile.write(tmp_path / "a.wav", np.stack(channels, axis=1), RATE, subtype="FLOAT")
    np.testing.assert_allclose(load(tmp_path / "a.wav"), heard, atol=1e-7)
    (window,) = windows(tmp_path / "a.wav")
    np.testing.assert_array_equal(window.samples, load(tmp_path / "a.wav"))


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    (tmp_path / "x.wav").mkdir()
    for name in ("x.wav", "nothing.wav"):
        with pytest.raises(AudioError, match=name):
            decode(tmp_path / name)


def test_standardise_filters_then_scales() -> None:
    signal = np.random.default_rng(1).uniform(-0.3, 0.3, RATE).astype(np.float32)
    filtered = lfilter([1, -0.97], [1], signal)
    expected = filtered / np.abs(filtered).max()
    np.testing.assert_allclose(standardise(signal), expected, rtol=1e-4, atol=1e-6)
    assert not standardise(np.zeros(RATE)).any()


@pytest.mark.parametrize("bad", [np.zeros(0), np.zeros((2, 2)), np.array([np.nan])])
def test_standardise_refuses_what_holds_no_signal(bad: np.ndarray) -> None:
    with pytest.raises(AudioError):
        standardise(bad)


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        (np.zeros((2, RATE)), "average the channels first"),
        (np.zeros((RATE, 2)), "average the channels first"),
        ("song.wav", "type str.*samples.load"),
        ((np.zeros(RATE), RATE), "type tuple"),
        (None, "type NoneType"),
        (np.zeros(RATE, complex), "type complex128"),
    ],
)
def test_what_is_no_mono_signal_is_refused_with_what_is_expected(samples: Any, words: str) -> None:
    for function in (standardise, lambda given: resample(given, 44_100)):
        with pytest.raises(AudioError, match=words):
            function(samples)


@pytest.mark.parametrize("rate", [0, -1, 999, 10**6, 22_050.5, np.nan, "22050", None])
def test_what_is_no_sample_rate_is_refused(rate: Any) -> None:
    with pytest.raises(AudioError, match=r"sample rate .*give a whole number of Hz"):
        resample(_tone(), rate)


def test_a_sample_rate_may_be_any_kind_of_whole_number() -> None:
    for kind in (float, np.int32, np.float32):
        np.testing.assert_array_equal(resample(_tone(), kind(8_000)), resample(_tone(), 8_000))


@pytest.mark.parametrize("path", [_tone(), None, ["a.wav"], b"a.wav", 7])
def test_what_is_no_name_of_a_file_is_refused_with_what_is_expected(path: Any) -> None:
    for function in (decode, load, windows, lambda given: audio_files([given])):
        with pytest.raises(AudioError, match=f"a {type(path).__name__} in the place of an audio"):
            function(path)


def test_one_name_is_one_file_and_no_row_of_letters(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", _tone(), RATE)
    for given in (tmp_path / "a.wav", str(tmp_path / "a.wav"), [tmp_path / "a.wav"]):
        assert audio_files(given) == ([tmp_path / "a.wav"], {})
