"""Tables on the terminal and as files, for the command line."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mgc.errors import RecordError

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from mgc.datasets.edition import Edition
    from mgc.records.store import NotRun, Record, Store
    from mgc.records.study import Study

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

    width = None if sys.stdout.isatty() else PIPE_WIDTH
    # A name may hold [bold] or :a:, which are no markup and no emoji.
    return Console(width=width, highlight=False, markup=False, emoji=False)


def write_csv(target: Path | None, frame: pd.DataFrame, float_format: str | None = None) -> None:
    """Write a data frame where a command was given a file for it."""
    from mgc.util.atomic import write_whole
    from mgc.util.textfiles import csv_bytes

    if target is not None:
        write_whole(target, csv_bytes(frame, float_format))


def find_record(store: Store, start: str) -> Record:
    """Read the fit of a store, or of its page on leaks, whose id begins so; else RecordError."""
    from mgc.records.store import load_record

    folders = (store.fits, store.leak.fits) if start.isalnum() else ()
    matches = [path for folder in folders for path in folder.glob(f"{start}*")]
    if len(matches) != 1:
        what = "no fit begins" if not matches else f"{len(matches)} fits begin"
        raise RecordError(
            f"{what} with {start} in {store.root}; `mgc records list` names them all"
        )
    return load_record(matches[0])


def print_left_out(left_out: Mapping[str, str]) -> None:
    """Print on the error output what was left out, and why."""
    for name, reason in left_out.items():
        click.echo(f"left out: {name}: {reason}", err=True)


def opened(data: str) -> Edition:
    """Open the edition that a command works on, and say what it passes over."""
    from mgc.datasets.opening import open_edition

    return _told(open_edition(data))


def prepared(data: str, **question: Any) -> Study:
    """Prepare the study that a command fits; say what is passed over, and what is left out.

    The first is said before the work, which takes minutes; see `mgc.records.study.prepare_study`.
    """
    from mgc.records.study import edition_at, prepare_study

    edition = edition_at(data)
    study = prepare_study(_told(edition) if edition else data, **question)
    print_left_out(study.edition_record.left_out)
    return study


def _told(edition: Edition) -> Edition:
    for place, reason in edition.passed_over.items():
        click.echo(f"passed over: {place}: {reason}", err=True)
    return edition


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
    from rich.table import Table

    console.print(title, style="bold", soft_wrap=True)
    table = Table()
    for name in frame.columns:
        right = pd.api.types.is_numeric_dtype(frame[name])
        table.add_column(str(name), justify="right" if right else "left")
    for row in frame.itertuples(index=False):
        pairs = zip(frame, row, strict=True)
        table.add_row(*(_cell(value, formats.get(str(name), "")) for name, value in pairs))
    console.print(table)


def _cell(value: Any, form: str) -> str:
    import pandas as pd

    if isinstance(value, list | tuple | dict):
        return plain(value)
    return "–" if pd.isna(value) else format(value, form)
