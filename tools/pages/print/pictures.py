"""Take the pictures that stand in the README and on the front page from the built site."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from mgc.util.atomic import write_whole
from tools.pages.print.pdf import chromium
from tools.pages.project import Project

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
    from PIL import Image
    from playwright.sync_api import sync_playwright

    folder = project.sources / "_static"
    written = []

    def keep(name: str, content: bytes) -> None:
        write_whole(folder / name, content)
        written.append(folder / name)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for mode in ("light", "dark"):
            context = browser.new_context(
                viewport={"width": WINDOW[0], "height": WINDOW[1]}, color_scheme=mode
            )
            context.add_init_script(
                f"localStorage.setItem('mode', '{mode}'); localStorage.setItem('theme', '{mode}')"
            )
            page = context.new_page()
            for name, shown in PLAY.items():
                page.goto((project.html / f"{name}.html").as_uri())
                page.wait_for_timeout(1000)
                box = page.locator(shown).first.bounding_box()
                assert box is not None
                width = min(box["width"], WINDOW[0] - box["x"])
                drawn = page.screenshot(
                    clip={
                        "x": box["x"],
                        "y": box["y"],
                        "width": width,
                        "height": width * SHARE,
                    },
                    full_page=True,
                )
                image = Image.open(BytesIO(drawn)).convert("RGB")
                content = BytesIO()
                image.resize(KEPT).save(content, "WEBP", quality=70)
                keep(f"play-{name}-{mode}.webp", content.getvalue())
            if mode == "light":
                page.set_viewport_size({"width": FRONT_SIZE[0], "height": FRONT_SIZE[1]})
                page.goto((project.html / "index.html").as_uri())
                page.wait_for_timeout(1000)
                image = Image.open(BytesIO(page.screenshot())).convert("RGB")
                content = BytesIO()
                image.quantize(FRONT_COLOURS).save(content, "PNG", optimize=True)
                keep(FRONT, content.getvalue())
            context.close()
        browser.close()
    return written
