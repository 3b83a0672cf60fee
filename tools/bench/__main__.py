"""Measure, print the figures beside their goals, and keep them: `python -m tools.bench`."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
import pandas as pd

from mgc.cli.tables import console_for_output, print_frame
from mgc.cli.terminal import plain_where_needed
from mgc.evaluation.speed import Curve, Figure
from mgc.util import machine
from tools.bench import extracting, folders, hearing, listening, starting, transfer
from tools.bench.measured import save

PARTS: dict[str, Callable[[Path], Sequence[Figure | Curve]]] = {
    "start": lambda _: starting.measure(),
    "features": lambda _: extracting.measure(),
    "folder": folders.measure,
    "clip": hearing.measure,
    "listen": lambda _: listening.measure(),
    "transfer": lambda _: transfer.measure(),
}
PACKAGES = ("mgc", "numpy", "scipy", "librosa", "onnxruntime", "tensorflow", "keras")


@click.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True,
              help="Record to write, or to add to.")  # fmt: skip
@click.option("--only", multiple=True, type=click.Choice(list(PARTS)), help="Measure this alone.")
def main(out: Path, only: tuple[str, ...]) -> None:
    """Measure how fast the package is; nothing else should run on the machine."""
    plain_where_needed()
    measured: list[Figure | Curve] = []
    for name in only or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            measured += PARTS[name](Path(folder))
        date = datetime.now(UTC).strftime("%Y-%m-%d")
        save(out, measured, {"date": date, **machine.machine(PACKAGES)})
    rows = [one.row() for one in measured if isinstance(one, Figure)]
    print_frame(console_for_output(), "Speed", pd.DataFrame(rows), {})


if __name__ == "__main__":
    main(prog_name="python -m tools.bench")
