"""Options that several commands of `mgc` share."""

from __future__ import annotations

from pathlib import Path

import click

from mgc.cli.outputs import check_file


def _own_table(_: click.Context, __: click.Parameter, target: Path | None) -> Path | None:
    """Refuse, before the work, a file that a table of tracks must not take the place of."""
    if target is not None:
        check_file("--csv", target, (b"track_id,",))
    return target


_FILE = click.Path(dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)

EDITION = click.argument("folder", metavar="[DATA]", default="demo")

RECORDS = click.option(
    "--records", default="", help="Store [MGC_RECORDS, or book/records of the clone]."
)
JOBS = click.option("--jobs", type=click.IntRange(min=1), help="Processes [all cores].")
THREADS = click.option("--threads", default=1, show_default=True, type=click.IntRange(min=1))
SEED = click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0))
CSV = click.option("--csv", "target", type=_FILE, callback=_own_table,
                   help="Also write the full table to this file.")  # fmt: skip
NETWORK = click.option(
    "--network", type=_FILE, help="File that `mgc train` made [the network that ships]."
)

OUT = click.option("--out", type=_FOLDER,
                   help="Write a table to this folder in parts (Parquet), for many files; DATA may"
                   " be any audio.")  # fmt: skip
CLUSTER = click.option("--cluster", default="", metavar="ADDRESS",
                       help="With --out: `local` or tcp://HOST:8786, a Dask cluster.")  # fmt: skip
FRESH_PARTS = click.option(
    "--fresh", is_flag=True, help="With --out: remove the parts that are there."
)
