"""Time whole folders with the commands that people run, and watch their memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mgc import demo
from mgc.bench.figures import Figure, figure
from mgc.bench.growth import Curve, exponent

SIZES = (60, 180, 540)
FEW, MANY = 100, 1000
DAY_S = 86_400


@dataclass(frozen=True)
class Run:
    """Seconds of a command, and its largest memory in MB, all its processes together."""

    seconds: float
    memory_mb: float


def measure(folder: Path) -> list[Figure | Curve]:
    """Growth with the number of tracks, gain by a second process, memory, clips a second.

    Parameters
    ----------
    folder : Path
        For links to the demo clips, and for what is computed.
    """
    music = {n: _music(folder / f"music{n}", n) for n in (*SIZES, FEW, MANY)}
    two = [_run("features", music[n], folder / f"two{n}", 2) for n in SIZES]
    one = _run("features", music[SIZES[-1]], folder / "one", 1)
    few, many = (_run("features", music[n], folder / f"memory{n}", 2) for n in (FEW, MANY))
    heard = [_run("predict", music[n], folder / f"heard{n}", 2) for n in SIZES]
    slope, error = exponent(SIZES, [run.seconds for run in two])
    more = SIZES[-1] - SIZES[0]
    rate = more / (heard[-1].seconds - heard[0].seconds)
    features_rate = more / (two[-1].seconds - two[0].seconds)
    sizes, most = tuple(map(float, SIZES)), float(SIZES[-1])
    return [
        Curve("features_tracks", "features of a folder", "tracks", sizes,
              tuple(run.seconds for run in two)),
        Curve("genres_tracks", "genres of a folder", "tracks", sizes,
              tuple(run.seconds for run in heard)),
        Curve("features_processes", f"features of {most:.0f} tracks", "processes", (1.0, 2.0),
              (one.seconds, two[-1].seconds)),
        figure("two_processes", "Folder of features, one process against two",
               [one.seconds / two[-1].seconds], "times", 1.8),
        figure("memory", f"Peak memory of {MANY} tracks against {FEW}",
               [many.memory_mb / few.memory_mb], "times", -1.3),
        figure("memory_mb", f"Peak memory of {MANY} tracks", [many.memory_mb], "MB"),
        figure("tracks_exponent", "Growth of features with the number of tracks, exponent",
               [slope - error, slope, slope + error], ""),
        figure("clips_a_second", "Folder from files to genres, two processes, start included",
               [SIZES[-1] / heard[-1].seconds], "clips/s", 12),
        figure("clips_a_second_more", "The same, each further clip", [rate], "clips/s"),
        figure("features_1000", "Features of 1,000 tracks, two processes",
               [two[0].seconds + (1000 - SIZES[0]) / features_rate], "s", estimate=True),
        figure("genres_1000", "Genres of 1,000 clips, two processes",
               [heard[0].seconds + (1000 - SIZES[0]) / rate], "s", estimate=True),
        figure("genres_million", "Genres of a million clips, two processes",
               [1e6 / rate / 3600], "hours", estimate=True),
        figure("genres_a_day", "Clips a day, two processes", [rate * DAY_S / 1e6], "million", 1,
               estimate=True),
    ]  # fmt: skip


def _music(folder: Path, count: int) -> Path:
    """Link so many demo clips into a folder."""
    folder.mkdir()
    paths = [demo.clip_path(row["track_id"]) for row in demo.manifest()]
    for number in range(count):
        source = paths[number % len(paths)]
        (folder / f"{number:05d}{source.suffix}").symlink_to(source)
    return folder


def _run(command: str, music: Path, out: Path, jobs: int) -> Run:
    line = [sys.executable, "-m", "mgc", command, str(music), "--out", str(out)]
    return watch([*line, "--jobs", str(jobs)])


def watch(line: Sequence[str]) -> Run:
    """Run a command, and look at the memory of its processes ten times a second.

    Parameters
    ----------
    line : sequence of str

    Returns
    -------
    run : Run
        Memory is the sum of what each process has for itself and its share of what several have.
    """
    import psutil

    begin, largest = time.monotonic(), 0.0
    with subprocess.Popen(line, env=os.environ, stdout=subprocess.DEVNULL) as process:
        parent = psutil.Process(process.pid)
        while process.poll() is None:
            total = 0
            with suppress(psutil.Error):
                for one in (parent, *parent.children(recursive=True)):
                    with suppress(psutil.Error):
                        total += one.memory_full_info().pss
            largest = max(largest, total / 2**20)
            time.sleep(0.1)
    if process.returncode:
        raise RuntimeError(f"{' '.join(line)} ended with status {process.returncode}")
    return Run(time.monotonic() - begin, largest)
