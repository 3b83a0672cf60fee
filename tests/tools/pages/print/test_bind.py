"""Pages of a site become chapters of one document."""

import pytest

from mgc.errors import BookError
from tools.pages.print.bind import bind, read_chapter
from tools.pages.project import page_names

PAGE = """<html><body><nav>side</nav><article><section id="top"><h1>2. <i>Two</i><a
class="headerlink" href="#top">#</a></h1><section id="part"><h2>Part "one"</h2>
<p><a href="#part">here</a> <a href="one.html">one</a> <a href="one.html#x">x</a>
<a href="one.html#model=cnn">a state</a> <a href="other.html#y">other</a> <a href="https://a.org/">away</a></p>
<img src="_images/a.png" loading="lazy" alt="a"><audio aria-label="a song" src="a.ogg"></audio>
<div class="cell tag_hide-input"><details class="above-input">
<pre>hidden code</pre></details></div>
<section id="ask"><h2>2.1. Check yourself</h2></section>
<details class="solution"><summary>Solution</summary>seven</details><script>run()</script>
<noscript><p>a table instead</p></noscript></section></section></article></body></html>"""


@pytest.fixture
def chapter(tmp_path):
    (tmp_path / "two.html").write_text(PAGE)
    return read_chapter(tmp_path, "two", ["one", "two"], "../html/")


def test_pages_come_in_reading_order():
    first = {"chapters": [{"file": "a", "sections": [{"file": "a1"}]}, {"file": "b"}]}
    parts = [first, {"chapters": [{"file": "c"}]}]
    assert page_names({"root": "index", "parts": parts}) == ["index", "a", "a1", "b", "c"]
    assert page_names({"root": "index", "chapters": [{"file": "a"}]}) == ["index", "a"]


def test_chapter_keeps_text_and_leaves_controls(chapter):
    assert chapter.title == "2. Two"
    assert chapter.sections == (("two--part", 'Part "one"'),)
    for gone in ("headerlink", "hidden code", "run()", "<audio", "loading", "<noscript"):
        assert gone not in chapter.body
    for kept in ("seven", "a table instead", "to be heard on the page: a song"):
        assert kept in chapter.body
    assert '<details class="solution" open="">' in chapter.body


def test_links_lead_within_the_document_where_they_can(chapter):
    assert chapter.body.count('href="#one"') == 2, "paper has no state"
    for link in ("#two--part", "#one", "#one--x", "../html/other.html#y", "https://a.org/"):
        assert f'href="{link}"' in chapter.body
    assert 'src="../html/_images/a.png"' in chapter.body


def test_document_names_title_chapters_and_pages(chapter):
    text = bind([chapter], title="A & B", about=["me"], sheets=["x.css"], pages={"two--part": 7})
    assert "<title>A &amp; B</title>" in text
    assert '<link rel="stylesheet" href="x.css">' in text
    assert 'Part &quot;one&quot;</a><span class="page">7</span>' in text
    assert 'id="two"' in text
    assert '@top-left { content: "2. Two"; }' in text


def test_missing_page_is_named(tmp_path):
    with pytest.raises(BookError, match=r"three\.html is not there; build"):
        read_chapter(tmp_path, "three", [], "")
