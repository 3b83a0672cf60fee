"""No process outlives the one that it works for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

CODE = """
import os, sys, time
from pathlib import Path
from mgc.util.pools import ended_by_sigterm, process_pool

def work(folder):
    (Path(folder) / str(os.getpid())).touch()
    time.sleep(600)

if __name__ == "__main__":
    with ended_by_sigterm(), process_pool(2) as pool:
        list(pool.map(work, [sys.argv[1]] * 4))
"""


def alive(number: int) -> bool:
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_workers_end_with_their_parent(tmp_path: Path, how: signal.Signals) -> None:
    script, begun = tmp_path / "script.py", tmp_path / "begun"
    script.write_text(CODE)
    begun.mkdir()
    here = {"PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, str(script), str(begun)]
    with subprocess.Popen(command, env=os.environ | here) as parent:
        while len(list(begun.iterdir())) < 2:
            assert parent.poll() is None
            time.sleep(0.05)
        parent.send_signal(how)
        status = parent.wait(timeout=60)
    assert status == (-how if how == signal.SIGKILL else 128 + how)
    workers = [int(path.name) for path in begun.iterdir()]
    deadline = time.monotonic() + 30
    while any(map(alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [number for number in workers if alive(number)] == []
