"""The command ``mgc``: look at data, compute features, fit models, read records, build the book.

Every command imports what it needs when it runs, so that ``mgc --help`` answers at once.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from mgc import __version__
from mgc.errors import AudioError, DataError, MgcError, RecordError
from mgc.printing import console_for_output, plain, print_frame, print_summary


class _Group(click.Group):
    """Commands whose foreseeable errors are one sentence and exit status 1, not a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        from mgc.workers import ended_by_sigterm, reported

        try:
            with ended_by_sigterm(), reported():
                return super().invoke(ctx)
        except MgcError as problem:
            raise click.ClickException(" ".join(str(problem).split())) from problem
        except OSError as problem:
            if problem.errno == errno.EPIPE:
                raise  # click ends quietly when the reader of a pipe has left
            what = f"{problem.filename}: {problem.strerror}" if problem.filename else str(problem)
            full = problem.errno in (errno.ENOSPC, errno.EDQUOT)
            remedy = "free some space" if full else "check the path and its permissions"
            message = f"{what}; {remedy}"
            raise click.ClickException(" ".join(message.split())) from problem


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mgc")
def main() -> None:
    """Music genre classification, from audio files to a built book.

    DATA is `demo` (the embedded edition), a folder in GTZAN's layout, or an archive (.npz).
    """


@main.group()
def data() -> None:
    """Find, check and fetch audio."""


@data.command()
@click.argument("folder", metavar="[DATA]", default="demo")
@click.option("--all", "show_all", is_flag=True, help="List every track, not only odd ones.")
@click.option("--csv", "target", type=click.Path(dir_okay=False, path_type=Path),
              help="Also write the full table to this file.")  # fmt: skip
def verify(folder: str, show_all: bool, target: Path | None) -> None:
    """Check every file: readable, complete, rate, checksum, repetitions.

    Ends with status 1 when a file is unreadable or truncated.
    """
    import pandas as pd

    from mgc.data import open_edition
    from mgc.record_files import csv_bytes
    from mgc.verify import BROKEN
    from mgc.verify import verify as check
    from mgc.whole import write_whole

    edition = open_edition(folder)
    result = check(edition, progress=True)
    if target is not None:
        write_whole(target, csv_bytes(result))
    strange = ~result["status"].isin(["ok", "unknown"]) | (result["identical_to"] != "")
    listed = result if show_all else result[strange]
    console = console_for_output()
    if len(listed):
        print_frame(console, "Files", listed, {"duration_s": ".2f"})
    counts = pd.crosstab(result["genre"], result["status"]).reset_index()
    print_frame(console, f"Edition {edition.key}", counts, {})
    known = int(result["md5_known"].sum())
    console.print(f"{edition.n_tracks} tracks, {known} of them GTZAN's own files by checksum.")
    if edition.missing_genres:
        console.print(f"Genres without a track: {', '.join(edition.missing_genres)}.")
    broken = result[result["status"].isin(BROKEN)]
    if len(broken):
        paths = {track.track_id: track.path for track in edition.tracks}
        pairs = zip(broken["track_id"][:3], broken["status"][:3], strict=True)
        names = ", ".join(f"{paths[track_id]} ({status})" for track_id, status in pairs)
        more = f" and {len(broken) - 3} more" if len(broken) > 3 else ""
        raise DataError(
            f"{len(broken)} of {len(result)} files cannot be used: {names}{more}. Replace them"
            " with intact copies; until then they are left out"
        )


@data.command()
def where() -> None:
    """Say how to get GTZAN and where to put it."""
    from mgc.fetch import where_text

    click.echo(where_text())


@data.group()
def fetch() -> None:
    """Download a set of audio."""


@fetch.command()
@click.argument("folder", type=click.Path(path_type=Path))
def mini(folder: Path) -> None:
    """Download the 100-track GTZAN mini set into FOLDER; continues where it stopped."""
    from mgc.fetch import fetch_mini

    place = fetch_mini(folder)
    click.echo(f"The mini set is in {place}. Next: nox -s build -- --data {place}")


@data.command()
@click.argument("folder", metavar="[DATA]", default="demo")
@click.option("--csv", "target", type=click.Path(dir_okay=False, path_type=Path),
              help="Also write all measurements to this file.")  # fmt: skip
