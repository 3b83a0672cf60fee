"""The changelog as a page and as an Atom feed, both from CHANGELOG.md."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from xml.etree import ElementTree

ATOM = "http://www.w3.org/2005/Atom"
HEADING = re.compile(r"^## \[([^\]]+)\](?: - (\d{4}-\d\d-\d\d))?[ ]*$", re.MULTILINE)
NAMESPACE = uuid.UUID("6a1f4f0e-6f0b-5d4b-9c57-3a2f9f6b7c11")
"""Entries keep their identity wherever the book is served."""


@dataclass(frozen=True)
class Version:
    """One section of a changelog: its name, its date ("" before a release), its Markdown."""

    name: str
    date: str
    text: str


def versions(changelog: str) -> list[Version]:
    """Read the sections of a changelog, newest first, as Keep a Changelog has them."""
    found = list(HEADING.finditer(changelog))
    ends = [*(one.start() for one in found), len(changelog)][1:]
    return [
        Version(one[1], one[2] or "", changelog[one.end() : end].strip())
        for one, end in zip(found, ends, strict=True)
    ]


def page(changelog: str) -> str:
    """Return the sections for a page: a heading a version, without the file's own head."""
    parts = []
    for one in versions(changelog):
        heading = f"Version {one.name}, {one.date}" if one.date else f"{one.name}: the next one"
        parts += [f"## {heading}", one.text]
    return "\n\n".join(parts) + "\n"


def atom(changelog: str, title: str, author: str, site: str = "") -> bytes:
    """Write the released versions as an Atom feed (RFC 4287).

    Parameters
    ----------
    changelog : str
    title, author : str
        Of the book.
    site : str
        Its address; where it is unknown, links are relative to the feed.

    Returns
    -------
    bytes
        XML in UTF-8.
    """
    from markdown_it import MarkdownIt

    released = [one for one in versions(changelog) if one.date]
    newest = max((one.date for one in released), default="1970-01-01")
    root = ElementTree.Element("feed", xmlns=ATOM)

    def add(parent: ElementTree.Element, tag: str, text: str = "", **attributes: str) -> None:
        ElementTree.SubElement(parent, tag, attributes).text = text or None

    add(root, "id", uuid.uuid5(NAMESPACE, "feed").urn)
    add(root, "title", f"{title}: changes")
    add(root, "updated", f"{newest}T00:00:00Z")
    add(ElementTree.SubElement(root, "author"), "name", author)
    add(root, "link", rel="alternate", type="text/html", href=f"{site}changelog.html")
    if site:
        add(root, "link", rel="self", type="application/atom+xml", href=f"{site}feed.xml")
    for one in released:
        entry = ElementTree.SubElement(root, "entry")
        add(entry, "id", uuid.uuid5(NAMESPACE, one.name).urn)
        add(entry, "title", f"Version {one.name}")
        add(entry, "updated", f"{one.date}T00:00:00Z")
        add(entry, "link", rel="alternate", type="text/html", href=f"{site}changelog.html")
        add(entry, "content", MarkdownIt().render(one.text), type="html")
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"
