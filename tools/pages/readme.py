"""Write the results table of README.md from the published records."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mgc.errors import DataError, MgcError
from mgc.util.atomic import write_whole

if TYPE_CHECKING:
    import pandas as pd

    from mgc.records.store import Record

BEGIN, END = "<!-- results:begin -->", "<!-- results:end -->"
EDITION, PROTOCOL, VARIANT = "gtzan-archive", "fault_filtered", "tuned"
OTHER_PROTOCOL = "random"
HEAD = "| Model | Accuracy | 95 % interval | Seeds | On a random split | The report's claim |"
RULE = "|---|---:|---:|---:|---:|---:|"


def results_block(records: Path) -> str:
    """Return the lines between the markers: one row a model and variant, and what they mean.

    Without any published record the block says that instead.
    """
    from dataclasses import replace

    from mgc.datasets.facts import report_claims
    from mgc.evaluation.results import load_results
    from mgc.records.store import Store
    from mgc.records.study import open_study

    try:
        study = open_study(EDITION, records=records, protocol=PROTOCOL, variant=VARIANT)
    except DataError:
        return f"No records of {EDITION} have been published yet."
    table = load_results(study).table
    other = load_results(replace(study, protocol=OTHER_PROTOCOL)).table
    random = {key: _share(row) for key, row in other.set_index("key").iterrows()}
    claimed = report_claims()
    claims = dict(zip(claimed["model"], claimed["accuracy"], strict=True))
    rows = [
        f"| {row['label']} | {row['accuracy']:.1%} | {row['low']:.1%} to {row['high']:.1%} "
        f"| {row['n_seeds']} | {random.get(row['key'], '')} | {_claim(claims, row['model'])} |"
        for _, row in table.iterrows()
    ]
    rows += [_transfer(record) for record in Store(records).transfer.find()]
    n_test = table["n_tracks"].max() if len(table) else 0
    measured = (
        f"Measured on {EDITION} ({study.edition_record.n_tracks} tracks), protocol `{PROTOCOL}`: "
        f"{n_test} test tracks, most artists on one side only. Accuracy is the mean over seeds; "
        "the interval covers tracks and, where there are several, seeds. A random split of the "
        "same tracks (interval in brackets) leaves artists, albums and copies on both sides. The "
        "report's claims are its own, for a random split of the full set. MusiCNN had heard "
        "200,000 songs before, some of these artists among them perhaps."
    )
    return "\n".join([HEAD, RULE, *rows, "", measured])


def _transfer(record: Record) -> str:
    """Write the row of the network that learned elsewhere."""
    from mgc.evaluation.accuracy import accuracy_summary

    known = accuracy_summary(record)
    share = f"{known.accuracy:.1%} | {known.low:.1%} to {known.high:.1%}"
    return f"| MusiCNN's tags, genre head (the network that ships) | {share} | 1 |  |  |"


def _share(row: pd.Series[Any]) -> str:
    """Write the accuracy of one row with its interval."""
    return f"{row['accuracy']:.1%} ({row['low']:.1%} to {row['high']:.1%})"


def _claim(claims: Mapping[str, float], name: str) -> str:
    """Return what the report claims for a model, or nothing for those it did not have."""
    return f"{claims[name]:.1%}" if name in claims else ""


def with_block(text: str, block: str) -> str:
    """Return a README with its results block replaced.

    Raises MgcError if the two markers are not there once each, in order.
    """
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise MgcError(f"README.md needs the markers {BEGIN} and {END}, once each, in this order")
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n{block}\n{END}{rest.split(END)[1]}"


def update(file: Path, *, write: bool) -> bool:
    """Say whether the block of a README is up to date; where it is not, it may be written."""
    text = file.read_text(encoding="utf-8")
    wanted = with_block(text, results_block(file.parent / "book" / "records"))
    if write and text != wanted:
        write_whole(file, wanted.encode())
    return text == wanted
