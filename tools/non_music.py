"""Sounds that are no music, drawn by rule: what a network should call none of its genres."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soxr
from scipy.signal import butter, chirp, sosfilt, square

from mgc.audio.files import audio_files
from mgc.audio.samples import decode
from mgc.features.tag_mel import RATE
from mgc.typing import Double, Float

SECONDS, PER_KIND = 30, 16


def sounds(speech: Path | None) -> Iterator[tuple[str, Float]]:
    """Give kinds and samples at 16 kHz, the same each time; speech from a folder, if any."""
    rng = np.random.default_rng(0)
    time = np.arange(SECONDS * RATE) / RATE
    for kind, draw in KINDS.items():
        for _ in range(PER_KIND):
            samples = draw(rng, time)
            level = 10 ** rng.uniform(-1.5, -0.1)
            yield kind, (level * samples / np.abs(samples).max()).astype(np.float32)
    for path in audio_files([speech])[0] if speech else []:
        spoken, rate = decode(path, SECONDS)
        yield "speech", np.asarray(soxr.resample(spoken, rate, RATE), np.float32)


def _noise(rng: np.random.Generator, time: Double) -> Double:
    """Draw noise of any colour from brown to blue."""
    spectrum = np.fft.rfft(rng.standard_normal(len(time)))
    hertz = np.maximum(np.fft.rfftfreq(len(time), 1 / RATE), 20)
    coloured: Double = np.fft.irfft(spectrum * hertz ** rng.uniform(-1.2, 0.5), len(time))
    return coloured


def _band(rng: np.random.Generator, time: Double) -> Double:
    """Draw noise in a band, swelling or not, like wind and traffic."""
    low = rng.uniform(50, 2000)
    band = [low, low * rng.uniform(1.3, 3)]
    sections = butter(2, band, "bandpass", fs=RATE, output="sos")
    filtered = sosfilt(sections, rng.standard_normal(len(time)))
    swell = 1 + rng.uniform(0, 1) * np.sin(2 * np.pi * rng.uniform(0.05, 2) * time)
    return np.asarray(filtered * swell, np.float64)


def _tone(rng: np.random.Generator, time: Double) -> Double:
    """Draw a tone, pure or square, with or without hum."""
    hertz = 55 * 2 ** rng.uniform(0, 6)
    wave = square if rng.random() < 0.4 else np.sin
    hum = rng.uniform(0, 0.3) * np.sin(2 * np.pi * 50 * time)
    return np.asarray(wave(2 * np.pi * hertz * time) + hum, np.float64)


def _sweep(rng: np.random.Generator, time: Double) -> Double:
    """Draw a sweep, once or again and again like a siren."""
    low, period = 50 * 2 ** rng.uniform(0, 3), rng.choice([1.0, 3.0, 10.0, 30.0])
    method = str(rng.choice(["linear", "logarithmic"]))
    return np.asarray(
        chirp(time % period, low, period, low * 2 ** rng.uniform(1, 5), method), np.float64
    )


def _clicks(rng: np.random.Generator, time: Double) -> Double:
    """Draw clicks, regular or at random, bare or ringing, over faint noise."""
    clicks = np.zeros(len(time))
    rate = 2 ** rng.uniform(-1, 5)
    regular = np.arange(0, len(time), RATE / rate).astype(int)
    clicks[regular if rng.random() < 0.5 else rng.integers(0, len(time), len(regular))] = 1
    ring = np.exp(-time[:800] * rng.uniform(200, 3000)) * np.cos(
        2 * np.pi * rng.uniform(500, 5000) * time[:800]
    )
    return np.asarray(
        np.convolve(clicks, ring)[: len(time)] + 1e-4 * rng.standard_normal(len(time))
    )


KINDS = {
    "noise": _noise,
    "noise in a band": _band,
    "tones": _tone,
    "sweeps": _sweep,
    "clicks": _clicks,
}
