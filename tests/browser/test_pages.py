"""Every page, in light and dark, wide and on a phone."""

from __future__ import annotations

import base64
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from .views import FOCUSED, MODES, WIDTHS, opened, page_names
from .weight import BLOCKING, too_heavy

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
WAYS = {("light", 1440), ("dark", 390)}
"""Colours hang on the mode and the layout on the width, never both on one another: so each page is
opened in two ways, and only seen in the others."""

SMALL_LETTERS = """
async () => {
    const small = [], least = 8.9;
    for (const text of document.querySelectorAll('article svg:not(.sd-octicon) text')) {
        const to = text.getScreenCTM();
        if (!text.getClientRects().length || !text.textContent.trim()) continue;
        const size = parseFloat(getComputedStyle(text).fontSize) * Math.hypot(to.a, to.b);
        if (size < least) small.push(`${size.toFixed(1)}px ${text.textContent}`);
    }
    for (const image of document.querySelectorAll('a.mgc-figure img[src$=".svg"]')) {
        if (!image.getClientRects().length) continue;
        const drawn = await (await fetch(image.src)).text();
        const wide = parseFloat(drawn.match(/viewBox="0 0 ([\\d.]+)/)[1]);
        const sizes = [...drawn.matchAll(/scale\\((0?\\.\\d+) -/g)].map(one => 100 * one[1]);
        const size = Math.min(...sizes) * image.getBoundingClientRect().width / wide;
        if (size < least) small.push(`${size.toFixed(1)}px in ${image.alt.slice(0, 60)}`);
    }
    return small;
}
"""
COLUMNS = """
() => [...document.querySelectorAll('article table:not(.mgc-pairs)')]
    .map(table => [Math.max(...[...table.rows].map(row => row.cells.length)), table])
    .filter(([columns]) => columns > 6)
    .map(([columns, table]) => `${columns}: ${(table.caption || table).textContent.slice(0, 60)}`)
"""
HIDDEN_CAPTIONS = """
() => [...document.querySelectorAll('article :is(figcaption, caption)')]
    .filter(one => one.parentElement.getClientRects().length && !one.closest('.mgc-leak'))
    .filter(one => one.textContent.trim() && !one.getClientRects().length)
    .map(one => one.textContent.trim().slice(0, 60))
"""
UNNUMBERED = """
() => [...document.querySelectorAll('article div.cell_output a.mgc-figure:not(.only-dark)')]
    .filter(one => !one.closest('figure')?.querySelector('figcaption .caption-number'))
    .map(one => one.firstElementChild.alt.slice(0, 60))
"""
LIGHT_BOXES = """
() => [...document.querySelectorAll('article :not(img)')].filter(one => {
    const [red, green, blue, cover = 1] =
        getComputedStyle(one).backgroundColor.match(/[\\d.]+/g).map(Number);
    const {width, height} = one.getBoundingClientRect();
    return cover > 0.5 && width * height > 20000 && red + green + blue > 400;
}).map(one => `${one.tagName}.${one.className}`)
"""
SETTLED = """
async () => {
    document.activeElement.blur();
    scrollTo(0, 0);
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
}
"""
TALLEST = 60_000
"""Pixels that a JPEG may have; of a longer page the rest is not drawn."""
WIDE = {"12_leak.html": 1}
"""Tables of chapters with more than six columns: that of 12 is a drawing."""


def lost_focus(page: Any) -> list[str]:
    """Say where Tab leads to what is not on the page to see, or not marked with an outline."""
    seen, lost = 0, []
    for _ in range(60):
        page.keyboard.press("Tab")
        state = page.evaluate(FOCUSED)
        if state is None:  # past the last element
            break
        seen += 1
        if not (state["visible"] and state["marked"]):
            lost.append(state["what"])
    page.evaluate("document.activeElement.blur()")
    return lost if seen else ["nothing can be reached"]


@pytest.fixture(scope="module")
def theme(browser: Any, site: str) -> dict[str, int]:
    """Files that the browser waits for on a page that adds none of its own, and their bytes."""
    with opened(browser, site, "search.html") as view:
        return dict(view.page.evaluate(BLOCKING))


def whole_page(page: Any) -> bytes:
    """Draw a page from top to end as JPEG, faster than Playwright's own way."""
    page.evaluate(SETTLED)
    session = page.context.new_cdp_session(page)
    size = session.send("Page.getLayoutMetrics")["cssContentSize"]
    size["height"] = min(size["height"], TALLEST)
    how = {
        "format": "jpeg",
        "quality": 60,
        "captureBeyondViewport": True,
        "optimizeForSpeed": True,
    }
    drawn = session.send("Page.captureScreenshot", {**how, "clip": {**size, "scale": 1}})
    return base64.b64decode(drawn["data"])


def fits(page: Any, width: int) -> list[str]:
    """Say what is wider than the window, cut off or, on a phone, too small to read."""
    wrong = [*page.evaluate(WIDER), *page.evaluate(CUT_OFF)]
    return wrong + (page.evaluate(SMALL_LETTERS) if width == min(WIDTHS) else [])


@pytest.mark.parametrize(("mode", "width"), sorted(WAYS))
@pytest.mark.parametrize("name", page_names())
def test_page(browser, site, screenshots, complaints, theme, name, mode, width):
    """A page opens without a complaint, keeps to its host and its width, and names its images.

    It weighs no more than its limit. Tab reaches only what can be seen, and marks it. No rule of
    axe-core is broken, whatever its impact; none is left out. For people who ask for rest, no
    element has a transition, an animation or smooth scrolling. On a phone letters of figures are
    legible. Captions show, and figures have numbers. The page is loaded once, and then shown in
    the other width, too.
    """
    other = next(one for one in WIDTHS if one != width)
    with opened(browser, site, name, mode, width, reduced_motion="reduce") as view:
        page = view.page
        if width == max(WIDTHS):  # first, since the next step loads what waits in hidden parts
            assert too_heavy(page, name, view.scale, theme, screenshots) == []
        assert lost_focus(page) == []
        broken = page.evaluate(BROKEN)
        assert view.problems == []
        assert broken == []
        assert page.evaluate(NO_ALT) == []
        assert page.locator("h1").first.inner_text()
        titles = page.title().split(" — ")
        assert titles[0]
        assert len(set(titles)) == len(titles), "said once"
        if page.locator(".theme-switch-button").count():
            assert page.evaluate("document.documentElement.dataset.theme") == mode
        assert page.evaluate(MOVING) == []
        assert page.evaluate(HIDDEN_CAPTIONS) == []
        if mode == "dark":
            assert page.evaluate(LIGHT_BOXES) == []
        assert page.evaluate(UNNUMBERED) == []
        if name[:2].isdigit():
            assert len(wide := page.evaluate(COLUMNS)) <= WIDE.get(name, 0), wide
        assert complaints(page) == []
        for size in (width, other):
            page.set_viewport_size({"width": size, "height": WIDTHS[size]})
            place = screenshots / f"{Path(name).stem}-{mode}-{size}.jpg"
            place.write_bytes(whole_page(page))
            assert fits(page, size) == []


def test_a_first_visit_is_free_of_complaints(browser, site):
    """Nothing is known of the reader yet, and the page follows the system."""
    with opened(browser, site, "index.html", "dark", first=True) as view:
        assert view.page.evaluate("document.documentElement.dataset.theme") == "dark"
        assert view.problems == []


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
