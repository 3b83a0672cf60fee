"""Tables in parts on a real Dask cluster of two processes, and clients that are killed."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import dask.config
import pandas as pd
import psutil
import pytest

from mgc.errors import ClusterError
from mgc.inference.batch.parts import DIED, write_parts
from mgc.inference.batch.tables import write_features
from tests.helpers.outside import all_end, started, until
from tests.helpers.rows import (
    CountedRows,
    calls,
    digests,
    undisturbed,
    worker_of,
    write_files,
)

pytestmark = pytest.mark.slow
distributed = pytest.importorskip("distributed", reason="needs the extra `cluster`")
LocalCluster = partial(
    distributed.LocalCluster,
    threads_per_worker=1,
    dashboard_address="127.0.0.1:0",
    silence_logs=logging.CRITICAL,
    scheduler_kwargs={"allowed_failures": 1},
)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Address of a cluster of two workers, whom no test kills but by files that are deadly."""
    patient = {"distributed.deploy.lost-worker-timeout": "180 s"}
    with dask.config.set(patient), LocalCluster(n_workers=2) as cluster:
        yield cluster.scheduler_address


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def test_a_cluster_writes_the_bytes_of_one_process(
    tmp_path: Path, log: Path, out: Path, address: str
) -> None:
    files = write_files(tmp_path / "in", 9, f02="bad", f05="odd", f06="twice")
    report = write_parts(files, CountedRows(log), out, cluster=address, per_part=2)
    assert list(report.left_out) == ["f02", "f05"]
    assert digests(out) == undisturbed(files, tmp_path)
    workers = {line.split()[1] for line in log.read_text().splitlines()}
    assert str(os.getpid()) not in workers
    again = write_parts(files, CountedRows(log), out, cluster=address, per_part=2)
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
    tmp_path: Path, log: Path, out: Path, address: str
) -> None:
    files = write_files(tmp_path / "in", 12, f01="wait")
    done: set[str] = set()

    def kill() -> None:
        """Kill the worker that waits, once all other parts are there."""
        try:
            until(lambda: len(list(out.glob("part-*"))) == 5, "the other parts")
            until(lambda: calls(log)["f01"] == 1, "the part that waits")
            done.update(path.name for path in out.glob("part-*"))
            os.kill(worker_of(log, "f01"), signal.SIGKILL)
            until(lambda: calls(log)["f01"] == 2, "the part is taken up again")
        finally:
            (tmp_path / "go").touch()

    killer = threading.Thread(target=kill)
    killer.start()
    report = write_parts(files, CountedRows(log), out, cluster=address, per_part=2)
    killer.join()
    assert report.left_out == {}
    assert sorted(name[:10] for name in done) == [f"part-0000{number}" for number in range(1, 6)]
    assert calls(log) == dict.fromkeys(files, 1) | {"f00": 2, "f01": 2}
    assert digests(out) == undisturbed(files, tmp_path)


def test_a_file_that_kills_workers_is_reported_and_the_rest_goes_on(
    tmp_path: Path, log: Path, out: Path, address: str
) -> None:
    files = write_files(tmp_path / "in", 8, f04="deadly", f07="bad")
    report = write_parts(files, CountedRows(log), out, cluster=address, per_part=2)
    assert report.left_out == {"f04": DIED, "f07": "not readable as audio; replace it"}
    assert calls(log)["f04"] > 1, "it was tried again"
    assert pd.read_parquet(out)["path"].tolist() == list(files)
    assert digests(out) == undisturbed(files, tmp_path)


CLIENT = """
import sys
from pathlib import Path
from mgc.inference.batch.parts import write_parts
from tests.helpers.rows import CountedRows

if __name__ == "__main__":
    here, cluster = Path(sys.argv[1]), sys.argv[2]
    files = {path.name: path for path in sorted((here / "in").iterdir())}
    rows_of = CountedRows(here / "log")
    write_parts(files, rows_of, here / "out", cluster=cluster, jobs=2, per_part=2)
"""


