"""Pages are light and quick to show, from a server that compresses nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .views import WIDTHS, opened, page_names

THEME = 2_600_000
"""Bytes of the plain theme on every page: its scripts, styles and icons, and the search index."""
LIMITS = {"index.html": 600_000, "03_features.html": 3_400_000}  # of what a page adds to that
LIMIT = 1_500_000  # of any other page, with all of its images
PAINTED_WITHIN = 1500  # milliseconds until the largest content shows, on a local server

OBSERVE = """
window.largest = 0;
new PerformanceObserver(list => list.getEntries().forEach(one => {
    window.largest = Math.max(window.largest, one.startTime);
})).observe({type: 'largest-contentful-paint', buffered: true});
"""
SCROLL = """
async () => {
    for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight / 2) {
        window.scrollTo({top: y, behavior: 'instant'});
        await new Promise(done => setTimeout(done, 15));
    }
    // A picture that waits in a hidden part of the page is not loaded, and never decoded.
    const shown = [...document.images].filter(one => one.getClientRects().length);
    await Promise.all(shown.map(one => one.decode().catch(() => null)));
}
"""


class Scale:
    """Sum of bytes that a page transfers, as the browser counts them."""

    def __init__(self, page: Any) -> None:
        """Count from now on; the cache is empty and stays so."""
        self.addresses: dict[str, str] = {}
        self.sizes: dict[str, int] = {}
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        session.on("Network.responseReceived", self._response)
        session.on("Network.loadingFinished", self._finished)

    def _response(self, event: dict[str, Any]) -> None:
        self.addresses[event["requestId"]] = event["response"]["url"]

    def _finished(self, event: dict[str, Any]) -> None:
        name = self.addresses.get(event["requestId"], "?").rsplit("/", 1)[-1].partition("?")[0]
        self.sizes[name] = self.sizes.get(name, 0) + int(event["encodedDataLength"])


@pytest.mark.parametrize("name", page_names())
def test_page_is_light(browser, site, screenshots, name):
    """All that a page transfers, read to its end, stays below the limit."""
    with opened(browser, site, "search.html") as view:
        scale = Scale(view.page)
        view.page.goto(f"{site}{name}", wait_until="load")
        view.page.evaluate(SCROLL)
        view.page.wait_for_timeout(300)  # sizes are told after the load
    total = sum(scale.sizes.values())
    _note(screenshots, name, "bytes", total)
    heaviest = sorted(scale.sizes.items(), key=lambda one: -one[1])[:12]
    assert scale.sizes, "nothing was counted"
    assert total <= THEME + LIMITS.get(name, LIMIT), heaviest


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", page_names())
def test_page_shows_quickly(browser, site, screenshots, name, width):
    """The largest content of a page's first screen is painted in time.

    One of three first visits must do, since what runs beside this test takes the processor away.
    """
    times: list[float] = []
    while len(times) < 3 and not any(0 < one < PAINTED_WITHIN for one in times):
        with opened(browser, site, name, width=width, script=OBSERVE) as view:
            view.page.wait_for_timeout(150)
            times.append(float(view.page.evaluate("window.largest")))
    _note(screenshots, name, f"painted-{width}", round(times[-1]))
    assert 0 < times[-1] < PAINTED_WITHIN, times


def _note(folder: Path, name: str, key: str, value: int) -> None:
    """Keep what was measured beside the screenshots; one file a page, for parallel tests."""
    path = folder / f"{Path(name).stem}.{key}.json"
    path.write_text(json.dumps({"page": name, key: value}), encoding="utf-8")
