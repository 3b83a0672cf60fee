"""What each page offers: downloads, Colab, Binder, an edit, a citation. A Sphinx extension.

One quiet line below the title. A link whose address is not known in this build is left out.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.pages.content.downloads import FOLDER
from tools.pages.place import Place, find_place

CHAPTER = re.compile(r"^\d\d_\w+$")
TITLE = re.compile(r"</h1>")
BIBTEX_SPECIAL = re.compile(r"([&%$#_{}~^\\])")
KNOWN = "mgc.json"
"""Staged file: what CITATION.cff says, and the names of the files in `book/`."""


@dataclass(frozen=True)
class Offer:
    """One link of the line: its word, its address, and what a longer label says."""

    text: str
    address: str
    label: str
    download: bool = False


def offers(name: str, place: Place, sources: Sequence[str]) -> list[Offer]:
    """List what one page offers.

    Parameters
    ----------
    name : str
        Of the page.
    place : Place
    sources : sequence of str
        Names of the files in `book/`; a page that the build wrote itself cannot be edited.
    """
    found: list[Offer] = []
    if CHAPTER.match(name):
        found += [
            Offer("Notebook", f"{FOLDER}/{name}.ipynb", "Download as executed notebook", True),
            Offer(".py", f"{FOLDER}/{name}.py", "Download as Python source", True),
            Offer("Colab", place.colab(f"{name}.ipynb"), "Open in Google Colab"),
            Offer("Binder", place.binder(f"book/{name}.py"), "Open in Binder"),
        ]
    for file in (f"{name}.py", f"{name}.md"):
        if file in sources:
            found.append(Offer("Suggest an edit", place.edit(f"book/{file}"), "Suggest an edit"))
    return [offer for offer in found if offer.address]


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


def block(found: Sequence[Offer], entry: str) -> str:
    """Write the line of links and the folded citation as HTML."""
    items = []
    for one in found:
        kind = "download" if one.download else 'rel="noopener"'
        items.append(
            f'<li><a href="{html.escape(one.address, quote=True)}" {kind} '
            f'aria-label="{html.escape(_label(one), quote=True)}">{html.escape(one.text)}</a></li>'
        )
    links = f"<ul>{''.join(items)}</ul>" if items else ""
    return (
        f'<div class="mgc-offers" role="group" aria-label="This page">{links}'
        '<details class="mgc-cite"><summary>Cite this</summary>'
        f'<div><pre tabindex="0" aria-label="BibTeX">{html.escape(entry)}</pre>'
        '<button type="button" class="pst-js-only">Copy</button>'
        '<span role="status"></span></div></details></div>'
    )


def _label(offer: Offer) -> str:
    """Return a label that holds the visible word, as those who speak to the page need."""
    return offer.label if offer.text in offer.label else f"{offer.text}: {offer.label}"


def with_block(body: str, written: str) -> str:
    """Put the block below the first title of a page."""
    return TITLE.sub(lambda found: found[0] + written, body, count=1)


def download_buttons(buttons: Sequence[dict[str, Any]], name: str) -> None:
    """Let the theme's menu of downloads name the same files as the line does."""
    for group in buttons:
        if group.get("label") != "download-buttons":
            continue
        for button in list(group["buttons"]):
            if button.get("label") == "download-source-button":
                button["url"] = f"{FOLDER}/{name}.ipynb"
                script = button | {"url": f"{FOLDER}/{name}.py", "text": ".py"}
                group["buttons"].insert(group["buttons"].index(button) + 1, script)


def add_offers(app: Any, pagename: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """Add the block to a page that has a source."""
    if tree is None or "body" not in context:
        return
    place = find_place()
    known = json.loads((Path(app.srcdir) / KNOWN).read_text(encoding="utf-8"))
    title = app.env.titles[pagename].astext()
    entry = bibtex(pagename, title, known["citation"], place.site)
    written = block(offers(pagename, place, known["sources"]), entry)
    context["body"] = with_block(context["body"], written)
    if CHAPTER.match(pagename):
        download_buttons(context.get("header_buttons", ()), pagename)


def setup(app: Any) -> dict[str, Any]:
    """Connect with Sphinx."""
    app.connect("html-page-context", add_offers, priority=600)  # after the theme's buttons
    app.setup_extension(
        "tools.pages.sphinx_ext.deferred"
    )  # the script and the style are in `_static`
    return {"parallel_read_safe": True, "parallel_write_safe": True}
