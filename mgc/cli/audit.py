"""What ``mgc audit`` does: judge the report, prove the records, explain one of them."""

from __future__ import annotations

from pathlib import Path

import click

from mgc.cli.tables import console_for_output, find_record, print_frame
from mgc.experiments.ledger import FILE, check_ledger, ledger
from mgc.records.store import Store, default_root
from mgc.records.study import Study, open_study
from mgc.report.audit import counts, decide_all, table, write_all
from mgc.report.claims import find_claims, load_claims
from mgc.report.evidence import MAIN, Evidence
from mgc.report.explain import explain
from mgc.report.integrity import check_published, check_records, published_results
from mgc.training.published import ARCHIVE
from mgc.util.atomic import write_whole
from mgc.util.textfiles import csv_bytes

VARIANT = "tuned"
COLUMNS = ("id", "claim", "stated", "measured", "uncertainty", "verdict")


def run(
    *,
    record: str,
    data: str,
    records: Path | None,
    claims: Path | None,
    results: Path | None,
    out: Path | None,
    renew: bool,
) -> None:
    """Explain the record that begins so, renew the published results, or audit everything.

    Raises MgcError for the first thing that does not hold.
    """
    store = Store(records or default_root())
    if record:
        click.echo(explain(find_record(store, record), store))
        return
    published = results or store.root.parent / "results.csv"
    if renew:
        write_whole(published, csv_bytes(published_results(store)))
        click.echo(f"wrote {published}")
        if (steps := _steps(store)) is not None:
            write_whole(steps[1], csv_bytes(ledger(steps[0])))
            click.echo(f"wrote {steps[1]}")
        return
    statements = load_claims(claims or find_claims())
    study = open_study(data, records=store.root, protocol=MAIN, variant=VARIANT)
    decisions = decide_all(statements, Evidence(study))
    console = console_for_output()
    print_frame(console, "The report's claims", table(decisions)[list(COLUMNS)], {})
    for verdict, number in counts(decisions).items():
        console.print(f"{verdict}: {number}")
    if out:
        for file in write_all(decisions, out):
            console.print(f"wrote {file}")
    proven = sum(1 for _ in check_records(store))
    figures = check_published(store, published)
    console.print(
        f"{proven} records hold: hashes, tracks, disjoint and complete splits, no test track in"
        f" training. {figures} published figures equal those of the predictions."
    )
    if (steps := _steps(store)) is not None:
        console.print(f"{check_ledger(*steps)} figures of next steps do, too.")


def _steps(store: Store) -> tuple[Study, Path] | None:
    """Open the study of the next steps and name their ledger, where there are any."""
    if not store.steps.fits.is_dir():
        return None
    study = open_study(ARCHIVE, records=store.root, protocol=MAIN, variant=VARIANT)
    return study, store.root.parent / FILE
