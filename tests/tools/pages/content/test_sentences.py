"""The sentences of a build: all are found, and the rules that can be tested hold for each."""

import nbformat
import pytest

from tests.helpers.outside import ROOT
from tools.pages.content import sentences

REFERENCES = sorted((ROOT / "tests" / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", REFERENCES, ids=lambda path: path.stem)
def test_no_sentence_of_the_published_book_breaks_a_rule(path):
    said = sentences.collect(nbformat.read(path, as_version=4))
    assert [(text, found) for text in said if (found := sentences.faults(text))] == []


def test_the_audit_gives_a_reason_for_each_claim():
    book = nbformat.read(ROOT / "tests" / "notebooks" / "08_audit.ipynb", as_version=4)
    lines = (ROOT / "book" / "claims.csv").read_text(encoding="utf-8").splitlines()
    assert len(sentences.collect(book)) >= len(lines) - 1


def test_each_verdict_that_is_listed_as_changed_did_change():
    """A row whose verdict came back would be left out of the table, and the count be wrong."""
    book = nbformat.read(ROOT / "tests" / "notebooks" / "08_audit.ipynb", as_version=4)
    shown = [
        output["data"]["text/html"]
        for cell in book.cells
        for output in cell.get("outputs", [])
        if "others now" in output.get("data", {}).get("text/html", "")
    ]
    listed = (ROOT / "book" / "verdicts_before.csv").read_text(encoding="utf-8").splitlines()
    (table,) = shown
    assert table.count("<tr") == len(listed), "a row each, and the head"


@pytest.mark.parametrize(
    "text",
    ["It has 1 tracks.", "Target reached: 0.", "It fits in 0 of 10.", "It is nan.", "Two  gaps."],
)
def test_each_rule_finds_what_it_is_for(text):
    assert len(sentences.faults(text)) == 1
    assert sentences.faults("It has 21 tracks, 1.1 points, and 10 of 20 of them are right.") == []
