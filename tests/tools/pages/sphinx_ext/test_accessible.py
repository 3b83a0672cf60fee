"""What theme and extensions leave inaccessible is repaired, once and for all."""

from bs4 import BeautifulSoup

from tools.pages.sphinx_ext import accessible

PAGE = """<summary aria-label="Toggle hidden content">Show code</summary>
<nav class="page-toc" aria-labelledby="x"></nav><div class="math">m</div>
<div class="pst-scrollable-table-container"><table><caption>Two
words</caption></table></div><div class="cell_output"><figure><img src="a.svg"><figcaption>
<span class="caption-number">Fig. 5.1 </span>Dots.</figcaption></figure></div>
<div role="list"><div role="doc-biblioentry">b</div></div>"""


def test_page_is_repaired():
    page = BeautifulSoup(PAGE, "html.parser")
    accessible.repair(page)
    assert not page.summary.has_attr("aria-label")
    assert page.nav["aria-label"] == "On this page"
    boxes = [(box["aria-label"], box["role"]) for box in page.select("[tabindex='0']")]
    assert boxes == [("Formula", "group"), ("Two words", "group")]
    assert [tag.name for tag in page.figure.find_all(recursive=False)] == ["a", "figcaption"]
    assert page.figure.a["href"] == page.figure.a.img["src"] == "a.svg"
    assert len(page.select("[role=list] > [role=listitem]")) == 1
    once = str(page)
    accessible.repair(page)
    assert str(page) == once
