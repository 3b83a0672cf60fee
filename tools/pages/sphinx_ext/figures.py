"""Figures of cells: drawn for light and for dark pages, light to load, legible on a phone.

Chapters draw on white. What is made here of a drawing follows from it alone: a second one for dark
pages, whose colours keep their hue while light and dark change places, and the least width at
which its smallest letters can be read.
"""

from __future__ import annotations

import base64
import colorsys
import re
from copy import copy
from io import BytesIO
from pathlib import Path

from bs4 import BeautifulSoup
from PIL import Image

from mgc.display.figures.style import ON_DARK, ON_LIGHT

PICTURE = re.compile(r"data:image/(png|webp);base64,([^\"]+)")
SMALL = 20_000
"""Letters of a picture that stays as it is: a colour bar, a matrix with sharp edges."""
QUALITY = 82
COLOUR = re.compile(r"(?<=: )#[0-9a-f]{6}\b")
LETTERS = re.compile(r"scale\((0?\.\d+) -0?\.\d+\)")
"""Letters drawn as paths; the factor is their size in hundreds of points."""
BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
LEGIBLE = 9
"""Pixels that a letter has at least."""
LARGEST = 5 / 3
"""Pixels for each point of a drawing, from which on it looks coarse."""
DARKEST, LIGHTEST = 0.09, 0.93
GREYEST = 0.25
"""Saturation from which a shade counts as a colour."""
GROUND = "#121212"
"""Of the theme's dark pages."""


def show(soup: BeautifulSoup, folder: Path) -> None:
    """Let each figure of a page follow its mode and its width, and lead to its file.

    `folder` is that of the page; the drawings below it are made lighter, and dark ones added.
    """
    for picture in soup.select("div.cell_output img:not(a.mgc-figure > img)"):
        link = soup.new_tag("a", attrs={"class": "mgc-figure", "title": "Enlarge the figure"})
        link["href"] = str(picture["src"])
        file = folder / str(picture["src"])
        picture.wrap(link)
        if file.suffix != ".svg" or not file.is_file():
            continue
        drawing = lighter(file.read_text(encoding="utf-8"), "WEBP")
        file.write_text(drawing, encoding="utf-8")
        dark = file.with_name(f"{file.stem}-dark.svg")
        dark.write_text(for_dark(drawing), encoding="utf-8")
        least, most = widths(drawing)
        shape = [f"{float(side):.0f}" for side in BOX.findall(drawing)[0]]
        link["style"] = f"--least: {least:.0f}px; --most: {most:.0f}px"
        other = copy(link)
        other["href"] = str(Path(str(picture["src"])).with_name(dark.name).as_posix())
        # The theme hides what stands beside a figure of the other mode, its caption included.
        link.wrap(soup.new_tag("div", attrs={"class": "mgc-figures"}))
        link.insert_after(other)
        for one, kind in ((link, "only-light"), (other, "only-dark")):
            image = one.select_one("img")
            assert image is not None
            one["class"], image["class"] = f"mgc-figure {kind}", kind
            image["src"] = one["href"]
            image["loading"] = "lazy"  # so that the hidden one is not loaded
            image["width"], image["height"] = shape  # until then the page keeps its place


def lighter(drawing: str, form: str) -> str:
    """Pack the large pictures within a drawing, spectrograms all of them, as WEBP or JPEG."""

    def packed(match: re.Match[str]) -> str:
        if match[1] == "png" and len(match[2]) < SMALL:
            return match[0]
        content = BytesIO()
        with Image.open(BytesIO(base64.b64decode(match[2]))) as picture:
            picture.convert("RGB").save(content, form, quality=QUALITY)
        return f"data:image/{form.lower()};base64,{base64.b64encode(content.getvalue()).decode()}"

    return PICTURE.sub(packed, drawing)


def for_dark(drawing: str) -> str:
    """Draw for a dark page: each colour but those of text upon pictures becomes its opposite."""
    kept = {ON_DARK.lower(), ON_LIGHT.lower()}
    drawing = COLOUR.sub(lambda m: m[0] if m[0] in kept else opposite(m[0]), drawing)
    return drawing.replace("<svg ", f'<svg fill="{opposite("#000000")}" ', 1)  # black is unsaid


def opposite(colour: str) -> str:
    """Return the colour of the same hue that is as far from black as this one is from white.

    What is no grey stays bright enough to be seen on a dark page.
    """
    if colour == "#ffffff":
        return GROUND
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
    light = LIGHTEST - (LIGHTEST - DARKEST) * light
    if saturation > GREYEST:
        light = max(light, 0.5)
    return "#" + "".join(
        f"{round(255 * share):02x}" for share in colorsys.hls_to_rgb(hue, light, saturation)
    )


def widths(drawing: str) -> tuple[float, float]:
    """Return the least and the largest width of a drawing [pixels].

    At the least its smallest letters are `LEGIBLE`; beyond the largest it would look coarse.
    """
    box = BOX.search(drawing)
    width = float(box[1]) if box else 0.0
    smallest = min((100 * float(size) for size in LETTERS.findall(drawing)), default=LEGIBLE)
    return LEGIBLE * width / smallest, LARGEST * width
