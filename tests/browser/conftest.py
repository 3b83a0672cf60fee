"""The built site behind a static server, and a real Chromium; skipped where either is missing."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from mgc.util.cache import cache_folder
from tools.pages.content import vendor
from tools.pages.print.pdf import find_chromium

from .views import AXE_FINDS

AXE = vendor.Package(
    "axe-core",
    "4.14.1",
    "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
)

# Read once: the tests of the package hide these variables from the code under test.
_SITE = os.environ.get("MGC_SITE", "")
_CHROMIUM = os.environ.get("MGC_CHROMIUM", "")
_CACHE = cache_folder() / "vendor"
SUB_PATH = "some/where"  # the pages must work under any path


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--renew-references", action="store_true", help="keep screenshots anew")


class _Quiet(SimpleHTTPRequestHandler):
    """A static server without compression and log, the folder under a path of its own."""

    def translate_path(self, path: str) -> str:
        prefix = f"/{SUB_PATH}/"
        return super().translate_path(path.removeprefix(prefix) if prefix in path else "/none")

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="session")
def folder() -> Path:
    """Folder of the built site."""
    if not (Path(_SITE) / "index.html").is_file() or not _SITE:
        pytest.skip("MGC_SITE names no built site; `nox -s browser` builds and names it")
    return Path(_SITE).resolve()


@pytest.fixture(scope="session")
def screenshots(folder: Path) -> Path:
    """Folder in which screenshots are kept, beside the site."""
    place = folder.parent / "screenshots"
    place.mkdir(exist_ok=True)
    return place


@pytest.fixture(scope="session")
def site(folder: Path) -> Iterator[str]:
    """Address of the built site on a local static server, with a slash at the end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/{SUB_PATH}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def browser(folder: Path) -> Iterator[Any]:
    """Chromium of the system, driven by Playwright; not started where there is nothing to see."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is missing")
    program = find_chromium(_CHROMIUM)
    if program is None:
        pytest.skip("there is no Chromium; `nox -s browser` installs it, MGC_CHROMIUM names one")
    with api.sync_playwright() as playwright:
        # As root, in the containers of CI, Chromium starts without its sandbox only.
        # Its microphone is one that beeps.
        microphone = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
        started = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", *microphone]
        )
        yield started
        started.close()


@pytest.fixture
def page(browser: Any, site: str) -> Iterator[Any]:
    """A fresh tab; an error of a script or a request to another host fails the test."""
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    opened, wrong = context.new_page(), list[str]()
    opened.on("pageerror", lambda error: wrong.append(error.stack or str(error)))
    own = (site.removesuffix(f"{SUB_PATH}/"), "data:", "blob:", "file:")
    opened.on("request", lambda one: one.url.startswith(own) or wrong.append(one.url))
    opened.site = site
    yield opened
    context.close()
    assert wrong == []


@pytest.fixture
def plain(browser: Any, site: str) -> Iterator[Any]:
    """A tab that runs no scripts."""
    with browser.new_context(java_script_enabled=False) as context:
        opened = context.new_page()
        opened.site = site
        yield opened


@pytest.fixture(scope="session")
def complaints() -> Callable[[Any], list[str]]:
    """What axe-core says of a page; fetched once and checked by its hash."""
    (script,) = vendor.read(AXE, ["axe.min.js"], _CACHE)

    def ask(page: Any) -> list[str]:
        page.evaluate(script.decode())
        return list(page.evaluate(AXE_FINDS))

    return ask
