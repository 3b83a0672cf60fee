"""What a reader takes home: each executed chapter as a notebook that runs anywhere, and its `.py`.

The page's own notebook is made for Jupyter Book. This one is made for people: roles are words,
and a first cell fetches the clone with the package and the records where none is around.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat

from tools.pages.content import numbers
from tools.pages.content.plain import citations, readable
from tools.pages.execute import checks
from tools.pages.execute.chapters import Outcome
from tools.pages.place import Place

FOLDER = "notebooks"
CLONE = "mgc-book"
WORKING = "../_build/records"
"""Where a working build in a clone keeps its records, seen from the chapters."""

HIDDEN = {"hide-input": "source_hidden", "hide-output": "outputs_hidden"}
SETUP = """\
# Where is the package, where are the records? In a clone of the book, nothing happens here.
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
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", str(clone)], check=True)
    importlib.invalidate_caches()
os.chdir(clone / "book")"""


def stage(
    folder: Path,
    outcomes: Sequence[Outcome],
    sources: Path,
    place: Place,
    commit: str = "",
) -> list[Path]:
    """Write the notebook and the source of every chapter into a folder of downloads.

    Parameters
    ----------
    folder : Path
        Made where it is missing.
    outcomes : sequence of Outcome
        The executed chapters.
    sources : Path
        Folder of the `.py` chapters and of `references.bib`.
    place : Place
        Names what to clone.
    commit : str
        Of the checkout, where it is known and clean.

    Returns
    -------
    list of Path
        The notebooks.
    """
    folder.mkdir(parents=True, exist_ok=True)
    books = {one.name: nbformat.read(one.notebook, as_version=4) for one in outcomes}
    found = [number for name, book in books.items() for number in numbers.collect(book, name)]
    values = {number.key: number.text for number in found}
    titles = {name: numbers.title(book) for name, book in books.items()}
    cited = citations(sources / "references.bib")
    made = []
    for name, book in books.items():
        for cell in book.cells:
            if cell.cell_type == "markdown":
                cell.source = readable(cell.source, values, titles, cited)
        for_readers(book, name, place, commit)
        nbformat.write(book, folder / f"{name}.ipynb")
        made.append(folder / f"{name}.ipynb")
        shutil.copy(sources / f"{name}.py", folder / f"{name}.py")
    return made


def for_readers(book: Any, name: str, place: Place, commit: str = "") -> None:
    """Make an executed chapter one that runs outside of the build.

    The injected parameters move into the chapter's own cell, paths of this machine go, folded
    cells stay folded in Jupyter, and the cells that say what is needed and fetch it come second
    and third, below the title.
    """
    book.metadata.pop("mgc", None)
    injected = [cell for cell in book.cells if "injected-parameters" in _tags(cell)]
    book.cells = [cell for cell in book.cells if cell not in injected]
    own_records = False
    for cell in book.cells:
        tags = _tags(cell)
        if "parameters" in tags and injected:
            values = _assigned(injected[0].source)
            own_records = bool(values.get("records", '""').strip("\"'"))
            cell.source = _portable(values)
        for tag, hidden in HIDDEN.items():
            if tag in tags:
                cell.metadata.setdefault("jupyter", {})[hidden] = True
    said = nbformat.v4.new_markdown_cell(_needs(name, place, commit, own_records), id="mgc-needs")
    code = SETUP.format(repository=place.repository, commit=commit, clone=CLONE)
    fetch = nbformat.v4.new_code_cell(code, id="mgc-setup", metadata={"tags": ["setup"]})
    fetch.metadata["jupyter"] = {"source_hidden": True}
    book.cells[1:1] = [said, fetch]
    nbformat.validate(book)


def _needs(name: str, place: Place, commit: str, own_records: bool) -> str:
    """Say in words what the notebook needs, and where from."""
    what = f"`{place.repository}`" if place.repository else "the book's repository"
    state = f", commit `{commit}`" if commit else ""
    lines = [
        "> **To run this notebook** you need Python 3.11 to 3.13 and a clone of "
        f"{what}{state}: the package `mgc` is in it, and the records that every number here is "
        "computed from.",
    ]
    if place.repository:
        lines.append(
            "> The next cell fetches and installs what is missing, below the folder it runs in."
        )
    else:
        lines.append("> Install it with `pip install .` there, and open this notebook inside it.")
    if own_records:
        lines.append(
            "> Its records are those of a build on data of its own: run `nox -s build` in the "
            "clone first, with the same data, protocol and variant as in the cell of parameters."
        )
    page = f"[its page]({place.site}{name}.html)" if place.site else "its page in the book"
    lines.append(
        "> Numbers in the text are those of the build that executed it; results of cells change "
        f"when you run them, the text does not. Read it in full, with links, on {page}."
    )
    return "\n".join(lines)


def _tags(cell: Any) -> list[str]:
    return list(cell.metadata.get("tags", []))


def _assigned(source: str) -> dict[str, str]:
    """Read the assignments of a cell of parameters, as source texts."""
    pairs = (line.split("=", 1) for line in source.splitlines() if re.match(r"\w+ *=", line))
    return {name.strip(): value.strip() for name, value in pairs}


def _portable(values: Mapping[str, str]) -> str:
    """Write parameters without a path of this machine."""
    lines = []
    for name in checks.PARAMETERS:
        value = values.get(name, '""')
        if name == "records" and value.strip("\"'"):
            value = repr(WORKING)
        if name == "data" and "/" in value:
            value = '"path/to/your/copy"'
        lines.append(f"{name} = {value}")
    return "\n".join(lines)
