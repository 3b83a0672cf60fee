"""Sound is degraded by as much as is said, and where nothing is asked it stays what it was."""

from __future__ import annotations

import numpy as np
import pytest

from mgc.audio.samples import SAMPLE_RATE, load
from mgc.experiments.robustness import MP3, NEUTRAL, NOISE, NONE, PITCH, STRENGTHS, TELEPHONE, TIME
from mgc.features import archive_picture
from tools import degradation

LENGTH = 6 * SAMPLE_RATE


def tone(*hertz: float) -> np.ndarray:
    """Six seconds of sines of equal strength, in 16 bits."""
    seconds = np.arange(LENGTH) / SAMPLE_RATE
    sines = sum(np.sin(2 * np.pi * f * seconds) for f in hertz) * 0.5 / len(hertz)
    return (np.rint(sines * 32768) / 32768).astype(np.float32)


def melody() -> np.ndarray:
    """Six seconds of decaying notes, which codecs and vocoders keep recognisable."""
    seconds = np.arange(LENGTH) / SAMPLE_RATE
    pitch = 220 * 2 ** (np.floor(seconds * 2) / 12)
    return (0.4 * np.sin(2 * np.pi * pitch * seconds) * np.exp(-2 * (seconds * 2 % 1))).astype(
        "f4"
    )


def decibels(signal: np.ndarray, hertz: float) -> float:
    """Level of a frequency, by the transform of the middle four seconds."""
    middle = signal[SAMPLE_RATE : 5 * SAMPLE_RATE] * np.hanning(4 * SAMPLE_RATE)
    spectrum = np.abs(np.fft.rfft(middle))
    near = round(hertz * 4)
    return float(20 * np.log10(spectrum[near - 6 : near + 7].max() + 1e-12))


def loudest(signal: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(signal * np.hanning(len(signal))))
    return float(spectrum.argmax() * SAMPLE_RATE / len(signal))


@pytest.mark.parametrize("snr", STRENGTHS[NOISE])
def test_noise_is_as_far_below_the_signal_as_is_said(snr):
    clean = melody()
    heard = degradation.noisy(clean, snr, "jazz.00001").astype(np.float64)
    noise = heard - clean
    measured = 10 * np.log10((clean.astype(np.float64) ** 2).sum() / (noise**2).sum())
    assert measured == pytest.approx(snr, abs=0.05)
    again, other = (degradation.noisy(clean, snr, f"jazz.0000{n}") - clean for n in (1, 2))
    assert np.allclose(noise, again, atol=1e-6)
    assert abs(np.corrcoef(noise, other)[0, 1]) < 0.02
    halves = np.abs(np.fft.rfft(noise)) ** 2
    half = len(halves) // 2
    assert halves[:half].sum() == pytest.approx(halves[half:].sum(), rel=0.05), "white"


def test_a_telephone_lets_the_voice_through_and_little_else():
    hertz = (100.0, 1000.0, 3000.0, 7000.0)
    clean = tone(*hertz)
    heard = degradation.degrade(clean, TELEPHONE, 0.0, "x").samples
    low, voice, edge, high = (decibels(heard, f) - decibels(clean, f) for f in hertz)
    assert abs(voice) < 0.5
    assert abs(edge) < 3
    assert low < -30
    assert high < -20


@pytest.mark.parametrize("kbit_s", STRENGTHS[MP3])
def test_a_file_has_the_bit_rate_that_is_asked_for_and_is_not_delayed(kbit_s):
    clean = melody()
    heard, real = degradation.degrade(clean, MP3, kbit_s, "x")
    assert real == pytest.approx(kbit_s, rel=0.02), "4 kB a second at 32 kbit/s"
    assert len(heard) == len(clean)
    assert not np.array_equal(heard, clean)
    assert np.corrcoef(heard, clean)[0, 1] > 0.97
    late = np.roll(clean, degradation.MP3_DELAY)
    assert abs(np.corrcoef(heard, late)[0, 1]) < 0.9


def test_pitch_is_moved_and_tempo_kept_and_the_other_way_round():
    clean = tone(440.0)
    up, down = (degradation.degrade(clean, PITCH, n, "x").samples for n in (4.0, -4.0))
    assert len(up) == len(down) == len(clean)
    assert loudest(up) == pytest.approx(440 * 2 ** (4 / 12), rel=0.01)
    assert loudest(down) == pytest.approx(440 * 2 ** (-4 / 12), rel=0.01)
    fast, slow = (degradation.degrade(clean, TIME, rate, "x").samples for rate in (1.25, 0.8))
    assert loudest(fast) == pytest.approx(440, rel=0.01)
    assert loudest(slow) == pytest.approx(440, rel=0.01)
    assert len(fast) == pytest.approx(len(clean) / 1.25, abs=1)
    assert len(slow) == len(clean), "cut to the length of the clip"


def test_a_stretched_picture_moves_as_fast_as_it_sounds():
    clicks = np.zeros(LENGTH, np.float32)
    clicks[:: SAMPLE_RATE // 2] = 0.9
    whole, fast = (
        degradation.picture(clip, len(clicks)) for clip in (clicks, clicks[: LENGTH * 4 // 5])
    )
    assert whole.shape[1] == archive_picture.CLIP_COLUMNS
    assert fast.shape[1] == round(archive_picture.CLIP_COLUMNS * 0.8)


@pytest.mark.parametrize(("kind", "strength"), NEUTRAL.items())
def test_neutral_strengths_leave_sound_nearly_as_it_was(kind, strength):
    clean = degradation.stored(melody())
    heard = degradation.degrade(clean, kind, strength, "x").samples
    # The vocoder adds up phases frame by frame, and the last frames lack what would follow.
    left = (heard - clean)[: -SAMPLE_RATE // 4]
    assert (left**2).mean() <= (0 if kind == NONE else 1e-4 * (clean**2).mean()), "40 dB below"


def test_what_a_file_cannot_hold_is_turned_down_and_not_clipped():
    loud = 3 * melody()
    heard = degradation.stored(loud)
    assert np.abs(heard).max() < 1
    assert np.corrcoef(heard, loud)[0, 1] > 0.999999
    assert np.array_equal(heard * 32768, np.rint(heard * 32768))
    full = np.array([-1, 0.25, 32767 / 32768], np.float32)
    assert np.array_equal(degradation.stored(full), full), "a file at full scale is left alone"


def test_undegraded_sound_of_the_mini_set_is_the_picture_that_is_packed(gtzan_mini):
    clip = load(gtzan_mini / "genres" / "jazz" / "jazz.00001.wav")
    heard = degradation.degrade(clip, NONE, 0.0, "jazz.00001").samples
    assert np.array_equal(heard, clip)
    packed = archive_picture.picture(clip, archive_picture.CLIP_COLUMNS)
    assert np.array_equal(degradation.picture(heard, len(clip)), packed)
