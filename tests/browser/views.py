"""Pages of the built site and the ways in which readers see them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .weight import Scale

_SITE = os.environ.get("MGC_SITE", "")
MODES = ("light", "dark")
WIDTHS = {1440: 900, 390: 844}
AXE_FINDS = """
async () => (await axe.run(document, {resultTypes: ['violations']})).violations.map(
    one => `${one.id} (${one.impact}) ${one.nodes.length}x: `
        + one.nodes.slice(0, 4).map(node => node.target.join(' ')
            + ' ' + node.any.map(any => any.message)).join(' | '))
"""
FOCUSED = """
() => {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    const box = one.getBoundingClientRect(), style = getComputedStyle(one);
    return {
        what: `${one.tagName}.${one.className} ${(one.textContent || '').trim().slice(0, 30)}`,
        inside: !!one.closest('main'),
        visible: box.width > 0 && box.height > 0 && box.right > 0 && box.left < innerWidth
            && style.visibility !== 'hidden',
        marked: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    };
}
"""
NO_PAGE = ["none"]  # keeps a test to skip where no site was built


def page_names() -> list[str]:
    """Names of all pages, listed from the folder."""
    if not _SITE:
        return NO_PAGE
    folder = Path(_SITE)
    found = (path.relative_to(folder) for path in folder.rglob("*.html"))
    inner = ("_static", "_sources")  # parts of pages, not pages
    return sorted(str(path) for path in found if path.parts[0] not in inner) or NO_PAGE


@dataclass
class View:
    """A page as it was opened, and what went wrong on the way."""

    page: Any
    scale: Scale
    problems: list[str] = field(default_factory=list)


@contextmanager
def opened(
    browser: Any,
    site: str,
    name: str,
    mode: str = "light",
    width: int = 1440,
    script: str = "",
    first: bool = False,
    **options: Any,
) -> Iterator[View]:
    """Open a page in an empty profile and note all that it asks for; a script may run before.

    Unless it is the `first` visit, the mode is one that the reader has chosen.
    """
    size = {"width": width, "height": WIDTHS.get(width, 900)}
    context = browser.new_context(viewport=size, color_scheme=mode, **options)
    if not first:
        context.add_init_script(
            f"localStorage.setItem('mode', '{mode}'); localStorage.setItem('theme', '{mode}');"
        )
    context.add_init_script(script)
    page = context.new_page()
    view = View(page, Scale(page))
    host = urlsplit(site).netloc

    def asked(request: Any) -> None:
        target = urlsplit(request.url)
        if target.scheme not in ("data", "blob") and target.netloc != host:
            view.problems.append(f"leaves the host: {request.url}")

    def answered(response: Any) -> None:
        if response.status >= 400:
            view.problems.append(f"status {response.status}: {response.url}")

    def said(message: Any) -> None:
        if message.type in ("error", "warning"):
            view.problems.append(f"console: {message.text}")

    def failed(request: Any) -> None:
        view.problems.append(f"failed: {request.url} {request.failure}")

    view.page.on("request", asked)
    view.page.on("response", answered)
    view.page.on("console", said)
    view.page.on("pageerror", lambda error: view.problems.append(f"error: {error}"))
    view.page.on("requestfailed", failed)
    try:
        view.page.goto(f"{site}{name}", wait_until="load")
        view.page.evaluate("document.fonts.ready.then(() => true)")
        yield view
    finally:
        context.close()
