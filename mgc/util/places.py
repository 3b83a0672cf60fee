"""Paths as people write them: on the command line, in the environment, in a notebook."""

from __future__ import annotations

import os
import re
from pathlib import Path

from mgc.errors import DataError

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")  # one letter would be a drive of Windows


def expanded(written: str | Path) -> str:
    """Read a path: ``~`` is the home folder, though no shell has replaced it.

    Raises
    ------
    DataError
        The text is empty, ``-``, or the address of something on a network.
    """
    text = os.fspath(written)
    if not text.strip():
        raise DataError("an empty path names nothing; name a file or folder, or . for this folder")
    if text == "-":
        raise DataError("- is no place here; name a file or folder, or ./- for one of that name")
    if _ADDRESS.match(text):
        raise DataError(f"{text} is an address; download it and name the file or folder")
    return os.path.expanduser(text)  # noqa: PTH111 - that of pathlib raises for unknown users


def place(written: str | Path) -> Path:
    """Read a path as `expanded` does."""
    return Path(expanded(written))


def place_in(variable: str) -> Path | None:
    """Read the path in an environment variable; None where it is not set, or empty."""
    written = os.environ.get(variable, "")
    try:
        return place(written) if written else None
    except DataError as problem:
        raise DataError(f"{variable}: {problem}") from None
