"""What ``mgc audit`` does: judge the report, prove the records, explain one of them."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from mgc.cli.tables import console_for_output
from mgc.errors import RecordError
from mgc.records.store import Record, Store, default_root, load_record
from mgc.records.study import open_study
from mgc.report.audit import Decisions, counts, decide_all, table, write_all
from mgc.report.claims import find_claims, load_claims
from mgc.report.evidence import MAIN, Evidence
from mgc.report.explain import explain
from mgc.report.integrity import check_published, check_records, published_results
from mgc.util.atomic import write_whole
from mgc.util.textfiles import csv_bytes

VARIANT = "tuned"
COLUMNS = ("id", "claim", "stated", "measured", "uncertainty", "verdict")


def run(
    *, record: str, data: str, records: str, claims: str, results: str, out: str, renew: bool
) -> None:
    """Explain one record, renew the table of published results, or audit everything.

    Parameters
    ----------
    record : str
        First digits of a fit id; empty for the whole audit.
    data : str
        Edition that the verdicts are about.
    records, claims, results : str
        Store, table of claims and table of published results; empty for those of the clone.
    out : str
        Folder for the files of the audit; empty for none.
    renew : bool
        Only write the table of published results.

    Raises
    ------
    MgcError
        The first thing that does not hold.
    """
    store = Store(records or default_root())
    if record:
        click.echo(explain(_one(store, record), store))
        return
    published = Path(results or store.root.parent / "results.csv")
    if renew:
        write_whole(published, csv_bytes(published_results(store)))
        click.echo(f"wrote {published}")
        return
    statements = load_claims(claims or find_claims())
    study = open_study(data, records=store.root, protocol=MAIN, variant=VARIANT)
    decisions = decide_all(statements, Evidence(study))
    console = console_for_output()
    _print(console, decisions)
    if out:
        for file in write_all(decisions, out):
            console.print(f"wrote {file}")
    proven = sum(1 for _ in check_records(store))
    figures = check_published(store, published)
    console.print(
        f"{proven} records hold: hashes, tracks, disjoint and complete splits, no test track in"
        f" training. {figures} published figures equal those of the predictions."
    )


def _one(store: Store, start: str) -> Record:
    folders = (store.fits, store.leak.fits) if start.isalnum() else ()
    found = [path for one in folders for path in sorted(one.glob(f"{start}*"))]
    if len(found) != 1:
        what = "no fit begins" if not found else f"{len(found)} fits begin"
        raise RecordError(
            f"{what} with {start} in {store.root}; `mgc records list` names them all"
        )
    return load_record(found[0])


def _print(console: Console, decisions: Decisions) -> None:
    shown = Table(*COLUMNS, title="The report's claims")
    for column in shown.columns:
        column.overflow = "fold"
    for row in table(decisions)[list(COLUMNS)].itertuples(index=False):
        shown.add_row(*row)
    console.print(shown)
    for verdict, number in counts(decisions).items():
        console.print(f"{verdict}: {number}")
