"""Time whole folders with the commands that people run, and watch their memory."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from mgc.datasets import demo
from mgc.evaluation.speed import Curve, Figure
from tools.bench.measured import exponent, figure

SIZES = (100, 300, 1000)
DAY_S = 86_400


def measure(folder: Path) -> list[Figure | Curve]:
    """Growth with the number of tracks, gain by a second process, memory, clips a second.

    `folder` is for links to the demo clips, and for what is computed.
    """
    music = {n: _music(folder / f"music{n}", n) for n in SIZES}
    few, many = SIZES[0], SIZES[-1]
    two = [_seconds("features", music[n], folder / f"two{n}", 2) for n in SIZES]
    one = _seconds("features", music[many], folder / "one", 1)
    small, large = (
        memory(_line("features", music[n], folder / f"memory{n}", 2)) for n in (few, many)
    )
    heard = [_seconds("predict", music[n], folder / f"heard{n}", 2) for n in SIZES]
    slope, error = exponent(SIZES, two)
    rate = (many - few) / (heard[-1] - heard[0])
    sizes = tuple(map(float, SIZES))
    return [
        Curve("features_tracks", "features of a folder", "tracks", sizes, tuple(two)),
        Curve("genres_tracks", "genres of a folder", "tracks", sizes, tuple(heard)),
        Curve("features_processes", f"features of {many} tracks", "processes", (1.0, 2.0),
              (one, two[-1])),
        figure("two_processes", "Folder of features, one process against two",
               [one / two[-1]], "times", 1.8),
        figure("memory", f"Peak memory of {many} tracks against {few}",
               [large / small], "times", -1.3),
        figure("memory_mb", f"Peak memory of {many} tracks", [large], "MB"),
        figure("tracks_exponent", "Growth of features with the number of tracks, exponent",
               [slope - error, slope, slope + error], ""),
        figure("clips_a_second", "Folder from files to genres, two processes, start included",
               [many / heard[-1]], "clips/s", 12),
        figure("clips_a_second_more", "The same, each further clip", [rate], "clips/s"),
        figure("features_1000", f"Features of {many:,} tracks, two processes", [two[-1]], "s"),
        figure("genres_1000", f"Genres of {many:,} clips, two processes", [heard[-1]], "s"),
        figure("genres_million", "Genres of a million clips, two processes",
               [1e6 / rate / 3600], "hours", estimate=True),
        figure("genres_a_day", "Clips a day, two processes", [rate * DAY_S / 1e6], "million", 1,
               estimate=True),
    ]  # fmt: skip


def _music(folder: Path, count: int) -> Path:
    """Put so many demo clips into a folder."""
    folder.mkdir()
    paths = [demo.clip_path(row["track_id"]) for row in demo.manifest()]
    for number in range(count):
        source = paths[number % len(paths)]
        clip = folder / f"{number:05d}{source.suffix}"
        try:
            clip.symlink_to(source)
        except OSError:  # on Windows a link takes a right that few have
            shutil.copy(source, clip)
    return folder


def _line(command: str, music: Path, out: Path, jobs: int) -> list[str]:
    line = [sys.executable, "-m", "mgc", command, str(music), "--out", str(out)]
    return [*line, "--jobs", str(jobs)]


def _seconds(command: str, music: Path, out: Path, jobs: int) -> float:
    """Seconds of a command, which nobody watches meanwhile: that would slow it down."""
    begin = time.monotonic()
    subprocess.run(_line(command, music, out, jobs), stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - begin


def memory(line: Sequence[str]) -> float:
    """Largest memory of a command's processes, looked at ten times a second, in MB."""
    largest = 0.0
    with subprocess.Popen(line, env=os.environ, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            largest = max(largest, memory_now(process.pid))
            time.sleep(0.1)
    if process.returncode:
        raise RuntimeError(f"{' '.join(line)} ended with status {process.returncode}")
    return largest


def memory_now(pid: int) -> float:
    """Memory of a process and all that it started, in MB; 0 where it has ended.

    It is the sum of what each has for itself and its share of what several have.
    """
    total = 0
    with suppress(psutil.Error):
        parent = psutil.Process(pid)
        for process in (parent, *parent.children(recursive=True)):
            with suppress(psutil.Error):
                known = process.memory_full_info()
                total += getattr(known, "pss", known.uss)  # Linux alone tells shares
    return total / 2**20
