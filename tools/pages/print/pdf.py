"""Print the whole book through the system's Chromium.

Printed twice: the first time tells on which page each title stands, the second writes that into
the contents.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from mgc.errors import BookError
from mgc.util.atomic import scratch, write_whole
from tools.pages.print.bind import Chapter, bind, read_chapter
from tools.pages.project import Project
from tools.pages.sphinx_ext import figures
from tools.pages.sphinx_ext.offers import PDF_PLACE, pdf_link
from tools.pages.staging import commit_of

if TYPE_CHECKING:
    from pypdf.generic import IndirectObject

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
SHEETS = (
    "styles/theme.css",
    "styles/pydata-sphinx-theme.css",
    "pygments.css",
    "styles/sphinx-book-theme.css",
    "mystnb.*.css",
    "sphinx-design.min.css",
    "custom.css",
    "*.css",
)

JPEG_QUALITY = 80


def chromium() -> str:
    """Return the path of the browser, from MGC_CHROMIUM or the system; else BookError."""
    named = os.environ.get("MGC_CHROMIUM", "")
    if not (found := find_chromium(named)):
        raise BookError("no Chromium on this system: install it, or name one in MGC_CHROMIUM")
    return found


def find_chromium(named: str = "") -> str | None:
    """Return the path of the browser: the one that is named, or the first that the system has."""
    return named or next((path for name in PROGRAMS if (path := shutil.which(name))), None)


def print_book(project: Project, site: Path, out: Path) -> int:
    """Print a built site into one PDF file, and return its number of pages.

    The project's `_toc.yml` and `_config.yml` give order and title. A file beside the pages is
    linked from each of them. Raises BookError if the site is not built, or there is no Chromium.
    """
    settings, names = project.settings, project.pages
    epoch = float(os.environ.get("SOURCE_DATE_EPOCH") or time.time())
    now = datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%d %H:%M UTC")
    out.parent.mkdir(parents=True, exist_ok=True)
    with scratch(site.parent) as made:
        prefix = f"../{site.name}/"
        chapters = [read_chapter(site, name, names, prefix) for name in names]
        about = [str(settings["author"]), now, f"Commit {commit_of(project.root)}"]
        document = made / "book.html"
        places: dict[str, tuple[int, float]] = {}
        anchors = [
            anchor for one in chapters for anchor in (one.name, *(key for key, _ in one.sections))
        ]
        printed = made / "book.pdf"
        for _ in range(2):
            bound = bind(
                chapters,
                title=str(settings["title"]),
                about=about,
                sheets=_sheets(site, prefix),
                pages={anchor: page for anchor, (page, _) in places.items()},
            )
            document.write_text(_with_jpegs(bound, made), encoding="utf-8")
            _print(document, printed)
            places = find_places(printed, anchors)
        count = _finish(printed, out, chapters, places, str(settings["author"]))
    if out.parent.resolve() == site.resolve():
        _link(site, out.name)
    return count


def _with_jpegs(document: str, folder: Path) -> str:
    """Put JPEGs in the place of all other pictures, which Chromium prints as bare pixels."""
    from PIL import Image

    def converted(match: re.Match[str]) -> str:
        source = folder / match[1]
        target = folder / (source.name if source.suffix == ".svg" else f"{source.stem}.jpg")
        if target.suffix == ".svg":
            drawing = figures.lighter(source.read_text(encoding="utf-8"), "JPEG")
            target.write_text(drawing, encoding="utf-8")
        else:
            with Image.open(source) as picture:
                picture.convert("RGB").save(target, quality=JPEG_QUALITY)
        return f'src="{target.name}"'

    return re.sub(r'src="([^":]+\.(?:webp|svg))"', converted, document)


def _link(site: Path, name: str) -> None:
    """Lead from each page to the printed book."""
    for page in site.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        if PDF_PLACE in text:
            write_whole(page, text.replace(PDF_PLACE, pdf_link(name)).encode())


def _sheets(site: Path, prefix: str) -> list[str]:
    """Return the addresses of the style sheets, in the order in which pages load them."""
    static = site / "_static"
    found = [path for pattern in SHEETS for path in sorted(static.glob(pattern))]
    return [f"{prefix}{path.relative_to(site).as_posix()}" for path in dict.fromkeys(found)]


def _print(document: Path, out: Path) -> None:
    """Print a file by Chromium, without scripts, so that pages show what stands in their place."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise BookError("playwright is missing: pip install 'mgc[browser]'") from error
    with sync_playwright() as playwright:
        # As root, in the containers of CI, Chromium starts without its sandbox only.
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        context = browser.new_context(java_script_enabled=False, color_scheme="light")
        page = context.new_page()
        page.goto(document.as_uri(), wait_until="load")
        page.pdf(path=out, prefer_css_page_size=True, print_background=True, tagged=True)
        browser.close()


def find_places(printed: Path, anchors: Sequence[str]) -> dict[str, tuple[int, float]]:
    """Find the page, counted from one, of each anchor, and its height on it in points.

    Raises BookError if an anchor is not in the document.
    """
    from pypdf import PdfReader

    with printed.open("rb") as file:
        reader = PdfReader(file)
        known = reader.named_destinations
        places = {}
        for anchor in anchors:
            place = known.get(f"/{anchor}")
            number = reader.get_destination_page_number(place) if place else None
            if place is None or number is None:
                raise BookError(f"{anchor} has no place in the printed book")
            places[anchor] = (number + 1, float(place.top or 0))
        return places


def _finish(
    printed: Path,
    out: Path,
    chapters: Sequence[Chapter],
    places: Mapping[str, tuple[int, float]],
    author: str,
) -> int:
    """Write the book with bookmarks and its author, and return its number of pages.

    Chromium's own bookmarks would repeat the text of some headings. Neither Chromium nor pypdf
    packs the thousands of objects that tell a screen reader what is a heading or a table.
    """
    from pikepdf import ObjectStreamMode, Pdf
    from pypdf import PdfWriter
    from pypdf.generic import Fit

    writer = PdfWriter(clone_from=printed)

    def mark(anchor: str, title: str, parent: IndirectObject | None) -> IndirectObject:
        page, top = places[anchor]
        return writer.add_outline_item(
            title=title, page_number=page - 1, parent=parent, fit=Fit.xyz(left=0, top=top)
        )

    for one in chapters:
        parent = mark(one.name, one.title, None)
        for anchor, title in one.sections:
            mark(anchor, title, parent)
    writer.add_metadata({"/Author": author})
    written, packed = BytesIO(), BytesIO()
    writer.write(written)
    with Pdf.open(written) as book:
        book.save(packed, object_stream_mode=ObjectStreamMode.generate)
    write_whole(out, packed.getvalue())
    return len(writer.pages)
