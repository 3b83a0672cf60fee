"""Every glued number leads to what it rests on, in the records that are published."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from myst_nb.ext.glue import GLUE_PREFIX
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from mgc.display.glue import KEY, PREFIX, Glue
from mgc.errors import BookError
from mgc.records.store import Store
from tests.helpers.outside import ROOT
from tools.pages.content import numbers
from tools.pages.content.numbers import Fit, Number

REFERENCES = sorted((ROOT / "tests" / "notebooks").glob("*.ipynb"))
FIT = Fit("ab12", ("gtzan-archive", "random", "tuned", "cnn", "0"), "c0ffee")
BEST = Number("best", "05_comparison", 'the "best" *', ("ab12",), ("a table",))


def glued(key: str, value: str, **basis: list[str]) -> nbformat.NotebookNode:
    """Return an output as `Glue` leaves it in an executed notebook."""
    data = {"application/papermill.record/text/plain": repr(value)}
    metadata = {"scrapbook": {"name": key, "mime_prefix": ""}, KEY: basis}
    return new_output("display_data", data=data, metadata=metadata)


def test_what_a_chapter_glues_is_kept_with_its_basis(monkeypatch) -> None:
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **more: shown.append((data, more)))
    glue = Glue("one table")
    glue("a", "it's 54 %")
    glue("b", "55 %", ["another table", {"nested": "a third"}])
    outputs = [new_output("display_data", data=d, metadata=m["metadata"]) for d, m in shown]
    notebook = new_notebook(cells=[new_code_cell("", outputs=outputs)])
    first, second = numbers.collect(notebook, "01_first")
    assert (first.key, first.text, first.sources) == ("a", "it's 54 %", ("one table",))
    assert second.sources == ("another table", "a third"), "a call may name another basis"
    assert PREFIX == GLUE_PREFIX, "values are marked as MyST-NB marks them"


def test_a_link_says_records_configuration_commit_and_command() -> None:
    text = "It is {glue:text}`best`, or {glue:text}`05_comparison.ipynb::best:s`."
    written = numbers.linked(text, {"best": BEST}, {"ab12": FIT})
    found = re.findall(r'href="([^"]*)" title="([^"]*)">([^<]*)</a>', written)
    assert len(found) == 2
    for href, title, shown in found:
        assert (href, shown) == ("numbers.html#best", 'the "best" \\*')
        for part in ("a table", "ab12", "gtzan-archive, random, tuned", "c0ffee", "--only 05"):
            assert part in title


def test_code_is_left_alone_and_a_value_that_nothing_glues_is_refused() -> None:
    code = "```python\n{glue:text}`best`\n```"
    assert numbers.linked(code, {"best": BEST}, {}) == code
    with pytest.raises(BookError, match="no chapter glues other"):
        numbers.linked("{glue:text}`01_x.ipynb::other:s`", {"best": BEST}, {})


def test_the_page_holds_each_link_s_target() -> None:
    outputs = [glued("best", "<54 %>", fits=["ab12"]), glued("n", "7")]
    cells = [new_markdown_cell("# One"), new_code_cell("", outputs=outputs)]
    book = new_notebook(cells=cells)
    found = numbers.collect(book, "01_first")
    said = numbers.sentences(["Of all, {glue:text}`n` are right."], {n.key: n for n in found}, {})
    page = numbers.page(found, {"ab12": FIT}, {"01_first": numbers.title(book)}, said)
    for name in ("best", "n", "fit-ab12"):
        assert page.count(f'id="{name}"') == 1
    assert "&lt;54 %&gt;" in page, "a value cannot break the page"
    assert "Of all, <strong>7</strong> are right." in page
    assert "## One" in page


def test_many_records_are_listed_once_in_a_chapter_and_linked_from_the_others() -> None:
    many, few = tuple(f"f{i}" for i in range(7)), ("f1", "f2")
    asked = [("a", "01_x", many), ("b", "01_x", many), ("c", "01_x", few), ("d", "01_x", few),
             ("e", "02_y", many)]  # fmt: skip
    found = [Number(key, chapter, "1", fits, ()) for key, chapter, fits in asked]
    page = numbers.page(found, {}, {"01_x": "X", "02_y": "Y"}, {})
    rows = dict(re.findall(r'<tr id="(\w)">(.*?)</tr>', page))
    for key, listed in (("a", 7), ("b", 0), ("c", 2), ("d", 2), ("e", 7)):
        assert len(re.findall(r"<code>f\d</code>", rows[key])) == listed, key
    assert 'the 7 records of <a href="#a"><code>a</code></a>' in rows["b"]


def test_a_value_is_shown_in_the_first_sentence_that_it_stands_in() -> None:
    known = {"a": Number("a", "", "4.5 < 5", (), ()), "b": Number("b", "", "7", (), ())}
    text = (
        "# Title\n- Not here. *Then* {glue:text}`a`, as {cite:t}`x2000` and {doc}`05_comparison`"
        " say of {term}`seeds <seed>` {glue:text}`b`. {glue:text}`a` again.\n"
        "```\n{glue:text}`c`\n```"
    )
    assert numbers.sentences([text], known, {"05_comparison": "The comparison"}) == {
        "a": "Then <strong>4.5 &lt; 5</strong>, as x2000 and The comparison say of seeds 7.",
        "b": "Then 4.5 &lt; 5, as x2000 and The comparison say of seeds <strong>7</strong>.",
    }


@pytest.mark.parametrize("path", REFERENCES, ids=lambda path: path.stem)
def test_every_published_number_rests_on_something_that_exists(path: Path) -> None:
    store = Store(ROOT / "book" / "records")
    known = {path.name for one in (store, store.leak) for path in one.fits.iterdir()}
    for number in numbers.collect(nbformat.read(path, as_version=4), path.stem):
        assert number.fits or number.sources, number.key
        assert set(number.fits) <= known, number.key
        for source in number.sources:
            if "/" in source and " " not in source:
                assert (ROOT / source).exists(), f"{number.key} rests on {source}"
