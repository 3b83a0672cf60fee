"""A Sphinx extension: a page loads the scripts and styles that are named after it.

`explorer.js`, `explorer.css` and `explorer-data.js` belong to the page `explorer`. What every page
loads stands in `_config.yml`. What Jupyter Book adds to run cells on another host goes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tools.pages.project import STATIC


def add_assets(app: Any, pagename: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """Add to one page what stands among the static files under its name."""
    folder = Path(app.srcdir) / STATIC
    for kind, add in ((".js", app.add_js_file), (".css", app.add_css_file)):
        # Data, with a hyphen in their name, come before what reads them.
        for path in sorted([*folder.glob(f"{pagename}-*{kind}"), *folder.glob(pagename + kind)]):
            add(path.name, **({"loading_method": "defer"} if kind == ".js" else {}))


def leave_out_thebe(app: Any, config: Any) -> None:
    """Silence sphinx-thebe, which no page offers; its settings would stand in pages twice."""
    for event in ("env-before-read-docs", "doctree-resolved"):
        listeners = app.events.listeners[event]
        listeners[:] = [each for each in listeners if each.handler.__module__ != "sphinx_thebe"]


def setup(app: Any) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("config-inited", leave_out_thebe)
    app.connect("html-page-context", add_assets)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
