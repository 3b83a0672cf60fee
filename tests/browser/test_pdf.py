"""The printed book has every chapter, in order, with working links, and no empty page."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.outside import ROOT
from tools.pages.print.bind import read_chapter
from tools.pages.project import Project

NAMES = Project(ROOT).pages
_PDF = os.environ.get("MGC_PDF", "")  # read once: tests hide it from the code under test
HEAVIEST = 10_000_000
MARGIN = 60  # points above and below that hold the running title and the number of the page


def squeezed(text: str) -> str:
    """Without spaces, line breaks and ligatures, which a PDF sets as it needs."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


@pytest.fixture(scope="module")
def book() -> Any:
    """The printed book."""
    pypdf = pytest.importorskip("pypdf")
    if not Path(_PDF).is_file():
        pytest.skip("MGC_PDF names no printed book; `nox -s browser` prints and names it")
    return pypdf.PdfReader(_PDF)


@pytest.fixture(scope="module")
def texts(book: Any) -> list[str]:
    """What stands on each page, without running title and number."""

    def body(page: Any) -> str:
        parts: list[str] = []

        def visit(text: str, _cm: Any, matrix: list[float], *_: Any) -> None:
            height = matrix[5] * _cm[3] + _cm[5]
            if MARGIN < height < float(page.mediabox.height) - MARGIN:
                parts.append(text)

        page.extract_text(visitor_text=visit)
        return squeezed("".join(parts))

    return [body(page) for page in book.pages]


@pytest.fixture(scope="module")
def chapters(folder: Path) -> list[Any]:
    return [read_chapter(folder, name, NAMES, "") for name in NAMES]


def test_no_page_is_empty(book: Any, texts: list[str]) -> None:
    assert len(texts) > len(NAMES)
    short = [number for number, text in enumerate(texts) if len(text) < 20]
    assert [number + 1 for number in short if not list(book.pages[number].images)] == []


def test_bookmarks_and_contents_lead_to_the_chapters_in_order(book, texts, chapters):
    marks = [one for one in book.outline if not isinstance(one, list)]
    assert [one.title for one in marks] == [one.title for one in chapters]
    pages = [book.get_destination_page_number(one) for one in marks]
    assert pages == sorted(set(pages)), "each chapter begins on a page of its own"
    contents = "".join(texts[1 : pages[0]])
    for one, page in zip(chapters, pages, strict=True):
        assert squeezed(one.title) in texts[page]
        assert f"{squeezed(one.title)}{page + 1}" in contents


def test_text_of_every_page_is_printed(texts: list[str], chapters: list[Any]) -> None:
    """The end of each chapter is there: nothing was cut off at the end of a sheet."""
    bs4 = pytest.importorskip("bs4")
    whole = "".join(texts)
    for one in chapters:
        paragraphs = bs4.BeautifulSoup(one.body, "html.parser").select("p")
        words = squeezed(paragraphs[-1].get_text())[-25:]
        assert words in whole, one.name


def test_book_is_light_and_the_pages_lead_to_it(folder: Path) -> None:
    file = Path(_PDF)
    assert file.stat().st_size < HEAVIEST
    for name in NAMES:
        assert f'href="{file.name}"' in (folder / f"{name}.html").read_text(encoding="utf-8")


def test_title_and_author_are_told(book: Any) -> None:
    assert book.metadata.title
    assert book.metadata.author
