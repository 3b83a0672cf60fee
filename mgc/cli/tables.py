"""Tables on the terminal, for the command line."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from mgc.records.store import NotRun, Record

PIPE_WIDTH = 200  # where nobody's window limits a line, tables keep their full width


def plain(value: object) -> str:
    """Put nested values of a record on one line."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {plain(inner)}" for key, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(plain(inner) for inner in value)
    return str(value)


def console_for_output() -> Console:
    """Return a console on standard output as wide as the window, or wide where there is none."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else PIPE_WIDTH, highlight=False)


def print_summary(console: Console, title: str, results: Mapping[str, Record | NotRun]) -> None:
    """Print the main results of some models, those not run with their reason."""
    from mgc.evaluation.results import accuracy_table

    formats = {"model": "", "accuracy": ".1%", "low": ".1%", "high": ".1%", "macro_f1": ".3f",
               "n_tracks": "", "parameters": ",", "minutes": ".1f", "status": ""}  # fmt: skip
    print_frame(console, title, accuracy_table(results)[list(formats)], formats)


def print_frame(
    console: Console, title: str, frame: pd.DataFrame, formats: Mapping[str, str]
) -> None:
    """Print a data frame as a table; numbers to the right, missing ones as a dash."""
    import pandas as pd
    from rich.markup import escape
    from rich.table import Table

    console.print(escape(title), style="bold", soft_wrap=True)
    table = Table()
    for name in frame.columns:
        right = pd.api.types.is_numeric_dtype(frame[name])
        table.add_column(escape(str(name)), justify="right" if right else "left")
    for row in frame.itertuples(index=False):
        cells = (
            _cell(value, formats.get(str(name), ""))
            for name, value in zip(frame, row, strict=True)
        )
        table.add_row(*map(escape, cells))
    console.print(table)


def _cell(value: Any, form: str) -> str:
    import pandas as pd

    if isinstance(value, list | tuple | dict):
        return plain(value)
    return "–" if pd.isna(value) else format(value, form)
