"""The command ``mgc``: look at data, compute features, fit models, classify, read records.

Every command imports what it needs when it runs, so that ``mgc --help`` answers at once.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from mgc.cli import options
from mgc.cli.data import data
from mgc.cli.music import export_web, features, predict, train
from mgc.cli.score import reproduce, score, splits
from mgc.cli.service import compare, listen, monitor, serve
from mgc.cli.steps import carry_out_steps, steps
from mgc.cli.tables import (
    console_for_output,
    find_record,
    plain,
    prepared,
    print_frame,
    print_summary,
)
from mgc.cli.terminal import plain_where_needed
from mgc.errors import DataError, MgcError, RecordError, sentence


class _Group(click.Group):
    """Commands whose foreseeable errors are one sentence and exit status 1, not a traceback."""

    def main(self, *arguments: Any, **settings: Any) -> Any:
        plain_where_needed()
        return super().main(*arguments, **settings)

    def invoke(self, ctx: click.Context) -> Any:
        from mgc.util.pools import ended_by_sigterm, reported

        try:
            with ended_by_sigterm(), reported():
                return super().invoke(ctx)
        except (MgcError, OSError) as problem:
            if isinstance(problem, OSError) and problem.errno == errno.EPIPE:
                raise  # click ends quietly when the reader of a pipe has left
            raise click.ClickException(sentence(problem)) from problem


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mgc", prog_name="mgc")
def main() -> None:
    """Music genre classification, from audio files to a built book.

    DATA is `demo` (the embedded edition), a folder in GTZAN's layout, or an archive (.npz); where
    records are enough, also the name of an edition that has some.
    """


@main.command()
@click.option("--data", "folder", default="demo", show_default=True, type=options.DATA,
              help="What to fit on.")  # fmt: skip
@click.option("--protocol", default="cv5", show_default=True,
              help="One of mgc.datasets.splits.PROTOCOLS.")  # fmt: skip
@click.option("--variant", default="quick", show_default=True,
              help="quick, as_written, or one of mgc.models.recipe.VARIANTS.")  # fmt: skip
@click.option("--models", default="", help="Separated by commas [all five and the baselines].")
@click.option("--seeds", default="0", show_default=True, help="Separated by commas.")
@options.RECORDS
@options.JOBS
@click.option("--fresh", is_flag=True, help="Fit again what has a record.")
@click.option("--vgg16-weights", type=options.Place(exists=True, dir_okay=False),
              help="File of ImageNet weights [MGC_VGG16_WEIGHTS].")  # fmt: skip
def run(
    folder: str,
    protocol: str,
    variant: str,
    models: str,
    seeds: str,
    records: Path | None,
    jobs: int | None,
    fresh: bool,
    vgg16_weights: Path | None,
) -> None:
    """Fit every model that has no record yet, and sum up the results."""
    from mgc.models import BASELINES, NAMES
    from mgc.training.fits import fit_all

    names = _names(models, (*NAMES, *BASELINES))
    numbers = _numbers(seeds)
    if vgg16_weights is not None:
        os.environ["MGC_VGG16_WEIGHTS"] = str(vgg16_weights.resolve())
    study = prepared(folder, records=records, protocol=protocol, variant=variant, seeds=numbers)
    fit_all(study, names, jobs=jobs, fresh=fresh, progress=True)
    console = console_for_output()
    for seed in numbers:
        title = f"{study.edition_record.key}, {protocol}, {variant}, seed {seed}"
        print_summary(console, title, study.results(seed=seed, models=names))
    console.print(f"Records: {study.store.root}")


@main.command()
@click.option("--archive", type=options.FILE, help="Spectrogram archive of all of GTZAN.")
@click.option("--mini", "folder", type=options.FOLDER,
              help="Folder with the 100-track mini set.")  # fmt: skip
@click.option("--composed", type=options.FOLDER,
              help="The 500 composed pieces that some next steps take.")  # fmt: skip
@options.RECORDS
@options.JOBS
@click.option("--status", "only_say", is_flag=True, help="Say what is done and left; fit nothing.")
def published(
    archive: Path | None,
    folder: Path | None,
    composed: Path | None,
    records: Path | None,
    jobs: int | None,
    only_say: bool,
) -> None:
    """Make the records that the published book rests on; continues where it stopped."""
    from mgc.records.store import Store, default_root
    from mgc.training import published as plan

    store = Store(records or default_root())
    sources = {plan.ARCHIVE: archive, plan.MINI: folder}
    studies = plan.studies(store.root, "", sources)
    if not studies:
        raise DataError("nothing to do without data: name --archive FILE.npz, --mini FOLDER")
    table = plan.status(studies, store.find_everywhere())
    console = console_for_output()
    print_frame(console, "Published runs", table, {"minutes": ".0f"})
    left, minutes = int(table["left"].sum()), float(table["minutes"].sum(skipna=True))
    cores = jobs or os.cpu_count() or 1
    console.print(
        f"{int(table['done'].sum())} fits done, {left} left: about {minutes / cores:.0f} minutes"
        f" with {cores} processes, and more where no earlier fit tells (–)."
        if left
        else "Every published fit has its record."
    )
    if not only_say:
        plan.describe_demo(store, "")
        plan.fit_plan(studies, jobs=jobs)
    if archive is not None:
        carry_out_steps(archive, store.root, only_say, composed, folder)


@main.command()
@click.argument("model")
@click.option("--data", "folder", required=True, type=options.DATA,
              help="Archive or folder with all of GTZAN.")  # fmt: skip
@click.option("--set", "changes", multiple=True, metavar="NAME=VALUE",
              help="Change a setting of the model's tuned recipe; may be repeated.")  # fmt: skip
@options.SEED
@options.RECORDS
@options.THREADS
def tune(
    model: str,
    folder: str,
    changes: tuple[str, ...],
    seed: int,
    records: Path | None,
    threads: int,
) -> None:
    """Try settings of a model and score them on validation tracks; the test part is not touched.

    Each trial is kept in the store, and the book lists them all.
    """
    from mgc.models import NAMES
    from mgc.training import trials

    (name,) = _names(model, NAMES)
    if strange := [change for change in changes if "=" not in change]:
        raise click.BadParameter(f"{strange[0]!r} is no NAME=VALUE", param_hint="--set")
    plan = trials.settings(name, dict(change.split("=", 1) for change in changes))
    study = prepared(folder, records=records, protocol=trials.PROTOCOL, seeds=(seed,))
    trial = trials.fit_trial(study, name, plan, threads=threads)
    click.echo(
        f"{name}: validation accuracy {trial['valid_accuracy']:.1%}, log loss"
        f" {trial['valid_log_loss']:.3f}, best epoch {trial['best_epoch']} of {plan.epochs},"
        f" {trial['minutes']:.1f} minutes"
    )


@main.group()
def records() -> None:
    """Look into the store of fits."""


@records.command("list")
@options.RECORDS
def list_records(records: Path | None) -> None:
    """List every fit with its accuracy."""
    import pandas as pd

    from mgc.evaluation.accuracy import accuracy_summary
    from mgc.records.store import Store, default_root

    store = Store(records or default_root())
    rows, keys = [], ("edition", "protocol", "variant", "model", "seed")
    for record in store.find():
        known = accuracy_summary(record)
        facts = {"fit": record.fit_id, **{key: record.config[key] for key in keys}}
        figures = {"accuracy": known.accuracy, "low": known.low, "high": known.high}
        rows.append(facts | figures)
    if not rows:
        raise RecordError(f"{store.root} holds no fits; `mgc run` makes some")
    percent = dict.fromkeys(("accuracy", "low", "high"), ".1%")
    print_frame(console_for_output(), str(store.root), pd.DataFrame(rows), percent)


@records.command()
@click.argument("fit")
@options.RECORDS
def show(fit: str, records: Path | None) -> None:
    """Show one fit; the first digits of its id are enough."""
    import pandas as pd

    from mgc.evaluation import metrics
    from mgc.records.store import Store, default_root

    record = find_record(Store(records or default_root()), fit)
    console = console_for_output()
    facts = {**record.config, **record.environment}
    rows = [{"name": key, "value": plain(value)} for key, value in facts.items()]
    print_frame(console, f"Fit {record.fit_id}", pd.DataFrame(rows), {})
    if record.architecture:
        layers = pd.DataFrame(record.architecture)
        print_frame(console, f"{record.parameters:,} parameters", layers, {})
    genres = metrics.per_genre(metrics.test_rows(record)).reset_index()
    print_frame(console, "Test part", genres, dict.fromkeys(("precision", "recall", "f1"), ".2f"))
    print_summary(console, "Summary", {record.model: record})


@main.command()
@click.argument("record", default="")
@click.option("--data", default="gtzan-archive", show_default=True, type=options.DATA,
              help="Edition with records that the verdicts are about.")  # fmt: skip
@options.RECORDS
@click.option(
    "--claims", type=options.FILE, help="Table of claims [book/claims.csv of the clone]."
)
@click.option("--results", type=options.FILE,
              help="Published results [results.csv beside the store].")  # fmt: skip
@click.option(
    "--out", type=options.FOLDER, help="Folder for audit.csv, audit.json and audit.html."
)
@click.option("--renew", is_flag=True, help="Only write the table of published results anew.")
def audit(**settings: Any) -> None:
    """Audit the original report and the records; with RECORD, tell in words what that fit was.

    Judges every claim, recomputes every published figure from predictions and proves every record.
    Ends with status 1 at the first thing that does not hold.
    """
    from mgc.cli.audit import run

    run(**settings)


for command in (
    data, features, predict, train, export_web, splits, score, reproduce, steps, serve, listen,
    monitor, compare,
):  # fmt: skip
    main.add_command(command)


def _names(text: str, known: Sequence[str]) -> tuple[str, ...]:
    """Split a list of models; all of them for an empty one."""
    names = tuple(name.strip() for name in text.split(",") if name.strip()) or tuple(known)
    if strange := [name for name in names if name not in known]:
        raise click.BadParameter(
            f"no model {', '.join(strange)}; choose from {', '.join(known)}", param_hint="--models"
        )
    return names


def _numbers(text: str) -> tuple[int, ...]:
    """Split a list of seeds."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts or not all(part.isdecimal() for part in parts):
        raise click.BadParameter(
            f"{text!r} is no list of whole numbers from 0 on, like 0,1,2", param_hint="--seeds"
        )
    return tuple(int(part) for part in parts)
