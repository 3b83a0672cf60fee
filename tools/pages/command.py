"""The command line of the chain: `python -m tools.pages` and `mgc book`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from mgc.errors import MgcError, sentence
from mgc.models.recipe import VARIANTS
from tools.pages.project import (
    PUBLISHED_DATA,
    PUBLISHED_PROTOCOL,
    PUBLISHED_VARIANT,
    Options,
    find_project,
)

NO_FOLDER = ("demo", PUBLISHED_DATA)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(prog="mgc book", description="Build the book.")
    commands = top.add_subparsers(dest="command", required=True)
    about = {
        "build": "fit the models on the data, execute the chapters, build the pages",
        "replay": "build the pages from the published records, without data",
        "live": "serve the book and rebuild the chapter that was saved",
        "references": "write the notebooks that nbval compares with",
        "check": "check the form of the chapters and look for stray notebooks",
    }
    for name, text in about.items():
        one = commands.add_parser(name, help=text, description=text.capitalize() + ".")
        if name == "check":
            continue
        one.add_argument("--only", action="append", default=[], metavar="CHAPTER",
                         help="number or name; may be given several times")  # fmt: skip
        one.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N",
                         help="chapters executed at a time [number of processors]")  # fmt: skip
        if name == "references":
            continue
        one.add_argument("--fresh", action="store_true",
                         help="execute and fit even what is up to date")  # fmt: skip
        one.add_argument("--data", default="demo" if name == "build" else "", metavar="PATH",
                         help="folder in GTZAN's layout, archive (.npz), or demo")  # fmt: skip
        one.add_argument("--records", default="", metavar="FOLDER", help="another record store")
        one.add_argument("--protocol", default="", metavar="NAME",
                         help="[fault_filtered for published records, else cv5]")  # fmt: skip
        one.add_argument("--variant", default="", choices=("", *VARIANTS), metavar="NAME",
                         help="[tuned for published records, else quick]")  # fmt: skip
        one.add_argument("--seed", type=int, default=0)
        if name == "live":
            one.add_argument("--port", type=int, default=8000)
    return top


def options_of(arguments: argparse.Namespace) -> Options:
    """Turn parsed arguments into options; a folder of data becomes an absolute path."""
    if arguments.jobs < 1:
        raise MgcError("--jobs takes a number from 1 on")
    if arguments.command == "references":
        return Options(only=tuple(arguments.only), jobs=arguments.jobs)
    data = arguments.data
    # The chapters run in another folder. A name without such a folder is that of an edition.
    if data and data not in NO_FOLDER and Path(data).expanduser().exists():
        data = str(Path(data).expanduser().resolve())
    published = not data or data == PUBLISHED_DATA
    return Options(
        working=arguments.command == "build" or (arguments.command == "live" and bool(data)),
        data=data or PUBLISHED_DATA,
        records=arguments.records,
        protocol=arguments.protocol or (PUBLISHED_PROTOCOL if published else "cv5"),
        variant=arguments.variant or (PUBLISHED_VARIANT if published else "quick"),
        seed=arguments.seed,
        only=tuple(arguments.only),
        jobs=arguments.jobs,
        fresh=arguments.fresh,
    )


def run(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command; an error of ours is one message and exit status 1."""
    parsed = parser().parse_args(arguments)
    console = Console()
    try:
        from tools.pages import chain, live

        project = find_project()
        if parsed.command == "check":
            chain.check_sources(project)
            console.print("chapters are well-formed, no stray notebook")
            return 0
        options = options_of(parsed)
        if parsed.command == "references":
            chain.references(project, options, console)
            return 0
        if parsed.command == "live":
            live.serve(project, options, parsed.port, console)
            return 0
        built = chain.build(project, options, console=console)
        if built.index is not None:
            console.print(f"Open {built.index.as_uri()}", soft_wrap=True)
    except MgcError as error:  # of several lines, where Jupyter Book has warnings
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: {sentence(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; the next run continues", file=sys.stderr)
        return 130
    return 0
