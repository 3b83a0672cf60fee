"""Render every track and write the manifest: `python -m tools.demo_clips`.

Needs the extra `demo`. Nobody needs it to use the edition: the clips ship with the package.
Rendering again on another machine gives the same music, but other versions of the encoder may give
other bytes, and so another edition.
"""

from __future__ import annotations

import csv
from functools import partial
from pathlib import Path

import click

from mgc.cli.terminal import plain_where_needed
from mgc.datasets.demo import CLIPS, MANIFEST_COLUMNS
from mgc.util.pools import process_pool
from tools.demo_clips.compose import MOST_PER_GENRE, SEED, TRACKS_PER_GENRE, track_ids
from tools.demo_clips.render import write_clip


@click.command(help=__doc__)
@click.option("--jobs", type=click.IntRange(min=1), default=2, show_default=True)
@click.option("--seed", default=SEED, show_default=True, help="Seed of the edition.")
@click.option("--each", type=click.IntRange(1, MOST_PER_GENRE), default=TRACKS_PER_GENRE,
              show_default=True, help="Tracks a genre; the demo's come first.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), default=CLIPS, help="Where to write.")
def main(jobs: int, seed: int, each: int, out: Path) -> None:
    """Render, and say what is done."""
    plain_where_needed()
    rows = []
    with process_pool(jobs) as pool:
        for row in pool.map(partial(write_clip, folder=out, seed=seed), track_ids(each)):
            rows.append(row)
            click.echo(f"{row['track_id']} {row['artist']} {row['tempo_bpm']} {row['key']}")
    with (out / "manifest.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, MANIFEST_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    click.echo(f"{len(rows)} clips in {out}")


if __name__ == "__main__":
    main(prog_name="python -m tools.demo_clips")
