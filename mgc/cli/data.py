"""The commands ``mgc data …``: find, check, fetch and pack audio."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mgc.cli import options
from mgc.cli.tables import console_for_output, opened, print_frame, print_left_out, write_csv
from mgc.errors import DataError

if TYPE_CHECKING:
    from mgc.datasets.fingerprint import Agreement

AGREES = 0.9
"""Share of sampled cells within one grey level from which a picture is said to agree."""


@click.group()
def data() -> None:
    """Find, check and fetch audio."""


@data.command()
@options.EDITION
@click.option("--all", "show_all", is_flag=True, help="List every track, not only odd ones.")
@options.CSV
def verify(folder: str, show_all: bool, target: Path | None) -> None:
    """Check every file: readable, complete, rate, checksum, repetitions.

    Of an archive it says how far its pictures agree with the published ones, and which do not.
    Ends with status 1 when a file is unreadable or truncated.
    """
    import pandas as pd

    from mgc.datasets.archive import open_archive
    from mgc.datasets.fingerprint import agreement
    from mgc.datasets.verify import BROKEN
    from mgc.datasets.verify import verify as check

    edition = opened(folder)
    result = check(edition, progress=True)
    published = None
    if edition.archive is not None:
        published = agreement(open_archive(edition.archive))
    if published is not None:
        result = result.merge(published.tracks, on="track_id", how="left")
    write_csv(target, result)
    strange = ~result["status"].isin(["ok", "unknown", "picture"]) | (result["identical_to"] != "")
    listed = result if show_all else result[strange]
    console = console_for_output()
    if len(listed):
        formats = {"duration_s": ".2f", "equal": ".0%", "near": ".0%"}
        print_frame(console, "Files", listed, formats)
    counts = pd.crosstab(result["genre"], result["status"]).reset_index()
    print_frame(console, f"Edition {edition.key}", counts, {})
    known = int(result["md5_known"].sum())
    of_these = f"{known} of them GTZAN's own files by checksum"
    if edition.archive is not None:
        of_these = "pictures without their audio: whether that was sound they cannot tell"
    console.print(f"{edition.n_tracks} tracks, {of_these}.")
    if edition.archive is not None:
        console.print(_beside_published(published))
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


def _beside_published(found: Agreement | None) -> str:
    """Say in sentences how far an archive agrees with the published one."""
    if found is None:
        return (
            "Its pictures are of another kind than the published ones: they cannot be compared."
            " `mgc data pack --like gtzan-archive` draws that kind."
        )
    tracks, others = found.tracks, found.tracks[~found.tracks["same"]]
    told = [f"{len(tracks) - len(others)} of {len(tracks)} pictures are the published ones."]
    if len(others):
        equal, near = others["equal"].mean(), others["near"].mean()
        told.append(
            f"Of the cells sampled in the others {equal:.1%} are equal and {near:.1%} within one"
            " grey level."
        )
        apart = others[others["near"] < AGREES].sort_values("near")["track_id"].tolist()
        told.append(
            f"{len(others) - len(apart)} of these agree in {AGREES:.0%} of their cells or more"
            + (f", {len(apart)} in less: {_some(apart)}." if apart else ".")
        )
    for names, what in (
        (found.missing, "published tracks are not in it"),
        (found.extra, "tracks are in it, but not published"),
    ):
        if names:
            told.append(f"{len(names)} {what}: {_some(names)}.")
    return " ".join(told)


def _some(names: Sequence[str]) -> str:
    """Name up to ten of some tracks."""
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return ", ".join(names[:10]) + more


@data.command()
def where() -> None:
    """Say how to get GTZAN and where to put it."""
    from mgc.datasets.fetch import where_text

    click.echo(where_text())


@data.command()
@click.argument("name", metavar="mini", type=click.Choice(["mini"]))
@click.argument("folder", type=options.FOLDER)
def fetch(name: str, folder: Path) -> None:
    """Download the 100-track GTZAN mini set into FOLDER."""
    from mgc.datasets.fetch import fetch_mini

    place = fetch_mini(folder)
    click.echo(f"The mini set is in {place}. Next: nox -s build -- --data {place}")


@data.command()
@options.EDITION
@options.CSV
def quality(folder: str, target: Path | None) -> None:
    """Measure silence, clipping, offset, repetitions, outliers, and flag them."""
    from mgc.datasets import quality as quality_module

    edition = opened(folder)
    frame = quality_module.measure(edition, progress=True)
    write_csv(target, frame)
    flags = quality_module.flag(frame)
    console = console_for_output()
    if len(flags):
        print_frame(console, f"Flags, edition {edition.key}", flags.drop(columns="value"), {})
    out = quality_module.leave_out(flags)
    console.print(
        f"{edition.n_tracks} tracks, {flags['track_id'].nunique()} flagged, {len(out)} left out"
        f" by default (rules: {', '.join(quality_module.DEFAULT_LEAVE_OUT)})."
    )


@data.command()
@click.argument("folder", metavar="AUDIO_ROOT", type=options.DATA)
@click.argument("target", metavar="OUT.npz", type=options.FILE)
@options.JOBS
@click.option("--fresh", is_flag=True, help="Replace OUT.npz where it exists.")
@click.option("--like", default="", type=click.Choice(["", "gtzan-archive"]),
              help="Draw by the rule of the published archive [mel-spectrograms].")  # fmt: skip
def pack(folder: str, target: Path, jobs: int | None, fresh: bool, like: str) -> None:
    """Write the spectrograms of AUDIO_ROOT as an archive, to share or to fit on."""
    from mgc.datasets import archive
    from mgc.features import pack as pack_module

    left_out = pack_module.pack(folder, target, like=like, jobs=jobs, fresh=fresh)
    print_left_out(left_out)
    edition = archive.edition(target)
    click.echo(
        f"{edition.n_tracks} tracks in {target}, {len(left_out)} left out; edition {edition.key}."
    )
