"""The files of a record: how each is written and read back.

Text only: JSON and CSV, UTF-8, line feeds as line ends, so that a record looks the same in every
checkout and reading one cannot run anything.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd

from mgc.errors import RecordError
from mgc.util.atomic import remove_leftovers


def fail(path: Path, fault: str) -> NoReturn:
    """Raise a RecordError that names the file, the fault and the remedy."""
    raise RecordError(
        f"{path}: {fault}. Restore the file, or delete its folder and fit again."
    ) from None


def json_bytes(content: Any) -> bytes:
    """JSON with sorted keys and a final line end; NaN is refused, since JSON has none."""
    text = json.dumps(content, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()


def csv_bytes(frame: pd.DataFrame, float_format: str | None = None) -> bytes:
    """CSV without index, the same bytes on every system."""
    text: str = frame.to_csv(index=False, float_format=float_format, lineterminator="\n")
    return text.encode()


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        fail(path, "the file is missing")
    except UnicodeDecodeError:
        fail(path, "not a text file in UTF-8")
    except OSError as error:
        fail(path, f"cannot be read ({error.strerror})")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number that JSON knows")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text} is larger than any number")
    return number


def read_json(path: Path) -> Any:
    """Read strict JSON (no NaN, no infinity). Raises RecordError that names the file."""
    text = _text(path)
    try:
        return json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        fail(path, f"not valid JSON ({error})")


def read_csv(path: Path, text_columns: Sequence[str], *, blanks: bool = False) -> pd.DataFrame:
    """Read a CSV; the text columns stay text, all others must be numbers unless `blanks`.

    Raises RecordError that names the file.
    """
    text = _text(path)
    try:
        frame = pd.read_csv(
            io.StringIO(text),
            dtype=dict.fromkeys(text_columns, str),
            keep_default_na=blanks,
        )
    except (ValueError, pd.errors.ParserError) as error:
        fail(path, f"not a readable table ({str(error).splitlines()[0]})")
    if blanks:
        for column in text_columns:
            if column in frame:
                frame[column] = frame[column].fillna("")
    return frame


def sha256(path: Path) -> str:
    """SHA-256 of a text file; a checkout that turned its line ends counts as unchanged."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def folders(parent: Path) -> list[Path]:
    """Finished folders below `parent`; one that was cut off on the way to its place gets there."""
    remove_leftovers(parent)
    if not parent.is_dir():
        return []
    return sorted(p for p in parent.iterdir() if p.is_dir() and not p.name.startswith("."))
