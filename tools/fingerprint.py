"""Write the table by which `mgc data verify` knows the published archive.

``python -m tools.fingerprint ARCHIVE`` is run once for an archive that is to be published.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import click

from mgc.cli import options
from mgc.datasets.archive import open_archive
from mgc.datasets.fingerprint import TABLE, fingerprint
from mgc.util.atomic import write_whole
from mgc.util.textfiles import csv_bytes


@click.command()
@click.argument("archive", type=options.FILE)
def main(archive: Path) -> None:
    """Write the table beside the others of the package."""
    table = fingerprint(open_archive(archive))
    write_whole(Path(str(resources.files("mgc") / "tables" / TABLE)), csv_bytes(table))
    click.echo(f"{TABLE}: {len(table)} tracks")


if __name__ == "__main__":
    main(prog_name="python -m tools.fingerprint")
