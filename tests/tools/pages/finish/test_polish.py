"""The last step of a build keeps what readers need and drops what they do not."""

import numpy as np
import pytest
from bs4 import BeautifulSoup
from matplotlib import colormaps
from matplotlib.figure import Figure
from PIL import Image
from scipy.ndimage import gaussian_filter

from mgc.errors import BookError
from tools.pages.finish import accessible, images, lean, stylesheets
from tools.pages.finish.icons import Icons

THEME = (
    'x={};var p={dog:[1,2,[],"f000","brand"]};d("fab",p);var p={sun:[512,512,[9728],"f185","M1"],\
"arrow-up":[384,512,[],"f062","M2"]};d("fas",p),d("fa-solid",p)'
)


def soup(text):
    return BeautifulSoup(text, "html.parser")


@pytest.fixture
def icons(tmp_path):
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "fontawesome.js").write_text(THEME)
    return Icons.of_theme(tmp_path)


def test_icon_becomes_a_drawing_that_readers_of_text_pass_over(icons):
    page = soup('<i class="theme-switch fa-solid fa-arrow-up fa-lg" data-mode="x"></i>')
    icons.put(page)
    drawing = page.svg
    assert drawing["class"] == ["svg-inline--fa", "theme-switch", "fa-lg"]
    assert (drawing["data-mode"], drawing["aria-hidden"]) == ("x", "true")
    assert (drawing["viewbox"], drawing.path["d"]) == ("0 0 384 512", "M2")


def test_unknown_icon_is_refused(icons):
    with pytest.raises(BookError, match="dog in style fas"):
        icons.put(soup('<i class="fas fa-dog"></i>'))


CSS = """/*! licence */ /* note */ .used, .unused > a {x: 1} body.used:not(.unused) p {x: 2}
#nowhere {x: 3} @media (min-width: 3px) { .unused {x: 4} } @media print { a {x: 5} .used{x: 6} }
@font-face { font-family: F; src: url("gone.woff2") } @font-face { src: url(here.woff2?v=1) }
.md\\:used {x: 7} a[href$=".unused"] {x: 8}"""


def test_rules_that_nothing_can_use_are_dropped(tmp_path):
    (tmp_path / "here.woff2").touch()
    css = stylesheets.pruned(CSS, {"used", "md:used"}, tmp_path)
    kept = [number for number in range(1, 9) if f"x: {number}" in css]
    assert kept == [1, 2, 5, 6, 7, 8]
    assert "licence" in css
    assert "note" not in css
    assert ".unused > a" not in css
    assert "gone" not in css
    assert "here" in css


def test_names_come_from_pages_and_scripts():
    assert stylesheets.names_of_page(soup('<p class="a b" id="c">d</p>')) == {"a", "b", "c"}
    assert "is-open" in stylesheets.names_of_script('x.classList.add("is-open")')


PAGE = """<html><head><script src="_static/searchtools.js?v=1"></script>
<script src="_static/copybutton.js"></script><script src="_static/toy.js"></script>
<script>const THEBE_JS_URL = "https://unpkg.com/x"</script>
<meta name="viewport"><meta name="viewport"></head><body><article>{}</article></body></html>"""


def test_page_loads_what_its_elements_need():
    page = soup(PAGE.format("<p>text</p>"))
    lean.lighten(page)
    assert [one["src"] for one in page.select("script")] == ["_static/toy.js"]
    assert len(page.select("meta")) == 1
    page = soup(PAGE.format('<div class="highlight"><pre>x</pre></div>'))
    lean.lighten(page)
    assert "_static/copybutton.js" in [one["src"] for one in page.select("script")]


def test_script_that_a_page_names_is_loaded_there_alone_and_once():
    page = soup(PAGE.format('<script src="_static/toy.js" defer></script>'))
    special = lean.named_in_text(page)
    lean.lighten(page)
    lean.drop(page, special)
    assert len(page.select('script[src*="toy.js"]')) == 1
    other = soup(PAGE.format("<p>text</p>"))
    lean.drop(other, special)
    assert not other.select('script[src*="toy.js"]')


def test_figure_keeps_every_pixel(tmp_path):
    path, same = tmp_path / "a.png", tmp_path / "b.png"
    figure = Figure(figsize=(5, 3))
    figure.subplots().plot([1, 3, 2])
    figure.savefig(path)
    figure.savefig(same)
    made = images.to_webp(path)
    assert made.suffix == ".webp"
    assert not path.exists()
    assert made.stat().st_size < same.stat().st_size / 1.5
    left, right = (np.asarray(Image.open(one).convert("RGB")) for one in (made, same))
    assert np.array_equal(left, right)


def test_big_picture_keeps_its_colours_nearly(tmp_path):
    noise = gaussian_filter(np.random.default_rng(0).normal(size=(600, 600)), 2)
    noise += np.random.default_rng(1).normal(size=noise.shape) * 0.01
    drawn = (colormaps["cividis"](noise * 3 + 0.5)[..., :3] * 255).astype(np.uint8)
    path = tmp_path / "a.png"
    Image.fromarray(drawn).save(path)
    before = path.stat().st_size
    made = images.to_webp(path)
    now = np.asarray(Image.open(made).convert("RGB")).astype(float)
    assert made.stat().st_size < before / 2
    moved = np.abs(now - drawn)
    assert moved.mean() < 3  # of 255
    assert np.percentile(moved, 99) <= 12


def test_images_lead_to_the_new_files_and_tell_their_size(tmp_path):
    for name in ("a", "b"):
        Image.new("RGB", (7, 5)).save(tmp_path / f"{name}.webp", lossless=True)
    changed = {tmp_path / f"{name}.png": tmp_path / f"{name}.webp" for name in ("a", "b")}
    page = soup('<article><img src="a.png"><a href="b.png"><img src="b.png"></a></article>')
    images.replace(page, tmp_path, changed)
    first, second = page.select("img")
    assert (first["src"], first["width"], first["height"]) == ("a.webp", "7", "5")
    assert (first.get("loading"), second["loading"]) == (None, "lazy")
    assert page.a["href"] == "b.webp"


def test_page_is_repaired():
    page = soup("""<summary aria-label="Toggle hidden content">Show code</summary>
    <nav class="page-toc" aria-labelledby="x"></nav><div class="math">m</div>
    <div class="pst-scrollable-table-container"><table><caption>Two
    words</caption></table></div><div class="cell_output"><figure><img src="a.png"><figcaption>
    <span class="caption-number">Fig. 5.1 </span>Dots.</figcaption></figure></div>
    <div role="list"><div role="doc-biblioentry">b</div></div>""")
    accessible.repair(page)
    assert not page.summary.has_attr("aria-label")
    assert page.nav["aria-label"] == "On this page"
    boxes = [(one["aria-label"], one["role"]) for one in page.select("[tabindex='0']")]
    assert boxes == [("Formula", "group"), ("Two words", "group")]
    assert [tag.name for tag in page.figure.find_all(recursive=False)] == ["a", "figcaption"]
    assert page.figure.a["href"] == page.figure.a.img["src"] == "a.png"
    assert len(page.select("[role=list] > [role=listitem]")) == 1
