"""What a page offers leads somewhere, or is not offered."""

import os
import subprocess

import pytest
import yaml
from bs4 import BeautifulSoup
from pybtex.database import parse_string

from tests.helpers.outside import ROOT
from tools.pages.place import Place, find_place
from tools.pages.sphinx_ext import offers, terms

HUB = Place("https://github.com/some/book", "https://some.github.io/book/", "notebooks")
REPORT = "https://github.com/some/book/issues/new?title=On%20the%20page%20"
VARIABLES = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "MGC_REPOSITORY_URL", "MGC_SITE_URL")

BUT_COLAB = {"Notebook", ".py", "Binder", "Suggest an edit", "Report an error"}


def named(name: str, place: Place) -> dict[str, str]:
    return {one.text: one.address for one in offers.offers(name, place)}


def test_a_chapter_on_github_offers_everything():
    binder = "https://mybinder.org/v2/gh/some/book/main?urlpath=lab/tree/book/05_x.py"
    assert named("05_x", HUB) == {
        "Notebook": "_sources/05_x.ipynb",
        ".py": "_sources/05_x.py",
        "Colab": "https://colab.research.google.com/github/some/book/blob/notebooks/05_x.ipynb",
        "Binder": binder,
        "Suggest an edit": "https://github.com/some/book/edit/main/book/05_x.py",
        "Report an error": f"{REPORT}05_x%3A%20",
    }


@pytest.mark.parametrize(
    ("place", "offered"),
    [
        (Place(), {"Notebook", ".py"}),
        (Place("https://github.com/a/b"), BUT_COLAB),
        (Place("https://gitlab.com/a/b", "", "notebooks"), BUT_COLAB),
        (Place("https://git.example.org/a/b", "", "notebooks"), {"Notebook", ".py"}),
        (Place("file:///some/folder"), {"Notebook", ".py"}),
    ],
)  # fmt: skip
def test_what_is_not_known_to_work_is_left_out(place, offered):
    assert set(named("05_comparison", place)) == offered


def test_other_pages_have_no_notebook_and_generated_ones_no_edit():
    assert named("glossary", HUB) == {
        "Suggest an edit": "https://github.com/some/book/edit/main/book/glossary.md",
        "Report an error": f"{REPORT}glossary%3A%20",
    }
    assert named("numbers", HUB) == {"Report an error": f"{REPORT}numbers%3A%20"}


def test_the_place_comes_from_the_environment(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert find_place() == Place()
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
    monkeypatch.setenv("GITHUB_REPOSITORY", "some/book")
    monkeypatch.setenv("MGC_SITE_URL", "https://some.github.io/book")
    assert find_place().repository == "https://github.com/some/book"
    assert find_place().site == "https://some.github.io/book/"
    monkeypatch.setenv("MGC_REPOSITORY_URL", "https://gitlab.com/other/book.git")
    assert find_place().repository == "https://gitlab.com/other/book"
    assert find_place().host == "gitlab"


@pytest.mark.parametrize("site", ["", "https://some.github.io/book/"])
def test_each_entry_is_bibtex_that_another_reader_understands(site):
    citation = yaml.load((ROOT / "CITATION.cff").read_text("utf-8"), Loader=yaml.BaseLoader)
    both = (("index", "ignored"), ("05_comparison", "Rock & roll: 100 %"))
    entries = [offers.bibtex(name, title, citation, site) for name, title in both]
    read = parse_string("\n".join(entries), "bibtex").entries
    whole, page = read["mgc"], read["mgc-05-comparison"]
    assert whole.type == "book"
    assert whole.fields["title"] == citation["title"]
    assert page.fields["title"] == r"Rock \& roll: 100 \%"
    assert page.fields["booktitle"] == whole.fields["title"]
    assert page.fields["year"] == citation["date-released"][:4]
    assert [str(one) for one in page.persons["author"]] == ["{The mgc authors}"]
    assert page.fields.get("url", "") == (f"{site}05_comparison.html" if site else "")


def test_people_are_cited_by_family_name():
    authors = [{"family-names": "Cook", "given-names": "Perry"}, {"name": "Some & others"}]
    citation = {"title": "T", "authors": authors, "date-released": "2026-01-02", "version": "1"}
    read = parse_string(offers.bibtex("index", "", citation), "bibtex").entries["mgc"]
    assert [one.last_names for one in read.persons["author"]] == [["Cook"], [r"{Some \& others}"]]


def test_the_block_stands_below_the_title_and_labels_hold_the_visible_word():
    found = offers.offers("05_comparison", HUB)
    written = offers.block(found, "@book{a<b}")
    body = offers.with_block("<h1>T</h1><p>x</p><h1>U</h1>", written)
    assert body.startswith('<h1>T</h1><div class="mgc-offers"')
    assert body.count("mgc-offers") == 1
    assert "a&lt;b" in written
    links = BeautifulSoup(written, "html.parser").select("a")
    assert [link["href"] for link in links] == [one.address for one in found]
    assert all(link.text in link["aria-label"] for link in links)


def test_binder_finds_what_it_needs():
    folder = ROOT / "binder"
    lines = (folder / "requirements.txt").read_text().splitlines()
    asked = [line for line in lines if not line.startswith("#")]
    assert asked == ["--constraint ../constraints.txt", "--editable .[book,fit]"]
    assert (folder / "runtime.txt").read_text().strip() == "python-3.11"
    assert os.access(folder / "postBuild", os.X_OK)
    assert subprocess.run(["bash", "-n", str(folder / "postBuild")], check=False).returncode == 0


def test_the_branch_that_colab_opens_is_the_one_that_is_written():
    workflow = yaml.safe_load((ROOT / ".github/workflows/pages.yml").read_text())
    steps = workflow["jobs"]["build"]["steps"]
    (branch,) = (one["env"]["MGC_NOTEBOOKS_BRANCH"] for one in steps if "env" in one)
    script = workflow["jobs"]["notebooks"]["steps"][-1]["run"]
    assert f"init -q -b {branch}" in script
    assert script.rstrip().endswith(f'" {branch}')
    assert "cd site/_sources" in script


def test_terms_are_described_by_their_own_definitions_alone():
    known = {"term-record": "A folder & more.", "term-seed": "A number."}
    link = '<a class="reference internal" href="glossary.html#term-{}">x</a>'
    body = terms.described(link.format("record") * 2 + link.format("unknown"), known)
    described = [a.get("aria-describedby") for a in BeautifulSoup(body, "html.parser").select("a")]
    assert described == ["about-term-record", "about-term-record", None]
    assert body.count('id="about-term-record"') == 1
    assert "A folder &amp; more." in body
    assert "A number." not in body
    assert terms.described("<p>none</p>", known) == "<p>none</p>"
