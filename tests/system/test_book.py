"""Whole builds, with Jupyter Book, of a book of two small chapters."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from xml.etree import ElementTree

import nbformat
import pytest
from bs4 import BeautifulSoup

from mgc.errors import BookError
from tests.helpers.book import GLUE, build, make_project, write_chapter
from tests.helpers.outside import ROOT, until
from tools.pages import chain, html_build
from tools.pages.execute import chapters, checks
from tools.pages.project import Options, Project

SITE = "https://example.org/some/book/"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def _steady_package() -> Iterator[None]:
    """Leave out of the fingerprint the modules that an author may be saving at this moment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chapters, "code_folders", tuple)
        yield


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, chain.Built]:
    project = make_project(tmp_path_factory.mktemp("book"))
    return project, build(project, data="demo", working=True)


def page(project: Project, name: str) -> BeautifulSoup:
    return BeautifulSoup((project.html / name).read_text(encoding="utf-8"), "html.parser")


def test_both_chapters_are_executed_and_the_site_stands(built):
    project, first = built
    assert first.executed == ("01_first", "02_second")
    assert first.index == project.html / "index.html"
    second = page(project, "02_second.html")
    link = second.select_one("article p a.mgc-number")
    assert link.text == "forty-*two*", "a number glued in chapter 1 shows in chapter 2, as it is"
    assert link["href"] == "numbers.html#answer"
    assert second.select_one("figure img, .cell_output img")["src"].endswith(".svg")
    assert "demo 0" in page(project, "01_first.html").article.text


def test_parameters_and_paths_stay_off_the_page_and_out_of_its_source(built):
    project, _ = built
    assert "gtzan-mini" not in page(project, "01_first.html").text
    for path in (*project.html.glob("*.html"), *(project.html / "_sources").iterdir()):
        assert str(project.root) not in path.read_text(encoding="utf-8"), path.name
    for path in project.source.glob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        assert not {"papermill", "mgc"} & set(notebook.metadata)
        assert all("execution" not in cell.metadata for cell in notebook.cells)


def test_what_the_line_below_the_title_offers_is_there(built):
    project, _ = built
    links = [a["href"] for a in page(project, "01_first.html").select(".mgc-offers a")]
    assert links == ["_sources/01_first.ipynb", "_sources/01_first.py"]
    assert all((project.html / link).is_file() for link in links)
    assert page(project, "numbers.html").select("#answer")


def test_the_front_page_and_the_status_page_say_what_the_build_rests_on(built):
    project, _ = built
    front, status = (page(project, f"{name}.html").text for name in ("index", "status"))
    assert all(said in front for said in ("demo, 90 tracks", "keras 3.9", " UTC"))
    assert all(said in status for said in ("02_second", "Processors"))


def test_a_second_build_makes_nothing(built):
    project, _ = built
    stamp = (project.html / html_build.STAMP).stat().st_mtime_ns
    assert build(project, data="demo", working=True).executed == ()
    assert (project.html / html_build.STAMP).stat().st_mtime_ns == stamp


def test_a_known_address_is_told_to_search_engines_and_to_readers_who_lost_their_way(
    built, monkeypatch
):
    project, _ = built
    head = page(project, "index.html").head
    values = [value for tag in head.find_all(True) for value in tag.attrs.values()]
    assert [value for value in values if str(value).startswith("http")] == []
    assert not (project.html / "404.html").exists()
    assert not (project.html / "sitemap.xml").exists()
    monkeypatch.setenv("MGC_SITE_URL", SITE)
    build(project, data="demo", working=True)
    root = ElementTree.parse(project.html / "sitemap.xml").getroot()
    names = {loc.text for loc in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")}
    assert {f"{SITE}{name}.html" for name in project.pages} <= names
    assert f"Sitemap: {SITE}sitemap.xml" in (project.html / "robots.txt").read_text()
    head = page(project, "01_first.html").head
    tags = {tag["property"]: tag["content"] for tag in head.select("meta[property]")}
    assert tags["og:url"] == f"{SITE}01_first.html"
    assert tags["og:image"] == f"{SITE}_static/social.png"
    assert head.select_one("link[rel=canonical]")["href"] == f"{SITE}01_first.html"
    assert head.select_one("meta[name=description]")["content"].startswith("What forty")
    lost = page(project, "404.html")
    addresses = [a.get("href") or a.get("src") for a in lost.select("[href], [src]")]
    within = [address for address in addresses if not address.startswith(("#", "http"))]
    assert [address for address in within if not address.startswith("/some/book/")] == []
    assert "/some/book/01_first.html" in within


def test_an_edit_while_serving_writes_the_pages_that_show_it_and_no_other(tmp_path):
    project = make_project(tmp_path)
    kept = project.build / "live"
    build(project, kept)
    before = (project.html / "aside.html").stat().st_mtime_ns
    write_chapter(project, "01_first", GLUE.replace("forty", "fifty"))
    build(project, kept)
    assert "fifty-*two*" in page(project, "02_second.html").text
    assert page(project, "01_first.html").select_one("nav.page-toc, #pst-primary-sidebar")
    assert (project.html / "aside.html").stat().st_mtime_ns == before
    stamp = (project.html / html_build.STAMP).read_text()
    assert stamp != html_build.source_hash(project.source), "a whole build still has work to do"


def test_a_warning_of_the_site_is_an_error(tmp_path):
    project = make_project(tmp_path)
    index = project.sources / "index.md"
    index.write_text(index.read_text() + "\n{doc}`nowhere`\n")
    with pytest.raises(BookError, match=r"(?s)could not be built.*WARNING.*nowhere"):
        build(project)
    assert not project.html.exists()


def test_a_killed_build_leaves_no_half_chapter_and_the_next_one_continues(tmp_path, monkeypatch):
    project = make_project(tmp_path)
    write_chapter(project, "02_second", "import time\nprint('half', flush=True)\ntime.sleep(60)")
    script = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[2]);"
        "from tests.helpers.book import build, Project;"
        "from tools.pages.execute import chapters; chapters.code_folders = tuple;"
        "build(Project(pathlib.Path(sys.argv[1])))"
    )
    command_line = [sys.executable, "-c", script, str(project.root), str(ROOT)]
    process = subprocess.Popen(command_line, start_new_session=True)
    folder = project.notebooks(Options())
    try:
        until((folder / "01_first.ipynb").exists, "the first chapter is there")
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert [path.name for path in folder.glob("*.ipynb")] == ["01_first.ipynb"]
    assert list(folder.glob(".mgc-*.part")), "it was killed at work"
    write_chapter(project, "02_second", "print('whole')")
    monkeypatch.setattr(html_build, "make_site", lambda *_, **__: True)  # built in other tests
    assert build(project).executed == ("02_second",)
    assert not list(project.build.rglob(".mgc-*.part")), "nothing half-made stays"
    shown = nbformat.read(project.source / "02_second.ipynb", as_version=4).cells[-1].outputs[0]
    assert checks.shown_text(shown) == "whole\n"
