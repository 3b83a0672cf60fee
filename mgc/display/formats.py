"""How results are written: numbers with their units, lists of names, tables, sentences.

A chapter never types a result. It takes the value from a record, has it formatted here and glues
or displays the text.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

#: Stands for a value that was not measured.
MISSING = "–"


def _absent(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value)) or value is pd.NA


def percent(share: float | None, digits: int = 0) -> str:
    """Write a share as a percentage.

    Parameters
    ----------
    share
        0 to 1; None or NaN where nothing was measured.
    digits
        Decimals.

    Returns
    -------
    str
        For example ``"54 %"``, with a no-break space.
    """
    return MISSING if _absent(share) else f"{100 * float(share or 0):.{digits}f}\u00a0%"


def points(difference: float | None, digits: int = 0) -> str:
    """Write a difference of two shares in percentage points, with its sign.

    Parameters
    ----------
    difference
        -1 to 1, or None.
    digits
        Decimals.

    Returns
    -------
    str
        For example ``"+12 points"``.
    """
    if _absent(difference):
        return MISSING
    text = f"{100 * float(difference or 0):+.{digits}f}".replace("-", "−")
    if text.strip("+−0.") == "":
        text = text[1:]
    return f"{text}\u00a0points"


def interval(low: float | None, high: float | None, digits: int = 0) -> str:
    """Write an interval of shares.

    Parameters
    ----------
    low, high
        0 to 1, or None.
    digits
        Decimals.

    Returns
    -------
    str
        For example ``"44 to 64 %"``.
    """
    if _absent(low) or _absent(high):
        return MISSING
    return f"{100 * float(low or 0):.{digits}f}\u00a0to\u00a0{percent(high, digits)}"


def number(value: float | None, digits: int = 2) -> str:
    """Write a plain number with fixed decimals, `MISSING` where there is none."""
    return MISSING if _absent(value) else f"{float(value or 0):.{digits}f}".replace("-", "−")


def count(value: float | None) -> str:
    """Write a whole number with thousands separators, `MISSING` where there is none."""
    return MISSING if _absent(value) else f"{round(float(value or 0)):,}"


def duration(seconds: float | None) -> str:
    """Write a span of time in the unit that suits it, from microseconds to hours.

    Parameters
    ----------
    seconds
        0 or more, or None.

    Returns
    -------
    str
        Two significant digits: ``"34 ms"``, ``"2.5 min"``.
    """
    if _absent(seconds):
        return MISSING
    value = float(seconds or 0)
    units = ((3600.0, "h"), (60.0, "min"), (1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))
    scale, unit = next((pair for pair in units if value >= pair[0]), units[-1])
    short = value / scale
    return f"{short:.0f}\u00a0{unit}" if short >= 9.95 else f"{short:.1f}\u00a0{unit}"


def p_value(p: float | None) -> str:
    """Write a p value: ``"p = 0.034"``, ``"p < 0.001"``."""
    if _absent(p):
        return MISSING
    value = float(p or 0)
    return "p\u00a0<\u00a00.001" if value < 0.001 else f"p\u00a0=\u00a0{value:.3f}"


def listing(names: Sequence[str], word: str = "and") -> str:
    """Join names to one phrase: ``"A, B and C"``; ``"none"`` where there are none."""
    if not names:
        return "none"
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} {word} {names[-1]}"
