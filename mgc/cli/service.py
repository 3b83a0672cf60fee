"""The commands that let a network work: over HTTP for others."""

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
