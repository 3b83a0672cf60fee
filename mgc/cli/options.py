"""Options that several commands of `mgc` share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from mgc.cli.outputs import check_file
from mgc.errors import DataError
from mgc.util.places import expanded


class Place(click.Path):
    """A path as `mgc.util.places` reads it; ``-`` only where a command has `allow_dash`."""

    def __init__(self, path_type: type[Path | str] = Path, **settings: bool) -> None:
        # Whoever reads a file says why it cannot be read, and one of many stops no other.
        super().__init__(readable=False, path_type=path_type, **settings)

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:
        """Give the path to click, which checks what kind of file lies there."""
        if not (self.allow_dash and value == "-"):
            try:
                value = expanded(os.fspath(value))
            except DataError as problem:
                self.fail(str(problem), param, ctx)
        return super().convert(value, param, ctx)


def own_table(_: click.Context, __: click.Parameter, target: Path | None) -> Path | None:
    """Refuse, before the work, a file that a table of tracks must not take the place of."""
    if target is not None:
        check_file("--csv", target, (b"track_id,",))
    return target


ANY = Place()
DATA = Place(path_type=str)  # as it was written: `demo` is the edition, `./demo` a folder
FILE = Place(dir_okay=False)
FOLDER = Place(file_okay=False)
OUTPUT = Place(path_type=str, allow_dash=True)
OUTPUT_FOLDER = Place(path_type=str)

EDITION = click.argument("folder", metavar="[DATA]", default="demo", type=DATA)

RECORDS = click.option(
    "--records", type=FOLDER, help="Store [MGC_RECORDS, or book/records of the clone]."
)
JOBS = click.option("--jobs", type=click.IntRange(min=1), help="Processes [all cores].")
THREADS = click.option("--threads", default=1, show_default=True, type=click.IntRange(min=1))
SEED = click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0))
CSV = click.option("--csv", "target", type=FILE, callback=own_table,
                   help="Also write the full table to this file.")  # fmt: skip
NETWORK = click.option(
    "--network", type=FILE, help="musicnn, cnn, or a file that `mgc train` made [musicnn]."
)

OUT = click.option("--out", type=FOLDER,
                   help="Write a table to this folder in parts (Parquet), for many files; DATA may"
                   " be any audio.")  # fmt: skip
CLUSTER = click.option("--cluster", default="", metavar="ADDRESS",
                       help="With --out: `local` or tcp://HOST:8786, a Dask cluster.")  # fmt: skip
FRESH_PARTS = click.option(
    "--fresh", is_flag=True, help="With --out: remove the parts that are there."
)
