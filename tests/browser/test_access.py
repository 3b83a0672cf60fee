"""Every page can be used without a mouse; what axe-core says of it stands in test_pages."""

from __future__ import annotations

import pytest

from .views import MODES, opened, page_names

FOCUSED = """
() => {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    const box = one.getBoundingClientRect(), style = getComputedStyle(one);
    return {
        what: `${one.tagName}.${one.className} ${(one.textContent || '').trim().slice(0, 30)}`,
        inside: !!one.closest('main'),
        visible: box.width > 0 && box.height > 0 && box.right > 0 && box.left < innerWidth
            && style.visibility !== 'hidden',
        marked: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    };
}
"""


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("name", page_names())
def test_focus_is_seen_wherever_the_keyboard_leads(browser, site, name, width):
    """Tab reaches only what is on the page to see, and marks it with an outline."""
    with opened(browser, site, name, width=width) as view:
        seen, lost = 0, []
        for _ in range(60):
            view.page.keyboard.press("Tab")
            state = view.page.evaluate(FOCUSED)
            if state is None:  # past the last element
                break
            seen += 1
            if not (state["visible"] and state["marked"]):
                lost.append(state["what"])
        assert seen > 0
        assert lost == []


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