def quality(folder: str, target: Path | None) -> None:
    """Measure silence, clipping, offset, repetitions, outliers, and flag them."""
    from mgc import quality as rules
    from mgc.data import open_edition
    from mgc.record_files import csv_bytes
    from mgc.whole import write_whole

    edition = open_edition(folder)
    frame = rules.measure(edition, progress=True)
    if target is not None:
        write_whole(target, csv_bytes(frame))
    flags = rules.flag(frame)
    console = console_for_output()
    if len(flags):
        print_frame(console, f"Flags, edition {edition.key}", flags.drop(columns="value"), {})
    out = rules.leave_out(flags)
    console.print(
        f"{edition.n_tracks} tracks, {flags['track_id'].nunique()} flagged, {len(out)} left out"
        f" by default (rules: {', '.join(rules.DEFAULT_LEAVE_OUT)})."
    )


@data.command()
@click.argument("folder", metavar="AUDIO_ROOT")
@click.argument("target", metavar="OUT.npz", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--jobs", type=click.IntRange(min=1), help="Processes [all cores].")
@click.option("--fresh", is_flag=True, help="Replace OUT.npz where it exists.")
def pack(folder: str, target: Path, jobs: int | None, fresh: bool) -> None:
    """Write the spectrograms of AUDIO_ROOT as an archive, to share or to fit on."""
    from mgc import archive
    from mgc import pack as packing

    left_out = packing.pack(folder, target, jobs=jobs, fresh=fresh)
    for track_id, reason in left_out.items():
        click.echo(f"left out: {track_id}: {reason}", err=True)
    edition = archive.edition(target)
    click.echo(
        f"{edition.n_tracks} tracks in {target}, {len(left_out)} left out; edition {edition.key}."
    )


@main.command()
@click.argument("folder", metavar="DATA")
@click.option("--cache", default="", help="Folder of the cache [MGC_CACHE, or ~/.cache/mgc].")
@click.option("--jobs", type=click.IntRange(min=1), help="Processes [all cores].")
@click.option("--csv", "target", type=click.Path(dir_okay=False, path_type=Path),
              help="Write the statistics of each track to this file.")  # fmt: skip
@click.option("--out", type=click.Path(file_okay=False, path_type=Path),
              help="Write them to this folder in parts (Parquet); DATA may be any folder of"
              " audio.")  # fmt: skip
@click.option("--cluster", default="", metavar="ADDRESS",
              help="With --out: `local` or tcp://HOST:8786, a Dask cluster.")  # fmt: skip
@click.option("--fresh", is_flag=True, help="With --out: remove the parts that are there.")
def features(
    folder: str,
    cache: str,
    jobs: int | None,
    target: Path | None,
    out: Path | None,
    cluster: str,
    fresh: bool,
) -> None:
    """Compute the features of every track and keep them in the cache, or write them with --out.

    Ends with status 1 when a track was left out; all others have their row. With --out, the same
    command continues a run that was interrupted.
    """
    if out is not None:
        if cache or target is not None:
            raise click.UsageError("--out goes with neither --cache nor --csv")
        if jobs is not None and "://" in cluster:
            raise click.UsageError("--jobs is for this machine; a cluster has its own workers")
        from mgc.feature_rows import write_features

        report = write_features(folder, out, cluster=cluster, jobs=jobs, fresh=fresh)
        for line in report.lines():
            click.echo(line, err=True)
        click.echo(f"{report.summary()} Parts: {out}")
        if report.left_out:
            raise AudioError(
                f"{len(report.left_out)} files were left out; the reasons stand above"
            )
        return
    if cluster or fresh:
        raise click.UsageError("--cluster and --fresh need --out")
    import pandas as pd

    from mgc.data import open_edition
    from mgc.extraction import feature_names, load_arrays
    from mgc.record_files import csv_bytes
    from mgc.whole import write_whole

    place = cache or os.environ.get("MGC_CACHE", "") or Path.home() / ".cache" / "mgc"
    edition = open_edition(folder)
    arrays = load_arrays(edition, place, jobs=jobs, progress=True)
    if target is not None:
        table = pd.DataFrame(arrays.tabular, columns=list(feature_names(edition)))
        table.insert(0, "genre", arrays.genre)
        table.insert(0, "track_id", arrays.track_id)
        write_whole(target, csv_bytes(table, "%.6g"))
    for track_id, reason in arrays.left_out.items():
        click.echo(f"left out: {track_id}: {reason}", err=True)
    click.echo(f"{len(arrays.track_id)} tracks in {place}, {len(arrays.left_out)} left out.")
    if arrays.left_out:
        raise AudioError(f"{len(arrays.left_out)} tracks were left out; the reasons stand above")


@main.command()
@click.option("--data", "folder", default="demo", show_default=True, help="What to fit on.")
@click.option("--protocol", default="cv5", show_default=True,
              help="One of mgc.splits.PROTOCOLS.")  # fmt: skip
@click.option("--variant", default="quick", show_default=True,
              help="quick, as_written, or one of mgc.models.VARIANTS.")  # fmt: skip
@click.option("--models", default="", help="Separated by commas [all five and the baselines].")
@click.option("--seeds", default="0", show_default=True, help="Separated by commas.")
@click.option("--records", default="", help="Store [MGC_RECORDS, or book/records of the clone].")
@click.option("--jobs", type=click.IntRange(min=1), help="Fits at a time [number of cores].")
@click.option("--fresh", is_flag=True, help="Fit again what has a record.")
@click.option("--vgg16-weights", type=click.Path(exists=True, dir_okay=False),
              help="File of ImageNet weights [MGC_VGG16_WEIGHTS].")  # fmt: skip
def run(
    folder: str,
    protocol: str,
    variant: str,
    models: str,
    seeds: str,
    records: str,
    jobs: int | None,
    fresh: bool,
    vgg16_weights: str | None,
) -> None:
    """Fit every model that has no record yet, and sum up the results."""
    from mgc.models import BASELINES, NAMES
    from mgc.study import open_study

    names = _names(models, (*NAMES, *BASELINES))
    numbers = _numbers(seeds)
    if vgg16_weights is not None:
        os.environ["MGC_VGG16_WEIGHTS"] = str(Path(vgg16_weights).resolve())
    study = open_study(folder, records=records, protocol=protocol, variant=variant, seeds=numbers)
    study.fit_all(names, jobs=jobs, fresh=fresh, progress=True)
    console = console_for_output()
    for seed in numbers:
        title = f"{study.edition_record.key}, {protocol}, {variant}, seed {seed}"
        print_summary(console, title, study.results(seed=seed, models=names))
    console.print(f"Records: {study.store.root}")


@main.command()
@click.option("--archive", default="", help="Spectrogram archive of all of GTZAN.")
@click.option("--mini", "folder", default="", help="Folder with the 100-track mini set.")
@click.option("--records", default="", help="Store [MGC_RECORDS, or book/records of the clone].")
@click.option("--jobs", type=click.IntRange(min=1), help="Fits at a time [number of cores].")
@click.option("--status", "only_say", is_flag=True, help="Say what is done and left; fit nothing.")
def published(archive: str, folder: str, records: str, jobs: int | None, only_say: bool) -> None:
    """Make the records that the published book rests on; continues where it stopped."""
    from mgc import published as plan
    from mgc.records import Store, default_root

    store = Store(records or default_root())
    sources: dict[str, str | Path] = {plan.ARCHIVE: archive, plan.MINI: folder}
    studies = plan.studies(store.root, "", sources)
    if not studies:
        raise DataError("nothing to do without data: name --archive FILE.npz, --mini FOLDER")
    table = plan.status(studies, store.find())
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
        plan.run(studies, jobs=jobs)


@main.command()
@click.argument("paths", nargs=-1, required=True, metavar="FILE_OR_FOLDER...")
@click.option("--network", type=click.Path(dir_okay=False),
              help="File that `mgc train` made [the network that ships].")  # fmt: skip
@click.option("--json", "as_json", default="", metavar="FILE", help="Write JSON; - prints it.")
@click.option("--csv", "as_csv", default="", metavar="FILE", help="Write a table; - prints it.")
@click.option("--plot", "plots", default="", metavar="FOLDER",
              help="Draw the genres of each file over time.")  # fmt: skip
@click.option("--out", type=click.Path(file_okay=False, path_type=Path),
              help="Write a table to this folder in parts (Parquet), for many files.")  # fmt: skip
@click.option("--cluster", default="", metavar="ADDRESS",
              help="With --out: `local` or tcp://HOST:8786, a Dask cluster.")  # fmt: skip
@click.option("--jobs", type=click.IntRange(min=1), help="With --out: processes [all cores].")
@click.option("--fresh", is_flag=True, help="With --out: remove the parts that are there.")
def predict(
    paths: tuple[str, ...],
    network: str | None,
    as_json: str,
    as_csv: str,
    plots: str,
    out: Path | None,
    cluster: str,
    jobs: int | None,
    fresh: bool,
) -> None:
    """Classify music: three genres with probabilities, for each 30 s and for the whole.

    Ends with status 1 when a file got no answer; all others have theirs. With --out, the same
    command continues a run that was interrupted.
    """
    if out is None:
        if cluster or fresh or jobs:
            raise click.UsageError("--cluster, --jobs and --fresh need --out")
        from mgc.classify import run

        run(paths, network=network, as_json=as_json, as_csv=as_csv, plots=plots)
        return
    if as_json or as_csv or plots:
        raise click.UsageError("--out goes with none of --json, --csv and --plot")
    if jobs is not None and "://" in cluster:
        raise click.UsageError("--jobs is for this machine; a cluster has its own workers")
    from mgc.genre_rows import write_genres

    report = write_genres(
        paths, out, network_file=network, cluster=cluster, jobs=jobs, fresh=fresh
    )
    for line in report.lines():
        click.echo(line, err=True)
    click.echo(f"{report.summary()} Parts: {out}")
    if report.left_out:
        raise AudioError(f"{len(report.left_out)} files got no answer; the reasons stand above")


@main.command()
@click.argument("target", metavar="OUT.keras", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--data", "folder", required=True, help="Edition to train on.")
@click.option("--protocol", default="fault_filtered", show_default=True,
              help="One of mgc.splits.PROTOCOLS; its first fold is used.")  # fmt: skip
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0))
@click.option(
    "--records", "root", default="", help="Store of the record [records, beside OUT.keras]."
)
@click.option("--threads", default=1, show_default=True, type=click.IntRange(min=1))
def train(target: Path, folder: str, protocol: str, seed: int, root: str, threads: int) -> None:
    """Train the network that `mgc predict` uses, and say how good the file is."""
    from mgc import evaluate, export
    from mgc.study import open_study

    study = open_study(
        folder,
        records=root or target.parent / "records",
        protocol=protocol,
        variant=export.VARIANT,
        seeds=(seed,),
    )

    def say(stage: str, epoch: int, epochs: int, loss: float) -> None:
        if sys.stderr.isatty():
            end = "\r" if epoch < epochs else "\n"
            print(f"epoch {epoch} of {epochs}, validation loss {loss:.3f} ", end=end,
                  file=sys.stderr, flush=True)  # fmt: skip

    record = export.make(study, target, threads=threads, on_epoch=say)
    rows = evaluate.test_rows(record)
    low, high = evaluate.accuracy_interval(rows)
    click.echo(
        f"{target}: {target.stat().st_size / 1e6:.1f} MB, accuracy {evaluate.accuracy(rows):.1%}"
        f" ({low:.1%} to {high:.1%}) on {len(rows)} test tracks. Record: {record.path}"
    )


