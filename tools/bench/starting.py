"""Time what everybody waits for: importing the package, and the help of the command."""

from __future__ import annotations

import subprocess
import sys
import time

from mgc.evaluation.speed import Figure
from tools.bench.measured import figure

REPEATS = 9


def measure() -> list[Figure]:
    """Seconds of fresh processes, the bare interpreter among them."""
    return [
        figure("python", "Python itself", _seconds("-c", "pass"), "s"),
        figure("import", "import mgc", _seconds("-c", "import mgc"), "s", -0.3),
        figure("help", "mgc --help", _seconds("-m", "mgc", "--help"), "s", -0.5),
    ]


def _seconds(*arguments: str) -> list[float]:
    spent = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
        spent.append(time.perf_counter() - begin)
    return spent
