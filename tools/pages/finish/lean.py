"""What a page of the site loads: all that it needs, and nothing else.

Jupyter Book and the theme load everything on every page: the search index, a kernel launcher from
a CDN, icons as a program. What a page shows decides here.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from bs4 import BeautifulSoup, Tag

NEEDS = {
    "searchtools.js": "#search-results",
    "language_data.js": "#search-results",
    "searchindex.js": "#search-results",
    "clipboard.min.js": "div.highlight pre",
    "copybutton.js": "div.highlight pre",
    "copybutton.css": "div.highlight pre",
    "togglebutton.js": ".toggle, .admonition.dropdown, .tag_hide-input, .hide-input",
    "togglebutton.css": ".toggle, .admonition.dropdown, .tag_hide-input, .hide-input",
    "design-tabs.js": ".sd-tab-set",
    "sphinx-design.min.css": "[class*=sd-]",
    "sphinx-thebe.css": "thebe-is-not-used",
    "sphinx-thebe.js": "thebe-is-not-used",
    "fontawesome.js": "font-awesome-is-in-the-page",
    "math.css": "math",
}
"""Files that only a page with such an element loads."""

UNUSED = re.compile(r"THEBE_JS_URL|kernelName = ")
LEFT_OVERS = "#ethical-ad-placement, script[type='text/x-thebe-config']"
FILES = ("scripts/fontawesome*", "**/*.map",
         "vendor/fontawesome/webfonts/fa-[!s]*", "sphinx-thebe.*", "locales", "file.png",
         "minus.png", "plus.png")  # fmt: skip


def lighten(soup: BeautifulSoup) -> None:
    """Take out of a page what it loads but does not use."""
    seen: set[str] = set()
    for element in soup.select("script, link[rel~=stylesheet], link[rel=preload]"):
        address = str(element.get("src") or element.get("href") or "")
        name = Path(address.partition("?")[0]).name
        inline = element.get_text() if not address else ""
        needless = (
            (name in NEEDS and not soup.select_one(NEEDS[name]))
            or bool(UNUSED.search(inline))
            or (inline.startswith("var toggle") and inline in seen)
        )
        seen.add(inline)
        if needless:
            element.decompose()
    for element in soup.select(LEFT_OVERS):
        element.decompose()
    _only_where_named(soup)
    for meta in soup.select("meta[name=viewport]")[1:]:
        meta.decompose()
    if soup.head and not soup.select_one("head link[rel~=icon]"):
        # Browsers would ask for /favicon.ico at the root of the host, where there is none.
        soup.head.append(soup.new_tag("link", attrs={"rel": "icon", "href": "data:,"}))


def _only_where_named(soup: BeautifulSoup) -> None:
    """Load a script or sheet that the text of the page names once, not twice."""
    named = {_file(one) for one in soup.select("article script[src], article link[href]")}
    for element in soup.select("head script[src], head link[rel~=stylesheet]"):
        if _file(element) in named:
            element.decompose()


def named_in_text(soup: BeautifulSoup) -> set[str]:
    """Return the scripts and sheets that the text of a page asks for."""
    return {_file(one) for one in soup.select("article script[src], article link[href]")}


def drop(soup: BeautifulSoup, names: set[str]) -> None:
    """Take scripts and sheets that belong to other pages out of the head of this one."""
    for element in soup.select("head script[src], head link[rel~=stylesheet]"):
        if _file(element) in names:
            element.decompose()


def clear(static: Path) -> None:
    """Remove static files that no page loads any more."""
    for pattern in FILES:
        for path in static.glob(pattern):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


def _file(element: Tag) -> str:
    """Path of what an element loads, without the mark of its version."""
    return str(element.get("src") or element.get("href") or "").partition("?")[0]
