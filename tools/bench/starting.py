"""Time what everybody waits for: importing the package, and the help of the command."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import suppress

import psutil

from mgc.datasets import demo
from mgc.evaluation.speed import Figure
from tools.bench.measured import figure

REPEATS = 9


def measure() -> list[Figure]:
    """Seconds of fresh processes, the bare interpreter among them."""
    clip = str(demo.clip_path("jazz.00004"))
    spent, memory = _first_answer(clip)
    return [
        figure("predict_start", "mgc predict FILE, from start to answer", spent, "s", -1),
        figure("predict_memory", "Its memory at most", memory, "MB", -300),
        figure("python", "Python itself", _seconds("-c", "pass"), "s"),
        figure("import", "import mgc", _seconds("-c", "import mgc"), "s", -0.3),
        figure("help", "mgc --help", _seconds("-m", "mgc", "--help"), "s", -0.5),
    ]


def _first_answer(clip: str) -> tuple[list[float], list[float]]:
    """Seconds and peak memory in MB of fresh processes that classify a clip."""
    command, seconds, memory = [sys.executable, "-m", "mgc", "predict", clip], [], []
    for _ in range(REPEATS):
        begin, most = time.perf_counter(), 0.0
        process = psutil.Popen(command, stdout=subprocess.DEVNULL)
        while process.poll() is None:
            with suppress(psutil.Error):  # it may end in between
                most = max(most, process.memory_info().rss / 2**20)
            time.sleep(0.005)
        seconds.append(time.perf_counter() - begin)
        memory.append(most)
    return seconds, memory


def _seconds(*arguments: str) -> list[float]:
    spent = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
        spent.append(time.perf_counter() - begin)
    return spent