@main.command()
@click.argument("model")
@click.option("--data", "folder", required=True, help="Archive or folder with all of GTZAN.")
@click.option("--set", "changes", multiple=True, metavar="NAME=VALUE",
              help="Change a setting of the model's tuned recipe; may be repeated.")  # fmt: skip
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0))
@click.option("--records", default="", help="Store [MGC_RECORDS, or book/records of the clone].")
@click.option("--threads", default=1, show_default=True, type=click.IntRange(min=1))
def tune(
    model: str, folder: str, changes: tuple[str, ...], seed: int, records: str, threads: int
) -> None:
    """Try settings of a model and score them on validation tracks; the test part is not touched.

    Each trial is kept in the store, and the book lists them all.
    """
    from mgc import tuning
    from mgc.models import NAMES
    from mgc.study import open_study

    (name,) = _names(model, NAMES)
    if strange := [change for change in changes if "=" not in change]:
        raise click.BadParameter(f"{strange[0]!r} is no NAME=VALUE", param_hint="--set")
    plan = tuning.settings(name, dict(change.split("=", 1) for change in changes))
    study = open_study(folder, records=records, protocol=tuning.PROTOCOL, seeds=(seed,))
    trial = tuning.run(study, name, plan, threads=threads)
    click.echo(
        f"{name}: validation accuracy {trial['valid_accuracy']:.1%}, log loss"
        f" {trial['valid_log_loss']:.3f}, best epoch {trial['best_epoch']} of {plan.epochs},"
        f" {trial['minutes']:.1f} minutes"
    )


