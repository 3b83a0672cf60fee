"""Serve the book while an author edits: a saved chapter is rebuilt and the browser reloads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from rich.console import Console

from mgc.errors import MgcError
from tools.pages import chain
from tools.pages.project import Options, Project

POLL_S = 0.5
WATCHED = ("book/*.py", "book/*.md", "book/*.bib", "book/_static/**/*", "_*.yml", "mgc/**/*.py")
VERSION = "/__mgc_version"
# Asks twice a second which build is being served, and reloads when that changes.
SCRIPT = f"""<script>
(() => {{
  let seen = null;
  setInterval(async () => {{
    try {{
      const now = await (await fetch("{VERSION}", {{cache: "no-store"}})).text();
      if (seen !== null && now !== seen) location.reload();
      seen = now;
    }} catch (gone) {{}}
  }}, 500);
}})();
</script>"""


class Version:
    """Counts the builds that a browser may have seen."""

    def __init__(self) -> None:
        self.number = 0

    def advance(self) -> None:
        """Note that there is a new build."""
        self.number += 1


class Handler(SimpleHTTPRequestHandler):
    """Serves the site; every HTML page gets the script that reloads it."""

    def __init__(self, *arguments: Any, version: Version, **named: Any) -> None:
        self.version = version
        super().__init__(*arguments, **named)

    def do_GET(self) -> None:
        """Answer the question for the version, a page with the script, or a file."""
        if self.path == VERSION:
            self._answer(str(self.version.number).encode(), "text/plain")
            return
        path = Path(self.translate_path(self.path))
        page = path / "index.html" if path.is_dir() else path
        if (
            page.suffix == ".html"
            and page.is_file()
            and self.path.split("?")[0].endswith(("/", ".html"))
        ):
            text = page.read_text(encoding="utf-8")
            self._answer(text.replace("</body>", f"{SCRIPT}</body>").encode(), "text/html")
            return
        super().do_GET()

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        """Say nothing: the terminal belongs to the builds."""


def snapshot(project: Project) -> dict[Path, int]:
    """Return the time of the last change of each file that the book is made from."""
    files = (path for pattern in WATCHED for path in project.root.glob(pattern))
    return {path: path.stat().st_mtime_ns for path in files if path.is_file()}


def changed(before: Mapping[Path, int], after: Mapping[Path, int]) -> list[Path]:
    """Return the files that were added, saved or removed."""
    names = sorted({*before, *after})
    return [path for path in names if before.get(path) != after.get(path)]


def start_server(project: Project, port: int, version: Version) -> ThreadingHTTPServer:
    """Serve `_build/html` on this machine only, in a thread; port 0 takes a free one.

    Raises
    ------
    MgcError
        The port is taken.
    """
    handler = partial(Handler, directory=str(project.html), version=version)
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise MgcError(
            f"port {port} cannot be used ({error}); take another with --port"
        ) from error
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def serve(
    project: Project,
    options: Options,
    port: int,
    console: Console,
    build: Callable[..., Any] = chain.build,
    stop: threading.Event | None = None,
) -> None:
    """Build, serve, and build again at each change until interrupted.

    A chapter that fails is reported, and the last good pages stay in the browser.
    """
    stop = stop or threading.Event()
    version = Version()
    project.html.mkdir(parents=True, exist_ok=True)
    with start_server(project, port, version) as server:
        console.print(f"Serving http://127.0.0.1:{server.server_address[1]}/ (Ctrl-C ends it)")
        before: dict[Path, int] = {}
        try:
            while not stop.is_set():
                after = snapshot(project)
                if names := changed(before, after):
                    if before:
                        shown = ", ".join(path.name for path in names[:5])
                        console.print(f"changed: {shown}")
                    try:
                        build(project, options, console=console)
                        version.advance()
                    except MgcError as error:
                        console.print(f"error: {error}", style="red", markup=False, soft_wrap=True)
                    before = after
                stop.wait(POLL_S)
        finally:
            server.shutdown()
