"""Loudness against the standard's own numbers and ffmpeg's meter; what is heard, what not."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from mgc.audio.loudness import GATE_LUFS, audible, k_weighting, loudness
from mgc.audio.samples import SAMPLE_RATE, load
from mgc.datasets import demo

Samples = npt.NDArray[np.float64]
STEP_16 = 1 / 32768


def sine(hertz: float, seconds: float) -> Samples:
    return np.sin(2 * np.pi * hertz * np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE)


def total(samples: Samples) -> float:
    """Loudness of the whole of something steady."""
    return float(10 * np.log10(np.mean(10 ** (loudness(samples) / 10))))


def test_filters_are_those_that_the_standard_prints() -> None:
    """BS.1770-5, tables 1 and 2, for 48 kHz."""
    shelf = [1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241,
             0.73248077421585]  # fmt: skip
    high_pass = [1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621]
    np.testing.assert_allclose(k_weighting(48_000), [shelf, high_pass], atol=1e-8)


def test_a_sine_at_full_scale_has_the_loudness_of_the_standard() -> None:
    assert total(sine(997, 5)) == pytest.approx(-3.01, abs=0.05)
    assert total(sine(997, 5) / 1000) == pytest.approx(-63.01, abs=0.05)


def test_noise_has_the_loudness_that_ffmpeg_measures(ffmpeg: Path, tmp_path: Path) -> None:
    noise = np.cumsum(np.random.default_rng(0).normal(0, 0.01, 10 * SAMPLE_RATE))
    noise = 0.1 * np.diff(noise, prepend=0, append=0)[1:] + 0.02 * sine(80, 10)
    soundfile.write(tmp_path / "noise.wav", noise, SAMPLE_RATE, subtype="FLOAT")
    command = ["ffmpeg", "-nostats", "-i", str(tmp_path / "noise.wav"), "-af", "ebur128"]
    said = subprocess.run(
        [*command, "-f", "null", "-"], capture_output=True, text=True, check=True
    )
    measured = re.findall(r"I:\s+(-?[\d.]+) LUFS", said.stderr)[-1]
    assert total(noise) == pytest.approx(float(measured), abs=0.15)


def dithers() -> dict[str, Samples]:
    """Silence in 16 bits: none, rectangular, triangular, triangular without low frequencies."""
    rng, n = np.random.default_rng(0), 30 * SAMPLE_RATE
    one, other = rng.random(n) - 0.5, rng.random(n) - 0.5
    added = {
        "none": 0 * one,
        "flat": one,
        "triangular": one + other,
        "high": np.diff(one, append=0),
    }
    return {name: np.round(noise) * STEP_16 for name, noise in added.items()}


@pytest.mark.parametrize("dither", dithers())
def test_dithered_silence_is_not_heard(dither: str) -> None:
    assert loudness(dithers()[dither]).max() < GATE_LUFS - 20
    assert not audible(dithers()[dither]).any()


@pytest.mark.parametrize("shape", ["lipshitz", "gesemann", "shibata", "high-shibata"])
def test_silence_with_shaped_dither_is_not_heard(shape: str, tmp_path: Path) -> None:
    sox = shutil.which("sox") or pytest.skip("sox is missing")
    command = [sox, "-R", "-n", "-r", "44100", "-b", "16", str(tmp_path / "a.wav")]
    subprocess.run([*command, "trim", "0", "5", "dither", "-f", shape], check=True)
    assert np.abs(soundfile.read(tmp_path / "a.wav")[0]).max() > 2 * STEP_16, "there is dither"
    assert not audible(load(tmp_path / "a.wav")).any()


@pytest.mark.parametrize("seed", range(6))
def test_the_short_way_says_what_the_filter_says(seed: int) -> None:
    """Music with soft stretches of any depth, and with tones too low to be heard."""
    rng = np.random.default_rng(seed)
    level = np.repeat(10 ** rng.uniform(-5.5, -1, 20), SAMPLE_RATE)
    mixed = level * rng.normal(0, 1, len(level)) + 0.3 * sine(rng.uniform(2, 20), 20)
    soft = loudness(mixed) < GATE_LUFS
    runs = "".join("s" if one else "l" for one in soft)
    pauses = re.sub("s{10,}", lambda found: "p" * len(found[0]), runs)
    expected = np.repeat([one != "p" for one in pauses], SAMPLE_RATE // 10)[: len(mixed)]
    assert (audible(mixed) == expected).all()


@pytest.mark.parametrize("level", [0.7, -0.01])
def test_a_constant_is_not_heard(level: float) -> None:
    assert not audible(np.full(5 * SAMPLE_RATE, level)).any()


@pytest.mark.parametrize("clip", ["classical.00000", "metal.00000"])
def test_quiet_music_is_heard_to_the_last_sample(clip: str) -> None:
    music = load(demo.clip_path(clip)).astype(np.float64)
    assert audible(music * 10 ** ((-55 - total(music)) / 20)).all()


@pytest.mark.parametrize(("rest", "heard"), [(0.5, 4.5), (0.9, 4.9), (1.2, 4.0), (60.0, 4.0)])
def test_a_rest_belongs_to_the_music_and_a_pause_does_not(rest: float, heard: float) -> None:
    note = 0.1 * sine(440, 2)
    found = audible(np.concatenate([note, np.zeros(round(rest * SAMPLE_RATE)), note]))
    assert found.sum() / SAMPLE_RATE == pytest.approx(heard, abs=0.11)
    assert found[: len(note)].all()
    assert found[-len(note) :].all()
