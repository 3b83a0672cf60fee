"""Every glued number leads to what it rests on, in the records that are published."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from mgc.display.glue import KEY, Glue
from mgc.records.store import Store
from tools.pages.content import numbers
from tools.pages.content.numbers import Fit, Number

ROOT = Path(__file__).resolve().parents[4]
REFERENCES = sorted((ROOT / "tests" / "notebooks").glob("*.ipynb"))
FIT = Fit("ab12", ("gtzan-archive", "random", "tuned", "cnn", "0"), "c0ffee")
BEST = Number("best", "05_comparison", 'the "best"', ("ab12",), ("a table",))


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


def test_a_link_says_records_configuration_commit_and_command() -> None:
    text = "It is {glue:text}`best`, or {glue:text}`05_comparison.ipynb::best:s`."
    found = re.findall(
        r'href="([^"]*)" title="([^"]*)"', numbers.linked(text, {"best": BEST}, {"ab12": FIT})
    )
    assert len(found) == 2
    for href, title in found:
        assert href == "numbers.html#best"
        for part in ("a table", "ab12", "gtzan-archive, random, tuned", "c0ffee", "--only 05"):
            assert part in title


def test_code_and_unknown_keys_are_left_alone() -> None:
    code = "```python\n{glue:text}`best`\n```"
    assert numbers.linked(code, {"best": BEST}, {}) == code
    assert numbers.linked("{glue:text}`other`", {"best": BEST}, {}) == "{glue:text}`other`"


def test_the_page_holds_each_link_s_target(tmp_path: Path) -> None:
    cells = [
        new_markdown_cell("# One\n\n{glue:text}`best` of {glue:text}`n`"),
        new_code_cell("", outputs=[glued("best", "<54 %>", fits=["ab12"]), glued("n", "7")]),
    ]
    nbformat.write(new_notebook(cells=cells), tmp_path / "01_first.ipynb")
    (tmp_path / "index.md").write_text("{glue:text}`01_first.ipynb::n:s`")
    numbers.stage(tmp_path, [FIT])
    page = (tmp_path / "numbers.md").read_text()
    staged = (tmp_path / "01_first.ipynb").read_text() + (tmp_path / "index.md").read_text()
    targets = set(re.findall(r"numbers\.html#(\w+)", staged))
    assert targets == {"best", "n"}
    for name in (*targets, "fit-ab12"):
        assert page.count(f'id="{name}"') == 1
    assert "&lt;54 %&gt;" in page, "a value cannot break the page"


@pytest.mark.parametrize("path", REFERENCES, ids=lambda path: path.stem)
def test_every_published_number_rests_on_something_that_exists(path: Path) -> None:
    store = Store(ROOT / "book" / "records")
    for number in numbers.collect(nbformat.read(path, as_version=4), path.stem):
        assert number.fits or number.sources, number.key
        for fit in number.fits:
            there = [(one.fits / fit).is_dir() for one in (store, store.leak)]
            assert any(there), f"{number.key} rests on {fit}"
        for source in number.sources:
            if "/" in source and " " not in source:
                assert (ROOT / source).exists(), f"{number.key} rests on {source}"
