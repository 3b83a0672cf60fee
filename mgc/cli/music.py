"""The commands that take music, or make what listens to it; `mgc.cli.main` adds them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mgc.errors import AudioError

if TYPE_CHECKING:
    from mgc.inference.batch.parts import Report


@click.command()
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
        _check_jobs(cluster, jobs)
        from mgc.inference.batch.feature_rows import write_features

        report = write_features(folder, out, cluster=cluster, jobs=jobs, fresh=fresh)
        _conclude(report, out, "were left out")
        return
    if cluster or fresh:
        raise click.UsageError("--cluster and --fresh need --out")
    import pandas as pd

    from mgc.datasets.opening import open_edition
    from mgc.features.loading import load_arrays
    from mgc.features.names import feature_names
    from mgc.util.atomic import write_whole
    from mgc.util.cache import place
    from mgc.util.textfiles import csv_bytes

    where = place(cache)
    edition = open_edition(folder)
    arrays = load_arrays(edition, where, jobs=jobs, progress=True)
    if target is not None:
        table = pd.DataFrame(arrays.tabular, columns=list(feature_names(edition)))
        table.insert(0, "genre", arrays.genre)
        table.insert(0, "track_id", arrays.track_id)
        write_whole(target, csv_bytes(table, "%.6g"))
    for track_id, reason in arrays.left_out.items():
        click.echo(f"left out: {track_id}: {reason}", err=True)
    click.echo(f"{len(arrays.track_id)} tracks in {where}, {len(arrays.left_out)} left out.")
    if arrays.left_out:
        raise AudioError(f"{len(arrays.left_out)} tracks were left out; the reasons stand above")


@click.command()
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
        from mgc.cli.predict import run

        run(paths, network=network, as_json=as_json, as_csv=as_csv, plots=plots)
        return
    if as_json or as_csv or plots:
        raise click.UsageError("--out goes with none of --json, --csv and --plot")
    _check_jobs(cluster, jobs)
    from mgc.inference.batch.genre_rows import write_genres

    report = write_genres(
        paths, out, network_file=network, cluster=cluster, jobs=jobs, fresh=fresh
    )
    _conclude(report, out, "got no answer")


@click.command()
@click.argument("target", metavar="OUT.keras", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--data", "folder", required=True, help="Edition to train on.")
@click.option("--protocol", default="fault_filtered", show_default=True,
              help="One of mgc.datasets.splits.PROTOCOLS; its first fold is used.")  # fmt: skip
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0))
@click.option(
    "--records", "root", default="", help="Store of the record [records, beside OUT.keras]."
)
@click.option("--threads", default=1, show_default=True, type=click.IntRange(min=1))
def train(target: Path, folder: str, protocol: str, seed: int, root: str, threads: int) -> None:
    """Train the network that `mgc predict` uses, and say how good the file is."""
    from mgc.evaluation import metrics, significance
    from mgc.inference import make_network
    from mgc.records.study import prepare_study

    study = prepare_study(
        folder,
        records=root or target.parent / "records",
        protocol=protocol,
        variant=make_network.VARIANT,
        seeds=(seed,),
    )

    def say(stage: str, epoch: int, epochs: int, loss: float) -> None:
        if sys.stderr.isatty():
            end = "\r" if epoch < epochs else "\n"
            print(f"epoch {epoch} of {epochs}, validation loss {loss:.3f} ", end=end,
                  file=sys.stderr, flush=True)  # fmt: skip

    record = make_network.make(study, target, threads=threads, on_epoch=say)
    rows = metrics.test_rows(record)
    low, high = significance.accuracy_interval(rows)
    click.echo(
        f"{target}: {target.stat().st_size / 1e6:.1f} MB, accuracy {metrics.accuracy(rows):.1%}"
        f" ({low:.1%} to {high:.1%}) on {len(rows)} test tracks. Record: {record.path}"
    )


@click.command("export-web")
@click.argument("target", metavar="OUT.onnx", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--network", type=click.Path(dir_okay=False),
              help="File that `mgc train` made [the network that ships].")  # fmt: skip
def export_web(target: Path, network: str | None) -> None:
    """Write a network as an ONNX file, for browsers and other programs without Keras."""
    from mgc.inference.onnx_file import write

    write(target, network)
    click.echo(f"{target}: {target.stat().st_size / 1e6:.1f} MB")


def _check_jobs(cluster: str, jobs: int | None) -> None:
    """Refuse a number of processes for machines that have workers of their own."""
    if jobs is not None and "://" in cluster:
        raise click.UsageError("--jobs is for this machine; a cluster has its own workers")


def _conclude(report: Report, out: Path, fate: str) -> None:
    """Say what a run in parts did; raise AudioError where it left something out."""
    for line in report.lines():
        click.echo(line, err=True)
    click.echo(f"{report.summary()} Parts: {out}")
    if report.left_out:
        raise AudioError(f"{len(report.left_out)} files {fate}; the reasons stand above")
