"""Every page, in light and dark, wide and on a phone."""

from __future__ import annotations

from typing import Any


def test_front_page_opens(browser: Any, site: str) -> None:
    """The first page is served under a sub-path and has a heading."""
    page = browser.new_page()
    page.goto(f"{site}index.html")
    assert page.locator("h1").first.inner_text()
    page.close()
