"""The commands that let a network work for others, watch it, and compare two."""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import Any

import click

from mgc.cli import options
from mgc.cli.outputs import STREAM
from mgc.errors import DataError, MgcError


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True,
              help="Address to listen at; 0.0.0.0 for all of this machine's.")  # fmt: skip
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535),
              help="0 for any free one.")  # fmt: skip
@options.NETWORK
@options.JOBS
@click.option("--max-size", default=50.0, show_default=True, metavar="MB", help="Of an upload.",
              type=click.FloatRange(min=0, min_open=True))  # fmt: skip
@click.option("--max-duration", default=900.0, show_default=True, metavar="SECONDS",
              help="Of a recording.", type=click.FloatRange(min=0, min_open=True))  # fmt: skip
@click.option("--max-time", default=30.0, show_default=True, metavar="SECONDS",
              help="For the upload, for waiting, and for the work.",
              type=click.FloatRange(min=0, min_open=True))  # fmt: skip
@click.option("--max-requests", default=16, show_default=True, type=click.IntRange(min=1),
              help="Uploads at a time; more are told to come again.")  # fmt: skip
@click.option("--token", default="", envvar="MGC_TOKEN", metavar="TEXT",
              help="Ask clients for this bearer token; better given as MGC_TOKEN.")  # fmt: skip
@click.option("--cors", "origins", multiple=True, metavar="ORIGIN",
              help="Origin of web pages that may ask, like https://example.org; may be"
              " repeated.")  # fmt: skip
def serve(
    host: str,
    port: int,
    network: Path | None,
    jobs: int | None,
    max_size: float,
    max_duration: float,
    max_time: float,
    max_requests: int,
    token: str,
    origins: tuple[str, ...],
) -> None:
    """Classify music for others, over HTTP: POST a file to /v1/predictions; /docs says more.

    Prints a line of JSON for each upload, which `mgc monitor` reads. SIGTERM ends it when all
    requests under way are answered.
    """
    import os

    from mgc.util.machine import need

    uvicorn = need("uvicorn", "serve", DataError)
    need("fastapi", "serve", DataError)
    from mgc.service.app import Settings, create_app

    if not token.isascii():
        raise click.BadParameter("a token is made of ASCII letters", param_hint="--token")
    settings = Settings(
        network=network,
        workers=jobs or os.cpu_count() or 1,
        megabytes=max_size,
        audio_s=max_duration,
        work_s=max_time,
        at_a_time=max_requests,
        token=token,
        origins=origins,
    )
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=256)
    except OSError as problem:
        raise DataError(
            f"{host}:{port}: cannot listen there ({problem.strerror}); choose another --port"
        ) from problem
    name, number = listener.getsockname()[:2]
    place = f"[{name}]" if ":" in name else name
    click.echo(f"http://{place}:{number}, its description at /docs", err=True)
    if not (token or name in ("127.0.0.1", "::1")):
        click.echo("no --token: whoever reaches this port is answered", err=True)
    problems: list[MgcError] = []

    def failed(problem: MgcError) -> None:
        problems.append(problem)
        server.should_exit = True

    config = uvicorn.Config(
        create_app(settings, click.echo, failed),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=round(3 * max_time) + 1,
    )
    server = uvicorn.Server(config)
    try:
        server.run([listener])
    except (SystemExit, KeyboardInterrupt):
        if not server.should_exit:  # else it was asked to end, and has
            raise
    if problems:
        raise problems[0]


@click.command()
@click.argument("first", metavar="A", type=options.FILE)
@click.argument("second", metavar="B", type=options.FILE)
@click.argument("folder", metavar="DATA", type=options.DATA)
@click.option("--stop-early", is_flag=True, help="End as soon as the sequential test decides.")
def compare(first: Path, second: Path, folder: str, *, stop_early: bool) -> None:
    """Compare two networks on the same labelled tracks: files, or `musicnn` and `cnn`.

    DATA should hold no track that either was trained on. The sequential test may be looked at
    after every artist; the paired test is for all tracks together.
    """
    import math

    from mgc.cli.tables import opened, print_left_out
    from mgc.evaluation.clusters import artist_groups
    from mgc.evaluation.sequential import POWER
    from mgc.evaluation.significance import ALPHA
    from mgc.inference.classifier import Classifier
    from mgc.service.compare import compare as compared

    edition = opened(folder)
    if edition.archive is not None:
        raise DataError(f"{folder}: networks listen to audio; name a folder of it")
    found = compared(
        Classifier(first),
        Classifier(second),
        edition.tracks,
        artist_groups(edition.name),
        stop_early=stop_early,
        left_out=lambda name, reason: print_left_out({name: reason}),
    )
    click.echo(
        f"A has {found.right[0]:.1%} of {found.n_tracks} tracks of {found.n_groups} artists right,"
        f" B {found.right[1]:.1%}; A alone {found.only[0]}, B alone {found.only[1]}."
    )
    limit = f"{1 / ALPHA:g} decide"
    when = f"decided after {found.decided} artists" if found.decided else f"undecided; {limit}"
    click.echo(f"Sequential test: evidence {found.e:.3g} ({when}).")
    if not found.stopped:
        click.echo(f"Paired test over artists: p = {found.p:.3g}.")
    if found.better:
        click.echo(f"{'AB'[found.better - 1]} is better.")
        return
    click.echo("No difference is shown.")
    if math.isfinite(found.more_tracks):
        click.echo(
            f"If it is as large as it looks here, about {math.ceil(found.more_tracks):,} more"
            f" tracks would show it with a chance of {POWER:.0%}."
        )


