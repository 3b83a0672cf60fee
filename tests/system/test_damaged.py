"""Damaged files of our own formats are refused by name; ``nox -s fuzz`` makes many more."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from mgc.datasets.archive import open_archive
from mgc.errors import DataError, NetworkError, RecordError
from mgc.inference import network_file
from mgc.records.editions import load_edition
from mgc.records.store import Store, load_record
from mgc.training import trials
from mgc.util import cache
from tests.helpers import records as record_helpers
from tests.system import fuzz


def entry_damaged(content: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Pack 10 kB in one entry and destroy the compressed bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as target:
        target.writestr("config.json", content)
    packed = bytearray(buffer.getvalue())
    start = 30 + len("config.json")
    packed[start : start + 40] = b"\xff" * 40
    return bytes(packed)


def test_an_archive_whose_array_is_text_is_refused(tmp_path: Path) -> None:
    content = fuzz.archive_format().files["a.npz"]
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        entries = {name: source.read(name) for name in source.namelist()}
    (tmp_path / "a.npz").write_bytes(fuzz.zipped(entries | {"freq_hz.npy": b"text"}))
    with pytest.raises(DataError, match=r"a\.npz.*freq_hz is no array"):
        open_archive(tmp_path / "a.npz")


@pytest.mark.parametrize(
    "payload",
    [fuzz.zipped({"a.npy": b"text"}), entry_damaged(b"x" * 10_000), b"\x93NUMPY\x01\x00", b""],
    ids=["text", "deflate", "half a header", "empty"],
)
def test_a_cache_entry_without_arrays_is_damaged(tmp_path: Path, payload: bytes) -> None:
    entry = tmp_path / "entry"
    entry.write_bytes(hashlib.sha256(payload).hexdigest().encode() + payload)
    assert cache.read(entry) is None


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_network_with_destroyed_bytes_is_refused(tmp_path: Path, method: int) -> None:
    random = np.random.default_rng(0).bytes(10_000)
    (tmp_path / "a.keras").write_bytes(entry_damaged(random, method))
    with pytest.raises(NetworkError, match=r"a\.keras.*mgc train"):
        network_file.check(tmp_path / "a.keras")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("config.json", "0.001", "1e999"),
        ("environment.json", "90.0", "1e999"),
        ("history.csv", "fit,1,", f"fit,{2**70},"),
        ("predictions.csv", ",-1,", f",{2**70},"),
    ],
)
def test_numbers_without_measure_in_a_record_are_refused(
    tmp_path: Path, file: str, old: str, new: str
) -> None:
    path = record_helpers.save(Store(tmp_path)).path / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(RecordError, match=file):
        load_record(path.parent)


@pytest.mark.parametrize("config", ["[1]", '"text"', "null", "7", '{"rate":1e999}'])
def test_a_trial_without_a_finite_configuration_is_refused(tmp_path: Path, config: str) -> None:
    measures = ", ".join(f'"{name}": 1' for name in trials.MEASURES)
    file = tmp_path / f"{hashlib.sha256(config.encode()).hexdigest()[:16]}.json"
    file.write_text(f'{{"config": {config}, {measures}}}')
    with pytest.raises(RecordError, match=file.name):
        trials.load(file)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("edition.json", '"missing_genres": []', '"missing_genres": [7]'),
        ("edition.json", '"left_out": {}', '"left_out": {"a": 7}'),
        ("tabular.csv", "0.25", "9" * 400),
    ],
)
def test_an_edition_with_values_of_another_kind_is_refused(
    tmp_path: Path, file: str, old: str, new: str
) -> None:
    form = fuzz.edition_format()
    folder = tmp_path / form.folder(form.files)
    folder.mkdir()
    for name, content in form.files.items():
        (folder / name).write_bytes(content)
    load_edition(folder)
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    with pytest.raises(RecordError, match=file):
        load_edition(folder)
