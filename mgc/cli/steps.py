"""The command that carries out the report's next steps."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from pathlib import Path

import click

from mgc.cli import options
from mgc.cli.tables import console_for_output, print_frame


@click.command()
@click.option("--archive", type=options.FILE, help="Spectrogram archive of all of GTZAN.")
@click.option("--composed", type=options.FOLDER,
              help="The 500 pieces of `python -m tools.demo_clips --each 50`.")  # fmt: skip
@click.option("--mini", type=options.FOLDER, help="The hundred tracks with audio, for chroma.")
@options.RECORDS
@click.option("--status", "only_say", is_flag=True, help="Say what is left; fit nothing.")
def steps(
    archive: Path | None,
    composed: Path | None,
    mini: Path | None,
    records: Path | None,
    only_say: bool,
) -> None:
    """Carry out the report's next steps, and write what each is worth; continues where it stopped.

    Ensembles combine published records and need no archive; two rows take composed pieces that do
    not ship with the package. The ledger stands beside the records,
    in next_steps.csv; `mgc audit` recomputes it.
    """
    carry_out_steps(archive, records, only_say, composed, mini)


def carry_out_steps(
    archive: Path | None,
    records: Path | None,
    only_say: bool,
    composed: Path | None = None,
    mini: Path | None = None,
) -> None:
    """Fit what has no record yet, print the ledger and write it, unless asked for the status."""
    from mgc.experiments import chroma, composition, harness, ledger
    from mgc.records.store import Store, default_root
    from mgc.records.study import prepare_study
    from mgc.training.published import ARCHIVE
    from mgc.util.atomic import write_whole
    from mgc.util.textfiles import csv_bytes

    store = Store(records or default_root())
    study = prepare_study(archive or ARCHIVE, records=store.root, variant="tuned")
    if composed is not None:
        study = replace(study, composed=composition.open_larger(composed))
    left = harness.pending(study)
    with_audio = study if mini is None else prepare_study(mini, records=store.root)
    described = [] if mini is None else harness.pending(with_audio, chroma.COMPARISONS)
    console = console_for_output()
    console.print(
        f"Next steps: {len(left)} fits left, about {harness.minutes(study, left):.0f} minutes."
        if left
        else "Every next step has its records."
    )
    if described:
        console.print(f"Chroma: {len(described)} fits left.")
    if only_say:
        return
    for record in chain(harness.carry_out(study, left), harness.carry_out(with_audio, described)):
        console.print(f"{record.fit_id} {record.model}, seed {record.config['seed']}")
    table = ledger.ledger(study)
    texts = {"difference": "+.1%", "low": "+.1%", "high": "+.1%", "p_holm": ".3f"}
    columns = ["step", "protocol", "seeds", *texts, "verdict"]
    print_frame(console, "What each step is worth", table[columns], texts)
    write_whole(file := store.root.parent / ledger.FILE, csv_bytes(table))
    console.print(f"wrote {file}")
