"""How results are written: numbers with their units, lists of names.

A chapter never types a result. It takes the value from a record, has it formatted here and glues
or displays the text. Where nothing was measured (None, NaN), `MISSING` stands. Spaces before
units do not break.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

#: Stands for a value that was not measured.
MISSING = "–"


def percent(share: float | None, digits: int = 0) -> str:
    """Write a share (0 to 1) as a percentage: ``"54 %"``."""
    return MISSING if pd.isna(share) else f"{100 * float(share or 0):.{digits}f}\u00a0%"


def signed(difference: float | None, digits: int = 0) -> str:
    """Write a difference of two shares (-1 to 1) in percentage points, without the unit."""
    if pd.isna(difference):
        return MISSING
    text = f"{100 * float(difference or 0):+.{digits}f}".replace("-", "−")
    return text[1:] if text.strip("+−0.") == "" else text


def points(difference: float | None, digits: int = 0) -> str:
    """Write a difference of two shares (-1 to 1) in percentage points: ``"+12 points"``."""
    text = signed(difference, digits)
    return text if pd.isna(difference) else f"{text}\u00a0points"


def points_interval(low: float, high: float, digits: int = 0) -> str:
    """Write an interval of differences of shares (-1 to 1): ``"−3 to +12 points"``."""
    return f"{signed(low, digits)} to {points(high, digits)}"


def interval(low: float | None, high: float | None, digits: int = 0) -> str:
    """Write an interval of shares (0 to 1): ``"44 to 64 %"``."""
    if pd.isna(low) or pd.isna(high):
        return MISSING
    return f"{100 * float(low or 0):.{digits}f}\u00a0to\u00a0{percent(high, digits)}"


def accuracy(share: float | None, low: float | None, high: float | None) -> str:
    """Write an accuracy with its interval, all shares (0 to 1): ``"53.2 % (49 to 58 %)"``."""
    return f"{percent(share, 1)} ({interval(low, high)})"


def number(value: float | None, digits: int = 2) -> str:
    """Write a plain number with fixed decimals."""
    return MISSING if pd.isna(value) else f"{float(value or 0):.{digits}f}".replace("-", "−")


def count(value: float | None) -> str:
    """Write a whole number with thousands separators."""
    return MISSING if pd.isna(value) else f"{round(float(value or 0)):,}"


def counted(n: int, thing: str) -> str:
    """Write a number of things: ``"one track"``, ``"3 tracks"``."""
    return f"one {thing}" if n == 1 else f"{count(n)} {thing}s"


def factor(value: float | None) -> str:
    """Write how many times as much, with two digits: ``"3.0"``."""
    if pd.isna(value):
        return MISSING
    return f"{float(value or 0):.{1 if float(value or 0) < 9.95 else 0}f}"


def seeds(n: int) -> str:
    """Write a number of seeds: ``"one seed"``, ``"3 seeds"``."""
    return counted(n, "seed")


def operations(n: float) -> str:
    """Write a number of operations with two digits and a unit: ``"330 million"``."""
    if not n > 0:
        return "0"
    rounded = round(n, 1 - math.floor(math.log10(n)))
    for scale, unit in ((1e9, "billion"), (1e6, "million"), (1e3, "thousand")):
        if rounded >= scale:
            return f"{rounded / scale:.3g}\u00a0{unit}"
    return f"{rounded:.0f}"


def power_of_ten(exponent: int) -> str:
    """Write a power of ten: ``"10⁻¹²"``."""
    return "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def duration(seconds: float | None) -> str:
    """Write seconds (0 or more) with two digits in the unit that suits them: ``"2.5 min"``."""
    if pd.isna(seconds):
        return MISSING
    value = float(seconds or 0)
    units = ((3600.0, "h"), (60.0, "min"), (1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))
    scale, unit = next((pair for pair in units if value >= pair[0]), units[-1])
    short = value / scale
    return f"{short:.0f}\u00a0{unit}" if short >= 9.95 else f"{short:.1f}\u00a0{unit}"


def p_value(p: float | None) -> str:
    """Write a p value: ``"p = 0.034"``, ``"p < 0.001"``."""
    if pd.isna(p):
        return MISSING
    value = float(p or 0)
    return "p\u00a0<\u00a00.001" if value < 0.001 else f"p\u00a0=\u00a0{value:.3f}"


def inside(title: str) -> str:
    """Write a title as it stands inside a sentence: ``"logistic regression"``, ``"CNN"``."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def listing(names: Sequence[str], word: str = "and") -> str:
    """Join names to one phrase: ``"A, B and C"``; ``"none"`` where there are none."""
    *most, last = names or ["none"]
    return f"{', '.join(most)} {word} {last}" if most else last
