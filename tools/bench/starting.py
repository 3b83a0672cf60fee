"""Time what everybody waits for: importing the package, and the help of the command."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence

from mgc.evaluation.speed import Figure
from tools.bench.measured import figure

REPEATS = 9


def measure() -> list[Figure]:
    """Seconds of fresh processes, the bare interpreter among them."""
    bare, module, command = (
        [sys.executable, "-c", "pass"],
        [sys.executable, "-c", "import mgc"],
        [sys.executable, "-m", "mgc", "--help"],
    )
    return [
        figure("python", "Python itself", _seconds(bare), "s"),
        figure("import", "import mgc", _seconds(module), "s", -0.3),
        figure("help", "mgc --help", _seconds(command), "s", -0.5),
    ]


def _seconds(line: Sequence[str]) -> list[float]:
    spent = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        subprocess.run(line, check=True, stdout=subprocess.DEVNULL)
        spent.append(time.perf_counter() - begin)
    return spent
