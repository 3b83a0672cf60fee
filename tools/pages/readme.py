"""Write the results table of README.md from the published records."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from mgc.errors import DataError, MgcError
from mgc.util.atomic import write_whole

if TYPE_CHECKING:
    import pandas as pd

BEGIN, END = "<!-- results:begin -->", "<!-- results:end -->"
EDITION, VARIANT = "gtzan-archive", "tuned"
COLUMNS = {"artist_cv": "Artist folds", "fault_filtered": "Fault-filtered", "random": "Random"}
HEAD = f"| Model | {' | '.join(COLUMNS.values())} | The report's claim |"
RULE = "|---|---:|---:|---:|---:|"
HEARD = " MusiCNN had heard 200,000 songs before, some of these artists among them perhaps."


def results_block(records: Path) -> str:
    """Return the lines between the markers: one row a model and variant, and what they mean.

    Without any published record the block says that instead.
    """
    from dataclasses import replace

    from mgc.datasets.facts import report_claims
    from mgc.display.result_tables import SHIPPED_TITLE
    from mgc.evaluation.accuracy import accuracy_summary
    from mgc.evaluation.results import load_results
    from mgc.records.store import Store
    from mgc.records.study import open_study

    main, *others = COLUMNS
    try:
        study = open_study(EDITION, records=records, protocol=main, variant=VARIANT)
    except DataError:
        return f"No records of {EDITION} have been published yet."
    asked = study.tuned_further()
    found = [load_results(replace(asked, protocol=name)) for name in (main, *others)]
    tables = [results.table.set_index("key") for results in found]
    fullest = max(found, key=lambda results: len(results.table))
    labels = dict(zip(fullest.table["key"], fullest.table["label"], strict=True))
    claimed = report_claims()
    claims = dict(zip(claimed["model"], claimed["accuracy"], strict=True))
    rows = [
        f"| {labels[key]} | {' | '.join(_share(table, key) for table in tables)}"
        f" | {_claim(claims, key)} |"
        for key in labels
    ]
    heard = Store(records).transfer.find()
    rows += [
        f"| {SHIPPED_TITLE} | – | {_written(known.accuracy, known.low, known.high, 1)} | – |  |"
        for known in map(accuracy_summary, heard)
    ]
    said = (
        f"Measured on {EDITION} ({study.edition_record.n_tracks} tracks); in brackets 95 %"
        " intervals over artists and, where there are several, seeds. Under *artist folds* each"
        " track whose artist is known is tested once, by a network that heard nobody of its"
        " artist group. The *fault-filtered* split is the one that the literature uses; it leaves"
        " some artists on both sides. A *random* split leaves artists, albums and copies on both"
        " sides. Numbers after a semicolon count seeds; a dash means not run. The report's claims"
        " are its own, for a random split of the full set." + (HEARD if heard else "")
    )
    return "\n".join([HEAD, RULE, *rows, "", said])


def _share(table: pd.DataFrame, key: str) -> str:
    """Write the accuracy of one row with its interval and seeds; a dash where it was not run."""
    row = table[table.index == key]
    if row.empty:
        return "–"
    accuracy, low, high, seeds = row[["accuracy", "low", "high", "n_seeds"]].iloc[0]
    return _written(accuracy, low, high, round(seeds))


def _written(accuracy: float, low: float, high: float, seeds: int) -> str:
    return f"{accuracy:.1%} ({100 * low:.0f} to {100 * high:.0f}; {seeds})"


def _claim(claims: Mapping[str, float], key: str) -> str:
    """Return what the report claims for a model, or nothing for those it did not have."""
    name = key.split()[0]
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
