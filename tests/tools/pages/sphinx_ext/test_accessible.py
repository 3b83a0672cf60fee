"""What theme and extensions leave inaccessible is repaired, once and for all."""

from bs4 import BeautifulSoup

from tools.pages.sphinx_ext import accessible

PAGE = """<title>Book — Book</title><summary aria-label="Toggle hidden content">Show code</summary>
<nav class="page-toc" aria-labelledby="x"></nav><div class="math">m</div>
<div class="pst-scrollable-table-container"><table><caption>Two
words</caption></table></div>
<div role="list"><div role="doc-biblioentry">b</div></div>"""


def test_page_is_repaired():
    page = BeautifulSoup(PAGE, "html.parser")
    accessible.repair(page)
    assert page.title.string == "Book"
    assert not page.summary.has_attr("aria-label")
    assert page.nav["aria-label"] == "On this page"
    boxes = [(box["aria-label"], box["role"]) for box in page.select("[tabindex='0']")]
    assert boxes == [("Formula", "group"), ("Two words", "group")]
    assert len(page.select("[role=list] > [role=listitem]")) == 1
    once = str(page)
    accessible.repair(page)
    assert str(page) == once
