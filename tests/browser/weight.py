"""What a page weighs, from a server that compresses nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

THEME = 2_600_000
"""Bytes of the plain theme on every page: its scripts, styles and icons, and the search index."""
LIMITS = {"index.html": 600_000, "03_features.html": 3_400_000}  # of what a page adds to that
LIMIT = 1_500_000  # of any other page, with all of its images
TEXT = 250_000  # of a page's own HTML
LONG = {"api.html": 300_000}  # where names are looked up
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
    window.scrollTo({top: 0, behavior: 'instant'});
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


def too_heavy(
    page: Any, name: str, scale: Scale, theme: dict[str, int], folder: Path
) -> list[object]:
    """Say what is beyond a limit when a reader has scrolled to the end of a page.

    Bytes are what a page costs; seconds would tell how busy this machine is. `theme` are the files
    that the browser waits for on a page that adds none of its own, and their bytes. The sum is
    kept in a file of `folder`, one a page, for parallel tests.
    """
    waits = page.evaluate(BLOCKING)
    page.evaluate(SCROLL)
    page.wait_for_timeout(300)  # sizes are told after the load
    total = sum(scale.sizes.values())
    noted = json.dumps({"page": name, "bytes": total})
    (folder / f"{Path(name).stem}.bytes.json").write_text(noted, encoding="utf-8")
    added = {file: size for file, size in waits.items() if file not in theme}
    wrong: list[object] = []
    if not scale.sizes or not theme.keys() <= waits.keys():
        wrong.append("nothing was counted, or the theme's files are not known")
    if total > THEME + LIMITS.get(name, LIMIT):
        wrong.append(sorted(scale.sizes.items(), key=lambda one: -one[1])[:12])
    if scale.sizes.get(name, 0) > LONG.get(name, TEXT):
        wrong.append(f"{scale.sizes[name]} bytes of text")
    if sum(added.values()) > BEFORE_PAINT:
        wrong.append(added)
    return wrong
