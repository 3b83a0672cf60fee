"""Features from the pictures of an archive, against librosa, SciPy and the formulas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import librosa
import numpy as np
import pandas as pd
import pytest
import scipy.fft
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st

from mgc.audio.samples import SAMPLE_RATE
from mgc.datasets import archive
from mgc.errors import DataError
from mgc.features import from_archive
from mgc.features.loading import load_arrays
from mgc.features.names import ARCHIVE_FEATURE_NAMES
from mgc.features.pack import mel_centres
from tests.helpers.archives import IDS, LINEAR, pictures, small


def test_grey_levels_span_eighty_decibels() -> None:
    levels = np.array([[[0, 51, 255]]], dtype=np.uint8)
    np.testing.assert_allclose(from_archive.decibels(levels), [[[-80, -64, 0]]], atol=1e-5)
    assert from_archive.decibels(levels).dtype == np.float32


def test_mel_bands_are_librosas_where_bins_are_close() -> None:
    hertz = librosa.fft_frequencies(sr=SAMPLE_RATE, n_fft=8192)
    expected = librosa.filters.mel(
        sr=SAMPLE_RATE, n_fft=8192, n_mels=40, fmin=0, fmax=SAMPLE_RATE / 2, norm=None
    ).T
    bands = from_archive.mel_bands(tuple(hertz))
    np.testing.assert_allclose(bands, expected / expected.sum(axis=0), atol=1e-6)


def test_mel_bands_of_the_published_bins_interpolate_below_and_are_librosas_above() -> None:
    bands = from_archive.mel_bands(tuple(LINEAR))
    edges = librosa.mel_frequencies(42, fmin=0, fmax=LINEAR[-1])
    # librosa's bins go up to half the sample rate: one more, which no band reaches.
    expected = librosa.filters.mel(
        sr=SAMPLE_RATE, n_fft=256, n_mels=40, fmin=0, fmax=LINEAR[-1], norm=None
    ).T[:128]
    wide = np.diff(edges)[:-1] > LINEAR[1]
    assert 20 < wide.sum() < 40
    total = expected[:, wide].sum(axis=0)
    np.testing.assert_allclose(bands[:, wide], expected[:, wide] / total, atol=1e-6)
    # The first centre, 64.3 Hz, lies between the bins at 0 and 86.1 Hz: weights by hand.
    high = edges[1] / LINEAR[1]
    np.testing.assert_allclose(bands[:3, 0], [1 - high, high, 0], atol=1e-12)


@settings(max_examples=150, deadline=None)
@given(
    first=st.floats(0, 5000),
    steps=st.lists(st.floats(0.5, 2000), min_size=1, max_size=60),
)
def test_mel_bands_are_averages_whatever_the_bins(first: float, steps: list[float]) -> None:
    hertz = np.cumsum([first, *steps])
    bands = from_archive.mel_bands(tuple(hertz.tolist()))
    assert bands.shape == (len(hertz), 40)
    assert (bands >= 0).all()
    np.testing.assert_allclose(bands.sum(axis=0), 1)
    # A band lies where its centre is: between the neighbours of its centre at the least.
    centres = librosa.mel_frequencies(42, fmin=hertz[0], fmax=hertz[-1])[1:-1]
    nearest = np.abs(hertz[:, None] - centres).argmin(axis=0)
    assert (bands[nearest, np.arange(40)] > 0).all()


def test_mel_bands_of_mel_bins_are_no_wider_below_than_above() -> None:
    bands = from_archive.mel_bands(tuple(mel_centres().tolist()))
    reach = (bands > 0).sum(axis=0)
    assert set(reach) <= {5, 6, 7}  # two of 40 bands are six of 128


def test_cepstra_are_those_of_librosa_and_of_the_formula() -> None:
    picture = pictures(70, 128, 12)  # more than one block
    cepstra = from_archive.sequences(picture, LINEAR)
    bands = from_archive.mel_bands(tuple(LINEAR))
    k, m = np.arange(13)[:, None], np.arange(40)
    cosines = np.cos(np.pi * k * (2 * m + 1) / 80) * np.where(k == 0, 0.5, np.sqrt(0.5))
    for n in (0, 63, 64, 69):
        mel = bands.T @ picture[n].astype(float)  # [40, frames]
        np.testing.assert_allclose(
            cepstra[n].T, librosa.feature.mfcc(S=mel, n_mfcc=13), rtol=1e-4, atol=1e-3
        )
        np.testing.assert_allclose(
            cepstra[n], scipy.fft.dct(mel.T, norm="ortho")[:, :13], rtol=1e-4, atol=1e-3
        )
        formula = cosines @ mel / np.sqrt(10)
        np.testing.assert_allclose(cepstra[n].T, formula, rtol=1e-4, atol=1e-3)


def columns(kind: str, statistic: str) -> list[int]:
    names = [f"{kind}_{number:02d}_{statistic}" for number in range(1, 14)]
    return [ARCHIVE_FEATURE_NAMES.index(name) for name in names]


def test_the_table_is_that_of_librosa_and_scipy() -> None:
    cepstra = np.random.default_rng(0).normal(0, 50, (2, 40, 13)).astype(np.float32)
    table = from_archive.tables(cepstra)
    assert table.shape == (2, 156) == (2, len(ARCHIVE_FEATURE_NAMES))
    for n in range(2):
        curves = {"mfcc": cepstra[n].T.astype(float)}
        curves["mfcc_delta"] = librosa.feature.delta(curves["mfcc"])
        curves["mfcc_delta2"] = librosa.feature.delta(curves["mfcc"], order=2)
        slopes = scipy.signal.savgol_filter(curves["mfcc"], 9, polyorder=1, deriv=1)
        np.testing.assert_allclose(curves["mfcc_delta"], slopes, atol=1e-9)
        for kind, values in curves.items():
            for statistic in ("mean", "std", "min", "max"):
                expected = getattr(values, statistic)(axis=1)
                np.testing.assert_allclose(
                    table[n, columns(kind, statistic)], expected, rtol=1e-4, atol=1e-3
                )


def test_segments_are_the_tables_of_ten_consecutive_pieces() -> None:
    picture = pictures(2, 128, 10 * 12 + 7)
    found = from_archive.features(picture, LINEAR)
    assert found["tabular"].shape == (2, 156)
    assert found["segments"].shape == (2, 10, 156)
    np.testing.assert_array_equal(found["tabular"], from_archive.tables(found["sequence"]))
    np.testing.assert_array_equal(found["spectrogram"], from_archive.decibels(picture))
    for piece in (0, 4, 9):
        cut = picture[:, :, 12 * piece : 12 * (piece + 1)]
        alone = from_archive.features(np.tile(cut, (1, 1, 10)), LINEAR)["segments"][:, 0]
        np.testing.assert_allclose(found["segments"][:, piece], alone, rtol=1e-5, atol=1e-3)


def test_a_track_of_which_others_are_left_out_has_the_same_features(tmp_path: Path) -> None:
    source = archive.edition(small(tmp_path / "a.npz"))
    arrays = load_arrays(source, tmp_path / "cache", progress=False)
    found = archive.open_archive(tmp_path / "a.npz")
    expected = from_archive.features(found.log_power, found.freq_hz)
    for name in ("tabular", "spectrogram", "sequence", "segments"):
        np.testing.assert_array_equal(getattr(arrays, name), expected[name])
    assert arrays.genre.tolist() == ["blues", "jazz", "rock"]
    assert arrays.frame_rate == 16.5
    out = {"jazz.00001": "silent"}
    fewer = load_arrays(source, tmp_path / "cache", leave_out=out, progress=False)
    assert fewer.track_id.tolist() == ["blues.00000", "rock.00002"]
    assert fewer.left_out == out
    for name in ("tabular", "spectrogram", "sequence", "segments"):
        np.testing.assert_array_equal(getattr(fewer, name), getattr(arrays, name)[[0, 2]])
    with pytest.raises(DataError, match="no usable track"):
        load_arrays(source, tmp_path / "cache", leave_out=dict.fromkeys(IDS, ""), progress=False)


def test_features_are_computed_once_and_again_when_the_cache_is_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = archive.edition(small(tmp_path / "a.npz"))
    first = load_arrays(source, tmp_path / "cache", progress=False)
    (entry,) = (tmp_path / "cache").iterdir()
    calls: list[int] = []
    compute = from_archive.sequences

    def counted(power: Any, hertz: Any) -> Any:
        calls.append(len(power))
        return compute(power, hertz)

    monkeypatch.setattr(from_archive, "sequences", counted)
    load_arrays(source, tmp_path / "cache", progress=False)
    assert calls == []
    entry.write_bytes(entry.read_bytes()[:-1])
    again = load_arrays(source, tmp_path / "cache", progress=False)
    assert calls == [3]
    np.testing.assert_array_equal(again.segments, first.segments)


def test_mean_spectra_are_those_of_the_pictures_smoothed() -> None:
    """A slope over the bands comes back; a picture of one grey level does so exactly."""
    bands = np.linspace(0, 1, len(LINEAR))[None, :, None] * np.ones((2, 1, 100))
    made = np.concatenate([(40 + 160 * bands[:1]), np.full_like(bands[:1], 90.0)]).astype(np.uint8)
    found = from_archive.features(made, LINEAR)
    table = pd.DataFrame(found["tabular"], columns=list(ARCHIVE_FEATURE_NAMES))
    spectra = from_archive.mean_spectra(table)
    truth = made.mean(axis=2) @ from_archive.mel_bands(tuple(LINEAR.tolist()))
    assert spectra.shape == truth.shape == (2, 40)
    assert np.abs(spectra[1] - 90).max() < 1e-3
    assert np.abs(spectra[0] - truth[0]).max() < 8
