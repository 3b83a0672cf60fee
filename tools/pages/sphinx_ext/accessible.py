"""Repair what theme and extensions leave inaccessible in a page. A Sphinx extension."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup

from tools.pages.sphinx_ext import figures

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SCROLLS = "div.math, .pst-scrollable-table-container, div.cell_output .output.text_html"


def repair(soup: BeautifulSoup) -> None:
    """Put a page right for people who use a keyboard, a screen reader or large type.

    - The front page bears the title of the book, and says it once.
    - What a button or a fold says is its name; a label that says something else hides it.
    - The bibliography is a list for readers of text, so that its entries are items of a list.
    - The contents of a page are called so, instead of by all their text.
    - The side bar with title, search and chapters is one landmark.
    - A box that may scroll can be reached by keyboard, and says what it is.
    """
    if soup.title is not None:
        soup.title.string = " — ".join(dict.fromkeys(soup.title.get_text().split(" — ")))
    for element in soup.select("summary[aria-label], button.search-button-field[aria-label]"):
        del element["aria-label"]
    for element in soup.select("button.theme-switch-button [title]"):
        del element["title"]  # which the theme's script turns into text that its label lacks
    for element in soup.select("[role=doc-biblioentry]"):
        element["role"] = "listitem"
    for element in soup.select("nav.page-toc[aria-labelledby]"):
        del element["aria-labelledby"]
        element["aria-label"] = "On this page"
    for element in soup.select("div#pst-primary-sidebar"):
        element["role"] = "navigation"
        element["aria-label"] = "Book"
    for element in soup.select(SCROLLS):
        table = element.select_one("table")
        if element.name == "div" and "math" in element.get_attribute_list("class"):
            name = "Formula"
        elif table is None:
            continue
        else:
            caption = table.select_one("caption")
            name = " ".join(caption.get_text(" ").split()) if caption else "Table"
        element["tabindex"] = "0"
        element["role"] = "group"
        element["aria-label"] = name


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx; late, so that it comes after the extensions that write files."""
    began = time.time()

    def repair_site(app: Sphinx, error: Exception | None) -> None:
        """Repair each page that Sphinx has written."""
        if error is None and app.builder.name == "html":
            for path in Path(app.outdir).glob("*.html"):
                if path.stat().st_mtime >= began - 2:  # some disks count in steps of two seconds
                    soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
                    repair(soup)
                    figures.show(soup, path.parent)
                    path.write_text(str(soup), encoding="utf-8")

    app.connect("build-finished", repair_site, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
