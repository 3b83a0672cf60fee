"""What stands around the chapters, in a browser: terms, citations, downloads, search."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest

CHAPTER = "05_comparison"
TERM = "a[aria-describedby^='about-term-']"


def shown(page: Any) -> list[str]:
    """Texts of the definitions that a reader can see."""
    return [one.inner_text() for one in page.locator(".mgc-definitions > :visible").all()]


def entry(page: Any, site: str, link: Any) -> str:
    """Definition on the glossary page that a link leads to."""
    name = link.get_attribute("href").partition("#")[2]
    other = page.context.new_page()
    other.goto(f"{site}glossary.html")
    text = other.evaluate(
        "id => document.getElementById(id).closest('dt').nextElementSibling.textContent", name
    )
    other.close()
    return " ".join(text.split())


def test_a_term_shows_its_definition_under_the_pointer_and_on_focus(page, site):
    page.goto(f"{site}{CHAPTER}.html")
    link = page.locator(TERM).first
    said = entry(page, site, link)
    assert shown(page) == []
    link.hover()
    page.wait_for_function("document.querySelector('.mgc-definitions > :not([hidden])')")
    assert shown(page) == [said]
    box = page.locator(".mgc-definitions > :visible").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 10)  # it stays while the pointer is on it
    page.wait_for_timeout(500)
    assert shown(page) == [said]
    page.keyboard.press("Escape")
    assert shown(page) == []
    page.mouse.move(2, 2)
    link.evaluate("one => one.scrollIntoView({block: 'center'})")
    page.keyboard.press("Tab")  # what follows counts as the keyboard's focus
    link.focus()
    assert shown(page) == [said]
    page.keyboard.press("Escape")
    assert shown(page) == []


@pytest.mark.parametrize("width", [390, 1440])
def test_every_definition_fits_the_window(browser, site, folder, width):
    page = browser.new_page(viewport={"width": width, "height": 700})
    for name in ("index", "01_objective", CHAPTER, "status"):
        page.goto(f"{site}{name}.html")
        for link in page.locator(TERM).all():
            page.keyboard.press("Tab")
            link.focus()
            box = page.locator(".mgc-definitions > :visible").bounding_box()
            assert box["x"] >= 0, name
            assert box["x"] + box["width"] <= width, name
            assert box["y"] >= 0, name
            assert box["y"] + box["height"] <= 700, name
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{name} scrolls sideways"
    page.close()


def test_a_finger_follows_the_link(browser, site):
    context = browser.new_context(viewport={"width": 390, "height": 700}, has_touch=True)
    page = context.new_page()
    page.goto(f"{site}{CHAPTER}.html")
    page.locator(TERM).first.tap()
    page.wait_for_url("**/glossary.html#term-*")
    context.close()


def test_the_citation_unfolds_by_keyboard_and_is_copied_whole(page, site):
    page.goto(f"{site}{CHAPTER}.html")
    page.locator(".mgc-cite summary").focus()
    page.keyboard.press("Enter")
    for _ in range(2):  # the text itself may be a stop, where it scrolls
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.mgc-cite button')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('.mgc-cite [role=status]').textContent")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator(".mgc-cite pre").text_content()
    assert copied.startswith("@incollection{mgc-05-comparison,")


def test_downloads_are_there_and_the_notebook_is_executed(page, site, folder):
    page.goto(f"{site}{CHAPTER}.html")
    for link in page.locator(".mgc-offers a[download]").all():
        with page.expect_download() as waiting:
            link.click()
        path = Path(waiting.value.path())
        name = waiting.value.suggested_filename
        assert path.read_bytes() == (folder / link.get_attribute("href")).read_bytes()
        if name.endswith(".ipynb"):
            book = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
            assert any(cell.get("outputs") for cell in book.cells)


def test_the_search_answers_a_keyboard_under_a_sub_path(page, site):
    page.goto(f"{site}{CHAPTER}.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("spectrogram")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}search.html?q=spectrogram*")
    page.locator("#search-results li a").first.wait_for()
    first = page.locator("#search-results li a").first
    first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/search.html" not in url)
    assert page.url.startswith(site)
    assert "spectrogram" in page.locator("article").inner_text().lower()


def test_the_front_page_shows_one_drawing_of_its_figure(browser, site):
    for width, name in ((1440, "wide"), (390, "narrow")):
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.goto(f"{site}index.html")
        drawings = page.locator(".mgc-answer svg:visible")
        assert drawings.count() == 1
        assert name in drawings.get_attribute("class").split()
        small = drawings.evaluate(
            "one => Math.min(...[...one.querySelectorAll('text')]"
            ".map(text => text.getBoundingClientRect().height))"
        )
        assert small >= 11, "text stays legible"
        page.close()


def test_without_scripts_terms_are_links_and_the_citation_unfolds(plain, site):
    plain.goto(f"{site}{CHAPTER}.html")
    assert plain.locator(TERM).first.get_attribute("href").startswith("glossary.html#term-")
    plain.locator(".mgc-cite summary").click()
    assert plain.locator(".mgc-cite pre").is_visible()
    assert not plain.locator(".mgc-cite button").is_visible()
