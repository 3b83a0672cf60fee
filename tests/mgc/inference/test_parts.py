"""Tables in parts on one machine: the same bytes, nothing twice, no file that stops the rest."""

from __future__ import annotations

import hashlib
import json
import math
import multiprocessing
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest
import soundfile
from click.testing import CliRunner

from mgc.cli.main import main
from mgc.datasets.opening import open_edition
from mgc.errors import ClusterError, DataError
from mgc.features.loading import load_arrays
from mgc.features.names import FEATURE_NAMES
from mgc.inference.batch import parquet
from mgc.inference.batch.feature_rows import FeatureRows, write_features
from mgc.inference.batch.parts import DIED, run
from mgc.inference.batch.plan import part_size
from tests.helpers.rows import CountedRows, calls, worker_of, write_files


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of everything in a folder, hidden files included."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def until(condition: object, what: str) -> None:
    """Wait for something that another process does."""
    assert callable(condition)
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.02)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


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


@pytest.mark.parametrize("module", ["feature_rows", "genre_rows"])
def test_what_gives_out_the_work_starts_without_what_does_it(module: str) -> None:
    code = (
        f"import sys, mgc.inference.batch.{module};"
        "heavy = {'pandas', 'librosa', 'scipy.signal', 'tensorflow', 'keras'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_one_process_and_two_write_the_same_bytes(tmp_path: Path, log: Path) -> None:
    files = write_files(tmp_path / "in", 11, f03="bad", f07="odd", f08="twice")
    for jobs in (1, 2):
        report = run(files, CountedRows(log), tmp_path / str(jobs), jobs=jobs, per_part=3)
        assert list(report.left_out) == ["f03", "f07"]
    assert digests(tmp_path / "1") == digests(tmp_path / "2")
    parts = [f"part-{number:05d}.parquet" for number in range(4)]
    assert sorted(digests(tmp_path / "1")) == ["_plan.json", *parts]


def test_pandas_reads_the_folder_as_one_table(tmp_path: Path, log: Path) -> None:
    files = write_files(tmp_path / "in", 7, f03="bad", f05="twice")
    backwards = dict(reversed(files.items()))
    run(backwards, CountedRows(log), tmp_path / "out", jobs=1, per_part=2)
    table = pd.read_parquet(tmp_path / "out")
    assert table.columns.tolist() == ["path", "length", "share", "text", "error"]
    assert table["path"].tolist() == ["f06", "f05", "f05", "f04", "f03", "f02", "f01", "f00"]
    assert table["share"].dtype == np.float32
    good = table[table["error"].isna()]
    assert good["text"].tolist() == [files[name].read_text() for name in good["path"]]
    assert table.loc[table["path"] == "f03", "error"].tolist() == [
        "not readable as audio; replace it"
    ]


def test_what_was_passed_over_is_counted_once(tmp_path: Path, log: Path) -> None:
    """Five names: one is no file to work on, one has no values, three have."""
    files = write_files(tmp_path / "in", 4, f03="bad")
    over = {"ring": "a symbolic link in a circle"}
    report = run(files, CountedRows(log), tmp_path / "out", passed_over=over, jobs=1)
    assert report.n_files == 5
    assert list(report.left_out) == ["ring", "f03"]
    assert report.summary().startswith("3 files in ")
    assert "2 left out" in report.summary()


def test_the_bytes_do_not_depend_on_where_the_files_lie(tmp_path: Path, log: Path) -> None:
    for place in ("here", "there"):
        files = write_files(tmp_path / place / "in", 3, f01="bad")
        run(files, CountedRows(log), tmp_path / place / "out", jobs=1, per_part=2)
    assert digests(tmp_path / "here" / "out") == digests(tmp_path / "there" / "out")


def test_a_finished_run_computes_nothing_again(tmp_path: Path, log: Path) -> None:
    files = write_files(tmp_path / "in", 5, f04="bad")
    first = run(files, CountedRows(log), tmp_path / "out", jobs=1, per_part=2)
    assert len(first.computed) == 3
    before = digests(tmp_path / "out")
    again = run(files, CountedRows(log), tmp_path / "out", jobs=2, per_part=2)
    assert again.computed == ()
    assert again.left_out == first.left_out
    assert digests(tmp_path / "out") == before
    assert set(calls(log).values()) == {1}


@pytest.mark.parametrize("damage", ["missing", "cut", "flipped", "foreign"])
def test_a_damaged_part_is_computed_again_and_reported(
    tmp_path: Path, log: Path, damage: str
) -> None:
    files = write_files(tmp_path / "in", 4)
    run(files, CountedRows(log), tmp_path / "out", jobs=1, per_part=2)
    before = digests(tmp_path / "out")
    part = tmp_path / "out" / "part-00001.parquet"
    content = part.read_bytes()
    at = content.index(b"text of f02")
    if damage == "missing":
        part.unlink()
    elif damage == "cut":
        part.write_bytes(content[:-100])
    elif damage == "flipped":
        part.write_bytes(content[:at] + b"T" + content[at + 1 :])
    else:
        part.write_bytes((tmp_path / "out" / "part-00000.parquet").read_bytes())
    report = run(files, CountedRows(log), tmp_path / "out", jobs=1, per_part=2)
    assert report.computed == ("part-00001.parquet",)
    assert report.repaired == (() if damage == "missing" else ("part-00001.parquet",))
    assert digests(tmp_path / "out") == before
    assert calls(log) == {"f00": 1, "f01": 1, "f02": 2, "f03": 2}


def test_a_flipped_byte_is_noticed_or_changes_no_value(tmp_path: Path, log: Path) -> None:
    part = tmp_path / "part-00000.parquet"
    rows = [{"path": f"f{n}", "length": n, "share": n / 3, "text": "a" * n} for n in range(5)]
    rows[3] |= {"error": "not readable"}
    parquet.write(part, rows, CountedRows(log).columns, "abc")
    content, table = part.read_bytes(), pd.read_parquet(part)
    noticed = 0
    for at in np.random.default_rng(0).choice(len(content), 300, replace=False):
        part.write_bytes(content[:at] + bytes([content[at] ^ 0x20]) + content[at + 1 :])
        if parquet.errors(part, CountedRows(log).columns, "abc") is None:
            noticed += 1
        else:
            pd.testing.assert_frame_equal(pd.read_parquet(part), table)
    assert noticed > 150


@pytest.mark.parametrize("change", ["content", "more", "fewer", "order", "version", "size"])
def test_parts_of_something_else_are_refused_and_kept(
    tmp_path: Path, log: Path, change: str
) -> None:
    files = write_files(tmp_path / "in", 5)
    run(files, CountedRows(log), tmp_path / "out", jobs=1, per_part=2)
    before, rows, size = digests(tmp_path / "out"), CountedRows(log), 2
    if change == "content":
        files["f03"].write_text("text of f04")  # as long as before
    elif change == "more":
        files |= write_files(tmp_path / "more", 6)
    elif change == "fewer":
        del files["f04"]
    elif change == "order":
        files = dict(reversed(files.items()))
    elif change == "version":
        rows = CountedRows(log, version="counted-2")
    else:
        size = 3
    with pytest.raises(DataError, match=r"choose another folder, or begin anew with --fresh"):
        run(files, rows, tmp_path / "out", jobs=1, per_part=size)
    assert digests(tmp_path / "out") == before
    assert set(calls(log).values()) == {1}
    report = run(files, rows, tmp_path / "out", jobs=1, per_part=size, fresh=True)
    assert len(report.computed) == report.n_parts
    assert len(pd.read_parquet(tmp_path / "out")) == len(files)


def test_fresh_leaves_what_is_not_its_own(tmp_path: Path, log: Path) -> None:
    files = write_files(tmp_path / "in", 3)
    foreign = [tmp_path / "out" / name for name in ("part-1.parquet", "part-00000.csv", "a.txt")]
    foreign[0].parent.mkdir()
    for path in foreign:
        path.write_text("mine")
    run(files, CountedRows(log), tmp_path / "out", jobs=1, per_part=2, fresh=True)
    assert [path.read_text() for path in foreign] == ["mine"] * 3


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"version": 1, "parts": 2}', "\xff"])
def test_a_damaged_plan_is_refused(tmp_path: Path, log: Path, text: str) -> None:
    files = write_files(tmp_path / "in", 3)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "_plan.json").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"_plan.json is damaged.*--fresh"):
        run(files, CountedRows(log), tmp_path / "out", jobs=1)