@main.group()
def records() -> None:
    """Look into the store of fits."""


_STORE = click.option(
    "--records", "root", default="", help="Store [MGC_RECORDS, or book/records of the clone]."
)


@records.command("list")
@_STORE
def list_records(root: str) -> None:
    """List every fit with its accuracy."""
    import pandas as pd

    from mgc import evaluate
    from mgc.records import Store, default_root

    store = Store(root or default_root())
    rows = []
    for record in store.find():
        low, high = evaluate.accuracy_interval(frame := evaluate.test_rows(record))
        keys = ("edition", "protocol", "variant", "model", "seed")
        rows.append(
            {
                "fit": record.fit_id,
                **{key: record.config[key] for key in keys},
                "accuracy": evaluate.accuracy(frame),
                "low": low,
                "high": high,
            }
        )
    if not rows:
        raise RecordError(f"{store.root} holds no fits; `mgc run` makes some")
    percent = dict.fromkeys(("accuracy", "low", "high"), ".1%")
    print_frame(console_for_output(), str(store.root), pd.DataFrame(rows), percent)


@records.command()
@click.argument("fit")
@_STORE
def show(fit: str, root: str) -> None:
    """Show one fit; the first digits of its id are enough."""
    import pandas as pd

    from mgc import evaluate
    from mgc.records import Store, default_root, load_record

    store = Store(root or default_root())
    found = sorted(store.fits.glob(f"{fit}*")) if fit.isalnum() else []
    if len(found) != 1:
        what = "no fit begins" if not found else f"{len(found)} fits begin"
        raise RecordError(f"{what} with {fit} in {store.root}; `mgc records list` names them all")
    record = load_record(found[0])
    console = console_for_output()
    facts = {**record.config, **record.environment}
    rows = [{"name": key, "value": plain(value)} for key, value in facts.items()]
    print_frame(console, f"Fit {record.fit_id}", pd.DataFrame(rows), {})
    if record.architecture:
        layers = pd.DataFrame(record.architecture)
        print_frame(console, f"{record.parameters:,} parameters", layers, {})
    genres = evaluate.per_genre(evaluate.test_rows(record)).reset_index()
    print_frame(console, "Test part", genres, dict.fromkeys(("precision", "recall", "f1"), ".2f"))
    print_summary(console, "Summary", {record.model: record})


@main.command()
@click.argument("record", default="")
@click.option("--data", "edition", default="gtzan-archive", show_default=True,
              help="Edition with records that the verdicts are about.")  # fmt: skip
@_STORE
@click.option("--claims", default="", help="Table of claims [book/claims.csv of the clone].")
@click.option("--results", default="", help="Published results [results.csv beside the store].")
@click.option("--out", default="", help="Folder for audit.csv, audit.json and audit.html.")
@click.option("--renew", is_flag=True, help="Only write the table of published results anew.")
def audit(
    record: str, edition: str, root: str, claims: str, results: str, out: str, renew: bool
) -> None:
    """Audit the original report and the records; with RECORD, tell in words what that fit was.

    Judges every claim, recomputes every published figure from predictions and proves every record.
    Ends with status 1 at the first thing that does not hold.
    """
    from mgc.audit.command import run

    run(
        record=record, data=edition, records=root, claims=claims, results=results, out=out,
        renew=renew,
    )  # fmt: skip


@main.command(
    short_help="Build, replay or serve the book.",
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def book(arguments: tuple[str, ...]) -> None:
    """Build, replay or serve the book; `mgc book --help` lists its options."""
    from mgc.book import main as chain

    sys.exit(chain(list(arguments)))


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
