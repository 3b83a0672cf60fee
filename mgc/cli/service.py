"""The commands that let a network work, over HTTP for others, and compare two."""

from __future__ import annotations

import socket
from pathlib import Path

import click

from mgc.cli import options
from mgc.errors import DataError


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
    config = uvicorn.Config(
        create_app(settings, click.echo),
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


@click.command()
@click.argument("first", metavar="A", type=options.NETWORK_OR_SHIPPED)
@click.argument("second", metavar="B", type=options.NETWORK_OR_SHIPPED)
@click.argument("folder", metavar="DATA", type=options.DATA)
@click.option("--stop-early", is_flag=True, help="End as soon as the sequential test decides.")
def compare(first: Path | None, second: Path | None, folder: str, *, stop_early: bool) -> None:
    """Compare two networks on the same labelled tracks: files of `mgc train`, or `shipped`.

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