@click.command()
@click.argument("reference", type=options.ANY)
@click.argument("stream", type=options.OUTPUT)
@options.NETWORK
@click.option("--window", default=50, show_default=True, type=click.IntRange(min=10),
              help="Tracks that are looked at together.")  # fmt: skip
def monitor(reference: Path, stream: str, network: Path | None, window: int) -> None:
    """Say whether the music of STREAM is other music than that of REFERENCE.

    Each is a folder, what `mgc predict --json` wrote, or the lines of `mgc serve`; - reads lines
    as they come. Ends with status 1 where the music has changed.
    """
    from mgc.evaluation.drift import HORIZON, RATE
    from mgc.service import monitor as monitoring

    detector = monitoring.make_detector(monitoring.read(reference, network), window)
    click.echo(
        f"Windows of {window} tracks; music like the reference gives a false alarm within"
        f" {HORIZON:,} tracks with a chance of {RATE:.0%}."
    )
    incoming = (
        monitoring.read_lines(sys.stdin.buffer, "standard input")
        if stream == STREAM
        else monitoring.read(Path(stream), network)
    )
    seen, before = monitoring.Watch(), False
    for number, alarm, change in monitoring.watch(detector, incoming, seen):
        if alarm and not before:
            click.echo(
                f"after {number} tracks: changed. {change.column}: {change.before:.2f} on average"
                f" before, {change.after:.2f} now (distance {change.distance:.2f}, limit"
                f" {detector.distance_limit:.2f}); first genres: chi-square"
                f" {change.chi_square:.0f}, limit {detector.chi_square_limit:.0f}"
            )
        elif before and not alarm:
            click.echo(f"after {number} tracks: as before")
        before = alarm
    if seen.heard < window:
        raise DataError(
            f"{seen.heard} answers, fewer than a window of {window}; give more, or a smaller"
            " --window"
        )
    what = f"{seen.heard} answers, {seen.skipped} without probabilities passed over"
    if seen.changed:
        raise DataError(f"{what}: the music has changed; see above")
    click.echo(f"{what}: no change is shown.")


@click.command()
@click.argument("source", default="microphone", metavar="[SOURCE]",
                type=click.Choice(["microphone", STREAM]))  # fmt: skip
@options.NETWORK
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON each second.")
def listen(source: str, network: Path | None, *, as_json: bool) -> None:
    """Listen to the microphone, and say each second what the last 3 and 30 seconds are.

    SOURCE - reads bare samples from standard input: ffmpeg -i ANY -f s16le -ac 1 -ar 22050 - |
    mgc listen -
    """
    import json
    from contextlib import nullcontext

    from mgc.inference import answers
    from mgc.inference.classifier import Answer, Classifier
    from mgc.service import listen as listening

    def line(answer: Answer) -> str:
        said = ", ".join(f"{genre} {p:.0%}" for genre, p in answer.top)
        return said if answer.verdict == "sure" else f"{answer.verdict} {said}".strip()

    classifier = Classifier(network)
    opened = nullcontext(sys.stdin.buffer.read) if source == STREAM else listening.microphone()
    with opened as read:
        for heard in listening.listen(read, classifier):
            if as_json:
                facts: dict[str, Any] = {
                    "time_s": round(heard.time_s, 3), "delay_s": round(heard.delay_s, 3)
                }  # fmt: skip
                for name, answer in (("last_3_s", heard.short), ("last_30_s", heard.long)):
                    said = answers.plain(answer)
                    facts[name] = {k: said[k] for k in said if k not in ("file", "windows")}
                click.echo(json.dumps(facts))
            else:
                minutes, seconds = divmod(int(heard.time_s), 60)
                click.echo(
                    f"{minutes}:{seconds:02d}  3 s: {line(heard.short)}   30 s: {line(heard.long)}"
                )
