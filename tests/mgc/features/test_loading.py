"""Features of a folder: cached by content, on several cores, a bad file left out by name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import librosa
import numpy as np
import pytest

from mgc.audio.samples import load
from mgc.datasets import demo
from mgc.datasets.edition import Edition
from mgc.datasets.opening import make_edition, open_edition
from mgc.errors import DataError, why
from mgc.features import augment, loading
from mgc.features.arrays import keep_arrays, open_arrays
from mgc.features.extract import extract
from mgc.features.loading import cached_features, load_arrays
from tests.helpers.arrays import make_arrays


@pytest.fixture(scope="module")
def three_tracks() -> Edition:
    """The first three tracks of the demo edition, real audio."""
    return make_edition(open_edition("demo").tracks[:3])


def test_rows_are_the_features_of_their_tracks(three_tracks: Edition, tmp_path: Path) -> None:
    arrays = load_arrays(three_tracks, tmp_path, jobs=1, progress=False)
    assert arrays.track_id.tolist() == [t.track_id for t in three_tracks.tracks]
    assert arrays.artist[0] == three_tracks.tracks[0].artist
    expected = extract(load(three_tracks.tracks[1].path))
    np.testing.assert_array_equal(arrays.tabular[1], expected.tabular)
    np.testing.assert_array_equal(arrays.sequence[1], expected.sequence)
    assert arrays.segments.shape == (3, 10, 228)
    assert arrays.left_out == {}


def test_the_cache_is_found_by_content_and_a_damaged_entry_is_computed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = demo.clip_path("blues.00000")
    (tmp_path / "cache").mkdir()
    first = cached_features(original, tmp_path / "cache")
    (tmp_path / "another name.ogg").write_bytes(original.read_bytes())

    def never(*_: object) -> None:
        raise AssertionError("computed again")

    with monkeypatch.context() as patch:
        patch.setattr(loading, "extract", never)
        moved = cached_features(tmp_path / "another name.ogg", tmp_path / "cache")
    np.testing.assert_array_equal(moved.tabular, first.tabular)
    (entry,) = (tmp_path / "cache").iterdir()
    content = bytearray(entry.read_bytes())
    content[1000] ^= 1
    entry.write_bytes(content)
    again = cached_features(original, tmp_path / "cache")
    np.testing.assert_array_equal(again.tabular, first.tabular)
    assert entry.read_bytes() != bytes(content)


def test_bad_files_and_those_that_cleaning_chose_are_left_out_with_the_reason(
    three_tracks: Edition, tmp_path: Path
) -> None:
    bad = tmp_path / "jazz.00054.wav"
    bad.write_bytes(b"RIFF....WAVE")
    first = three_tracks.tracks[0]
    broken = replace(first, track_id="jazz.00054", genre="jazz", path=bad)
    gone = replace(first, track_id="pop.00000", path=tmp_path / "gone.ogg")
    folder = replace(first, track_id="pop.00001", path=tmp_path)
    edition = replace(three_tracks, tracks=(*three_tracks.tracks, broken, gone, folder))
    chosen = {first.track_id: "silent"}
    arrays = load_arrays(edition, tmp_path / "cache", leave_out=chosen, jobs=2, progress=False)
    assert arrays.track_id.tolist() == [track.track_id for track in three_tracks.tracks[1:]]
    assert list(arrays.left_out) == sorted(
        [first.track_id, "jazz.00054", "pop.00000", "pop.00001"]
    )
    assert arrays.left_out[first.track_id] == "silent"
    assert "not readable as audio" in arrays.left_out["jazz.00054"]
    assert not any(str(tmp_path) in reason for reason in arrays.left_out.values())
    everything = {track.track_id: "broken" for track in three_tracks.tracks}
    with pytest.raises(DataError, match=r"no usable track.*broken"):
        load_arrays(three_tracks, tmp_path, leave_out=everything, progress=False)


def test_a_file_that_may_not_be_read_is_not_named_again_and_another_one_is_no_reason() -> None:
    path = Path("a.wav")
    for name in ("a.wav", path):  # a path opened without its `open` is named as it was given
        assert why(path, PermissionError(13, "Permission denied", name)).startswith("not readable")
    with pytest.raises(OSError, match="No space"):
        why(path, OSError(28, "No space", "cache.npz"))


def test_processes_change_nothing(tmp_path: Path) -> None:
    edition = make_edition(open_edition("demo").tracks[:5])
    alone = load_arrays(edition, tmp_path / "a", jobs=1, progress=False)
    together = load_arrays(edition, tmp_path / "b", jobs=2, progress=False)
    for name in loading.FIELDS:
        np.testing.assert_array_equal(getattr(alone, name), getattr(together, name))


def test_kept_arrays_are_opened_as_they_were_and_cannot_be_changed(tmp_path: Path) -> None:
    arrays = replace(make_arrays(n_genres=2), left_out={"jazz.00054": "unreadable: grün"})
    keep_arrays(arrays, tmp_path / "kept")
    opened = open_arrays(tmp_path / "kept")
    for name, value in vars(arrays).items():
        found = getattr(opened, name)
        assert type(found) is type(value)
        np.testing.assert_array_equal(found, value)
    with pytest.raises(ValueError, match="read-only"):
        opened.tabular[0] = 0


def _tone(hz: float) -> np.ndarray:
    return (0.3 * np.sin(2 * np.pi * hz * np.arange(5 * 22_050) / 22_050)).astype("f4")


def test_pitch_moves_and_length_stays() -> None:
    shifted = augment.pitch_shift(_tone(440), np.random.default_rng(1))
    assert len(shifted) == 5 * 22_050
    pitch = np.median(librosa.yin(shifted, fmin=200, fmax=900, sr=22_050))
    steps = 12 * np.log2(pitch / 440)
    expected = np.random.default_rng(1).uniform(-2, 2)
    assert steps == pytest.approx(expected, abs=0.15)


def test_length_moves_and_pitch_stays() -> None:
    stretched = augment.time_stretch(_tone(440), np.random.default_rng(1))
    rate = np.random.default_rng(1).uniform(0.9, 1.1)
    assert len(stretched) == pytest.approx(5 * 22_050 / rate, rel=0.01)
    pitch = np.median(librosa.yin(stretched, fmin=200, fmax=900, sr=22_050))
    assert 12 * np.log2(pitch / 440) == pytest.approx(0, abs=0.1)


def test_noise_lies_thirty_decibels_below() -> None:
    clean = _tone(440)
    noise = augment.add_noise(clean, np.random.default_rng(0)) - clean
    assert 20 * np.log10(noise.std() / clean.std()) == pytest.approx(-30, abs=0.2)
    assert not augment.add_noise(np.zeros(100, np.float32), np.random.default_rng(0)).any()


def test_copies_repeat_and_keep_the_order(three_tracks: Edition, tmp_path: Path) -> None:
    arrays = load_arrays(three_tracks, tmp_path / "a", jobs=1, progress=False)
    (tmp_path / "b").mkdir()
    first, again, other = (
        augment.augmented_arrays(three_tracks, arrays, tmp_path / name, jobs=1, progress=False)
        for name in ("a", "a", "b")
    )
    assert len(first) == len(augment.KINDS) == 3
    for one, two, three in zip(first, again, other, strict=True):
        np.testing.assert_array_equal(one.track_id, arrays.track_id)
        np.testing.assert_array_equal(one.tabular, two.tabular)
        np.testing.assert_array_equal(one.tabular, three.tabular)
        assert not np.array_equal(one.tabular, arrays.tabular)
