"""Every page, in light and dark, wide and on a phone."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from .views import MODES, WIDTHS, opened, page_names

REFERENCES = Path(__file__).parent / "references"
STABLE = ("404.html", "glossary.html", "bibliography.html", "search.html")
GRID = 20  # pixels that become one: letters melt into grey, blocks and colours stay
TOLERANCE = 4.0  # mean difference, of 255; fonts of another machine stay below, see the test

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


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", page_names())
def test_page(
    browser: Any, site: str, screenshots: Path, name: str, mode: str, width: int
) -> None:
    """A page opens without a complaint, keeps to its host and its width, and names its images."""
    with opened(browser, site, name, mode, width) as view:
        page = view.page
        broken = page.evaluate(BROKEN)
        place = screenshots / f"{Path(name).stem}-{mode}-{width}.jpg"
        page.screenshot(path=place, type="jpeg", quality=60, full_page=True)
        assert view.problems == []
        assert broken == []
        assert page.evaluate(NO_ALT) == []
        assert page.evaluate(WIDER) == []
        assert page.locator("h1").first.inner_text()
        if page.locator(".theme-switch-button").count():
            assert page.evaluate("document.documentElement.dataset.theme") == mode


def shape(png: bytes) -> Any:
    """Melt a screenshot down to blocks of colour."""
    image = pytest.importorskip("PIL.Image").open(BytesIO(png)).convert("RGB")
    return image.resize((image.width // GRID, image.height // GRID), resample=4)


def difference(left: Any, right: Any) -> float:
    """Mean difference of two melted screenshots, of 255."""
    chops, stat = pytest.importorskip("PIL.ImageChops"), pytest.importorskip("PIL.ImageStat")
    if left.size != right.size:
        return 255.0
    means = stat.Stat(chops.difference(left, right)).mean
    return float(sum(means) / len(means))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", STABLE)
def test_stable_page_looks_as_it_did(
    browser: Any,
    site: str,
    screenshots: Path,
    request: pytest.FixtureRequest,
    name: str,
    mode: str,
) -> None:
    """Blocks and colours at the top of a page are those of the reference.

    Averages over squares of 20 pixels forget letters, which differ between machines, and keep
    what a reader sees from afar: side bars, columns, colours of the theme, the heading's place.
    The test proves its own strength: without the theme's style sheets, or in the other mode, the
    same page is further away than the tolerance.
    """
    kept = REFERENCES / f"{Path(name).stem}-{mode}.png"
    with opened(browser, site, name, mode) as view:
        now = shape(view.page.screenshot())
        now.save(screenshots / f"reference-{kept.name}")
        if request.config.getoption("--renew-references"):
            REFERENCES.mkdir(exist_ok=True)
            now.save(kept, optimize=True)
        view.page.evaluate("document.querySelectorAll('link, style').forEach(one => one.remove())")
        bare = shape(view.page.screenshot())
    image = pytest.importorskip("PIL.Image").open(kept).convert("RGB")
    assert difference(now, image) < TOLERANCE, "if the change is wanted: --renew-references"
    assert difference(bare, image) > TOLERANCE
