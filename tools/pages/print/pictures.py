"""Take the pictures that stand in the README and on the front page from the built site."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mgc.util.atomic import write_whole
from tools.pages.print.pdf import chromium
from tools.pages.project import Project

if TYPE_CHECKING:
    from PIL.Image import Image
    from playwright.sync_api import Page

FRONT = "front.png"
FRONT_SIZE, FRONT_COLOURS = (1440, 1000), 128
PLAY = {
    "try": "#mgc-try .try-result",
    "explorer": "#mgc-explorer .mgc-matrix",
    "hear": "#hear-blues",
    "12_leak": ".mgc-leak",
}
"""Pages to play with, and what of each its picture shows."""
WINDOW = (760, 900)
SHARE = 2 / 3  # height of a picture, of its width
KEPT = (480, 320)


def take(project: Project) -> list[Path]:
    """Write the pictures among the static files, and return their paths; needs a built site."""
    from playwright.sync_api import sync_playwright

    made: dict[str, bytes] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for mode in ("light", "dark"):
            page = browser.new_page(
                viewport={"width": WINDOW[0], "height": WINDOW[1]}, color_scheme=mode
            )
            page.add_init_script(
                f"localStorage.setItem('mode', '{mode}'); localStorage.setItem('theme', '{mode}')"
            )
            if mode == "light":  # first, for the side bar stays where other pages left it
                page.set_viewport_size({"width": FRONT_SIZE[0], "height": FRONT_SIZE[1]})
                _open(page, project, "index")
                image = _image(page.screenshot()).quantize(FRONT_COLOURS)
                made[FRONT] = _written(image, "PNG", optimize=True)
                page.set_viewport_size({"width": WINDOW[0], "height": WINDOW[1]})
            for name, shown in PLAY.items():
                _open(page, project, name)
                made[f"play-{name}-{mode}.webp"] = _card(page, shown)
            page.close()
        browser.close()
    folder = project.sources / "_static"
    for name, content in made.items():
        write_whole(folder / name, content)
    return [folder / name for name in made]


def _open(page: Page, project: Project, name: str) -> None:
    page.goto((project.html / f"{name}.html").as_uri())
    page.wait_for_timeout(1000)


def _card(page: Page, shown: str) -> bytes:
    """Take the top of what is shown, as wide as it stands in the window."""
    box = page.locator(shown).first.bounding_box()
    assert box is not None
    width = min(box["width"], WINDOW[0] - box["x"])
    drawn = page.screenshot(
        clip={"x": box["x"], "y": box["y"], "width": width, "height": width * SHARE},
        full_page=True,
    )
    return _written(_image(drawn).resize(KEPT), "WEBP", quality=70)


def _image(drawn: bytes) -> Image:
    from PIL.Image import open as read

    return read(BytesIO(drawn)).convert("RGB")


def _written(image: Image, form: str, **options: Any) -> bytes:
    content = BytesIO()
    image.save(content, form, **options)
    return content.getvalue()
