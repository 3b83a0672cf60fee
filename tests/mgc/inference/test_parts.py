"""Tables in parts on one machine: the same bytes, nothing twice, no file that stops the rest."""

from __future__ import annotations

import math
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

from mgc.cli.main import main
from mgc.datasets.opening import open_edition
from mgc.errors import DataError
from mgc.features.loading import load_arrays
from mgc.features.names import FEATURE_NAMES
from mgc.inference.batch.parts import DIED, part_size, reasons_in, write_parts
from mgc.inference.batch.tables import write_features
from tests.helpers.outside import invoke, python, until
from tests.helpers.rows import CountedRows, calls, digests, undisturbed, write_files


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture(autouse=True)
def no_process_stays() -> Iterator[None]:
    """Every test ends without worker processes of its own."""
    yield
    until(lambda: not multiprocessing.active_children(), "workers end with their run")


@pytest.mark.parametrize(
    ("files", "parts"), [(1, 1), (60, 8), (1000, 125), (10_000, 250), (10**6, 3907)]
)
def test_parts_are_enough_to_share_and_few_enough_to_list(files: int, parts: int) -> None:
    assert math.ceil(files / part_size(files)) == parts


def test_what_gives_out_the_work_starts_without_what_does_it() -> None:
    code = (
        "import sys, mgc.inference.batch.tables;"
        "heavy = {'pandas', 'librosa', 'scipy.signal', 'tensorflow', 'keras', 'distributed'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    assert python(code).stdout.strip() == "[]"


def test_the_bytes_depend_on_nothing_but_the_files(tmp_path: Path, log: Path) -> None:
    """One process or two, here or there."""
    for place, jobs in (("here", 1), ("there", 2)):
        files = write_files(tmp_path / place / "in", 11, f03="bad", f07="odd", f08="twice")
        report = write_parts(
            files, CountedRows(log), tmp_path / place / "out", jobs=jobs, per_part=3
        )
        assert list(report.left_out) == ["f03", "f07"]
    assert digests(tmp_path / "here" / "out") == digests(tmp_path / "there" / "out")
    names = sorted(digests(tmp_path / "here" / "out"))
    assert [name[:11] for name in names] == [f"part-{number:05d}-" for number in range(4)]


def test_pandas_reads_the_folder_as_one_table(tmp_path: Path, log: Path, out: Path) -> None:
    files = write_files(tmp_path / "in", 7, f03="bad", f05="twice")
    backwards, over = dict(reversed(files.items())), {"ring": "a symbolic link in a circle"}
    report = write_parts(backwards, CountedRows(log), out, passed_over=over, jobs=1, per_part=2)
    reason = "not readable as audio; replace it"
    assert report.left_out == {**over, "f03": reason}
    assert report.summary() == "6 files in 4 parts (0 of them from before), 2 left out."
    table = pd.read_parquet(out)
    assert table.columns.tolist() == ["path", "length", "share", "text", "error"]
    assert table["path"].tolist() == ["f06", "f05", "f05", "f04", "f03", "f02", "f01", "f00"]
    assert table["share"].dtype == np.float32
    good = table[table["error"].isna()]
    assert good["text"].tolist() == [files[name].read_text() for name in good["path"]]
    assert table.loc[table["path"] == "f03", "error"].tolist() == [reason]


@pytest.mark.parametrize(
    "damage", [None, Path.unlink, lambda part: part.write_bytes(part.read_bytes()[:-100])]
)
def test_what_is_missing_or_damaged_is_computed_again_and_nothing_else(
    tmp_path: Path, log: Path, out: Path, damage: Callable[[Path], object] | None
) -> None:
    files = write_files(tmp_path / "in", 5, f04="bad")
    write_parts(files, CountedRows(log), out, jobs=1, per_part=2)
    before = digests(out)
    (part,) = out.glob("part-00001*")
    if damage:
        damage(part)
    report = write_parts(files, CountedRows(log), out, jobs=2, per_part=2)
    assert report.computed == ((part.name,) if damage else ())
    assert list(report.left_out) == ["f04"]
    assert digests(out) == before
    assert calls(log) == dict.fromkeys(files, 1) | dict.fromkeys(["f02", "f03"], 1 + bool(damage))


def test_a_flipped_byte_is_noticed_or_changes_no_value(
    tmp_path: Path, log: Path, out: Path
) -> None:
    files = write_files(tmp_path / "in", 5, f03="bad", f04="a" * 200)
    write_parts(files, CountedRows(log), out, jobs=1)
    (part,) = out.iterdir()
    content, table, noticed = part.read_bytes(), pd.read_parquet(part), 0
    for at in np.random.default_rng(0).choice(len(content), 300, replace=False):
        part.write_bytes(content[:at] + bytes([content[at] ^ 0x20]) + content[at + 1 :])
        if reasons_in(part, CountedRows(log).columns) is None:
            noticed += 1
        else:
            pd.testing.assert_frame_equal(pd.read_parquet(part), table)
    assert noticed > 150


@pytest.mark.parametrize("change", ["content", "more", "fewer", "order", "version", "size"])
def test_parts_of_something_else_are_refused_and_kept(
    tmp_path: Path, log: Path, out: Path, change: str
) -> None:
    files = write_files(tmp_path / "in", 5)
    write_parts(files, CountedRows(log), out, jobs=1, per_part=2)
    before, rows_of, size = digests(out), CountedRows(log), 2
    if change == "content":
        files["f03"].write_text("text of f04")  # as long as before
    elif change == "more":
        files |= write_files(tmp_path / "more", 8)
    elif change == "fewer":
        files = dict(list(files.items())[:4])
    elif change == "order":
        files = dict(reversed(files.items()))
    elif change == "version":
        rows_of = CountedRows(log, version="counted-2")
    else:
        size = 3
    with pytest.raises(DataError, match=r"choose another folder, or begin anew with --fresh"):
        write_parts(files, rows_of, out, jobs=1, per_part=size)
    assert digests(out) == before
    assert set(calls(log).values()) == {1}
    report = write_parts(files, rows_of, out, jobs=1, per_part=size, fresh=True)
    assert len(report.computed) == report.n_parts
    assert len(pd.read_parquet(out)) == len(files)


def test_fresh_leaves_what_is_not_its_own(tmp_path: Path, log: Path, out: Path) -> None:
    files = write_files(tmp_path / "in", 3)
    spark = "part-00000-5c3f2e4a-1111-4a4a-9c9c-abcdefabcdef-c000.snappy.parquet"
    foreign = [out / name for name in ("part-1.parquet", "part-00000.csv", "a.txt", spark)]
    out.mkdir()
    for path in foreign:
        path.write_text("mine")
    write_parts(files, CountedRows(log), out, jobs=1, per_part=2, fresh=True)
    assert [path.read_text() for path in foreign] == ["mine"] * 4


def test_a_file_that_kills_its_process_is_tried_again_and_reported(
    tmp_path: Path, log: Path, out: Path
) -> None:
    files = write_files(tmp_path / "in", 9, f04="deadly", f07="bad")
    report = write_parts(files, CountedRows(log), out, jobs=2, per_part=3)
    assert report.left_out == {"f04": DIED, "f07": "not readable as audio; replace it"}
    table = pd.read_parquet(out).set_index("path")
    assert table["error"].notna().sum() == 2
    assert table.index.tolist() == list(files)
    assert calls(log)["f04"] == 3
    whole = {name for name in files if name not in ("f03", "f04", "f05")}
    assert {calls(log)[name] for name in whole} == {1}, "other parts are not touched"


def test_a_process_that_is_killed_from_outside_loses_nothing(
    tmp_path: Path, log: Path, out: Path
) -> None:
    files = write_files(tmp_path / "in", 8, f03="once")
    report = write_parts(files, CountedRows(log), out, jobs=2, per_part=2)
    assert report.left_out == {}
    assert digests(out) == undisturbed(files, tmp_path)
    assert {calls(log)[name] for name in files if name not in ("f02", "f03")} == {1}


def test_nothing_usable_is_an_error_and_no_files_are_too(
    tmp_path: Path, log: Path, out: Path
) -> None:
    files = write_files(tmp_path / "in", 2, f00="bad", f01="bad")
    with pytest.raises(DataError, match=r"no usable file \(not readable as audio"):
        write_parts(files, CountedRows(log), out, jobs=1)
    with pytest.raises(DataError, match="no files"):
        write_parts({}, CountedRows(log), tmp_path / "other", jobs=1)
    assert not (tmp_path / "other").exists()


def test_a_vanished_file_and_a_name_without_utf8_are_rows(
    tmp_path: Path, log: Path, out: Path
) -> None:
    files = write_files(tmp_path / "in", 2)
    odd = tmp_path / "in" / os.fsdecode(b"\xe9t\xe9\n.wav")
    odd.write_text("summer")
    files |= {odd.name: odd, "gone": tmp_path / "in" / "gone"}
    report = write_parts(files, CountedRows(log), out, jobs=1)
    assert list(report.left_out) == ["gone"]
    assert "No such file" in report.left_out["gone"]
    table = pd.read_parquet(out)
    assert table["path"].tolist() == ["f00", "f01", "\\udce9t\\udce9\n.wav", "gone"]


# Without the extra, and the command


@pytest.mark.parametrize(
    ("module", "options"), [("pyarrow.parquet", ()), ("distributed", ("--cluster", "local"))]
)
def test_without_the_extra_one_line_says_how_to_install_it(
    module: str, options: tuple[str, ...], out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    done = invoke(main, "features", "demo", "--out", out, *options)
    assert done.exit_code == 1
    assert done.stderr == (
        f"Error: this needs {module.partition('.')[0]}, which is not installed here; run:"
        ' pip install "mgc[cluster]"\n'
    )
    assert not out.exists()


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of music as people have it: at several depths, one file of it broken."""
    root = tmp_path_factory.mktemp("music")
    rng = np.random.default_rng(3)
    for name in ("jazz/jazz.00000.wav", "jazz/live/b.flac", "pop/pop.00000.wav"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(root / name, rng.normal(0, 0.1, 33_075), 22_050)
    (root / "pop" / "pop.00001.wav").write_bytes(b"not audio")
    (root / "pop" / "cover.jpg").write_bytes(b"a picture")
    return root


def test_features_out_writes_the_statistics_of_all_audio(
    music: Path, tmp_path: Path, out: Path
) -> None:
    line = ("features", music, "--out", out, "--jobs", "1")
    done = invoke(main, *line)
    assert done.exit_code == 1, done.output
    assert done.stderr.startswith("left out: pop/pop.00001.wav: not readable as audio")
    assert done.stdout == (
        f"3 files in 1 parts (0 of them from before), 1 left out. Parts: {out}\n"
    )
    table = pd.read_parquet(out)
    assert table.columns.tolist() == ["path", "genre", *FEATURE_NAMES, "error"]
    assert table["path"].tolist() == [
        "jazz/jazz.00000.wav", "jazz/live/b.flac", "pop/pop.00000.wav", "pop/pop.00001.wav",
    ]  # fmt: skip
    assert table["genre"].fillna("").tolist() == ["jazz", "", "pop", ""]
    arrays = load_arrays(open_edition(music), tmp_path / "cache", jobs=1, progress=False)
    ours = table.set_index("path").loc[["jazz/jazz.00000.wav", "pop/pop.00000.wav"]]
    values = ours[list(FEATURE_NAMES)].to_numpy()
    assert values.dtype == np.float32
    np.testing.assert_array_equal(values, arrays.tabular)
    again = invoke(main, *line)
    assert again.exit_code == 1
    assert "(1 of them from before)" in again.stdout


def test_wrong_sources_are_one_line(tmp_path: Path, out: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.npz").touch()
    for source, reason in (
        (tmp_path / "nowhere", "does not exist"),
        (tmp_path / "a.npz", "archive without audio"),
        (tmp_path / "empty", "holds no audio"),
    ):
        with pytest.raises(DataError, match=reason):
            write_features(source, out)
    assert not out.exists()
