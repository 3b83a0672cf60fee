"""Spectrogram archives: what opens, what is refused and how, and how editions are named."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mgc.datasets import archive
from mgc.datasets.archive import KEYS, Archive
from mgc.datasets.gtzan import gtzan_table
from mgc.datasets.opening import open_edition
from mgc.datasets.tracks import GENRES
from mgc.errors import DataError
from mgc.features.names import ARCHIVE_VERSION, feature_version
from tests.helpers.archives import BINS, FRAMES, IDS, content, small


def test_what_was_written_is_what_is_read(tmp_path: Path) -> None:
    arrays = content(("rock.00002", "blues.00000"))
    found = archive.open_archive(small(tmp_path / "a.npz", ("rock.00002", "blues.00000")))
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
    file = small(tmp_path / "a.npz", **{key: trap})
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
    assert (found.archive, feature_version(found)) == (file, ARCHIVE_VERSION)
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
