"""Whether a committed table says what the records give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from mgc.errors import RecordError
from mgc.util.textfiles import read_csv


def check_stated(
    file: Path,
    real: pd.DataFrame,
    texts: Sequence[str],
    holds: str,
    where: Callable[[pd.Series[Any]], str],
) -> None:
    """Compare a committed table with the recomputed one.

    Parameters
    ----------
    file : Path
        The committed table, CSV.
    real : DataFrame
        What was recomputed.
    texts : sequence of str
        Columns that hold text.
    holds : str
        What the table should hold, for the message about other rows or columns.
    where : callable
        Names a row of `real`.

    Raises
    ------
    RecordError
        Names the first figure that differs, the file, and what it should be.
    """
    stated = read_csv(file, texts, blanks=True)
    if list(stated.columns) != list(real.columns) or len(stated) != len(real):
        raise RecordError(
            f"{file}: does not hold {holds}; run `mgc audit --renew` and look at the difference"
        )
    differs = (stated != real) & ~(stated.isna() & real.isna())
    for row in differs.index[differs.any(axis=1)]:
        name = differs.columns[differs.loc[row]][0]
        raise RecordError(
            f"{file}: {name} of {where(real.loc[row])} is {stated.loc[row, name]}, but the"
            f" predictions give {real.loc[row, name]}"
        )