def test_parts_without_a_plan_are_refused(tmp_path: Path, log: Path) -> None:
    files = write_files(tmp_path / "in", 3)
    run(files, CountedRows(log), tmp_path / "out", jobs=1)
    (tmp_path / "out" / "_plan.json").unlink()
    with pytest.raises(DataError, match="without their plan"):
        run(files, CountedRows(log), tmp_path / "out", jobs=1)


def test_a_file_that_kills_its_process_is_tried_again_and_reported(
    tmp_path: Path, log: Path
) -> None:
    files = write_files(tmp_path / "in", 9, f04="deadly", f07="bad")
    report = run(files, CountedRows(log), tmp_path / "out", jobs=2, per_part=3)
    assert report.left_out == {"f04": DIED, "f07": "not readable as audio; replace it"}
    table = pd.read_parquet(tmp_path / "out").set_index("path")
    assert table["error"].notna().sum() == 2
    assert table.index.tolist() == list(files)
    assert calls(log)["f04"] == 3
    whole = {name for name in files if name not in ("f03", "f04", "f05")}
    assert {calls(log)[name] for name in whole} == {1}, "other parts are not touched"


def test_a_process_that_is_killed_from_outside_loses_nothing(tmp_path: Path, log: Path) -> None:
    files = write_files(tmp_path / "in", 8, f03="once")
    report = run(files, CountedRows(log), tmp_path / "out", jobs=2, per_part=2)
    assert report.left_out == {}
    run(files, CountedRows(tmp_path / "quiet-log"), tmp_path / "quiet", jobs=1, per_part=2)
    assert digests(tmp_path / "out") == digests(tmp_path / "quiet")
    assert {calls(log)[name] for name in files if name not in ("f02", "f03")} == {1}


