"""The one door to all that makes pages: `python -m tools.pages COMMAND`."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console

from mgc.cli.options import DATA, FILE, FOLDER
from mgc.cli.terminal import plain_where_needed
from mgc.errors import MgcError, sentence
from mgc.models.recipe import VARIANTS
from mgc.util.pools import ended_by_sigterm
from tools.pages.project import (
    PUBLISHED_DATA,
    PUBLISHED_PROTOCOL,
    PUBLISHED_VARIANT,
    Options,
    find_project,
)

Command = TypeVar("Command", bound=Callable[..., Any])


class _Group(click.Group):
    """Commands whose foreseeable errors are one message and exit status 1, not a traceback."""

    def main(self, *arguments: Any, **settings: Any) -> Any:
        plain_where_needed()
        return super().main(*arguments, **settings)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with ended_by_sigterm():
                return super().invoke(ctx)
        except MgcError as error:  # of several lines, where Jupyter Book has warnings
            raise click.ClickException(str(error)) from error
        except OSError as error:
            raise click.ClickException(sentence(error)) from error


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Make the book: execute its chapters, build, serve and print its pages."""


def _chapters(command: Command) -> Command:
    """Add the options of each command that executes chapters."""
    for option in (
        click.option("--jobs", type=click.IntRange(min=1), default=os.cpu_count() or 1,
                     show_default=True, help="Chapters executed at a time."),
        click.option("--only", multiple=True, metavar="CHAPTER",
                     help="Number or name; may be given several times."),
    ):  # fmt: skip
        command = option(command)
    return command


def _build(data: str | None) -> Callable[[Command], Command]:
    """Add the options of each command that builds pages, and of the data that it builds on."""

    def add(command: Command) -> Command:
        for option in (
            click.option("--seed", default=0, show_default=True),
            click.option("--variant", default="", type=click.Choice(["", *VARIANTS]),
                         help="[tuned for published records, else quick]"),
            click.option("--protocol", default="",
                         help="[artist_cv for published records, else cv5]"),
            click.option("--records", type=FOLDER, metavar="FOLDER", help="Another record store."),
            click.option("--data", default=data, metavar="PATH", show_default=True, type=DATA,
                         help="Folder in GTZAN's layout, archive (.npz), or demo."),
            click.option("--fresh", is_flag=True, help="Do again even what is up to date."),
        ):  # fmt: skip
            command = option(command)
        return _chapters(command)

    return add


def options_of(
    working: bool,
    data: str | None,
    protocol: str,
    variant: str,
    records: Path | None,
    **others: Any,
) -> Options:
    """Turn options of the command line into those of the chain.

    A folder of data becomes an absolute path, since chapters run in another folder; what is none
    is the name of an edition.
    """
    if data not in (None, "demo", PUBLISHED_DATA) and Path(data).exists():
        data = str(Path(data).resolve())
    published = data in (None, PUBLISHED_DATA)
    return Options(
        working=working,
        data=data or PUBLISHED_DATA,
        records=str(records or ""),
        protocol=protocol or (PUBLISHED_PROTOCOL if published else "cv5"),
        variant=variant or (PUBLISHED_VARIANT if published else "quick"),
        **others,
    )


def _make(options: Options) -> None:
    from tools.pages import chain

    console = Console()
    built = chain.build(find_project(), options, console=console)
    if built.index is not None:
        console.print(f"Open {built.index.as_uri()}", soft_wrap=True)


@main.command()
@_build(data="demo")
def build(**options: Any) -> None:
    """Fit the models on the data, execute the chapters, build the pages."""
    _make(options_of(working=True, **options))


@main.command()
@_build(data=None)
def replay(**options: Any) -> None:
    """Build the pages from the published records, without data."""
    _make(options_of(working=False, **options))


@main.command()
@_build(data=None)
@click.option("--port", default=8000, show_default=True)
def live(port: int, data: str | None, **options: Any) -> None:
    """Serve the book and rebuild the chapter that was saved."""
    from tools.pages.live import serve

    serve(find_project(), options_of(bool(data), data, **options), port, Console())


@main.command()
@_chapters
def references(only: tuple[str, ...], jobs: int) -> None:
    """Write the notebooks that nbval compares with."""
    from tools.pages import chain

    chain.references(find_project(), Options(only=only, jobs=jobs), Console())


@main.command()
def check() -> None:
    """Check the form of the chapters and look for stray notebooks."""
    from tools.pages import chain

    chain.check_sources(find_project())
    click.echo("chapters are well-formed, no stray notebook")


@main.command()
@click.option("--out", type=FILE, help="File to write [_build/sentences.md].")
def sentences(out: Path | None) -> None:
    """List what code wrote in the published book that was built last, to be read as prose."""
    import nbformat

    from mgc.util.atomic import write_whole
    from tools.pages.content.sentences import collect

    project = find_project()
    lines = []
    for path in sorted(project.notebooks(Options()).glob("*.ipynb")):
        said = collect(nbformat.read(path, as_version=4))
        lines += [f"## {path.stem}", *(f"- {text}" for text in said)]
    out = out or project.build / "sentences.md"
    write_whole(out, ("\n".join(lines) + "\n").encode())
    click.echo(f"{out}: {len(lines)} lines")


@main.command()
@click.option("--site", type=FOLDER, help="Built site [_build/html].")
@click.option("--out", type=FILE, help="File to write [mgc.pdf in the site].")
def pdf(site: Path | None, out: Path | None) -> None:
    """Print the whole built book into one PDF."""
    from tools.pages.print.pdf import print_book

    project = find_project()
    site = (site or project.html).resolve()
    out = out or site / "mgc.pdf"
    count = print_book(project, site, out)
    click.echo(f"{out}: {count} pages, {out.stat().st_size / 1e6:.1f} MB")


@main.command()
def pictures() -> None:
    """Take the pictures of the README and the front page anew from the built pages."""
    from tools.pages.print.pictures import take

    for path in take(find_project()):
        click.echo(f"{path}: {path.stat().st_size / 1e3:.0f} kB")


@main.command()
@click.option("--check", is_flag=True, help="Change nothing, fail if outdated.")
@click.argument("file", default="README.md", type=FILE)
def readme(check: bool, file: Path) -> None:
    """Write the results table of README.md from the published records."""
    from tools.pages.readme import update

    if not update(file, write=not check) and check:
        raise MgcError(
            f"the results in {file.name} are outdated: run python -m tools.pages readme"
        )
