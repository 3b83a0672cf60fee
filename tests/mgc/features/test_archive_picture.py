"""Pictures of audio: the rule by which the archive of GTZAN was drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import scipy.signal
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from mgc.datasets import archive
from mgc.errors import FeatureError
from mgc.features import archive_picture

RATE = 22_050


def by_the_rule(signal: npt.NDArray[np.float64], n_columns: int) -> npt.NDArray[np.uint8]:
    """Draw a picture as the archive's description says, with SciPy's own spectrogram."""
    power = scipy.signal.spectrogram(signal, RATE)[2]
    level = np.log(power)[:-1, :-1]
    n = level.shape[1]
    scaled = (level - level.min()) / (level.max() - level.min()) * 256
    grey = np.clip(np.floor(scaled), 0, 255).astype(np.uint8)
    return grey[:, np.floor((np.arange(n_columns) + 1) / n_columns * n - 1e-9).astype(int)]


def music(seconds: float, seed: int = 0) -> npt.NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE)) / RATE
    tone = np.sin(2 * np.pi * rng.uniform(80, 4000) * time) * (1 + np.sin(2 * np.pi * 2 * time))
    return 0.2 * tone + 0.02 * rng.standard_normal(len(time))


@settings(max_examples=15, deadline=None)
@given(st.floats(3.0, 32.0), st.integers(0, 1000))
def test_picture_is_scipys_spectrogram_in_grey_levels(seconds: float, seed: int) -> None:
    signal = music(seconds, seed)
    drawn = archive_picture.picture(signal)
    expected = by_the_rule(signal, drawn.shape[1])
    # A level on the edge between two steps may round either way.
    difference = np.abs(drawn.astype(int) - expected.astype(int))
    assert difference.max() <= 1
    assert (difference > 0).mean() < 0.001


def test_half_a_minute_has_the_archives_size_and_other_lengths_its_rate() -> None:
    assert archive_picture.picture(music(30.0)).shape == (128, 496)
    assert archive_picture.picture(music(15.0)).shape == (128, 248)
    assert archive_picture.picture(music(3.0)).shape == (128, 50)


def test_loudness_does_not_matter() -> None:
    signal = music(4.0)
    loud, soft = archive_picture.picture(signal), archive_picture.picture(signal * 2.0**-9)
    assert np.array_equal(loud, soft)


def test_silence_is_black_and_a_silent_passage_does_not_grey_the_rest() -> None:
    assert not archive_picture.picture(np.zeros(3 * RATE)).any()
    signal = music(6.0)
    signal[RATE : 2 * RATE] = 0.0
    drawn = archive_picture.picture(signal)
    assert drawn[:, 20:30].max() == 0
    assert drawn.max() == 255


@pytest.mark.parametrize(
    "samples", [np.zeros((2, 9000)), np.zeros(300), np.full(9000, np.nan)], ids=str
)
def test_what_is_no_signal_is_refused(samples: npt.NDArray[np.float64]) -> None:
    with pytest.raises(FeatureError):
        archive_picture.picture(samples)


def test_audio_gives_the_pictures_of_the_archive(gtzan_mini: Path, gtzan_archive: Path) -> None:
    """Whole clips, where they are as long as the archive says, to one grey level; but jazz.

    Jazz was drawn by another version of the plotting library, as its description says.
    """
    source = archive.open_archive(gtzan_archive)
    for genre in ("blues", "country", "metal", "rock"):
        samples, _ = soundfile.read(gtzan_mini / "genres" / genre / f"{genre}.00003.wav")
        row = int(np.searchsorted(source.track_id, f"{genre}.00003"))
        expected = source.log_power[row].astype(int)
        drawn = archive_picture.picture(samples, 496).astype(int)
        assert (np.abs(drawn - expected) <= 1).mean() > 0.98
        np.testing.assert_array_equal(drawn, by_the_rule(samples, 496))
