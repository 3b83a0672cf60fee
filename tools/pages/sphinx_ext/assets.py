"""A Sphinx extension: scripts and styles of one page are loaded by that page alone.

Jupyter Book adds every `.js` and `.css` file below `_static` to every page. Here a file named
after a page (`explorer.js`, `explorer.css`, `explorer-data.js` for the page `explorer`) is left
out of all others, and its script waits until the page has been read. Every other file goes
everywhere, as before. `_config.yml` lists this module among the extensions.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any


def owner(filename: str, pages: Iterable[str]) -> str | None:
    """Name the page that a script or style sheet belongs to.

    Parameters
    ----------
    filename : str
        Path of the file, relative to the site or to `_static`.
    pages : iterable of str
        Names of all pages.

    Returns
    -------
    str or None
        The page of the file's own name, or of what stands before a hyphen in it; None for a file
        of all pages.
    """
    path = PurePosixPath(filename)
    if path.suffix not in (".js", ".css"):
        return None
    names = set(pages)
    # The longest name first: a page may have a hyphen in its own.
    parts = path.stem.split("-")
    for end in range(len(parts), 0, -1):
        if (name := "-".join(parts[:end])) in names:
            return name
    return None


def select(app: Any, pagename: str, _template: str, context: dict[str, Any], _tree: Any) -> None:
    """Take other pages' scripts and styles out of a page, and defer its own scripts."""
    pages = app.env.found_docs
    for kind in ("script_files", "css_files"):
        kept = []
        for asset in context[kind]:
            page = owner(str(asset.filename), pages)
            if page is not None and page == pagename and kind == "script_files":
                asset.attributes["defer"] = "defer"
            if page in (None, pagename):
                kept.append(asset)
        context[kind][:] = kept  # the builder's own list, which it restores for each page


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    # After the extensions that add scripts of their own.
    app.connect("html-page-context", select, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
