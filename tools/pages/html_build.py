"""Run Jupyter Book on the staged sources; a warning is an error."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path

from mgc.errors import BookError
from mgc.util.atomic import scratch, whole_folder, write_whole
from mgc.util.pools import ENDS_WITH
from tools.pages.project import Project, content_hash

START = (
    "from mgc.util.pools import end_with_parent; end_with_parent();"
    "from jupyter_book.cli.main import main; main()"
)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
STAMP = ".mgc-source"  # inside the site: hash of the sources that it was built from
SHOWN_WARNINGS = 20


def source_hash(source: Path) -> str:
    """Return a hash over the staged files and over the code that makes pages of them."""
    return hashlib.sha256(
        f"{content_hash(source)} {content_hash(Path(__file__).parent)}".encode()
    ).hexdigest()


def make_site(project: Project, *, fresh: bool = False, kept: Path | None = None) -> bool:
    """Build the HTML from `_build/source` into `_build/html`, whole or not at all.

    Parameters
    ----------
    project : Project
    fresh : bool
        Build although nothing has changed.
    kept : Path, optional
        Folder that keeps what Sphinx knows for the next build, which then reads and writes the
        changed pages alone. What others show of them, a definition for one, may be outdated, so
        such a site does not count as up to date elsewhere.

    Returns
    -------
    bool
        False when the site was up to date already.

    Raises
    ------
    BookError
        With the warnings of Jupyter Book.
    """
    mark = f"{source_hash(project.source)}{' in part' if kept else ''}"
    stamp = project.html / STAMP
    if not fresh and stamp.is_file() and stamp.read_text(encoding="utf-8") == mark:
        return False
    log = project.build / "site.log"
    with nullcontext(kept) if kept else scratch(project.build) as out:
        done = _jupyter_book(project, out)
        text = COLOUR.sub("", done.stdout).replace(f"{project.source}/", "")
        write_whole(log, text.encode())
        made = out / "_build" / "html"
        if done.returncode or not (made / "index.html").is_file():
            if kept:  # warnings of pages that do not change are not repeated
                shutil.rmtree(kept, ignore_errors=True)
            raise BookError(
                f"the site could not be built:\n{complaints(text)}\n(all of it: {log})"
            )
        (made / STAMP).write_text(mark, encoding="utf-8")
        with whole_folder(project.html) as target:
            shutil.copytree(made, target, dirs_exist_ok=True)
    return True


def _jupyter_book(project: Project, out: Path) -> subprocess.CompletedProcess[str]:
    """Run Jupyter Book, which ends when this process is gone."""
    command = [sys.executable, "-c", START, "build", str(project.source)]
    command += ["--path-output", str(out), "-n", "-W", "--keep-going"]
    settings = {"PYTHONWARNINGS": "ignore", "NO_COLOR": "1", ENDS_WITH: str(os.getpid())}
    # The date of the build stands in no staged file, or no site would be up to date.
    date = {"SOURCE_DATE_EPOCH": str(int(time.time()))}
    return subprocess.run(
        command,
        cwd=project.root,
        env=date | os.environ | settings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )


def complaints(text: str) -> str:
    """Return the warnings and errors in the output of Jupyter Book, or its end."""
    lines = [line for line in text.splitlines() if line.strip()]
    marked = [line for line in lines if re.search(r"WARNING|ERROR|CRITICAL|rror:", line)]
    unique = list(dict.fromkeys(marked)) or lines[-SHOWN_WARNINGS:]
    return "\n".join(unique[:SHOWN_WARNINGS])
