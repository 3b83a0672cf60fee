"""What a page says of itself to those who link to it and to search engines. A Sphinx extension.

Description and preview tags on every page, an icon, the feed's address; where the book's own
address is known, also the preview image, `sitemap.xml` and `robots.txt`. Sphinx itself writes the
canonical link then. `sphinx-sitemap` would start a process that manages a queue, and
`sphinxext-opengraph` describe each chapter by its box of aims, so neither is used.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from tools.pages.place import Place, find_place

SOCIAL = "_static/social.png"
SOCIAL_SIZE = (1200, 630)
FEED = "feed.xml"
SENTENCE = re.compile(r"(?<=[.?!])\s+(?=[A-Z\u201c\"(])")
ENOUGH, MOST = 90, 200
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


def description(tree: Any) -> str:
    """Return the first sentence of a page's own text, or its first ones where they are short.

    Boxes, tables, figures and lists are passed over.

    Parameters
    ----------
    tree : docutils.nodes.document
    """
    from docutils import nodes

    aside = (nodes.Admonition, nodes.table, nodes.figure, nodes.list_item, nodes.topic)
    for paragraph in tree.findall(nodes.paragraph):
        above = paragraph.parent
        while above is not None and not isinstance(above, aside):
            above = above.parent
        if above is None and (text := " ".join(paragraph.astext().split())):
            return shortened(text)
    return ""


def shortened(text: str) -> str:
    """Return the first sentences of a text, up to some two hundred characters."""
    said = ""
    for sentence in SENTENCE.split(text):
        if said and (len(said) >= ENOUGH or len(said) + len(sentence) >= MOST):
            break
        said = f"{said} {sentence}".strip()
    if len(said) <= MOST:
        return said
    return f"{said[:MOST].rsplit(' ', 1)[0].rstrip(',;:')} …"


def tags(name: str, title: str, said: str, book: str, place: Place, root: str = "") -> str:
    """Write the tags of one page.

    Parameters
    ----------
    name, title : str
        Of the page.
    said : str
        Its description.
    book : str
        Title of the book.
    place : Place
    root : str
        The way from the page to the first page's folder, for addresses that are relative.
    """
    front = name == "index"
    pairs = [
        ("name", "description", said),
        ("property", "og:type", "website" if front else "article"),
        ("property", "og:site_name", book),
        ("property", "og:title", book if front else title),
        ("property", "og:description", said),
        ("name", "twitter:card", "summary_large_image" if place.site else "summary"),
    ]
    if place.site:
        width, height = (str(one) for one in SOCIAL_SIZE)
        pairs += [
            ("property", "og:url", f"{place.site}{name}.html"),
            ("property", "og:image", f"{place.site}{SOCIAL}"),
            ("property", "og:image:width", width),
            ("property", "og:image:height", height),
            ("property", "og:image:alt", f"{book}: accuracy of each network with its interval"),
        ]
    lines = [
        f'<meta {kind}="{key}" content="{html.escape(value, quote=True)}" />'
        for kind, key, value in pairs
        if value
    ]
    shape = f'href="{root}_static/favicon'
    lines += [
        f'<link rel="icon" type="image/png" sizes="180x180" {shape}.png" />',
        f'<link rel="icon" type="image/svg+xml" sizes="any" {shape}.svg" />',
        f'<link rel="apple-touch-icon" {shape}.png" />',
        f'<link rel="alternate" type="application/atom+xml" href="{root}{FEED}"'
        f' title="{html.escape(book, quote=True)}: changes" />',
    ]
    return "\n".join(lines) + "\n"


def sitemap(names: Iterable[str], site: str) -> bytes:
    """Write the list of pages for search engines (https://www.sitemaps.org/protocol.html)."""
    root = ElementTree.Element("urlset", xmlns=SITEMAP)
    for name in sorted(names):
        url = ElementTree.SubElement(root, "url")
        ElementTree.SubElement(url, "loc").text = f"{site}{name}.html"
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def add_tags(app: Any, pagename: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """Put the tags into the head of a page."""
    if tree is None:
        return
    title, book = app.env.titles[pagename].astext(), app.config.html_title or app.config.project
    root = context["pathto"]("", 1).removesuffix("./")
    root = f"{root.rstrip('/')}/" if root else ""
    written = tags(pagename, title, description(tree), book, find_place(), root)
    context["metatags"] = context.get("metatags", "") + written


def write_files(app: Any, exception: Exception | None) -> None:
    """Write what search engines look for, once the pages stand and their address is known."""
    site = find_place().site
    if exception is None and app.builder.format == "html" and site:
        out = Path(app.outdir)
        (out / "sitemap.xml").write_bytes(sitemap(app.env.found_docs, site))
        robots = f"User-agent: *\nAllow: /\n\nSitemap: {site}sitemap.xml\n"
        (out / "robots.txt").write_text(robots, encoding="utf-8")


def setup(app: Any) -> dict[str, Any]:
    """Connect with Sphinx."""
    app.connect("html-page-context", add_tags)
    app.connect("build-finished", write_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
