"""Make an executed chapter one that also runs outside of a clone.

The page's own source is what the theme offers for download, so the chapter's cells carry what a
reader at home needs, in cells that the page does not show.
"""

from __future__ import annotations

import re
from typing import Any

import nbformat

from tools.pages.place import Place

CLONE = "mgc-book"
SETUP = """\
# The package and the records that this notebook needs are in a clone of the book. In one, this
# cell does nothing; elsewhere it fetches one (Python 3.11 to 3.13 and git are needed) and installs
# the package.
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

repository, commit = {repository!r}, {commit!r}
clone = Path({clone!r}).resolve()
for folder in (*reversed(Path.cwd().parents), Path.cwd()):
    if (folder / "book" / "records").is_dir():
        clone = folder
if not (clone / "book" / "records").is_dir():
    if not repository:
        raise FileNotFoundError("no clone of the book around: start Jupyter inside of one")
    subprocess.run(["git", "clone", "--quiet", repository, str(clone)], check=True)
    if commit:  # the state that made this notebook; where it is gone, the newest one serves
        subprocess.run(["git", "-C", str(clone), "checkout", "--quiet", commit], check=False)
if importlib.util.find_spec("mgc") is None:
    install = [sys.executable, "-m", "pip", "install", "--quiet"]
    subprocess.run([*install, f"{{clone}}[fit]"], check=True)
    importlib.invalidate_caches()
os.chdir(clone / "book")"""


def make_portable(notebook: Any, place: Place, commit: str = "") -> None:
    """Put parameters into the chapter's own cell, without paths, and the set-up cell before it.

    Parameters
    ----------
    notebook : NotebookNode
        As `tools.pages.execute.chapters.execute` keeps it; changed in place.
    place : Place
        Names what to clone.
    commit : str
        Of the checkout, where it is known and clean.
    """
    notebook.metadata.pop("mgc", None)
    injected = [cell for cell in notebook.cells if "injected-parameters" in _tags(cell)]
    notebook.cells = [cell for cell in notebook.cells if cell not in injected]
    for cell in notebook.cells:
        if "parameters" in _tags(cell) and injected:
            lines = injected[0].source.splitlines()
            cell.source = "\n".join(_without_path(line) for line in lines if "=" in line)
    code = SETUP.format(repository=place.repository, commit=commit, clone=CLONE)
    tags = {"tags": ["remove-cell"]}
    notebook.cells.insert(1, nbformat.v4.new_code_cell(code, id="mgc-setup", metadata=tags))


def _tags(cell: Any) -> list[str]:
    return list(cell.metadata.get("tags", []))


def _without_path(line: str) -> str:
    """Replace what only the machine of the build knows in an assignment of a parameter."""
    if re.match(r"""records = ["'][^"']""", line):
        return 'records = "../_build/records"  # `nox -s build` makes them, from the same data'
    return re.sub(r"""^data = (["']).*[/\\].*\1""", 'data = "path/to/your/copy"', line)
