"""Bind all pages of a built site into one document to be printed: title, contents, chapters.

One document, not one for each page, so that links lead from chapter to chapter within it and pages
are numbered through.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag

from mgc.errors import BookError

NOT_PRINTED = (
    "script, style, template, a.headerlink, .headerbtn, button, .prev-next-area, nav,"
    " a.only-dark, .mgc-names"
)
"""The names of the package are looked up on the page; they would fill forty sheets."""
HIDDEN = ".tag_hide-input > details, .cell > details.above-input, .cell > details.below-input"
UNLISTED = ("Check yourself", "Exercises", "Further reading")
"""Sections that most chapters end with; the contents leave them out."""
RUNNING = """
.chapter-{number} {{ page: chapter{number}; }}
@page chapter{number} {{ @top-left {{ content: "{title}"; }} }}
"""


@dataclass(frozen=True)
class Chapter:
    """A page of the site in the bound book."""

    name: str  # of the page, without its ending
    title: str
    sections: tuple[tuple[str, str], ...]  # anchor and title, of the second level
    body: str  # HTML, with anchors that start with the name of the page


def read_chapter(site: Path, name: str, names: Sequence[str], prefix: str) -> Chapter:
    """Take the text out of a page, as it is printed.

    Parameters
    ----------
    site : Path
        Folder of the built site.
    name : str
    names : sequence of str
        All pages of the book; links to other ones stay as they are.
    prefix : str
        What leads from the document to the site, with a slash at the end.

    Raises
    ------
    BookError
        The page is not there, or has no article.
    """
    path = site / f"{name}.html"
    if not path.is_file():
        raise BookError(f"{path} is not there; build the site first: nox -s book")
    soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    article = soup.select_one("article")
    if article is None or article.select_one("h1") is None:
        raise BookError(f"{path} has no article with a heading")
    for element in article.select(f"{NOT_PRINTED}, {HIDDEN}"):
        element.decompose()
    for element in article.select("details"):
        element["open"] = ""
    for element in article.select("audio"):
        element.replace_with(_in_words(soup, element))
    for element in article.select("img"):
        element.attrs.pop("loading", None)
    for element in article.select("noscript"):
        element.unwrap()
    for element in article.find_all(True):
        if element.get("id"):
            element["id"] = f"{name}--{element['id']}"
        if element.get("src") and not urlsplit(str(element["src"])).scheme:
            element["src"] = prefix + str(element["src"])
    for element in article.select("a[href]"):
        element["href"] = _target(str(element["href"]), name, names, prefix)
    heading = article.select_one("h1")
    assert heading is not None
    return Chapter(name, _text(heading), tuple(_sections(article)), article.decode_contents())


def bind(
    chapters: Sequence[Chapter],
    *,
    title: str,
    about: Sequence[str],
    sheets: Sequence[str],
    pages: Mapping[str, int],
) -> str:
    """Write the document.

    Parameters
    ----------
    chapters : sequence of Chapter
    title : str
    about : sequence of str
        Lines below the title.
    sheets : sequence of str
        Addresses of style sheets.
    pages : mapping of str to int
        Page of each title in the contents, as far as they are known; the same space is kept.
    """
    links = "".join(f'<link rel="stylesheet" href="{one}">' for one in sheets)
    running = "".join(
        RUNNING.format(number=number, title=one.title.replace("\\", "").replace('"', "\\22 "))
        for number, one in enumerate(chapters)
    )
    lines = "".join(f"<p>{html.escape(line)}</p>" for line in about)
    bodies = "".join(
        f'<article class="bd-article book-chapter chapter-{number}" id="{one.name}">'
        f"{one.body}</article>"
        for number, one in enumerate(chapters)
    )
    return (
        f'<!DOCTYPE html><html lang="en" data-theme="light"><head><meta charset="utf-8">'
        f"<title>{html.escape(title)}</title>{links}<style>{running}</style></head>"
        f'<body class="book"><div class="book-title"><p class="name">{html.escape(title)}</p>'
        f"{lines}</div>{_contents(chapters, pages)}<main>{bodies}</main></body></html>"
    )


def _contents(chapters: Sequence[Chapter], pages: Mapping[str, int]) -> str:
    """Write the list of chapters and sections with their pages."""
    rows = []
    for one in chapters:
        for anchor, title, kind in (
            (one.name, one.title, "chapter"),
            *((anchor, title, "section") for anchor, title in one.sections),
        ):
            page = pages.get(anchor, "")
            rows.append(
                f'<li class="{kind}"><a href="#{anchor}">{html.escape(title)}</a>'
                f'<span class="page">{page}</span></li>'
            )
    return f'<div class="book-contents"><h1>Contents</h1><ul>{"".join(rows)}</ul></div>'


def _sections(article: Tag) -> Iterator[tuple[str, str]]:
    """Yield anchor and title of the sections of the second level."""
    for heading in article.select("h2"):
        holder = heading if heading.get("id") else heading.find_parent(id=True)
        if isinstance(holder, Tag) and not _text(heading).endswith(UNLISTED):
            yield str(holder["id"]), _text(heading)


def _target(address: str, name: str, names: Sequence[str], prefix: str) -> str:
    """Lead a link within the document where it can, else to where it led."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return address
    page = unquote(parts.path).removesuffix(".html") or name
    if page not in names:
        return prefix + address
    place = "" if "=" in parts.fragment else parts.fragment  # paper has no explorer to set
    return f"#{page}--{place}" if place else f"#{page}"


def _in_words(soup: BeautifulSoup, audio: Tag) -> Tag:
    """Return what stands for a player on paper."""
    words = soup.new_tag("span", attrs={"class": "book-audio"})
    words.string = f"to be heard on the page: {audio.get('aria-label') or 'a clip'}"
    return words


def _text(element: Tag) -> str:
    return " ".join(element.get_text().split())
