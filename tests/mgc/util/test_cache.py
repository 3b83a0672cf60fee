"""The cache of arrays: what was written comes back, and damage is never believed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mgc.util import cache


def test_what_was_written_comes_back(tmp_path: Path) -> None:
    arrays = {"a": np.arange(6.0).reshape(2, 3), "text": np.array("grün")}
    cache.write(tmp_path / "entry.npz", arrays)
    back = cache.read(tmp_path / "entry.npz")
    assert back is not None
    np.testing.assert_array_equal(back["a"], arrays["a"])
    assert str(back["text"]) == "grün"
    assert [p.name for p in tmp_path.iterdir()] == ["entry.npz"]


@settings(max_examples=200, deadline=None)
@given(position=st.integers(min_value=0), flip=st.integers(min_value=1, max_value=255))
def test_any_changed_byte_and_any_lost_end_is_noticed(
    tmp_path_factory: pytest.TempPathFactory, position: int, flip: int
) -> None:
    entry = tmp_path_factory.mktemp("cache") / "entry"
    cache.write(entry, {"a": np.arange(3)})
    content = bytearray(entry.read_bytes())
    content[position % len(content)] ^= flip
    for damaged in (content, content[: position % len(content)]):
        entry.write_bytes(damaged)
        assert cache.read(entry) is None


def test_objects_are_never_pickled(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Object arrays"):
        cache.write(tmp_path / "entry", {"a": np.array([{}], dtype=object)})
    assert not list(tmp_path.iterdir())


def test_a_failed_write_keeps_the_old_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = tmp_path / "entry"
    cache.write(entry, {"a": np.array([1])})

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        cache.write(entry, {"a": np.array([2])})
    kept = cache.read(entry)
    assert kept is not None
    assert kept["a"][0] == 1
    assert [p.name for p in tmp_path.iterdir()] == ["entry"]


def test_a_damaged_entry_is_reported_and_a_missing_one_is_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "mgc")
    assert cache.read(tmp_path / "nothing") is None
    assert not caplog.records
    (tmp_path / "folder").mkdir()
    (tmp_path / "short").write_bytes(b"x")
    for name in ("folder", "short"):
        assert cache.read(tmp_path / name) is None
        assert str(tmp_path / name) in caplog.text
