"""What others repeat and compare by: splits, the score of their answers, one fit again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mgc.cli import options
from mgc.cli.tables import console_for_output, find_record, opened, print_frame, write_csv
from mgc.errors import DataError

if TYPE_CHECKING:
    from mgc.evaluation.accuracy import AccuracySummary

EDITION = click.option(
    "--data", "folder", default="gtzan-archive", show_default=True, type=options.DATA,
    help="Edition with records.",
)  # fmt: skip


@click.command()
@click.argument("protocol")
@EDITION
@options.SEED
@options.RECORDS
@click.option("--csv", "target", type=options.FILE, required=True, callback=options.own_table,
              help="File to write.")  # fmt: skip
def splits(protocol: str, folder: str, seed: int, records: Path | None, target: Path) -> None:
    """Write a split with fold, part and artist group of each track, to measure something by it."""
    from mgc.evaluation.scoring import split_table
    from mgc.records.study import open_study

    study = open_study(folder, records=records, protocol=protocol)
    table = split_table(study.edition_record, protocol, seed)
    write_csv(target, table)
    counts = table.groupby(["fold", "part"]).size().unstack("part").reset_index()
    print_frame(console_for_output(), f"{protocol}, {study.edition_record.key}", counts, {})


@click.command()
@click.argument("answers", type=options.FILE)
@click.option("--protocol", default="artist_cv", show_default=True, help="Split that is answered.")
@EDITION
@options.SEED
@options.RECORDS
def score(answers: Path, protocol: str, folder: str, seed: int, records: Path | None) -> None:
    """Score the answers of any system to the test parts of a split that `mgc splits` wrote.

    ANSWERS is a CSV with track_id, fold, and either genre (the answer) or p_blues to p_rock.
    """
    from mgc.evaluation.scoring import published, read_answers, split_table
    from mgc.evaluation.scoring import score as scored
    from mgc.records.study import open_study

    study = open_study(folder, records=records, protocol=protocol, variant="tuned")
    split = split_table(study.edition_record, protocol, seed)
    rows = read_answers(answers, split)
    rivals = published(study, protocol)
    found = scored(rows, split, study.edition_record, protocol, rivals, seed)
    console = console_for_output()
    console.print(_sentence("Accuracy", found.summary))
    console.print(f"Macro F1 {found.summary.macro_f1:.3f}.")
    if found.apart is not None:
        crossing = f"{found.n_crossing} tracks whose artists train or validate"
        console.print(_sentence(f"Without {crossing}", found.apart))
    if found.calibration_error == found.calibration_error:  # not NaN
        console.print(
            f"Calibration error {found.calibration_error:.3f}, log loss {found.log_loss:.3f}."
        )
    print_frame(console, "True genre by row, answer by column", found.confusion.reset_index(), {})
    if len(found.tests):
        columns = {
            "second": "published", "difference": "difference", "b": "only yours right",
            "c": "only theirs right", "p": "p", "p_holm": "p after Holm",
            "significant": "significant",
        }  # fmt: skip
        table = found.tests.rename(columns=columns)[list(columns.values())]
        formats = {"difference": "+.3f", "p": ".4f", "p after Holm": ".4f"}
        print_frame(console, "Yours less each published model, over its seeds", table, formats)
    if found.summary.accuracy == 1:
        click.echo(
            "Every answer is the label. The column genre of `mgc splits` is the label; in answers"
            " it is what your system says.",
            err=True,
        )


def _sentence(what: str, known: AccuracySummary) -> str:
    return (
        f"{what}: {known.accuracy:.1%} ({known.low:.1%} to {known.high:.1%}, 95 % interval over"
        f" {known.n_groups} artists) on {known.n_tracks} test tracks."
    )


@click.command()
@click.argument("fit")
@click.option("--archive", type=options.FILE, help="Spectrogram archive of all of GTZAN.")
@click.option("--mini", type=options.FOLDER, help="Folder with the 100-track mini set.")
@options.RECORDS
@options.JOBS
def reproduce(
    fit: str, archive: Path | None, mini: Path | None, records: Path | None, jobs: int | None
) -> None:
    """Fit one record again from its data, and say how the two compare; FIT begins its id."""
    from mgc.evaluation import reproduction
    from mgc.records.store import Store, default_root

    store = Store(records or default_root())
    record = find_record(store, fit)
    name = str(record.config["edition"])
    source = {"gtzan-archive": archive, "gtzan-mini": mini, "demo": "demo"}.get(name)
    if source is None:
        raise DataError(
            f"record {record.fit_id} was fitted on {record.edition_key}; name it, by --archive"
            " FILE.npz or --mini FOLDER"
        )
    again = reproduction.fit_again(record, opened(str(source)), jobs=jobs)
    found = reproduction.compare(record, again, store)
    inside = {
        True: "That lies within the spread of the published seeds.",
        False: "That is more than the published seeds differ by.",
        None: "There is one published seed, so nothing says how much a second one would differ.",
    }
    click.echo(
        f"{record.fit_id}: {found.equal:.1%} of the answers are the same; probabilities differ by"
        f" {found.largest:.2g} at most. Accuracy {found.again:.1%}, published"
        f" {found.published:.1%}. {inside[found.within]}"
    )
