"""The last step of a build, as a Sphinx extension: every page as lean and as accessible as can be.

Theme and extensions write pages that nobody of this project edits. What they leave out for people
who do not see or use a mouse, and what they load without need, is put right in the finished HTML.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup

from tools.pages.finish import accessible, images, lean, stylesheets
from tools.pages.finish.icons import Icons, cut_font

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SHEETS = ("styles/pydata-sphinx-theme.css", "styles/sphinx-book-theme.css", "mystnb.*.css")
"""Style sheets of others that are cut down to what the pages use."""


def polish(folder: Path) -> None:
    """Work over each page of a finished site, then over its static files."""
    static = folder / "_static"
    icons = Icons.of_theme(static)
    pages = {
        path: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for path in sorted(folder.rglob("*.html"))
        if "_static" not in path.relative_to(folder).parts
    }
    changed = {path.resolve(): images.to_webp(path) for path in (folder / "_images").glob("*.png")}
    special = set().union(*(lean.named_in_text(soup) for soup in pages.values()))
    names: set[str] = set()
    for path, soup in pages.items():
        icons.put(soup)
        lean.lighten(soup)
        lean.drop(soup, special)
        images.replace(soup, path.parent, changed)
        accessible.repair(soup)
        names |= stylesheets.names_of_page(soup)
        path.write_text(str(soup), encoding="utf-8")
    lean.clear(static)
    for path in static.rglob("*.js"):
        names |= stylesheets.names_of_script(path.read_text(encoding="utf-8", errors="replace"))
    for pattern in SHEETS:
        for path in static.glob(pattern):
            css = path.read_text(encoding="utf-8")
            path.write_text(stylesheets.pruned(css, names, path.parent), encoding="utf-8")
    cut_font(static)


def finish(app: Sphinx, error: Exception | None) -> None:
    """Polish the site when Sphinx has written it."""
    if error is None and app.builder.name == "html":
        polish(Path(app.outdir))


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the extension; late, so that it comes after the extensions that write files."""
    app.connect("build-finished", finish, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
