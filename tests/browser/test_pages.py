"""Every page, in light and dark, wide and on a phone, each opened once."""

from __future__ import annotations

import base64
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from .focus import walk
from .views import MODES, WIDTHS, opened, page_names
from .weight import BLOCKING, check_weight

REFERENCES = Path(__file__).parent / "references"
STABLE = ("glossary.html", "bibliography.html")
GRID = 90  # pixels that become one: letters melt into grey, blocks and colours stay
TOLERANCE = 3.5  # mean difference, of 255; fonts of another machine stay below, see the test

NO_ALT = """
() => [...document.images]
    .filter(one => !one.closest('[aria-hidden=true], [role=presentation]'))
    .filter(one => !(one.getAttribute('alt') || '').trim())
    .map(one => one.src)
"""
BROKEN = """
async () => {
    const all = [...document.images];
    all.forEach(one => { one.loading = 'eager'; });
    await Promise.all(all.map(one => one.decode().catch(() => null)));
    return all.filter(one => !one.naturalWidth).map(one => one.src);
}
"""
WIDER = """
() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll('body *')]
        .filter(one => one.getBoundingClientRect().right > width + 1)
        .map(one => one.tagName + '.' + one.className).slice(0, 8)
        .concat(`page is ${document.documentElement.scrollWidth} wide`);
}
"""


CUT_OFF = """
() => [...document.querySelectorAll('article :is(math, img, table, audio, pre, p)')]
    .filter(one => one.getClientRects().length && one.getBoundingClientRect().left < 0)
    .map(one => one.tagName + ' ' + one.textContent.slice(0, 60))
"""

MOVING = """
() => [...document.querySelectorAll('*')].filter(one => {
    const style = getComputedStyle(one);
    const longest = text => Math.max(...text.split(',').map(parseFloat));
    return longest(style.transitionDuration) > 0.001 || style.scrollBehavior === 'smooth'
        || (style.animationName !== 'none' && longest(style.animationDuration) > 0.001);
}).map(one => one.tagName + '.' + one.className)
"""
WEIGHED = ("dark", 1440)
ACCESS = {("light", 1440), ("dark", 390)}
"""Colours hang on the mode and the layout on the width, never both on one another."""


def whole_page(page: Any) -> bytes:
    """Draw a page from top to end as JPEG, faster than Playwright's own way."""
    session = page.context.new_cdp_session(page)
    size = session.send("Page.getLayoutMetrics")["cssContentSize"]
    how = {
        "format": "jpeg",
        "quality": 60,
        "captureBeyondViewport": True,
        "optimizeForSpeed": True,
    }
    drawn = session.send("Page.captureScreenshot", {**how, "clip": {**size, "scale": 1}})
    return base64.b64decode(drawn["data"])


@pytest.fixture(scope="session")
def theme(browser: Any, site: str) -> dict[str, int]:
    """Files that the browser waits for on a page that adds none of its own, and their bytes."""
    with opened(browser, site, "search.html") as view:
        return dict(view.page.evaluate(BLOCKING))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", page_names())
def test_page(browser, site, screenshots, complaints, theme, name, mode, width):
    """A page opens without a complaint, keeps to its host and its width, and names its images.

    No rule of axe-core is broken, whatever its impact; none is left out. For people who ask for
    rest, no element has a transition, an animation or smooth scrolling. Tab reaches only what is
    on the page to see, and marks it with an outline. The page is light.
    """
    with opened(browser, site, name, mode, width, reduced_motion="reduce") as view:
        page = view.page
        if (mode, width) == WEIGHED:  # first, before pictures are loaded that nobody scrolls to
            check_weight(page, name, view.scale, theme)
        broken = page.evaluate(BROKEN)
        place = screenshots / f"{Path(name).stem}-{mode}-{width}.jpg"
        place.write_bytes(whole_page(page))
        assert view.problems == []
        assert broken == []
        assert page.evaluate(NO_ALT) == []
        assert page.evaluate(WIDER) == []
        assert page.evaluate(CUT_OFF) == []
        assert page.locator("h1").first.inner_text()
        if page.locator(".theme-switch-button").count():
            assert page.evaluate("document.documentElement.dataset.theme") == mode
        assert page.evaluate(MOVING) == []
        if (mode, width) in ACCESS:
            seen, lost = walk(page)
            assert seen > 0
            assert lost == []
            assert complaints(page) == []  # last, since axe-core stays in the page


def kept(png: bytes) -> Any:
    """Return a screenshot as references keep it: half as wide, to be looked at."""
    image = pytest.importorskip("PIL.Image").open(BytesIO(png)).convert("RGB")
    return image.resize((image.width // 2, image.height // 2))


def difference(left: Any, right: Any) -> float:
    """Mean difference, of 255, of two screenshots that are melted down to blocks."""
    chops, stat = pytest.importorskip("PIL.ImageChops"), pytest.importorskip("PIL.ImageStat")
    if left.size != right.size:
        return 255.0
    size = (left.width * 2 // GRID, left.height * 2 // GRID)
    melted = [image.convert("RGB").resize(size, resample=4) for image in (left, right)]  # 4: box
    means = stat.Stat(chops.difference(*melted)).mean
    return float(sum(means) / len(means))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", STABLE)
def test_stable_page_looks_as_it_did(browser, site, screenshots, request, name, mode):
    """Blocks and colours at the top of a page are those of the reference.

    Averages over squares of 90 pixels forget letters, which differ between machines, and keep
    what a reader sees from afar. Other fonts move a page of text by up to 2.8 (measured with a
    serif and with another sans-serif font); losing the side bar moves it by 4.4 or more, losing
    the theme's style sheet by 7 or more, the wrong mode by 200, and a box over a fifth of width
    and height by 3.9 or more. Lost icons and single words go unseen. The test proves its strength
    on the page itself: the other mode, and the page without its style sheets, are too far away.
    """
    image = pytest.importorskip("PIL.Image")
    other = MODES[1 - MODES.index(mode)]
    files = {one: REFERENCES / f"{Path(name).stem}-{one}.webp" for one in MODES}
    with opened(browser, site, name, mode) as view:
        now = kept(view.page.screenshot())
        now.save(screenshots / f"reference-{files[mode].name}", quality=80)
        if request.config.getoption("--renew-references"):
            REFERENCES.mkdir(exist_ok=True)
            now.save(files[mode], quality=80)
        styled = view.page.locator("link[rel=stylesheet]").count()
        view.page.evaluate("document.querySelectorAll('link, style').forEach(one => one.remove())")
        bare = kept(view.page.screenshot())
    reference = image.open(files[mode])
    assert difference(now, reference) < TOLERANCE, "if the change is wanted: --renew-references"
    assert not styled or difference(bare, reference) > TOLERANCE
    if files[other].is_file():
        assert difference(now, image.open(files[other])) > TOLERANCE
