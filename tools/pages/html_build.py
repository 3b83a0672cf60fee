"""Run Jupyter Book on the staged sources; a warning is an error."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

from mgc.errors import BookError
from mgc.util.atomic import scratch, whole_folder, write_whole
from mgc.util.pools import ENDS_WITH
from tools.pages.project import Project

START = (
    "from mgc.util.pools import end_with_parent; end_with_parent();"
    "from jupyter_book.cli.main import main; main()"
)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
STAMP = ".mgc-source"  # inside the site: hash of the sources that it was built from
SHOWN_WARNINGS = 20


def source_hash(source: Path) -> str:
    """Return a hash over every staged file, but for the date of the build, and over this code."""
    digest = hashlib.sha256()
    for module in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(module.read_bytes())
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        content = path.read_bytes()
        if path.name == "build.md":
            content = re.sub(rb"\| Built \|.*", b"", content)
        digest.update(f"\n{path.relative_to(source)} ".encode())
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()


def make_site(project: Project, *, fresh: bool = False) -> bool:
    """Build the HTML from `_build/source` into `_build/html`, whole or not at all.

    Pages are always read anew: Sphinx would keep a page whose own source did not change, even
    where it shows a number that another chapter glued.

    Returns
    -------
    bool
        False when the site was up to date already.

    Raises
    ------
    BookError
        With the warnings of Jupyter Book.
    """
    mark = source_hash(project.source)
    stamp = project.html / STAMP
    if not fresh and stamp.is_file() and stamp.read_text(encoding="utf-8") == mark:
        return False
    log = project.build / "site.log"
    with scratch(project.build) as out:
        done = _jupyter_book(project, out)
        text = COLOUR.sub("", done.stdout).replace(f"{project.source}/", "")
        write_whole(log, text.encode())
        made = out / "_build" / "html"
        if done.returncode or not (made / "index.html").is_file():
            raise BookError(
                f"the site could not be built:\n{complaints(text)}\n(all of it: {log})"
            )
        (made / STAMP).write_text(mark, encoding="utf-8")
        with whole_folder(project.html) as target:
            for path in made.iterdir():
                path.rename(target / path.name)
    return True


def _jupyter_book(project: Project, out: Path) -> subprocess.CompletedProcess[str]:
    """Run Jupyter Book, which ends when this process is gone."""
    command = [sys.executable, "-c", START, "build", str(project.source)]
    command += ["--path-output", str(out), "-n", "-W", "--keep-going"]
    settings = {"PYTHONWARNINGS": "ignore", "NO_COLOR": "1", ENDS_WITH: str(os.getpid())}
    return subprocess.run(
        command,
        cwd=project.root,
        env=os.environ | settings,
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
