"""What pages say of themselves, and what search engines and feed readers get."""

import re
import xml.dom.minidom
from pathlib import Path
from xml.etree import ElementTree

import feedparser
import pytest
import yaml
from docutils.core import publish_doctree

from tools.pages.content import extras, feed
from tools.pages.content.evidence import Evidence
from tools.pages.place import Place
from tools.pages.project import Project
from tools.pages.sphinx_ext import meta

ROOT = Path(__file__).resolve().parents[4]
SITE = Place("https://github.com/some/book", "https://example.org/b/")
LOG = """\
# Changelog

## [Unreleased]

- Not yet.

## [1.1.0] - 2026-03-04

### Added

- **Bold** & `code` <b>.

## [1.0.0] - 2026-01-02

- First.
"""


def described(text: str) -> str:
    return meta.description(publish_doctree(text, settings_overrides={"report_level": 5}))


def test_a_description_is_the_first_sentence_of_the_pages_own_text():
    text = "Title\n=====\n\n.. note:: A box.\n\n- An item.\n\nShort one. Then 3.5 more of it. " + (
        "And a long one that goes on and on and on until nobody reads it. And this is too much."
    )
    said = described(text)
    assert said.startswith("Short one. Then 3.5 more of it. And a long one")
    assert "too much" not in said
    assert described("Title\n=====\n") == ""


def test_a_long_sentence_ends_at_a_word():
    said = meta.shortened("word " * 100)
    assert said.endswith("word …")
    assert len(said) <= meta.MOST + 2


def read_tags(text: str) -> dict[str, str]:
    root = ElementTree.fromstring(f"<head>{text}</head>")
    return {
        one.get("name") or one.get("property") or one.get("rel") or "": (
            one.get("content") or one.get("href") or ""
        )
        for one in root
    }


def test_absolute_addresses_stand_where_the_site_is_known_and_nowhere_else():
    known = read_tags(meta.tags("01_a", 'A "title"', "Says <this> & that.", "Book", SITE))
    assert known["og:url"] == "https://example.org/b/01_a.html"
    assert known["og:image"] == "https://example.org/b/_static/social.png"
    assert known["description"] == known["og:description"] == "Says <this> & that."
    assert known["og:title"] == 'A "title"'
    unknown = meta.tags("01_a", "A", "Says.", "Book", Place())
    assert "http" not in unknown
    assert "og:image" not in unknown
    assert read_tags(unknown)["alternate"] == "feed.xml"
    assert read_tags(meta.tags("a", "A", "S", "B", Place(), "../"))["icon"].startswith(
        "../_static"
    )


def test_a_sitemap_lists_every_page_once():
    text = meta.sitemap({"index", "01_a", "b&c"}, SITE.site)
    document = xml.dom.minidom.parseString(text)
    assert document.documentElement.namespaceURI == meta.SITEMAP
    found = [one.firstChild.data for one in document.getElementsByTagName("loc")]
    assert found == [f"{SITE.site}{name}.html" for name in ("01_a", "b&c", "index")]


class _App:
    """What of Sphinx the last step asks for."""

    def __init__(self, folder: Path) -> None:
        self.outdir = str(folder)
        self.builder = type("", (), {"format": "html"})
        self.env = type("", (), {"found_docs": {"index"}})


@pytest.mark.parametrize("known", [True, False])
def test_files_for_search_engines_need_an_address(tmp_path, monkeypatch, known):
    monkeypatch.setenv("MGC_SITE_URL", SITE.site) if known else monkeypatch.delenv(
        "MGC_SITE_URL", raising=False
    )
    meta.write_files(_App(tmp_path), None)
    assert {one.name for one in tmp_path.iterdir()} == (
        {"sitemap.xml", "robots.txt"} if known else set()
    )
    if known:
        assert f"Sitemap: {SITE.site}sitemap.xml" in (tmp_path / "robots.txt").read_text()


@pytest.mark.parametrize("site", ["", SITE.site])
def test_a_feed_reader_gets_the_released_versions(site):
    read = feedparser.parse(feed.atom(LOG, "Book", "Somebody", site))
    assert not read.bozo, read.get("bozo_exception")
    assert read.version == "atom10"
    assert read.feed.author == "Somebody"
    assert read.feed.updated == "2026-03-04T00:00:00Z"
    assert [one.title for one in read.entries] == ["Version 1.1.0", "Version 1.0.0"]
    assert [one.link for one in read.entries] == [f"{site}changelog.html"] * 2
    assert "<strong>Bold</strong> &amp; <code>code</code>" in read.entries[0].content[0].value
    assert len({one.id for one in read.entries} | {read.feed.id}) == 3


def test_a_book_without_a_changelog_has_an_empty_feed():
    read = feedparser.parse(feed.atom("", "Book", "Somebody"))
    assert not read.bozo
    assert read.entries == []


def test_entries_keep_their_identity_when_the_book_moves():
    ids = [
        [one.id for one in feedparser.parse(feed.atom(LOG, "B", "S", site)).entries]
        for site in ("", "https://a.example/", "https://b.example/")
    ]
    assert ids[0] == ids[1] == ids[2]


def test_the_changelog_of_this_project_is_read_whole():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## .*$", text, re.MULTILINE)
    found = feed.versions(text)
    assert [one.name for one in found] == [line.split("[")[1].split("]")[0] for line in headings]
    page = feed.page(text)
    assert all(one.text in page for one in found)
    assert "Keep a Changelog" not in page


def test_a_missing_page_leads_to_all_others(tmp_path):
    (tmp_path / "_extra").mkdir()
    (tmp_path / "404.html").write_text((ROOT / "book" / "404.html").read_text(encoding="utf-8"))
    (tmp_path / "glossary.md").write_text("# Words & more\n")
    extras.stage_not_found(tmp_path, Project(ROOT), SITE)
    text = (tmp_path / "_extra" / "404.html").read_text(encoding="utf-8")
    assert not (tmp_path / "404.html").exists()
    assert f'<base href="{SITE.site}">' in text
    assert '<a href="glossary.html">Words &amp; more</a>' in text
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    for part in toc["parts"]:
        for one in part["chapters"]:
            assert f'href="{one["file"]}.html"' in text
    assert not re.findall(r'(?:src|href)="https?://(?!example\.org)', text), "all in one file"


def test_a_build_without_records_has_no_figure_and_says_nothing(tmp_path):
    evidence = Evidence("demo", "ab" * 32, 90, "cv5", "quick", 0, (), (), 0.0)
    (tmp_path / "_generated").mkdir()
    extras.stage_answer(tmp_path, evidence, "Book")
    assert (tmp_path / "_generated" / "answer.md").read_text() == ""
    assert not (tmp_path / "_static").exists()
