"""Time `mgc listen` on sound that comes as fast as it is played."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time

import numpy as np

from mgc.audio.samples import SAMPLE_RATE, load
from mgc.datasets import demo
from mgc.evaluation.speed import Figure
from tools.bench.measured import figure

SECONDS = 60
BLOCKS = 10
"""Blocks a second, as a microphone gives them."""


def measure() -> list[Figure]:
    """Milliseconds from the last sample of a second to the answers to 3 and to 30 seconds."""
    clip = np.resize(load(demo.clip_path("rock.00004")), SECONDS * SAMPLE_RATE)
    content = (clip * 32767).astype("<i2").tobytes()
    size = len(content) // (SECONDS * BLOCKS)
    line = [sys.executable, "-m", "mgc", "listen", "-", "--json"]
    # A file takes all answers; a pipe would be full before anybody reads it.
    with tempfile.TemporaryFile() as answers:
        process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=answers)
        assert process.stdin is not None
        begin = time.perf_counter()
        for number in range(SECONDS * BLOCKS):
            process.stdin.write(content[number * size : (number + 1) * size])
            process.stdin.flush()
            time.sleep(max(0.0, begin + (number + 1) / BLOCKS - time.perf_counter()))
        process.stdin.close()
        process.wait()
        answers.seek(0)
        said = [json.loads(text) for text in answers]
    if process.returncode or len(said) != SECONDS - 2:
        raise RuntimeError("mgc listen did not answer each second")
    # The first answers are to sound that waited while the command started.
    delays = [1000 * heard["delay_s"] for heard in said[len(said) // 2 :]]
    title = "Live sound, from a second of it to both answers, 95th percentile"
    return [figure("listen_p95", title, delays, "ms", -1000, quantile=0.95)]
