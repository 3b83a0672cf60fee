"""Decoding, resampling and the report's standardisation."""

from __future__ import annotations

from pathlib import Path

import librosa
import numpy as np
import pytest
import soundfile
from scipy.signal import lfilter

from mgc.audio.samples import decode, load, standardise
from mgc.errors import AudioError

RATE = 22_050


def _tone(seconds: float = 2.0, rate: int = RATE) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(int(seconds * rate)) / rate)).astype("f4")


def test_stereo_at_another_rate_equals_its_mono_original(tmp_path: Path) -> None:
    path = tmp_path / "stereo.wav"
    wave = _tone(rate=44_100)
    soundfile.write(path, np.stack([wave * 0.5, wave * 1.5], axis=1), 44_100, subtype="FLOAT")
    samples = load(path)
    np.testing.assert_allclose(samples[1000:-1000], _tone()[1000:-1000], atol=1e-3)


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


@pytest.mark.parametrize("content", [b"", b"this is text, not audio", b"RIFF\x00\x00\x00\x00WAVE"])
def test_what_is_not_audio_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "blues.00000.wav"
    path.write_bytes(content)
    with pytest.raises(AudioError, match=r"blues\.00000\.wav.*(replace|remove)"):
        decode(path)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    (tmp_path / "x.wav").mkdir()
    for name in ("x.wav", "nothing.wav"):
        with pytest.raises(AudioError, match=name):
            decode(tmp_path / name)


def test_samples_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "nan.wav"
    soundfile.write(path, np.array([0.0, np.nan, 1.0] * RATE), RATE, subtype="FLOAT")
    with pytest.raises(AudioError, match="not finite"):
        decode(path)


def test_a_file_without_samples_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.wav"
    soundfile.write(path, np.zeros(0), RATE)
    with pytest.raises(AudioError, match="no samples"):
        decode(path)


def test_standardise_filters_then_scales() -> None:
    signal = np.random.default_rng(1).uniform(-0.3, 0.3, RATE).astype(np.float32)
    filtered = lfilter([1, -0.97], [1], signal)
    np.testing.assert_allclose(
        standardise(signal), filtered / np.abs(filtered).max(), rtol=1e-4, atol=1e-6
    )


def test_standardise_switches() -> None:
    signal = np.array([0.1, -0.4, 0.2], dtype=np.float32)
    untouched = standardise(signal, normalise=False, pre_emphasis=0)
    np.testing.assert_array_equal(untouched, signal)
    np.testing.assert_allclose(standardise(signal, pre_emphasis=0), signal / 0.4, rtol=1e-6)


def test_standardise_of_silence_and_of_stereo() -> None:
    assert not standardise(np.zeros(RATE)).any()
    stereo = np.stack([np.ones(4), -np.ones(4)], axis=1)
    assert not standardise(stereo).any()


@pytest.mark.parametrize("bad", [np.zeros(0), np.zeros((2, 2, 2)), np.array([np.nan])])
def test_standardise_refuses_what_holds_no_signal(bad: np.ndarray) -> None:
    with pytest.raises(AudioError):
        standardise(bad)