def test_nothing_usable_is_an_error_and_no_files_are_too(tmp_path: Path, log: Path) -> None:
    files = write_files(tmp_path / "in", 2, f00="bad", f01="bad")
    with pytest.raises(DataError, match=r"no usable file \(not readable as audio"):
        run(files, CountedRows(log), tmp_path / "out", jobs=1)
    with pytest.raises(DataError, match="no files"):
        run({}, CountedRows(log), tmp_path / "other", jobs=1)
    assert not (tmp_path / "other").exists()


def test_a_vanished_file_and_a_name_without_utf8_are_rows(tmp_path: Path, log: Path) -> None:
    files = write_files(tmp_path / "in", 2)
    odd = tmp_path / "in" / os.fsdecode(b"\xe9t\xe9\n.wav")
    odd.write_text("summer")
    gone = odd.with_name(f"{odd.name}.gone")
    files |= {odd.name: odd, "gone": gone}
    report = run(files, CountedRows(tmp_path / "log"), tmp_path / "out", jobs=1)
    assert list(report.left_out) == ["gone"]
    assert "No such file" in report.left_out["gone"]
    table = pd.read_parquet(tmp_path / "out")
    assert table["path"].tolist() == ["f00", "f01", "\\xe9t\\xe9\n.wav", "gone"]


# The client is killed

CLIENT = """
import sys
from pathlib import Path
from mgc.inference.batch.parts import run
from tests.helpers.rows import CountedRows

if __name__ == "__main__":
    here, cluster = Path(sys.argv[1]), sys.argv[2]
    files = {path.name: path for path in sorted((here / "in").iterdir())}
    run(files, CountedRows(here / "log"), here / "out", cluster=cluster, jobs=2, per_part=2)
"""


def kill_the_client(folder: Path, cluster: str, first_part: str) -> None:
    """Start a run, kill it while a worker waits and a part is done, and see its workers end."""
    script = folder / "client.py"
    script.write_text(CLIENT, encoding="utf-8")
    path = os.pathsep.join(entry for entry in (str(Path.cwd()), *sys.path) if entry)
    line = [sys.executable, str(script), str(folder), cluster]
    with subprocess.Popen(line, env={**os.environ, "PYTHONPATH": path}) as client:
        until(lambda: (folder / "out" / first_part).exists(), "a finished part")
        until(lambda: calls(folder / "log")["f01"] > 0, "a part that waits")
        workers = psutil.Process(client.pid).children(recursive=True)
        assert worker_of(folder / "log", "f01") in [process.pid for process in workers]
        client.send_signal(signal.SIGKILL)
        client.wait()
    until(lambda: not any(alive(process) for process in workers), "no worker outlives its client")


def alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def check_restart(folder: Path, cluster: str) -> None:
    """Run again what was killed: the same bytes as a quiet run, no finished part anew."""
    machine = hashlib.sha256(platform.node().encode()).hexdigest()[:8]
    (folder / "out" / f".mgc-{machine}-{'0' * 16}.part").write_bytes(b"PAR1")
    done = {path.name for path in (folder / "out").glob("part-*.parquet")}
    before = calls(folder / "log")
    (folder / "go").touch()
    files = {path.name: path for path in sorted((folder / "in").iterdir())}
    rows = CountedRows(folder / "log")
    report = run(files, rows, folder / "out", cluster=cluster, jobs=2, per_part=2)
    assert report.left_out == {}
    assert done
    assert not done & set(report.computed)
    repeated = {name for name, count in calls(folder / "log").items() if count > 1}
    unfinished = {name for n, name in enumerate(files) if f"part-{n // 2:05d}.parquet" not in done}
    assert repeated <= unfinished & set(before)
    run(files, CountedRows(folder / "quiet-log"), folder / "quiet", jobs=1, per_part=2)
    assert digests(folder / "out") == digests(folder / "quiet"), "bytes, and no temporary files"


def test_a_killed_client_leaves_no_process_and_continues(tmp_path: Path) -> None:
    write_files(tmp_path / "in", 10, f01="wait")
    kill_the_client(tmp_path, "", "part-00001.parquet")
    check_restart(tmp_path, "")


# Without the extra, and the command


def without(package: str, code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process in which a package cannot be imported."""
    blocker = (
        "import sys\n"
        "class Blocker:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.split('.')[0] == {package!r}:\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Blocker())\n"
    )
    line = [sys.executable, "-c", blocker + code]
    return subprocess.run(line, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("package", ["pyarrow", "distributed", "dask"])
def test_without_the_extra_one_line_says_how_to_install_it(tmp_path: Path, package: str) -> None:
    arguments = ["features", "demo", "--out", str(tmp_path / "out")]
    arguments += [] if package == "pyarrow" else ["--cluster", "local"]
    done = without(package, f"from mgc.cli.main import main; main({arguments!r})")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
    assert 'pip install "mgc[cluster]"' in done.stderr
    assert not (tmp_path / "out").exists()


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


def test_features_out_writes_the_statistics_of_all_audio(music: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    line = ["features", str(music), "--out", str(out), "--jobs", "1"]
    done = CliRunner().invoke(main, line)
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
    again = CliRunner().invoke(main, line)
    assert again.exit_code == 1
    assert "(1 of them from before)" in again.stdout


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--cluster", "local"), "need --out"),
        (("--fresh",), "need --out"),
        (("--out", "x", "--csv", "y"), "neither"),
        (("--out", "x", "--cluster", "tcp://h:1", "--jobs", "2"), "--jobs"),
    ],
)
def test_options_that_do_not_go_together(options: tuple[str, ...], reason: str) -> None:
    done = CliRunner().invoke(main, ["features", "demo", *options])
    assert done.exit_code == 2
    assert reason in done.stderr


def test_wrong_sources_and_addresses_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.npz").touch()
    for source, reason in (
        (tmp_path / "nowhere", "does not exist"),
        (tmp_path / "a.npz", "archive without audio"),
        (tmp_path / "empty", "holds no audio"),
    ):
        with pytest.raises(DataError, match=reason):
            write_features(source, tmp_path / "out")
    with pytest.raises(ClusterError, match=r"no address of a cluster.*tcp://host:8786"):
        write_features("demo", tmp_path / "out", cluster="host")
    assert not (tmp_path / "out").exists()


def test_the_plan_names_the_version_of_the_features(music: Path, tmp_path: Path) -> None:
    write_features(music, tmp_path / "out", jobs=1)
    plan = json.loads((tmp_path / "out" / "_plan.json").read_text())
    assert plan["version"] == FeatureRows().version
    assert plan["files"] == 4
