"""The commands that take music, or make what listens to it; `mgc.cli.main` adds them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mgc.cli import options
from mgc.cli.outputs import check_file
from mgc.cli.tables import opened, prepared, print_left_out, write_csv
from mgc.errors import AudioError

if TYPE_CHECKING:
    from mgc.inference.batch.parts import Report


@click.command()
@click.argument("folder", metavar="DATA", type=options.DATA)
@click.option(
    "--cache", type=options.FOLDER, help="Folder of the cache [MGC_CACHE, or ~/.cache/mgc]."
)
@options.JOBS
@options.CSV
@options.OUT
@options.CLUSTER
@options.FRESH_PARTS
def features(
    folder: str,
    cache: Path | None,
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
        from mgc.inference.batch.tables import write_features

        write = partial(write_features, folder, out)
        _write_in_parts(write, out, "were left out", cluster, jobs, fresh=fresh)
        return
    if cluster or fresh:
        raise click.UsageError("--cluster and --fresh need --out")
    import pandas as pd

    from mgc.features.loading import load_arrays
    from mgc.features.names import feature_names
    from mgc.util.cache import cache_folder

    where = cache_folder(cache or "")
    edition = opened(folder)
    arrays = load_arrays(edition, where, jobs=jobs, progress=True)
    if target is not None:
        table = pd.DataFrame(arrays.tabular, columns=list(feature_names(edition)))
        table.insert(0, "genre", arrays.genre)
        table.insert(0, "track_id", arrays.track_id)
        write_csv(target, table, "%.6g")
    print_left_out(arrays.left_out)
    click.echo(f"{len(arrays.track_id)} tracks in {where}, {len(arrays.left_out)} left out.")
    if arrays.left_out:
        raise AudioError(f"{len(arrays.left_out)} tracks were left out; the reasons stand above")


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="FILE_OR_FOLDER...", type=options.ANY)
@options.NETWORK
@click.option(
    "--json", "as_json", type=options.OUTPUT, metavar="FILE", help="Write JSON; - prints it."
)
@click.option(
    "--csv", "as_csv", type=options.OUTPUT, metavar="FILE", help="Write a table; - prints it."
)
@click.option("--plot", "plots", type=options.OUTPUT_FOLDER, metavar="FOLDER",
              help="Draw the genres of each file over time.")  # fmt: skip
@options.OUT
@options.CLUSTER
@options.JOBS
@options.FRESH_PARTS
def predict(
    paths: tuple[Path, ...],
    network: Path | None,
    out: Path | None,
    cluster: str,
    jobs: int | None,
    fresh: bool,
    **outputs: str | None,
) -> None:
    """Classify music: three genres with probabilities, for each 30 s and for the whole.

    Ends with status 1 when a file got no answer; all others have theirs. With --out, the same
    command continues a run that was interrupted.
    """
    if out is None:
        if cluster or fresh or jobs:
            raise click.UsageError("--cluster, --jobs and --fresh need --out")
        from mgc.cli.predict import predict_each

        predict_each(paths, network=network, **outputs)
        return
    if any(outputs.values()):
        raise click.UsageError("--out goes with none of --json, --csv and --plot")
    from mgc.inference.batch.tables import write_genres

    write = partial(write_genres, paths, out, network=network)
    _write_in_parts(write, out, "got no answer", cluster, jobs, fresh=fresh)


def _write_in_parts(
    write: Callable[..., Report],
    out: Path,
    fate: str,
    cluster: str,
    jobs: int | None,
    *,
    fresh: bool,
) -> None:
    """Write a table in parts and say what was done; raise AudioError where a file is left out."""
    if jobs is not None and "://" in cluster:
        raise click.UsageError("--jobs is for this machine; a cluster has its own workers")
    report = write(cluster=cluster, jobs=jobs, fresh=fresh)
    print_left_out(report.left_out)
    click.echo(f"{report.summary()} Parts: {out}")
    if report.left_out:
        raise AudioError(f"{len(report.left_out)} files {fate}; the reasons stand above")


@click.command()
@click.argument("target", metavar="OUT", type=options.FILE)
@click.option("--data", "folder", required=True, type=options.DATA,
              help="Folder of your genres (OUT.onnx), or edition (OUT.keras).")  # fmt: skip
@click.option("--protocol", default="fault_filtered", show_default=True,
              help="One of mgc.datasets.splits.PROTOCOLS; its first fold is used.")  # fmt: skip
@options.SEED
@click.option("--records", type=options.FOLDER,
              help="Store of the record [records, beside OUT.keras].")  # fmt: skip
@options.THREADS
def train(
    target: Path, folder: str, protocol: str, seed: int, records: Path | None, threads: int
) -> None:
    """Train a network for `mgc predict`, and say how good it is.

    OUT.onnx knows the folders in --data as genres, by the tags of the network that ships: some
    minutes, and ten tracks a genre may do. OUT.keras is a small CNN that learns GTZAN's genres
    from nothing but the edition.
    """
    if target.suffix == ".onnx":
        _train_head(target, folder)
        return
    check_file("OUT.keras", target, (b"PK",))
    from mgc.evaluation.accuracy import accuracy_summary
    from mgc.inference import make_network

    study = prepared(
        folder,
        records=records or target.parent / "records",
        protocol=protocol,
        variant=make_network.VARIANT,
        seeds=(seed,),
    )

    def show_epoch(stage: str, epoch: int, epochs: int, loss: float) -> None:
        if sys.stderr.isatty():
            end = "\r" if epoch < epochs else "\n"
            print(f"epoch {epoch} of {epochs}, validation loss {loss:.3f} ", end=end,
                  file=sys.stderr, flush=True)  # fmt: skip

    record = make_network.make(study, target, threads=threads, on_epoch=show_epoch)
    known = accuracy_summary(record)
    click.echo(
        f"{target}: {target.stat().st_size / 1e6:.1f} MB, accuracy {known.accuracy:.1%}"
        f" ({known.low:.1%} to {known.high:.1%}) on {known.n_tracks} test tracks."
        f" Record: {record.path}"
    )


def _train_head(target: Path, folder: str) -> None:
    """Fit a head on the folders in a folder, and print its score."""
    check_file("OUT.onnx", target, (b"\x08",))
    from mgc.inference.own_genres import fit_own
    from mgc.util.places import place

    fitted = fit_own(place(folder), target, show=True)
    print_left_out(fitted.left_out)
    for warning in fitted.warnings:
        click.echo(f"warning: {warning}", err=True)
    for genre, share in fitted.recall.items():
        click.echo(f"  {genre}: {share:.0%}")
    click.echo(
        f"{target}: {fitted.accuracy:.1%} ({fitted.low:.1%} to {fitted.high:.1%}) of"
        f" {fitted.n_tracks} tracks in {fitted.n_groups} groups, by folds that keep artists apart;"
        f" always naming the most frequent genre would reach {fitted.chance:.1%}."
    )


@click.command("export-web")
@click.argument("target", metavar="OUT.onnx", type=options.FILE)
@options.NETWORK
def export_web(target: Path, network: Path | None) -> None:
    """Write a network as an ONNX file, for browsers and other programs without Keras."""
    check_file("OUT.onnx", target, (b"\x08",))
    from mgc.inference.onnx_file import write

    write(target, network)
    click.echo(f"{target}: {target.stat().st_size / 1e6:.1f} MB")
