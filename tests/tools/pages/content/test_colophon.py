"""The front page says whose book this is, and how to cite it."""

from tests.helpers.outside import ROOT
from tools.pages.content import colophon
from tools.pages.staging import read_citation


def test_authors_and_citation_are_those_of_the_file():
    citation = read_citation(ROOT)
    line = colophon.authors(citation)
    assert line.startswith(f"The mgc authors; version {citation['version']}, ")
    whole = colophon.how_to_cite(citation, "https://example.org/book/")
    assert f"({citation['date-released'][:4]}). *{citation['title']}*." in whole
    assert whole.endswith("<https://example.org/book/>")
    assert "<" not in colophon.how_to_cite(citation)


def test_people_are_named_in_order():
    people = [{"family-names": "Cook", "given-names": "Perry"}, {"name": "Some others"}]
    citation = {"authors": people, "version": "1", "date-released": "2026-01-02", "title": "T"}
    assert colophon.how_to_cite(citation) == "> Perry Cook, Some others (2026). *T*. Version 1."
