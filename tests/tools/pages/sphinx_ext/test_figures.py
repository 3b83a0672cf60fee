"""A figure of a cell stands in the page for light, for dark, for a phone and for the printer."""

import base64
from io import BytesIO

import numpy as np
import pytest
from bs4 import BeautifulSoup
from matplotlib import pyplot as plt
from PIL import Image

from mgc.display.figures import style
from tools.pages.sphinx_ext import figures

PAGE = """<div class="cell_output"><figure><img alt="Dots." src="_images/a.svg"><figcaption>
<span class="caption-number">Fig. 5.1 </span>Dots.</figcaption></figure></div>"""


def drawing(noise=None, size=10):
    figure, axis = style.single(5.0, 3.0)
    axis.plot([0, 1], [0, 1], color=style.ACCENT)
    axis.text(0.5, 0.5, "letters", color=style.ON_DARK, fontsize=size)
    axis.text(0.2, 0.5, "black", color="black")
    if noise is not None:
        axis.imshow(noise)
    written = BytesIO()
    figure.savefig(written, format="svg", bbox_inches="tight", metadata={"Date": None})
    plt.close(figure)
    return written.getvalue().decode()


@pytest.fixture
def page(tmp_path):
    (tmp_path / "_images").mkdir()
    (tmp_path / "_images" / "a.svg").write_text(drawing())
    soup = BeautifulSoup(PAGE, "html.parser")
    figures.show(soup, tmp_path)
    return soup


def test_one_drawing_a_mode_that_leads_to_its_file(page, tmp_path):
    inside = page.figure.find_all(recursive=False)
    assert [tag.name for tag in inside] == ["div", "figcaption"], "the caption is beside no link"
    links, (light, dark) = page.select("a.mgc-figure"), page.select("a > img")
    assert [link["href"] for link in links] == [light["src"], dark["src"]]
    kinds = [link["class"] for link in links]
    assert kinds == ["mgc-figure only-light", "mgc-figure only-dark"]
    assert (light["class"], dark["class"]) == ("only-light", "only-dark")
    assert (light["src"], dark["src"]) == ("_images/a.svg", "_images/a-dark.svg")
    assert dark["alt"] == light["alt"] == "Dots."
    assert {light["loading"], dark["loading"]} == {"lazy"}, "the hidden one is not loaded"
    assert 1.4 < int(light["width"]) / int(light["height"]) < 1.9, "its place is kept"
    assert (tmp_path / dark["src"]).read_text() == figures.for_dark(drawing())
    once = str(page)
    figures.show(page, tmp_path)
    assert str(page) == once


def test_dark_pages_get_the_opposite_colours_but_upon_pictures():
    light, dark = drawing(), figures.for_dark(drawing())
    assert "fill: #ffffff" in light
    assert "#ffffff" not in dark
    assert f"fill: {figures.GROUND}" in dark
    assert f"stroke: {figures.opposite(style.ACCENT.lower())}" in dark
    assert style.ON_DARK.lower() in dark
    assert 'id="text_' in dark
    assert f'<svg fill="{figures.opposite("#000000")}"' in dark, "black letters say no colour"
    assert figures.opposite("#000000") == "#ededed"
    assert int(figures.opposite("#88ccee")[5:], 16) > 200, "pale colours are not lost in the dark"
    red, green, blue = (int(figures.opposite("#332288")[at : at + 2], 16) for at in (1, 3, 5))
    assert blue > red > green, "the hue stays"


def test_small_letters_ask_for_a_wider_drawing():
    least, most = figures.widths(drawing())
    small, same = figures.widths(drawing(size=5))
    assert small == pytest.approx(2 * least)
    assert least < 342 < most == same


@pytest.mark.parametrize("form", ["WEBP", "JPEG"])
def test_large_pictures_within_a_drawing_are_packed_and_small_ones_stay(form):
    noise = np.random.default_rng(0).random((200, 200))
    packed = figures.lighter(drawing(noise), form)
    assert len(packed) < 0.8 * len(drawing(noise))
    content = packed.split("base64,")[1].split('"')[0]
    assert Image.open(BytesIO(base64.b64decode(content))).format == form
    small = drawing([[0.0, 1.0]])
    assert figures.lighter(small, form) == small
