"""The spectrogram that MusiCNN reads, beside one computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from mgc.errors import FeatureError
from mgc.features.tag_mel import RATE, WINDOW_FRAMES, WINDOW_SAMPLES, mel_filters, tag_mel


def test_a_frame_is_the_logarithm_of_its_power_in_each_band() -> None:
    samples = np.random.default_rng(0).normal(0, 0.1, 4 * RATE)
    mel = tag_mel(samples)
    assert mel.shape == (251, 96)
    frame = samples[256 * 99 : 256 * 101] * np.hanning(513)[:-1]
    power = np.abs(np.fft.rfft(frame)) ** 2 @ mel_filters()
    assert np.allclose(mel[100], np.log10(10_000 * power + 1), atol=1e-4)


def test_three_seconds_are_one_window_and_less_is_refused() -> None:
    assert WINDOW_SAMPLES < 3 * RATE
    assert len(tag_mel(np.zeros(WINDOW_SAMPLES))) == WINDOW_FRAMES
    for wrong in (np.zeros(WINDOW_SAMPLES - 1), np.zeros((2, RATE)), np.full(3 * RATE, np.nan)):
        with pytest.raises(FeatureError):
            tag_mel(wrong)
