"""Spectrogram archives: what opens, what is computed from them, and how they are made of audio."""

from __future__ import annotations

import shutil
import warnings
import zipfile
from pathlib import Path
from typing import Any

import librosa
import numpy as np
import numpy.typing as npt
import pytest
import scipy.fft
import scipy.signal
import soundfile
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from mgc.audio.samples import SAMPLE_RATE, load
from mgc.cli.main import main
from mgc.datasets import archive, demo, quality
from mgc.datasets.archive import KEYS, Archive
from mgc.datasets.gtzan import gtzan_table
from mgc.datasets.opening import open_edition
from mgc.datasets.quality import COLUMNS
from mgc.datasets.tracks import GENRES
from mgc.errors import DataError
from mgc.features import from_archive
from mgc.features.arrays import FRAME_RATE
from mgc.features.extract import extract
from mgc.features.loading import feature_version, load_arrays
from mgc.features.pack import grey, mel_centres, pack
from mgc.records.study import open_study

IDS = ("blues.00000", "jazz.00001", "rock.00002")
BINS, FRAMES = 3, 90
LINEAR = np.arange(128) * SAMPLE_RATE / 256
"""The bins of the published archive, in Hz."""


def content(ids: tuple[str, ...] = IDS, seed: int = 0, **changes: Any) -> dict[str, Any]:
    """The arrays of a small archive, some of them changed; None takes one away."""
    rng = np.random.default_rng(seed)
    arrays = {
        "log_power": rng.integers(0, 256, (len(ids), BINS, FRAMES), dtype=np.uint8),
        "track_id": np.array(ids),
        "freq_hz": np.arange(BINS) * 100.0,
        "frame_rate_hz": np.array(16.5),
    } | changes
    return {name: values for name, values in arrays.items() if values is not None}


def write(path: Path, **arrays: Any) -> Path:
    np.savez(path, allow_pickle=True, **arrays)
    return path


def small(path: Path, ids: tuple[str, ...] = IDS, seed: int = 0, **changes: Any) -> Path:
    return write(path, **content(ids, seed, **changes))


def pictures(n: int, n_bins: int, n_frames: int, seed: int = 0) -> npt.NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (n, n_bins, n_frames), dtype=np.uint8)


# Opening


def test_what_was_written_is_what_is_read(tmp_path: Path) -> None:
    arrays = content(("rock.00002", "blues.00000"))
    found = archive.open_archive(write(tmp_path / "a.npz", **arrays))
    assert found.track_id.tolist() == ["blues.00000", "rock.00002"]  # sorted, pictures too
    np.testing.assert_array_equal(found.log_power, arrays["log_power"][::-1])
    np.testing.assert_array_equal(found.freq_hz, [0.0, 100.0, 200.0])
    assert found.frame_rate_hz == 16.5
    assert found.path == tmp_path / "a.npz"


