"""Simulate looks at two models while answers come in: `python -m tools.sequential --out STORE`.

Takes the predictions of the published records, all pairs of models, and writes what
`mgc.service.records.load_sequential` reads. It needs a minute, and no audio.
"""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import click
import numpy as np
import pandas as pd

from mgc.cli.tables import console_for_output, print_frame
from mgc.cli.terminal import plain_where_needed
from mgc.evaluation.clusters import artist_groups, net_by_group
from mgc.evaluation.metrics import test_rows
from mgc.evaluation.sequential import groups_needed, rates
from mgc.evaluation.significance import only_run, sign_flip, tracks_ahead
from mgc.models import NAMES, TITLES
from mgc.records.store import Record
from mgc.records.study import open_study
from mgc.service.records import SEQUENTIAL_FILE
from mgc.util.atomic import write_whole
from mgc.util.textfiles import csv_bytes

EDITION, PROTOCOL, VARIANT = "gtzan-archive", "fault_filtered", "tuned"


def simulate(first: Record, second: Record) -> dict[str, float]:
    """Sum up what the tests make of two records, over 10,000 orders of the artists."""
    ahead = tracks_ahead(test_rows(first), test_rows(second))
    groups = artist_groups(EDITION)
    net = net_by_group(ahead, groups)
    n_tracks = net_by_group(pd.Series(1, ahead.index), groups)
    found = rates(net, n_tracks)
    return {
        "tracks": len(ahead),
        "groups": len(net),
        "difference": round(float(ahead.mean()), 4),
        "p": sign_flip(net),
        "needed": round(groups_needed(net) * len(ahead) / len(net)) if net.sum() else np.nan,
        "false_sequential": found.false_sequential,
        "false_peeking": found.false_peeking,
        "decided": found.decided,
        "median_tracks": found.median_tracks,
    }


@click.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True,
              help="Store of records to read and to write to.")  # fmt: skip
def main(out: Path) -> None:
    """Simulate the sequential test on published records, and keep its rates of error."""
    plain_where_needed()
    study = open_study(EDITION, records=out, protocol=PROTOCOL, variant=VARIANT)
    records = only_run(study.results(models=NAMES))
    rows = [
        {"first": TITLES[a], "second": TITLES[b], **simulate(records[a], records[b])}
        for a, b in combinations(records, 2)
    ]
    table = pd.DataFrame(rows)
    target = out / SEQUENTIAL_FILE
    target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, csv_bytes(table, "%.6g"))
    print_frame(console_for_output(), "Looks after every artist", table, {})


if __name__ == "__main__":
    main(prog_name="python -m tools.sequential")
