"""Tables in parts on a real Dask cluster of two processes, which die in several ways."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from mgc.errors import ClusterError
from mgc.inference.batch.feature_rows import write_features
from mgc.inference.batch.parts import DIED, run
from tests.helpers.rows import CountedRows, calls, worker_of, write_files
from tests.mgc.inference.test_parts import check_restart, digests, kill_the_client, until

pytestmark = pytest.mark.slow
distributed = pytest.importorskip("distributed", reason="needs the extra `cluster`")


@contextmanager
def two_workers() -> Iterator[str]:
    """Address of a cluster of two worker processes."""
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        dashboard_address="127.0.0.1:0",
        silence_logs=logging.CRITICAL,
        scheduler_kwargs={"allowed_failures": 1},
    ) as cluster:
        yield cluster.scheduler_address


@pytest.fixture
def address() -> Iterator[str]:
    """Address of a cluster for one test, which may kill its workers."""
    with two_workers() as place:
        yield place


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


def quiet(files: dict[str, Path], folder: Path) -> dict[str, str]:
    """Digests of what one process of this machine writes, undisturbed."""
    run(files, CountedRows(folder / "quiet-log"), folder / "quiet", jobs=1, per_part=2)
    return digests(folder / "quiet")


def test_a_cluster_writes_the_bytes_of_one_process(
    tmp_path: Path, log: Path, address: str
) -> None:
    files = write_files(tmp_path / "in", 9, f02="bad", f05="odd", f06="twice")
    report = run(files, CountedRows(log), tmp_path / "out", cluster=address, per_part=2)
    assert list(report.left_out) == ["f02", "f05"]
    assert digests(tmp_path / "out") == quiet(files, tmp_path)
    workers = {line.split()[1] for line in log.read_text().splitlines()}
    assert str(os.getpid()) not in workers
    again = run(files, CountedRows(log), tmp_path / "out", cluster=address, per_part=2)
    assert again.computed == ()
    assert set(calls(log).values()) == {1}


def test_features_of_real_sound_are_the_same_bytes(
    small_edition: Path, tmp_path: Path, address: str
) -> None:
    music = small_edition / "jazz"
    write_features(music, tmp_path / "here", jobs=1)
    write_features(music, tmp_path / "there", cluster=address)
    assert digests(tmp_path / "there") == digests(tmp_path / "here")
    assert len(pd.read_parquet(tmp_path / "there")) == 3


def test_a_killed_worker_loses_nothing_and_repeats_nothing_finished(
    tmp_path: Path, log: Path, address: str
) -> None:
    files = write_files(tmp_path / "in", 12, f01="wait")
    done: set[str] = set()

    def kill() -> None:
        """Kill the worker that waits, once all other parts are there."""
        until(lambda: len(list((tmp_path / "out").glob("part-*"))) == 5, "the other parts")
        until(lambda: calls(log)["f01"] == 1, "the part that waits")
        done.update(path.name for path in (tmp_path / "out").glob("part-*"))
        os.kill(worker_of(log, "f01"), signal.SIGKILL)
        until(lambda: calls(log)["f01"] == 2, "the part is taken up again")
        (tmp_path / "go").touch()

    killer = threading.Thread(target=kill)
    killer.start()
    report = run(files, CountedRows(log), tmp_path / "out", cluster=address, per_part=2)
    killer.join()
    assert report.left_out == {}
    assert done == {f"part-{number:05d}.parquet" for number in range(1, 6)}
    assert calls(log) == dict.fromkeys(files, 1) | {"f00": 2, "f01": 2}
    assert digests(tmp_path / "out") == quiet(files, tmp_path)


def test_a_file_that_kills_workers_is_reported_and_the_rest_goes_on(
    tmp_path: Path, log: Path, address: str
) -> None:
    files = write_files(tmp_path / "in", 8, f04="deadly", f07="bad")
    report = run(files, CountedRows(log), tmp_path / "out", cluster=address, per_part=2)
    assert report.left_out == {"f04": DIED, "f07": "not readable as audio; replace it"}
    assert calls(log)["f04"] > 1, "it was tried again"
    table = pd.read_parquet(tmp_path / "out")
    assert table["path"].tolist() == list(files)
    assert table.loc[table["error"].isna(), "path"].tolist() == [
        name for name in files if name not in ("f04", "f07")
    ]
    assert digests(tmp_path / "out") == quiet(files, tmp_path)


def test_a_killed_client_takes_its_local_cluster_along_and_continues(tmp_path: Path) -> None:
    write_files(tmp_path / "in", 10, f01="wait")
    kill_the_client(tmp_path, "local", "part-00001.parquet")
    check_restart(tmp_path, "local")


def test_a_run_that_fails_leaves_the_cluster_without_tasks(
    tmp_path: Path, log: Path, address: str
) -> None:
    files = write_files(tmp_path / "in", 40)
    run(files, CountedRows(log), tmp_path / "out", jobs=1, per_part=2)
    for part in (tmp_path / "out").glob("part-*"):
        part.unlink()
    (tmp_path / "out" / "part-00001.parquet" / "in the way").mkdir(parents=True)
    with pytest.raises(OSError, match=r"part-00001"):
        run(files, CountedRows(log), tmp_path / "out", cluster=address, per_part=2)
    assert not list((tmp_path / "out").glob(".*"))
    with distributed.Client(address, set_as_default=False) as client:
        until(lambda: not any(client.processing().values()), "no task is left")


def test_a_worker_of_another_version_is_refused(tmp_path: Path, log: Path, address: str) -> None:
    files = write_files(tmp_path / "in", 3)
    with pytest.raises(ClusterError, match="install the same version of mgc on each"):
        run(files, HereOnly(log, here=os.getpid()), tmp_path / "out", cluster=address)


@dataclass(frozen=True)
class HereOnly(CountedRows):
    """Its version tells the process of the test from a worker."""

    here: int = 0

    def __getattribute__(self, name: str) -> object:
        if name == "version":
            return "here-1" if os.getpid() == self.here else "there-1"
        return super().__getattribute__(name)


def test_nobody_at_the_address_is_one_line(tmp_path: Path) -> None:
    line = [sys.executable, "-m", "mgc", "features", "demo", "--out", str(tmp_path / "out")]
    done = subprocess.run(
        [*line, "--cluster", "tcp://127.0.0.1:9"],
        env=os.environ | {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "1s"},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("Error: no scheduler answers at tcp://127.0.0.1:9; start one")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_cluster_without_workers_is_given_up(
    tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mgc.inference.batch.dask_cluster.PATIENCE_S", 0.2)
    files = write_files(tmp_path / "in", 3)
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address="127.0.0.1:0") as cluster,
        pytest.raises(ClusterError, match=r"no worker for three minutes.*dask worker"),
    ):
        run(files, CountedRows(log), tmp_path / "out", cluster=cluster.scheduler_address)
