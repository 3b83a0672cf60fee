"""The whole chain in order: records, chapters, pages, site."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from rich.console import Console

from mgc.errors import BookError
from mgc.util.atomic import remove_leftovers, write_whole
from tools.pages import html_build, staging
from tools.pages.content.evidence import Evidence, prepare
from tools.pages.execute import chapters
from tools.pages.execute.chapters import Outcome
from tools.pages.project import Options, Project

if TYPE_CHECKING:
    from jupyter_client.manager import KernelManager

Prepare = Callable[[Project, Options], Evidence]


@dataclass(frozen=True)
class Built:
    """What a run of the chain made.

    Attributes
    ----------
    outcomes : tuple of Outcome
        One a chapter, in order.
    index : Path or None
        The first page; None when chapters were missing and no site could be built.
    """

    outcomes: tuple[Outcome, ...]
    index: Path | None

    @property
    def executed(self) -> tuple[str, ...]:
        """Names of the chapters that ran now."""
        return tuple(outcome.name for outcome in self.outcomes if outcome.executed)


def build(
    project: Project,
    options: Options,
    *,
    prepare: Prepare = prepare,
    console: Console | None = None,
    kernel: Callable[[], KernelManager | None] = lambda: None,
    kept: Path | None = None,
) -> Built:
    """Fit (working mode), execute what changed, check, and build the site.

    Parameters
    ----------
    project : Project
    options : Options
        With `only`, other chapters are neither executed nor checked for being up to date; the
        site is built when each of them has been executed before.
    prepare : callable
        Fits models and describes the records.
    console : rich.console.Console, optional
        Where progress goes.
    kernel : callable
        Gives the kernel of a chapter, where one has been started ahead.
    kept : Path, optional
        As for `tools.pages.html_build.make_site`.

    Raises
    ------
    BookError
        The first chapter that failed, by name and with its error, or the site's warnings.
    """
    console = console or Console()
    wanted = project.chapters(options.only)
    evidence = prepare(project, options)
    folder = project.notebooks(options)
    remove_leftovers(folder)
    remove_leftovers(project.build)
    around = chapters.surroundings(project, options)
    outcomes = run_chapters(project, options, wanted, around, console, kernel)
    others = [path for path in project.chapters() if path.stem not in outcomes]
    for path in others:
        if (known := chapters.kept(path, folder)) is not None:
            outcomes[path.stem] = known
            if chapters.kept(path, folder, chapters.fingerprint(path, around)) is None:
                console.print(f"[yellow]{path.stem} has changed since it was executed[/]")
    ordered = tuple(outcomes[name] for name in sorted(outcomes))
    missing = [path.stem for path in others if path.stem not in outcomes]
    if missing:
        console.print(f"No site yet: {', '.join(missing)} not executed before. Leave out --only.")
        return Built(ordered, None)
    remove_forgotten(folder, set(outcomes))
    started = time.perf_counter()
    staging.stage(project, ordered, evidence, around)
    if html_build.make_site(project, fresh=options.fresh, kept=kept):
        console.print(f"pages: {time.perf_counter() - started:.1f} s")
    else:
        console.print("pages: nothing has changed")
    return Built(ordered, project.html / "index.html")


def run_chapters(
    project: Project,
    options: Options,
    wanted: list[Path],
    around: str,
    console: Console,
    kernel: Callable[[], KernelManager | None],
) -> dict[str, Outcome]:
    """Execute the chapters whose fingerprint changed, several at a time, up to the first error.

    Each chapter is a process of its own; the threads here only wait for them.
    """
    folder, values = project.notebooks(options), chapters.parameters(project, options)
    outcomes: dict[str, Outcome] = {}
    marks = {path: chapters.fingerprint(path, around) for path in wanted}
    for path, mark in marks.items():
        if not options.fresh and (known := chapters.kept(path, folder, mark)) is not None:
            outcomes[path.stem] = known
            console.print(f"{path.stem}: nothing has changed")

    def execute(path: Path) -> Outcome:
        done = chapters.execute(path, folder, values, marks[path], project.root, kernel())
        console.print(f"{path.stem}: executed in {done.seconds:.1f} s")
        return done

    pending = [path for path in wanted if path.stem not in outcomes]
    here = chapters.this_interpreter(project.build)
    with here, ThreadPoolExecutor(max(1, options.jobs)) as pool:
        futures = [pool.submit(execute, path) for path in pending]
        wait(futures, return_when=FIRST_EXCEPTION)
        for future in futures:
            future.cancel()  # after an error, what has not begun need not
    failed = [error for f in futures if not f.cancelled() and (error := f.exception())]
    if failed:
        raise failed[0]
    return outcomes | {path.stem: f.result() for path, f in zip(pending, futures, strict=True)}


def references(project: Project, options: Options, console: Console) -> None:
    """Write the notebooks that nbval compares with, from a replay of the published records.

    Pictures are left out, since nbval does not compare them and they would fill the repository.
    """
    wanted = project.chapters(options.only)
    target = project.root / "tests" / "notebooks"
    target.mkdir(parents=True, exist_ok=True)
    folder = project.build / "references"
    with chapters.this_interpreter(project.build):
        for path in wanted:
            done = chapters.execute(path, folder, {}, "", project.root)
            notebook = nbformat.read(done.notebook, as_version=4)
            notebook.metadata.pop("mgc", None)
            without_pictures(notebook)
            write_whole(target / f"{path.stem}.ipynb", f"{nbformat.writes(notebook)}\n".encode())
            console.print(f"{path.stem}: written in {done.seconds:.1f} s")
    if not options.only:
        remove_forgotten(target, {path.stem for path in wanted})
    shutil.rmtree(folder, ignore_errors=True)


def without_pictures(notebook: nbformat.NotebookNode) -> None:
    """Take pictures out of a notebook's outputs, glued ones included."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            for kind in [kind for kind in data if "image/" in kind]:
                del data[kind]


def check_sources(project: Project) -> None:
    """Check each chapter's form, and that no notebook lies outside the nbval references.

    Raises BookError with the names of the chapter or the notebooks.
    """
    for path in project.chapters():
        chapters.read_chapter(path)
    allowed = project.root / "tests" / "notebooks"
    made = {project.build, project.root / ".nox", project.root / ".git", project.root / ".venv"}
    stray = [
        str(path.relative_to(project.root))
        for path in sorted(project.root.rglob("*.ipynb"))
        if path.parent != allowed and not made & set(path.parents)
    ]
    if stray:
        raise BookError(f"notebooks are made, not kept: remove {', '.join(stray)}")


def remove_forgotten(folder: Path, names: set[str]) -> None:
    """Remove notebooks whose chapter is no more."""
    for path in folder.glob("*.ipynb"):
        if path.stem not in names:
            path.unlink()
