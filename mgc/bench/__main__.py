"""Measure, print the figures beside their goals, and keep them: `python -m mgc.bench`."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click
import pandas as pd

from mgc import environment
from mgc.bench import extracting, figures, folders, hearing, starting, transfer
from mgc.bench.figures import Figure
from mgc.printing import console_for_output, print_frame

PARTS: dict[str, Callable[[Path], list[Figure]]] = {
    "start": lambda _: starting.measure(),
    "features": lambda _: extracting.measure(),
    "folder": folders.measure,
    "clip": hearing.measure,
    "transfer": lambda _: transfer.measure(),
}


def machine() -> dict[str, object]:
    """Describe what the figures were measured on."""
    packages = ("mgc", "numpy", "scipy", "librosa", "tensorflow", "keras")
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "cores": os.cpu_count(),
        "platform": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "commit": environment.commit(),
        "packages": {name: environment.package_version(name) for name in packages},
    }


@click.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True,
              help="Record to write, or to add to.")  # fmt: skip
@click.option("--only", multiple=True, type=click.Choice(list(PARTS)), help="Measure this alone.")
def main(out: Path, only: tuple[str, ...]) -> None:
    """Measure how fast the package is; nothing else should run on the machine."""
    measured: list[Figure] = []
    for name in only or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            measured += PARTS[name](Path(folder))
        figures.save(out, measured, machine())
    rows = [
        {
            "figure": one.title + (" (estimate)" if one.estimate else ""),
            "value": f"{one.value:.4g} {one.unit}".strip(),
            "goal": f"{'at least' if one.goal > 0 else 'at most'} {abs(one.goal):g}"
            if one.goal
            else "",
            "met": ("yes" if one.met else "no") if one.goal else "",
        }
        for one in measured
    ]
    print_frame(console_for_output(), "Speed", pd.DataFrame(rows), {})


if __name__ == "__main__":
    main()