@pytest.mark.parametrize("cluster", ["", "local"])
def test_a_killed_client_leaves_no_process_and_continues(
    tmp_path: Path, log: Path, out: Path, cluster: str
) -> None:
    files = write_files(tmp_path / "in", 10, f01="wait")
    (tmp_path / "client.py").write_text(CLIENT, encoding="utf-8")
    path = os.pathsep.join(entry for entry in (str(Path.cwd()), *sys.path) if entry)
    line = [sys.executable, str(tmp_path / "client.py"), str(tmp_path), cluster]
    with started(line, env={**os.environ, "PYTHONPATH": path}) as client:
        until(lambda: list(out.glob("part-00001*")), "a finished part")
        until(lambda: calls(log)["f01"] > 0, "a part that waits")
        workers = psutil.Process(client.pid).children(recursive=True)
        assert worker_of(log, "f01") in [process.pid for process in workers]
        client.send_signal(signal.SIGKILL)
        client.wait()
    all_end(workers)
    (out / f".mgc-{'0' * 16}.part").mkdir()
    done, before = {path.name for path in out.glob("part-*")}, calls(log)
    (tmp_path / "go").touch()
    report = write_parts(files, CountedRows(log), out, cluster=cluster, jobs=2, per_part=2)
    assert report.left_out == {}
    assert not done & set(report.computed)
    numbers = {int(name[5:10]) for name in done}
    unfinished = {name for n, name in enumerate(files) if n // 2 not in numbers}
    assert {name for name, count in calls(log).items() if count > 1} <= unfinished & set(before)
    assert digests(out) == undisturbed(files, tmp_path), "bytes, and no temporary files"


def test_a_run_that_fails_leaves_the_cluster_without_tasks(
    tmp_path: Path, log: Path, out: Path, address: str
) -> None:
    files = write_files(tmp_path / "in", 40)
    undisturbed(files, tmp_path)
    (name,) = (path.name for path in (tmp_path / "undisturbed").glob("part-00001*"))
    (out / name / "in the way").mkdir(parents=True)
    with pytest.raises(OSError, match=r"part-00001"):
        write_parts(files, CountedRows(log), out, cluster=address, per_part=2)
    with distributed.Client(address, set_as_default=False) as client:
        until(lambda: not any(client.processing().values()), "no task is left")
    until(lambda: not list(out.glob(".*")), "what was being written is whole or gone")


def test_a_worker_of_another_version_is_refused(
    tmp_path: Path, log: Path, out: Path, address: str
) -> None:
    files = write_files(tmp_path / "in", 3)
    with pytest.raises(ClusterError, match="install the same version of mgc on each"):
        write_parts(files, HereOnly(log, here=os.getpid()), out, cluster=address)


@dataclass(frozen=True)
class HereOnly(CountedRows):
    """Its version tells the process of the test from a worker."""

    here: int = 0

    def __getattribute__(self, name: str) -> object:
        if name == "version":
            return "here-1" if os.getpid() == self.here else "there-1"
        return super().__getattribute__(name)


@pytest.mark.parametrize("nowhere", ["tcp://127.0.0.1:9", "host"])
def test_nobody_at_the_address_is_one_line(tmp_path: Path, out: Path, nowhere: str) -> None:
    files = write_files(tmp_path / "in", 3)
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
        pytest.raises(ClusterError, match=f"no scheduler answers at {nowhere}; start one"),
    ):
        write_parts(files, CountedRows(tmp_path / "log"), out, cluster=nowhere)
    assert not out.exists()


def test_a_cluster_without_workers_is_given_up(
    tmp_path: Path, log: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mgc.inference.batch.workers.PATIENCE_S", 0.2)
    files = write_files(tmp_path / "in", 3)
    with (
        LocalCluster(n_workers=0) as cluster,
        pytest.raises(ClusterError, match=r"no worker for three minutes.*dask worker"),
    ):
        write_parts(files, CountedRows(log), out, cluster=cluster.scheduler_address)


def test_a_scheduler_that_dies_ends_the_run_and_the_next_continues(
    tmp_path: Path, log: Path, out: Path
) -> None:
    files = write_files(tmp_path / "in", 6, f01="wait")

    with LocalCluster(n_workers=2) as cluster:

        def close() -> None:
            try:
                until(lambda: len(list(out.glob("part-*"))) == 2, "the other parts")
            finally:
                cluster.close()

        closer = threading.Thread(target=close)
        closer.start()
        with pytest.raises(ClusterError, match="went away; run the same command again"):
            write_parts(
                files, CountedRows(log), out, cluster=cluster.scheduler_address, per_part=2
            )
        closer.join()
    (tmp_path / "go").touch()
    report = write_parts(files, CountedRows(log), out, jobs=1, per_part=2)
    assert [name[:10] for name in report.computed] == ["part-00000"]
