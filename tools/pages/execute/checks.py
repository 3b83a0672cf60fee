"""What an executed notebook must not contain, and the marks of execution that are taken out.

A notebook that fails a check is never published: papermill writes a notebook even when a cell
fails, and Jupyter Book would then show the error and report success.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat

from mgc.errors import BookError

LOG_LINES = 40  # printed lines in one cell, above which output is a log and not a result
PARAMETERS = ("data", "records", "protocol", "variant", "seed")


def text_of(value: Any) -> str:
    """Return a notebook's text field, which may be a list of lines."""
    return "".join(value) if isinstance(value, list) else str(value)


def check_executed(notebook: Any, chapter: str, root: Path | None = None) -> None:
    """Refuse a notebook with an error, error output, a wall of log or a path of this machine.

    Parameters
    ----------
    notebook : NotebookNode
        As papermill left it.
    chapter : str
        Name to put in the message.
    root : Path, optional
        The checkout, whose path must not be published.

    Raises
    ------
    BookError
        Names the chapter, the number of the code cell (from 1) and what is wrong.
    """
    if notebook.metadata.get("papermill", {}).get("exception"):
        raise BookError(f"{chapter}: papermill reports an exception")
    # The injected cell is not in the chapter's source, so it is not counted.
    cells = [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and "injected-parameters" not in cell.metadata.get("tags", [])
    ]
    for number, cell in enumerate(cells, start=1):
        where = f"{chapter}, code cell {number}"
        if cell.get("metadata", {}).get("papermill", {}).get("exception"):
            raise BookError(f"{where}: papermill reports an exception")
        printed = 0
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                raise BookError(f"{where}: {output.ename}: {last_line(output.evalue)}")
            if output.output_type == "stream":
                text = text_of(output.text)
                if output.name == "stderr":
                    raise BookError(f"{where} writes to the error output: {first_line(text)}")
                printed += len(text.splitlines())
            if root is not None and f"{root}/" in shown_text(output):
                raise BookError(f"{where} shows a path of this machine ({root})")
        if printed > LOG_LINES:
            raise BookError(f"{where} prints {printed} lines; more than {LOG_LINES} is a log")


def check_source(notebook: Any, chapter: str) -> None:
    """Refuse a chapter without a kernel, or without the one parameters cell that all have."""
    if notebook.metadata.get("kernelspec", {}).get("name") != "python3":
        raise BookError(f"{chapter}: the header names no kernelspec python3")
    tagged = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    if len(tagged) != 1:
        raise BookError(f"{chapter}: {len(tagged)} cells tagged `parameters`, one is needed")
    lines = [line for line in tagged[0].source.splitlines() if line and not line.startswith("#")]
    names = tuple(line.split("=")[0].split(":")[0].strip() for line in lines)
    if sorted(names) != sorted(PARAMETERS):
        raise BookError(f"{chapter}: the parameters are {', '.join(PARAMETERS)}; it sets {names}")


def clean(notebook: Any) -> None:
    """Take out what execution leaves behind and hide the cells with parameters.

    Times and paths in the metadata go, both parameters cells get the tag `remove-cell`, and
    cell ids become their position, so that the same chapter gives the same file.
    """
    notebook.metadata.pop("papermill", None)
    notebook.metadata.pop("widgets", None)
    notebook.metadata.pop("jupytext", None)
    for position, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{position:03d}"
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        tags = list(cell.metadata.get("tags", []))
        if {"parameters", "injected-parameters"} & set(tags) and "remove-cell" not in tags:
            tags.append("remove-cell")
        if tags:
            cell.metadata["tags"] = tags
    nbformat.validate(notebook)


def shown_text(output: Any) -> str:
    """Return what a reader can see of an output as text: streams, plain text, HTML, Markdown."""
    if output.output_type == "stream":
        return text_of(output.text)
    data = output.get("data", {})
    return "\n".join(text_of(value) for kind, value in data.items() if "text/" in kind)


def first_line(text: str) -> str:
    """Return the first line that holds something."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "(nothing)")


def last_line(text: str) -> str:
    """Return the last line that holds something: of a traceback, the error itself."""
    return first_line("\n".join(reversed(text.splitlines())))
