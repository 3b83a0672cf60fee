"""Serve the book while an author edits: a saved chapter is rebuilt and the browser reloads."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from mgc.errors import MgcError
from tools.pages import chain
from tools.pages.content import evidence
from tools.pages.content.evidence import Evidence
from tools.pages.execute import chapters
from tools.pages.project import Options, Project

if TYPE_CHECKING:
    from jupyter_client.manager import KernelManager

WATCHED = ("book/*.py", "book/*.md", "book/*.bib", "book/_static/**/*", "_*.yml", "mgc/**/*.py")


class Workshop:
    """What stays from one build to the next: the evidence, and a kernel that waits warm."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._evidence: dict[str, Evidence] = {}
        self._starter = ThreadPoolExecutor(1)
        self._waiting: Future[KernelManager] | None = None
        self._lock = threading.Lock()

    def prepare(self, project: Project, options: Options) -> Evidence:
        """Do what `tools.pages.content.evidence.prepare` does, once for the same surroundings."""
        around = chapters.surroundings(project, options)
        if around not in self._evidence:
            self._evidence = {around: evidence.prepare(project, options)}
        return self._evidence[around]

    def warm_up(self) -> None:
        """Let a kernel wait for the next chapter."""
        if self._waiting is None:
            self._waiting = self._starter.submit(chapters.start_kernel, self._folder)

    def kernel(self) -> KernelManager | None:
        """Give the waiting kernel to the first chapter that asks."""
        with self._lock:
            waiting, self._waiting = self._waiting, None
        return waiting.result() if waiting else None

    def close(self) -> None:
        """End the waiting kernel."""
        if (kernel := self.kernel()) is not None:
            kernel.shutdown_kernel(now=True)


def serve(
    project: Project,
    options: Options,
    port: int,
    console: Console,
    build: Callable[..., Any] = chain.build,
) -> None:
    """Build, serve on this machine alone, and build again at each change until interrupted.

    A chapter that fails is reported, and the last good pages stay in the browser. Raises MgcError
    if the port is taken.
    """
    from livereload import Server

    workshop, kept = Workshop(project.sources), project.build / "live"
    shutil.rmtree(kept, ignore_errors=True)  # code that makes pages may have changed

    def rebuild(changed: list[str] | None = None) -> None:
        if changed:
            console.print(f"changed: {', '.join(Path(name).name for name in changed[:5])}")
        stays = {"prepare": workshop.prepare, "kernel": workshop.kernel, "kept": kept}
        try:
            build(project, options, console=console, **stays)
        except (MgcError, OSError) as error:
            console.print(f"error: {error}", style="red", markup=False, soft_wrap=True)
        workshop.warm_up()

    project.html.mkdir(parents=True, exist_ok=True)
    with chapters.this_interpreter(project.build):
        try:
            rebuild()
            server = Server()
            for pattern in WATCHED:
                server.watch(str(project.root / pattern), rebuild)
            console.print(f"Serving http://127.0.0.1:{port}/ (Ctrl-C ends it)")
            try:
                server.serve(port=port, host="127.0.0.1", root=str(project.html))
            except OSError as error:
                raise MgcError(
                    f"port {port} cannot be used ({error}); take another with --port"
                ) from error
        finally:
            workshop.close()
