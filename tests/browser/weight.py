"""How much a page transfers, from a server that compresses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

THEME = 2_600_000
"""Bytes of the plain theme on every page: its scripts, styles and icons, and the search index."""
LIMITS = {"index.html": 600_000, "03_features.html": 3_400_000}  # of what a page adds to that
LIMIT = 1_500_000  # of any other page, with all of its images
TEXT = 250_000  # of a page's own HTML
BEFORE_PAINT = 20_000  # of what a page adds to the files that the browser waits for to paint

BLOCKING = """
() => Object.fromEntries(performance.getEntriesByType('resource')
    .filter(one => one.renderBlockingStatus === 'blocking')
    .map(one => [one.name, one.encodedBodySize]))
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


def check_weight(page: Any, name: str, scale: Scale, theme: Mapping[str, int]) -> None:
    """All that a page transfers stays below the limit, and hardly any delays the first paint.

    Bytes are what a page costs; seconds would tell how busy this machine is. `theme` has the
    files that the browser waits for on a page that adds none of its own, and their bytes.
    """
    waits = page.evaluate(BLOCKING)
    page.evaluate(SCROLL)
    page.wait_for_timeout(300)  # sizes are told after the load
    assert scale.sizes, "nothing was counted"
    heaviest = sorted(scale.sizes.items(), key=lambda one: -one[1])[:12]
    assert sum(scale.sizes.values()) <= THEME + LIMITS.get(name, LIMIT), heaviest
    assert scale.sizes[name] <= TEXT
    assert theme.keys() <= waits.keys(), "the theme's files are known, so others can be told apart"
    added = {file: size for file, size in waits.items() if file not in theme}
    assert sum(added.values()) <= BEFORE_PAINT, added