@pytest.mark.parametrize(
    "changes",
    [
        {"freq_hz": np.array([0, 100, 200])},
        {"freq_hz": np.array([0, 100, 200], dtype=np.uint16)},
        {"frame_rate_hz": np.array([16.5])},
        {"frame_rate_hz": np.array(43)},
    ],
)
def test_whole_numbers_and_one_number_in_brackets_are_numbers(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    found = archive.open_archive(small(tmp_path / "a.npz", **changes))
    assert found.freq_hz.dtype == np.float64
    assert type(found.frame_rate_hz) is float


WRONG = {
    "power of floats": ({"log_power": np.zeros((3, BINS, FRAMES))}, "float64"),
    "power with NaN": ({"log_power": np.full((3, BINS, FRAMES), np.nan)}, "not uint8"),
    "power of signed bytes": ({"log_power": np.zeros((3, BINS, FRAMES), np.int8)}, "int8"),
    "one picture": ({"log_power": np.zeros((BINS, FRAMES), np.uint8)}, "shape"),
    "no pictures": ({"log_power": np.zeros((0, BINS, FRAMES), np.uint8)}, "shape"),
    "no frames": ({"log_power": np.zeros((3, BINS, 0), np.uint8)}, "shape"),
    "too few frames": ({"log_power": np.zeros((3, BINS, 89), np.uint8)}, "89 frames"),
    "one bin": (
        {"log_power": np.zeros((3, 1, FRAMES), np.uint8), "freq_hz": np.zeros(1)},
        "1 bins",
    ),
    "more pictures than ids": ({"log_power": np.zeros((4, BINS, FRAMES), np.uint8)}, "4 pictures"),
    "ids of numbers": ({"track_id": np.arange(3)}, "track_id"),
    "ids of bytes": ({"track_id": np.array(IDS, dtype="S")}, "track_id"),
    "ids in a table": ({"track_id": np.array([IDS])}, "track_id"),
    "an unknown id": ({"track_id": np.array([*IDS[:2], "polka.00000"])}, "polka.00000"),
    "a number too high": ({"track_id": np.array([*IDS[:2], "rock.00100"])}, "rock.00100"),
    "an id twice": ({"track_id": np.array([*IDS[:2], IDS[0]])}, "twice"),
    "a bin too few": ({"freq_hz": np.arange(BINS - 1) * 1.0}, "freq_hz"),
    "bins in a table": ({"freq_hz": np.arange(BINS)[None] * 1.0}, "freq_hz"),
    "bins of text": ({"freq_hz": np.array(["0", "1", "2"])}, "freq_hz"),
    "complex bins": ({"freq_hz": np.arange(BINS) * 1j}, "freq_hz"),
    "bins that fall": ({"freq_hz": np.array([0.0, 200.0, 100.0])}, "ascend"),
    "bins that stand": ({"freq_hz": np.array([0.0, 100.0, 100.0])}, "ascend"),
    "bins below zero": ({"freq_hz": np.array([-1.0, 0.0, 100.0])}, "ascend"),
    "a bin that is NaN": ({"freq_hz": np.array([0.0, np.nan, 200.0])}, "ascend"),
    "an infinite bin": ({"freq_hz": np.array([0.0, 100.0, np.inf])}, "ascend"),
    "two rates": ({"frame_rate_hz": np.array([16.0, 17.0])}, "frame_rate_hz"),
    "no rate": ({"frame_rate_hz": np.zeros(0)}, "frame_rate_hz"),
    "a rate of text": ({"frame_rate_hz": np.array("16")}, "frame_rate_hz"),
    "a rate that is NaN": ({"frame_rate_hz": np.array(np.nan)}, "rate is nan"),
    "a rate of zero": ({"frame_rate_hz": np.array(0.0)}, "rate is 0"),
    "a rate below zero": ({"frame_rate_hz": np.array(-1)}, "rate is -1"),
    **{f"without {key}": ({key: None}, f"no {key}") for key in KEYS},
}


@pytest.mark.parametrize(("changes", "reason"), list(WRONG.values()), ids=list(WRONG))
def test_a_wrong_archive_says_which_file_what_and_what_to_do(
    tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    file = small(tmp_path / "a.npz", **changes)
    with pytest.raises(DataError) as caught:
        archive.open_archive(file)
    assert str(file) in str(caught.value)
    assert reason in str(caught.value)
    assert "mgc data pack" in str(caught.value)


@pytest.mark.parametrize("what", ["nothing", "folder", "empty", "text", "one array"])
def test_what_is_no_archive_at_all_is_named(tmp_path: Path, what: str) -> None:
    file = tmp_path / "a.npz"
    if what == "folder":
        file.mkdir()
    elif what == "one array":
        with file.open("wb") as stream:
            np.save(stream, np.zeros(3))
    elif what != "nothing":
        file.write_text("" if what == "empty" else "track,genre\nblues.00000,blues\n")
    with pytest.raises(DataError) as caught:
        archive.open_archive(file)
    assert str(file) in str(caught.value)


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.write_text, (self.place, "unpickled"))


@pytest.mark.parametrize("key", KEYS)
def test_objects_are_never_unpickled(tmp_path: Path, key: str) -> None:
    trap = np.array([Trap(tmp_path / "sprung")] * 3, dtype=object)
    file = write(tmp_path / "a.npz", **content() | {key: trap})
    with np.load(file, allow_pickle=True) as arrays:
        assert arrays[key] is not None
    assert (tmp_path / "sprung").exists()  # the trap works
    (tmp_path / "sprung").unlink()
    with pytest.raises(DataError, match=str(file)):
        archive.open_archive(file)
    assert not (tmp_path / "sprung").exists()


def test_other_members_are_not_looked_at(tmp_path: Path) -> None:
    plain = archive.edition(small(tmp_path / "a.npz"))
    trap = np.array([Trap(tmp_path / "sprung")], dtype=object)
    file = small(tmp_path / "b.npz", notes=trap)
    with zipfile.ZipFile(file, "a") as zipped:
        zipped.writestr("../README.txt", "text")
        zipped.writestr("damaged.npy", b"\x93NUMPY")
    assert archive.edition(file).key == plain.key
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.npz", "b.npz"]


def same(one: Archive, other: Archive) -> bool:
    return (
        np.array_equal(one.log_power, other.log_power)
        and np.array_equal(one.track_id, other.track_id)
        and np.array_equal(one.freq_hz, other.freq_hz)
        and one.frame_rate_hz == other.frame_rate_hz
    )


@pytest.fixture(scope="module", params=["stored", "deflated"])
def sound(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small archive, with and without compression."""
    file = tmp_path_factory.mktemp("sound") / "a.npz"
    save = np.savez if request.param == "stored" else np.savez_compressed
    save(file, **content())
    return file


@pytest.mark.parametrize(
    ("place", "value"), [(6, 200), (8, 1), (8, 32), (8, 64), (10, 99), (10, 12), (10, 14)]
)
def test_a_zip_that_python_cannot_read_is_refused(sound: Path, place: int, value: int) -> None:
    # Version, flags (encrypted, patched) and method of compression in the table at the end.
    raw = bytearray(sound.read_bytes())
    raw[raw.index(b"PK\x01\x02") + place] = value
    damaged = sound.with_name("strange.npz")
    damaged.write_bytes(raw)
    with pytest.raises(DataError, match=str(damaged)):
        archive.open_archive(damaged)


@settings(max_examples=150, deadline=None)
@given(
    edits=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=3
    )
)
def test_no_changed_byte_leads_to_another_error_or_other_pictures(
    sound: Path, edits: list[tuple[float, int]]
) -> None:
    damaged = sound.with_name("damaged.npz")
    raw = bytearray(sound.read_bytes())
    for place, flip in edits:
        raw[int(place * len(raw))] ^= flip
    damaged.write_bytes(raw)
    try:
        found = archive.open_archive(damaged)
    except DataError as problem:
        assert str(damaged) in str(problem)  # noqa: PT017
    else:
        assert same(found, archive.open_archive(sound))


@pytest.mark.parametrize("end", [b"", b"\0"], ids=["the end", "zeros"])
@settings(max_examples=60, deadline=None)
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_truncated_archive_is_refused(sound: Path, end: bytes, share: float) -> None:
    damaged = sound.with_name("cut.npz")
    raw = sound.read_bytes()
    kept = raw[: int(share * (len(raw) - 22 * len(end)))]  # the record at the end has 22 bytes
    damaged.write_bytes(kept + end * (len(raw) - len(kept)))
    with pytest.raises(DataError, match=str(damaged)):
        archive.open_archive(damaged)


@settings(max_examples=60, deadline=None)
@given(start=st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06", b"\x93NUMPY"]), rest=st.binary())
def test_arbitrary_bytes_are_refused(
    tmp_path_factory: pytest.TempPathFactory, start: bytes, rest: bytes
) -> None:
    file = tmp_path_factory.mktemp("bytes") / "a.npz"
    file.write_bytes(start + rest)
    with pytest.raises(DataError, match=str(file)):
        archive.open_archive(file)


def test_a_damaged_archive_is_closed_again(sound: Path) -> None:
    damaged = sound.with_name("cut.npz")
    damaged.write_bytes(sound.read_bytes()[:-1])
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        with pytest.raises(DataError):
            archive.open_archive(damaged)


# Editions


def test_an_edition_is_known_by_its_content(tmp_path: Path) -> None:
    first = archive.edition(small(tmp_path / "a.npz"))
    (tmp_path / "elsewhere").mkdir()
    arrays = content()
    turned = {name: arrays[name][::-1] for name in ("log_power", "track_id")}
    moved = tmp_path / "elsewhere" / "b.npz"
    np.savez_compressed(moved, **arrays | turned)
    assert archive.edition(moved).key == first.key
    assert archive.edition(moved).content_hash == first.content_hash
    assert open_edition(tmp_path / "a.npz") == first
    brighter = arrays["log_power"].copy()
    brighter[2, 1, 5] ^= 1
    others: list[dict[str, Any]] = [
        {"log_power": brighter},
        {"freq_hz": arrays["freq_hz"] + 1},
        {"frame_rate_hz": np.array(16.0)},
        {"track_id": np.array(["blues.00000", "jazz.00001", "rock.00003"])},
    ]
    keys = {archive.edition(small(tmp_path / "c.npz", **change)).key for change in others}
    assert len(keys | {first.key}) == 5


def test_an_edition_lists_its_tracks_and_what_is_missing(tmp_path: Path) -> None:
    file = small(tmp_path / "a.npz")
    found = archive.edition(file)
    assert [(t.track_id, t.genre, t.artist) for t in found.tracks] == [
        (name, name.split(".")[0], None) for name in IDS
    ]
    assert set(found.missing_genres) == set(GENRES) - {"blues", "jazz", "rock"}
    assert (found.archive, feature_version(found)) == (file, from_archive.ARCHIVE_VERSION)
    assert len(found.content_hash) == 64


def test_the_name_tells_how_much_of_gtzan_is_there(tmp_path: Path) -> None:
    table = gtzan_table()
    every, mini = table["track_id"].tolist(), table.loc[table["in_mini"], "track_id"].tolist()

    def name(ids: list[str]) -> str:
        return archive.edition(small(tmp_path / "a.npz", tuple(ids))).name

    assert name(every) == name(every[:990]) == name(every[10:]) == "gtzan-archive"
    assert name(every[:989]) == "gtzan-part-archive"
    assert name(mini) == "gtzan-mini-archive"
    assert name(mini[1:]) == "gtzan-part-archive"
    other = next(one for one in every if one not in mini)
    assert name([*mini[1:], other]) == "gtzan-part-archive"


def test_the_table_of_tracks_says_what_is_known_and_no_more(tmp_path: Path) -> None:
    table = gtzan_table()
    pair = table[table["identical_to"] != ""].iloc[0]
    both = (str(pair["identical_to"]), str(pair["track_id"]))
    frame = quality.track_table(archive.edition(small(tmp_path / "a.npz", both)))
    assert list(frame.columns) == list(COLUMNS)
    repeats = dict(zip(frame["track_id"], frame["identical_to"], strict=True))
    assert repeats == {both[0]: "", both[1]: both[0]}
    assert frame["duration_s"].isna().all()
    # A track repeats nothing where the other one is not there.
    alone = quality.track_table(archive.edition(small(tmp_path / "b.npz", both[1:])))
    assert alone["identical_to"].tolist() == [""]


# Features


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


def test_an_even_picture_has_one_cepstrum() -> None:
    even = np.stack([np.full((128, 95), level, np.uint8) for level in (0, 7, 255)])
    cepstra = from_archive.sequences(even, LINEAR)
    assert cepstra.shape == (3, 95, 13)
    assert cepstra.dtype == np.float32
    # The average of 40 equal values over the square root of 40 of them, and no shape at all.
    expected = np.array([0, 7, 255]) * np.sqrt(40)
    np.testing.assert_allclose(cepstra[..., 0], np.tile(expected[:, None], 95), rtol=1e-5)
    np.testing.assert_allclose(cepstra[..., 1:], 0, atol=1e-4)


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
    return [from_archive.FEATURE_NAMES.index(name) for name in names]


def test_the_table_of_a_straight_line_is_worked_out_by_hand() -> None:
    slope = np.arange(13) - 6.0
    line = (np.arange(11)[:, None] * slope + 3).astype(np.float32)
    table = from_archive.tables(line)
    assert table.shape == (156,) == (len(from_archive.FEATURE_NAMES),)
    expected = {
        ("mfcc", "mean"): 5 * slope + 3,
        ("mfcc", "std"): np.abs(slope) * np.sqrt(10),  # of 0 to 10
        ("mfcc", "min"): np.minimum(0, 10 * slope) + 3,
        ("mfcc", "max"): np.maximum(0, 10 * slope) + 3,
        **{("mfcc_delta", name): slope for name in ("mean", "min", "max")},
        ("mfcc_delta", "std"): 0 * slope,
        **{("mfcc_delta2", name): 0 * slope for name in ("mean", "std", "min", "max")},
    }
    for (kind, statistic), values in expected.items():
        np.testing.assert_allclose(table[columns(kind, statistic)], values, atol=1e-4)
    assert len(expected) * 13 == len(table)


def test_the_table_is_that_of_librosa_and_scipy() -> None:
    cepstra = np.random.default_rng(0).normal(0, 50, (2, 40, 13)).astype(np.float32)
    table = from_archive.tables(cepstra)
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
    assert found.tabular.shape == (2, 156)
    assert found.segments.shape == (2, 10, 156)
    np.testing.assert_array_equal(found.tabular, from_archive.tables(found.sequence))
    np.testing.assert_array_equal(found.spectrogram, from_archive.decibels(picture))
    for piece in (0, 4, 9):
        cut = picture[:, :, 12 * piece : 12 * (piece + 1)]
        alone = from_archive.features(np.tile(cut, (1, 1, 10)), LINEAR).segments[:, 0]
        np.testing.assert_allclose(found.segments[:, piece], alone, rtol=1e-5, atol=1e-3)


def test_a_track_of_which_others_are_left_out_has_the_same_features(tmp_path: Path) -> None:
    source = archive.edition(small(tmp_path / "a.npz"))
    arrays = load_arrays(source, tmp_path / "cache", progress=False)
    found = archive.open_archive(tmp_path / "a.npz")
    expected = from_archive.features(found.log_power, found.freq_hz)
    for name in ("tabular", "spectrogram", "sequence", "segments"):
        np.testing.assert_array_equal(getattr(arrays, name), getattr(expected, name))
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


def test_a_study_of_an_archive_describes_it_without_audio(tmp_path: Path) -> None:
    file = small(tmp_path / "a.npz")
    study = open_study(file, records=tmp_path / "records", cache=tmp_path / "cache")
    record = study.edition_record
    assert record.name == "gtzan-part-archive"
    assert record.feature_version == from_archive.ARCHIVE_VERSION
    assert list(record.tabular.columns) == ["track_id", *from_archive.FEATURE_NAMES]
    # Later the records are enough.
    file.unlink()
    replay = open_study(record.key, records=tmp_path / "records", cache=tmp_path / "cache")
    assert replay.edition_record.tracks["track_id"].tolist() == list(IDS)


# Packing

CLIPS = ("blues.00000", "classical.00004", "metal.00008")


@pytest.fixture(scope="module")
def audio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with three clips of the demo, a tone, and what cannot be packed."""
    root = tmp_path_factory.mktemp("audio") / "genres"
    for name in CLIPS:
        place = root / name.split(".")[0]
        place.mkdir(parents=True)
        shutil.copy(demo.clip_path(name), place)
    (root / "pop").mkdir()
    tone = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE)
    soundfile.write(root / "pop" / "pop.00000.wav", tone, SAMPLE_RATE)
    shutil.copy(root / "pop" / "pop.00000.wav", root / "pop" / "song.wav")
    (root / "pop" / "pop.00001.wav").write_bytes(b"not audio")
    whole = (root / "pop" / "pop.00000.wav").read_bytes()
    (root / "pop" / "pop.00002.wav").write_bytes(whole[: len(whole) // 2])
    soundfile.write(root / "pop" / "pop.00003.wav", tone[:1000], SAMPLE_RATE)
    return root.parent


REASONS = {
    "pop.00001": "unreadable",
    "pop.00002": "truncated",
    "pop.00003": "at least one second",
    "song": "GTZAN",
}


@pytest.fixture(scope="module")
def packed(audio: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """Return the archive of that folder, and what was left out."""
    target = tmp_path_factory.mktemp("packed") / "new" / "a.npz"
    return target, pack(audio, target, jobs=1, progress=False)


def assert_pictures_of(found: Archive, files: dict[str, Path]) -> None:
    """Compare with the features from audio, and with librosa's own, to half a grey level."""
    half = 80 / 255 / 2 + 1e-3
    for name, file in files.items():
        row = found.track_id.tolist().index(name)
        shown = from_archive.decibels(found.log_power[row : row + 1])[0]
        samples = load(file)
        np.testing.assert_allclose(shown, extract(samples).spectrogram, atol=half)
        whole = librosa.util.fix_length(samples, size=30 * SAMPLE_RATE)
        mel = librosa.feature.melspectrogram(y=whole, sr=SAMPLE_RATE, pad_mode="constant")
        expected = librosa.power_to_db(mel, ref=np.max, top_db=80)
        np.testing.assert_allclose(shown, expected, atol=half + 0.01)


def test_a_packed_archive_holds_the_pictures_of_its_audio(
    packed: tuple[Path, dict[str, str]],
) -> None:
    found = archive.open_archive(packed[0])
    assert found.track_id.tolist() == [*CLIPS, "pop.00000"]
    assert found.log_power.shape == (4, 128, 1292)
    assert found.frame_rate_hz == FRAME_RATE
    assert_pictures_of(found, {name: demo.clip_path(name) for name in CLIPS})


def test_the_bins_of_a_packed_archive_are_where_it_says(
    packed: tuple[Path, dict[str, str]],
) -> None:
    found = archive.open_archive(packed[0])
    tone = found.log_power[-1]
    assert tone[:, 10].argmax() == np.abs(found.freq_hz - 1000).argmin()
    sounding = np.flatnonzero(tone.max(axis=0) == 255) / found.frame_rate_hz
    assert sounding.max() == pytest.approx(2.0, abs=0.1)  # seconds; then it is padded


def test_models_see_a_packed_archive_as_an_edition(
    packed: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    source = open_edition(packed[0])
    assert source.name == "gtzan-part-archive"
    arrays = load_arrays(source, tmp_path, progress=False)
    assert arrays.spectrogram.shape == (4, 128, 1292)
    assert arrays.sequence.shape == (4, 1292, 13)
    for name in ("tabular", "sequence", "segments"):
        assert np.isfinite(getattr(arrays, name)).all()


def test_a_bad_track_is_left_out_with_its_reason(packed: tuple[Path, dict[str, str]]) -> None:
    left_out = packed[1]
    assert list(left_out) == sorted(REASONS)
    for name, reason in REASONS.items():
        assert reason in left_out[name]
        assert "/" not in left_out[name]  # no path of this machine


def invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["data", "pack", *map(str, arguments)])


def test_the_command_writes_the_same_file_and_says_what_is_missing(
    audio: Path, packed: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    target = tmp_path / "b.npz"
    result = invoke(audio, target, "--jobs", "1")
    assert result.exit_code == 0, result.output
    assert target.read_bytes() == packed[0].read_bytes()
    assert f"4 tracks in {target}, 4 left out" in result.stdout
    assert archive.edition(target).key in result.stdout
    for name in REASONS:
        assert f"left out: {name}: " in result.stderr
        assert name not in result.stdout


def one_clip(tmp_path: Path) -> Path:
    place = tmp_path / "audio" / "blues"
    place.mkdir(parents=True)
    shutil.copy(demo.clip_path("blues.00000"), place)
    return place.parent


def test_a_file_that_exists_is_replaced_on_request_only(tmp_path: Path) -> None:
    root, target = one_clip(tmp_path), tmp_path / "a.npz"
    target.write_text("mine")
    result = invoke(root, target, "--jobs", "1")
    assert result.exit_code == 1
    assert str(target) in result.stderr
    assert "--fresh" in result.stderr
    assert target.read_text() == "mine"
    assert invoke(root, target, "--jobs", "1", "--fresh").exit_code == 0
    assert archive.edition(target).n_tracks == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.npz", "audio"]


@pytest.mark.parametrize(
    ("source", "name", "reason"),
    [
        ("demo", "a.zip", "ends in .npz"),
        ("demo", "folder.npz", "is a folder"),
        ("nowhere", "a.npz", "does not exist"),
        ("other.npz", "a.npz", "archive already"),
    ],
)
def test_what_cannot_be_packed_is_said_first(
    tmp_path: Path, source: str, name: str, reason: str
) -> None:
    (tmp_path / "folder.npz").mkdir()
    with pytest.raises(DataError, match=reason):
        pack(source, tmp_path / name, progress=False)
    assert [p.name for p in tmp_path.iterdir()] == ["folder.npz"]


def test_without_a_usable_track_there_is_no_archive(tmp_path: Path) -> None:
    root = tmp_path / "audio" / "jazz"
    root.mkdir(parents=True)
    (root / "jazz.00054.wav").write_bytes(b"not audio")
    with pytest.raises(DataError, match=r"no usable track.*unreadable"):
        pack(root.parent, tmp_path / "a.npz", jobs=1, progress=False)
    assert [p.name for p in tmp_path.iterdir()] == ["audio"]


def test_a_failed_write_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, target = one_clip(tmp_path), tmp_path / "a.npz"
    target.write_text("mine")

    def full(stream: Any, **_: object) -> None:
        stream.write(b"PK")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(OSError, match="No space"):
        pack(root, target, jobs=1, fresh=True, progress=False)
    assert target.read_text() == "mine"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.npz", "audio"]


@settings(max_examples=50, deadline=None)
@given(lowest=st.floats(-80, 0), seed=st.integers(0, 99))
def test_grey_and_back_is_exact_to_half_a_level(lowest: float, seed: int) -> None:
    decibels = np.random.default_rng(seed).uniform(lowest, 0, (128, 20)).astype(np.float32)
    back = from_archive.decibels(grey(decibels)[None])[0]
    assert np.abs(back - decibels).max() <= 40 / 255 + 1e-4


def test_silence_is_even_not_an_error() -> None:
    silent = extract(np.zeros(SAMPLE_RATE, np.float32)).spectrogram
    assert (grey(silent) == 255).all()


def test_real_tracks_are_packed_as_they_sound(gtzan_mini: Path, tmp_path: Path) -> None:
    chosen = [min(gtzan_mini.rglob(f"{genre}.*.wav")) for genre in ("blues", "jazz", "rock")]
    files = {path.stem: path for path in chosen}
    for name, path in files.items():
        (tmp_path / "in" / name.split(".")[0]).mkdir(parents=True)
        (tmp_path / "in" / name.split(".")[0] / path.name).symlink_to(path)
    assert pack(tmp_path / "in", tmp_path / "a.npz", jobs=1, progress=False) == {}
    packed = archive.open_archive(tmp_path / "a.npz")
    assert packed.track_id.tolist() == sorted(files)
    assert_pictures_of(packed, files)
