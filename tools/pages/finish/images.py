"""Figures of a built site in a format that takes half the bytes, with their size in the page.

Matplotlib writes PNG. WebP without loss shows the very same picture. Pictures that stay big in it,
spectrograms, are reduced to 256 colours first: edges and letters stay sharp, and no colour moves
far, which matters where colours are amounts. Lossy WebP was smaller still but dulled the thin
bright lines of the very spectrograms it was meant for.
"""

from __future__ import annotations

import io
from pathlib import Path

from bs4 import BeautifulSoup
from PIL import Image

BIG = 150_000
"""Bytes above which the colours of a picture are reduced."""

COLOURS = 256
FIRST = 1
"""Images that a reader sees before scrolling; the others are loaded when they come near."""


def to_webp(path: Path) -> Path:
    """Write an image as WebP beside it and remove it, unless it was smaller already.

    Returns
    -------
    Path
        The image that is there now.
    """
    with Image.open(path) as opened:
        image = opened.convert("RGBA")
        if image.getchannel("A").getextrema() == (255, 255):
            image = image.convert("RGB")
        data = _encoded(image)
        if len(data) > BIG:
            reduced = image.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
            data = min(data, _encoded(reduced.convert(image.mode)), key=len)
    if len(data) >= path.stat().st_size:
        return path
    target = path.with_suffix(".webp")
    target.write_bytes(data)
    path.unlink()
    return target


def replace(soup: BeautifulSoup, folder: Path, changed: dict[Path, Path]) -> None:
    """Lead the images and links of a page to the new files; say how large each image is.

    Parameters
    ----------
    soup : BeautifulSoup
    folder : Path
        Folder of the page.
    changed : dict of Path to Path
        Old and new file of each image.
    """
    for element in soup.select("article img[src], article a[href$='.png']"):
        key = "src" if element.name == "img" else "href"
        path = (folder / str(element[key])).resolve()
        if path in changed:
            element[key] = str(element[key]).removesuffix(path.name) + changed[path].name
    for index, image in enumerate(soup.select("article img[src]")):
        path = folder / str(image["src"]).partition("?")[0]
        if path.is_file() and path.suffix in (".png", ".webp", ".jpg"):
            with Image.open(path) as opened:
                size = opened.size
            if not (image.get("width") or image.get("height") or image.get("style")):
                image["width"], image["height"] = (str(one) for one in size)
        image["decoding"] = "async"
        if index >= FIRST:
            image["loading"] = "lazy"


def _encoded(image: Image.Image) -> bytes:
    """Return an image as the bytes of a WebP file without loss."""
    stream = io.BytesIO()
    image.save(stream, "WEBP", lossless=True, method=4)
    return stream.getvalue()
