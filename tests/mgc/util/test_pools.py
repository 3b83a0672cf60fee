"""No process outlives the one that it works for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from mgc.errors import MgcError
from mgc.util.pools import ENDS_WITH, extract_many, in_threads, process_pool
from tests.helpers.outside import ROOT, all_end, started, until

PROGRAM = """
import os, signal, sys, time
from pathlib import Path
from mgc.util.pools import end_with_parent, ended_by_sigterm, message_queue, process_pool

def work(folder):
    (Path(folder) / str(os.getpid())).touch()
    time.sleep(600)

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored below a shell's &
    end_with_parent()
    with ended_by_sigterm(), message_queue(), process_pool(2) as pool:
        list(pool.map(work, [sys.argv[1]] * 4))
"""
MASTER = f"""
import os, subprocess, sys
settings = {{{ENDS_WITH!r}: str(os.getpid())}}
subprocess.run([sys.executable, *sys.argv[1:]], env=os.environ | settings)
"""
WAIT_S = 60


@pytest.fixture
def program(tmp_path: Path) -> list[str]:
    """Return a script with two workers, which name themselves in the folder of its argument."""
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    (tmp_path / "begun").mkdir()
    return [str(tmp_path / "program.py"), str(tmp_path / "begun")]


def ended_after(end: Callable[[subprocess.Popen[bytes]], None], line: list[str]) -> int:
    """Start a program, stop it when its workers are there, and see all its processes end."""
    here = {"PYTHONPATH": str(ROOT)}
    with started([sys.executable, *line], env=os.environ | here) as process:
        until(lambda: len(list(Path(line[-1]).iterdir())) == 2)
        family = psutil.Process(process.pid).children(recursive=True)
        assert len(family) >= 3
        end(process)
        status = process.wait(WAIT_S)
    all_end(family)
    return status


def test_workers_end_with_a_killed_program(program: list[str]) -> None:
    ended_after(subprocess.Popen.kill, program)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals to send")
@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGINT, -signal.SIGINT)]
)
def test_workers_end_with_a_program_that_is_told_to(
    program: list[str], number: signal.Signals, status: int
) -> None:
    assert ended_after(lambda process: process.send_signal(number), program) == status


def test_a_program_and_its_workers_end_with_the_killed_one_that_it_works_for(
    program: list[str],
) -> None:
    ended_after(subprocess.Popen.kill, ["-c", MASTER, *program])


def touch_and_wait(file: Path) -> None:
    file.touch()
    time.sleep(600)


def test_an_error_ends_the_workers_at_once(tmp_path: Path) -> None:
    def failing() -> None:
        with process_pool(2) as pool:
            pool.submit(touch_and_wait, tmp_path / "begun")
            until((tmp_path / "begun").exists)
            raise ZeroDivisionError

    before = set(psutil.Process().children())
    begin = time.monotonic()
    with pytest.raises(ZeroDivisionError):
        failing()
    assert time.monotonic() - begin < WAIT_S
    trackers = [p for p in psutil.Process().children() if p not in before]
    assert not any("spawn_main" in " ".join(process.cmdline()) for process in trackers)


def die(_: object) -> None:
    os._exit(3)


def test_the_death_of_a_worker_is_told() -> None:
    with pytest.raises(MgcError, match="--jobs 1"), process_pool(1) as pool:
        pool.submit(die, None).result()


def test_results_come_in_order_from_processes_and_threads() -> None:
    work = list(range(-6, 6))
    assert list(extract_many(abs, work, "", 2, show=False)) == [abs(n) for n in work]
    assert in_threads(abs, work, "", False) == [abs(n) for n in work]
