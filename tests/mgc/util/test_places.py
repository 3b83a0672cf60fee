"""Paths as people write them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mgc.errors import DataError
from mgc.records.store import default_root
from mgc.training.transfer import weights_digest
from mgc.util.cache import cache_folder
from mgc.util.places import place, place_in

HOME = "USERPROFILE" if os.name == "nt" else "HOME"


@pytest.mark.parametrize("written", ["a b/c.wav", "C:/music", "../x", "./-", "~nobody-at-all/x"])
def test_other_paths_stay_as_they_are(written: str) -> None:
    assert place(written) == Path(written)


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        ("", "name a file or folder"),
        (" ", "name a file or folder"),
        ("-", "./-"),
        ("https://example.org/a.npz", "download"),
        (Path("https://example.org/a.npz"), "download"),  # which has lost a slash
        ("s3://bucket/a.npz", "download"),
        ("file:///a.npz", "name the file"),
    ],
)
def test_what_is_no_place_is_refused_with_the_remedy(written: str | Path, remedy: str) -> None:
    with pytest.raises(DataError, match=remedy):
        place(written)


def test_the_home_folder_is_found_where_no_shell_replaces_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME, str(tmp_path))
    (tmp_path / "w.h5").write_bytes(b"x")
    for name in ("MGC_CACHE", "MGC_RECORDS", "MGC_VGG16_WEIGHTS"):
        monkeypatch.setenv(name, "~/w.h5")
    assert place("~/w.h5") == cache_folder("~/w.h5") == tmp_path / "w.h5"
    assert cache_folder() == default_root() == tmp_path / "w.h5"
    assert weights_digest().startswith("2d711642b726b044")  # SHA-256 of "x"


def test_a_setting_that_is_no_place_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MGC_CACHE", "https://example.org")
    with pytest.raises(DataError, match=r"MGC_CACHE: https://example\.org is an address"):
        cache_folder()
    monkeypatch.setenv("MGC_CACHE", "")
    assert place_in("MGC_CACHE") is None
