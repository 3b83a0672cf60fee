"""Killed at any moment and started again: the same results, no process and no half file left.

`nox -s kill` kills twenty times; the suite, which has other things to do, once. The whole build,
which takes minutes, is killed in that session only: `test_book` kills a small one.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from itertools import count
from pathlib import Path

import psutil
import pytest

from mgc.util.pools import ENDS_WITH
from tests.helpers.book import make_project, write_chapter
from tests.helpers.outside import ROOT, all_end, started, until

pytestmark = pytest.mark.slow
KILLS = int(os.environ.get("MGC_KILLS", "1"))
SECONDS = 300 if KILLS == 1 else 1200
"""After which a run that should have ended hangs."""


class Work:
    """A command of ``mgc`` with a folder for its store and its cache: ``{folder}``."""

    def __init__(self, folder: Path, arguments: Sequence[str]) -> None:
        folder.mkdir()
        self.folder = folder
        self.line = [sys.executable, "-m", "mgc", *(a.format(folder=folder) for a in arguments)]
        self.place = Path.cwd()

    def start(self) -> AbstractContextManager[subprocess.Popen[bytes]]:
        """Start it, its output thrown away; what is left of it after the block is killed."""
        path = os.pathsep.join(entry for entry in (str(self.place), *sys.path) if entry)
        settings = {"MGC_CACHE": str(self.folder / "cache"), "PYTHONPATH": path}
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return started(self.line, env=os.environ | settings, cwd=self.place, **quiet)

    def finish(self) -> float:
        """Run it to its end; returns the seconds that it took."""
        begin = time.monotonic()
        with self.start() as process:
            assert process.wait(SECONDS) == 0, self.line
        return time.monotonic() - begin

    def kill_after(self, seconds: float) -> bool:
        """Start it, kill it, and see all its processes end; False if it was faster."""
        with self.start() as process:
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                family = psutil.Process(process.pid).children(recursive=True)
                process.kill()
                process.wait(SECONDS)
                all_end(family)
                return True
            return False

    def results(self) -> dict[str, bytes]:
        """Read every file whose content is determined, by its place."""
        wanted = ("*.csv", "config.json", "architecture.json")
        files = [path for pattern in wanted for path in self.folder.rglob(pattern)]
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in files}

    def half_files(self) -> list[str]:
        """Name whatever is hidden or looks unfinished."""
        names = [path.name for path in self.folder.rglob("*")]
        return [name for name in names if name.startswith(".") or "part" in name]


COMMANDS = {
    "extraction": ("features", "{edition}", "--csv", "{folder}/table.csv", "--jobs", "2"),
    "training": (
        "run", "--data", "{edition}", "--protocol", "random", "--models", "mlp,logistic",
        "--jobs", "2",
        "--records", "{folder}/records",
    ),
}  # fmt: skip


def arguments(name: str, edition: Path) -> list[str]:
    return [a.replace("{edition}", str(edition)) for a in COMMANDS[name]]


def kill_and_continue(make: Callable[[str], Work]) -> None:
    """Kill one run and continue it, again and again; a new one follows what came to its end."""
    quiet = make("quiet")
    duration, expected = quiet.finish(), quiet.results()
    assert expected
    moments, killed, work = random.Random(0), 0, make("0")
    for number in count(1):
        # What is continued has less to do, and the undisturbed one had to warm up.
        if killed < KILLS and work.kill_after(moments.uniform(0, duration / 2)):
            killed += 1
            continue
        work.finish()
        assert work.results() == expected
        assert work.half_files() == []
        if killed == KILLS:
            return
        work = make(str(number))


@pytest.mark.parametrize("name", list(COMMANDS))
def test_killed_and_restarted_gives_the_results_of_an_undisturbed_run(
    name: str, small_edition: Path, tmp_path: Path
) -> None:
    kill_and_continue(lambda run: Work(tmp_path / run, arguments(name, small_edition)))


def test_terminated_leaves_no_process(small_edition: Path, tmp_path: Path) -> None:
    """As a shell or a queue does it, at a moment when workers are there."""
    work = Work(tmp_path / "work", arguments("training", small_edition))
    with work.start() as process:
        parent = psutil.Process(process.pid)
        until(lambda: len(parent.children(recursive=True)) >= 3, "workers start")
        family = parent.children(recursive=True)
        process.terminate()
        process.wait(SECONDS)
        all_end(family)


STAND_IN = f"""
import os, subprocess, sys
line = [sys.executable, "-m", "tools.pages", *sys.argv[1:]]
subprocess.run(line, env=os.environ | {{{ENDS_WITH!r}: str(os.getpid())}})
"""


def test_a_build_and_its_chapters_end_with_a_killed_nox(tmp_path: Path) -> None:
    """A stand-in for nox, which sets the same variable, so that nothing is installed here."""
    project = make_project(tmp_path)
    code = "import time\nfrom pathlib import Path\nPath('begun').touch()\ntime.sleep(600)"
    write_chapter(project, "01_first", code)
    assert f'"{ENDS_WITH}": str(os.getpid())' in (ROOT / "noxfile.py").read_text(encoding="utf-8")
    line = [sys.executable, "-c", STAND_IN, "replay", "--only", "01"]
    settings = {"PYTHONPATH": str(ROOT), "MGC_RECORDS": str(ROOT / "book" / "records")}
    with started(line, env=os.environ | settings, cwd=tmp_path) as nox:
        until((project.sources / "begun").exists, "the chapter begins")
        family = psutil.Process(nox.pid).children(recursive=True)
        assert len(family) >= 2, "the build and the process of its chapter"
    all_end(family)


class Build(Work):
    """The build of the book on the demo clips, in a checkout of its own."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, [])
        self.line = [sys.executable, "-m", "tools.pages", "build"]
        self.place = folder / "checkout"
        made = shutil.ignore_patterns("_build", ".nox", ".git", "__pycache__")
        shutil.copytree(ROOT, self.place, ignore=made)
        self.made = self.place / "_build"

    def results(self) -> dict[str, bytes]:
        """Read what the fits predicted, and list the pages; durations differ on every run."""
        records = self.made / "records"
        wanted = ("predictions.csv", "config.json", "architecture.json")
        files = [path for name in wanted for path in records.rglob(name)]
        pages = sorted(path.name for path in (self.made / "html").glob("*.html"))
        read = {str(path.relative_to(records)): path.read_bytes() for path in files}
        return read | {"pages": " ".join(pages).encode()}

    def half_files(self) -> list[str]:
        """Name what the build or its cache began to write and did not finish."""
        return [path.name for path in self.folder.rglob(".mgc-*") if path.suffix]


@pytest.mark.skipif(KILLS == 1, reason="takes over half an hour: `nox -s kill` runs it")
def test_a_killed_build_ends_as_an_undisturbed_one(tmp_path: Path) -> None:
    kill_and_continue(lambda run: Build(tmp_path / run))
