"""Dialogs and the skip link need no mouse; what holds for every page stands in test_pages."""

from __future__ import annotations

import pytest

from .views import FOCUSED, MODES, opened


@pytest.mark.parametrize("width", [1440, 390])
def test_skip_link_leads_past_the_side_bar(browser, site, width):
    """The first stop of the keyboard is a link to the main part; the next stop is in it."""
    with opened(browser, site, "03_features.html", width=width) as view:
        view.page.keyboard.press("Tab")
        assert "Skip to main content" in view.page.evaluate(FOCUSED)["what"]
        view.page.keyboard.press("Enter")
        view.page.keyboard.press("Tab")
        assert view.page.evaluate(FOCUSED)["inside"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("width", "button", "dialog"),
    [(1440, "button.search-button-field", "#pst-search-dialog"),
     (390, "button.primary-toggle", "#pst-primary-sidebar-modal")],
)  # fmt: skip
def test_dialogs_open_and_close_by_keyboard(
    browser, site, complaints, mode, width, button, dialog
):
    """Search and, on a phone, the side bar open by Enter, close by Escape, and break no rule."""
    with opened(browser, site, "index.html", mode, width, reduced_motion="reduce") as view:
        view.page.locator(button).first.focus()
        view.page.keyboard.press("Enter")
        view.page.locator(f"{dialog}[open]").wait_for()
        assert complaints(view.page) == []
        view.page.keyboard.press("Escape")
        view.page.locator(f"{dialog}[open]").wait_for(state="detached")
