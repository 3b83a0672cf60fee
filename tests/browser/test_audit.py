"""The audit: every claim is a card that can be filtered, linked to, and read without a script."""

from __future__ import annotations

import csv
from typing import Any

import pytest

from tests.helpers.outside import ROOT

PAGE = "08_audit.html"
CARDS = ".mgc-claim:visible"


@pytest.fixture
def claims() -> list[dict[str, str]]:
    """The table of claims, read without the package."""
    with (ROOT / "book" / "claims.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_filters_show_exactly_the_cards_they_name(page: Any, site: str, claims):
    page.goto(f"{site}{PAGE}")
    bar = page.locator(".mgc-claims-filter")
    says = bar.locator("output")
    assert says.inner_text() == f"{len(claims)} of {len(claims)} claims"
    bar.get_by_label("Section").select_option("5 Results")
    fifth = {f"claim-{claim['id']}" for claim in claims if claim["section"] == "5"}
    assert set(page.locator(CARDS).evaluate_all("all => all.map(one => one.id)")) == fifth
    bar.get_by_label("Verdict").select_option("contradicted")
    shown = page.locator(CARDS)
    assert set(shown.locator(".mgc-verdict").all_inner_texts()) == {"contradicted"}
    assert says.inner_text() == f"{shown.count()} of {len(claims)} claims"
    assert page.get_by_role("heading", name="Training").count() == 0
    # Whoever follows a link to a hidden card sees it.
    hidden = next(claim["id"] for claim in claims if claim["section"] == "1")
    page.evaluate(f"location.hash = '#claim-{hidden}'")
    page.locator(f"#claim-{hidden}").wait_for(state="visible")
    assert page.locator(CARDS).count() == len(claims)


def test_without_a_script_every_claim_is_there(browser: Any, site: str, claims):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}{PAGE}")
    assert page.locator(CARDS).count() == len(claims)
    assert not page.locator(".mgc-claims-filter").is_visible()
    context.close()


def test_cards_fit_a_phone(browser: Any, site: str):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{site}{PAGE}")
    widest = "all => Math.max(...all.map(one => one.getBoundingClientRect().right))"
    assert page.locator(CARDS).evaluate_all(widest) <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    with page.expect_download() as saved:
        page.get_by_role("link", name="as CSV").click()
    assert saved.value.suggested_filename == "audit.csv"
    context.close()
