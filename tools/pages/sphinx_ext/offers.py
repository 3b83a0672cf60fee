"""What each page offers: downloads, Colab, Binder, an edit, a citation. A Sphinx extension.

One quiet line below the title. A link whose address is not known in this build is left out.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.pages.place import Place, find_place
from tools.pages.staging import read_citation

CHAPTER = re.compile(r"^\d\d_\w+$")
BIBTEX_SPECIAL = re.compile(r"([&%$#_{}~^\\])")
FOLDER = "_sources"
"""Where Sphinx puts the source of each page, and the build the `.py` of each chapter."""
PDF_PLACE = "<!-- the book as PDF -->"
"""Where each page links to the PDF, once the book has been printed."""


@dataclass(frozen=True)
class Offer:
    """One link of the line: its word, its address, and what a longer label says."""

    text: str
    address: str
    label: str
    download: bool = False


def offers(name: str, place: Place) -> list[Offer]:
    """List what a page offers; the build writes the page of numbers, so nobody can edit that."""
    links: list[Offer] = []
    if CHAPTER.match(name):
        links += [
            Offer("Notebook", f"{FOLDER}/{name}.ipynb", "Download as executed notebook", True),
            Offer(".py", f"{FOLDER}/{name}.py", "Download as Python source", True),
            Offer("Colab", place.colab(f"{name}.ipynb"), "Open in Google Colab"),
            Offer("Binder", place.binder(f"book/{name}.py"), "Open in Binder"),
        ]
    if name != "numbers":
        file = f"book/{name}{'.py' if links else '.md'}"
        links.append(Offer("Suggest an edit", place.edit(file), "Suggest an edit"))
    links.append(Offer("Report an error", place.issue(name), "Report an error"))
    return [link for link in links if link.address]


def bibtex(name: str, title: str, citation: Mapping[str, Any], site: str = "") -> str:
    """Write the BibTeX entry of a page, from what CITATION.cff says of the book.

    Parameters
    ----------
    name, title : str
        Of the page; the front page stands for the whole book.
    citation : mapping
        Contents of CITATION.cff.
    site : str
        Address of the book, where it is known.
    """
    whole = name == "index"
    fields = {
        "author": " and ".join(_author(one) for one in citation["authors"]),
        "title": _escaped(str(citation["title"] if whole else title)),
        "booktitle": "" if whole else _escaped(str(citation["title"])),
        "year": str(citation["date-released"])[:4],
        "note": f"Version {citation['version']}",
        "doi": str(citation.get("doi", "")),
        "url": (site if whole else f"{site}{name}.html") if site else "",
    }
    kind = "book" if whole else "incollection"
    key = "mgc" if whole else f"mgc-{name.replace('_', '-')}"
    lines = [f"  {field} = {{{value}}}" for field, value in fields.items() if value]
    return f"@{kind}{{{key},\n" + ",\n".join(lines) + "\n}"


def _author(person: Mapping[str, str]) -> str:
    """Return a person as "Family, Given"; an entity in braces, so that no name is split."""
    if "family-names" in person:
        return f"{_escaped(person['family-names'])}, {_escaped(person.get('given-names', ''))}"
    return f"{{{_escaped(person['name'])}}}"


def _escaped(text: str) -> str:
    """Write a text so that LaTeX shows it as it is."""
    return BIBTEX_SPECIAL.sub(lambda found: f"\\{found[1]}", text)


def block(links: Sequence[Offer], entry: str) -> str:
    """Write the line of links and the folded citation as HTML."""
    items = []
    for link in links:
        kind = "download" if link.download else 'rel="noopener"'
        # Those who speak to the page need a label that holds the visible word.
        label = link.label if link.text in link.label else f"{link.text}: {link.label}"
        items.append(
            f'<li><a href="{html.escape(link.address)}" {kind} '
            f'aria-label="{html.escape(label)}">{html.escape(link.text)}</a></li>'
        )
    listed = f"<ul>{''.join(items)}</ul>" if items else ""
    return (
        f'<div class="mgc-offers" role="group" aria-label="This page">{PDF_PLACE}{listed}'
        '<details class="mgc-cite"><summary>Cite this</summary>'
        f'<div><pre tabindex="0" aria-label="BibTeX">{html.escape(entry)}</pre>'
        '<button type="button" class="pst-js-only">Copy</button>'
        '<span role="status"></span></div></details></div>'
    )


def pdf_link(name: str) -> str:
    """Write the link to the printed book, a file beside the pages."""
    return f'<ul><li><a href="{name}" download>PDF of the book</a></li></ul>'


def with_block(body: str, written: str) -> str:
    """Put the block below the first title of a page."""
    return body.replace("</h1>", f"</h1>{written}", 1)


def add_offers(app: Any, pagename: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """Add the block to a page that has a source."""
    if tree is None or "body" not in context:
        return
    place = find_place()
    citation = read_citation(Path(app.srcdir))
    entry = bibtex(pagename, app.env.titles[pagename].astext(), citation, place.site)
    context["body"] = with_block(context["body"], block(offers(pagename, place), entry))


def setup(app: Any) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("html-page-context", add_offers)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
