"""Stage what stands around the chapters: downloads, feed, changelog, figure of the front page."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
import yaml

from mgc.util.textfiles import json_bytes
from tools.pages.content import downloads, feed, numbers
from tools.pages.content.evidence import Evidence
from tools.pages.execute.chapters import Outcome
from tools.pages.place import Place
from tools.pages.project import Project
from tools.pages.sphinx_ext import offers
from tools.pages.toc import read_toc

EXTRA = "_extra"
"""Folder whose contents Sphinx copies beside the pages as they are."""

GENERATED = "_generated"
COMMIT = re.compile(r"^[0-9a-f]{7,40}$")


def stage(
    folder: Path,
    project: Project,
    outcomes: Sequence[Outcome],
    evidence: Evidence,
    place: Place,
    commit: str,
) -> None:
    """Write these files into a folder of staged sources.

    Parameters
    ----------
    folder : Path
    project : Project
    outcomes : sequence of Outcome
    evidence : Evidence
    place : Place
    commit : str
        Of the checkout, as `tools.pages.staging.commit_of` says it.
    """
    extra = folder / EXTRA
    extra.mkdir(exist_ok=True)
    (folder / GENERATED).mkdir(exist_ok=True)
    citation = cited_as(project)
    sources = sorted(path.name for path in project.sources.iterdir() if path.is_file())
    (folder / offers.KNOWN).write_bytes(json_bytes({"citation": citation, "sources": sources}))
    state = commit if COMMIT.match(commit) else ""
    downloads.stage(extra / downloads.FOLDER, outcomes, project.sources, place, state)
    log = project.root / "CHANGELOG.md"
    text = log.read_text(encoding="utf-8") if log.is_file() else ""
    authors = " and ".join(_name(one) for one in citation["authors"])
    (extra / "feed.xml").write_bytes(feed.atom(text, citation["title"], authors, place.site))
    (folder / GENERATED / "changelog.md").write_text(feed.page(text), encoding="utf-8")
    stage_answer(folder, evidence, citation["title"])
    stage_not_found(folder, project, place)


def cited_as(project: Project) -> dict[str, Any]:
    """Read CITATION.cff; a book without one is known by the title and author of its settings."""
    file = project.root / "CITATION.cff"
    if file.is_file():
        return dict(yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader))
    settings = yaml.safe_load((project.root / "_config.yml").read_text(encoding="utf-8"))
    return {
        "title": settings.get("title", "A book"),
        "authors": [{"name": settings.get("author", "Anonymous")}],
        "version": "0",
        "date-released": "1970-01-01",
    }


def _name(person: dict[str, str]) -> str:
    """Write a person or an entity of CITATION.cff as prose does."""
    parts = (person.get("given-names"), person.get("family-names"), person.get("name"))
    return " ".join(part for part in parts if part)


def stage_answer(folder: Path, evidence: Evidence, title: str) -> None:
    """Write the figure of the front page and the picture for previews, where they are known."""
    target = folder / GENERATED / "answer.md"
    if evidence.answer is None:
        target.write_text("", encoding="utf-8")
        return
    from mgc.display.figures import answer

    target.write_text(answer.figure(evidence.answer) + "\n", encoding="utf-8")
    (folder / "_static").mkdir(exist_ok=True)
    answer.social(evidence.answer, title, folder / "_static" / "social.png")


def stage_not_found(folder: Path, project: Project, place: Place) -> None:
    """Fill in `404.html`: the chapters, and the book's address where it is known.

    A server shows this page for any address, so links must not be relative to the page. Where
    the book's address is not known, a script in the page looks for its folder upwards.
    """
    page = folder / "404.html"
    if not page.is_file():
        return
    _, *names = read_toc(project.root / "_toc.yml")
    items = [f'<li><a href="{name}.html">{html.escape(_title(folder, name))}</a></li>'
             for name in names]  # fmt: skip
    base = f'<base href="{html.escape(place.site, quote=True)}">' if place.site else ""
    text = page.read_text(encoding="utf-8")
    text = text.replace("<!-- base -->", base).replace("<!-- pages -->", "\n".join(items))
    (folder / EXTRA / "404.html").write_text(text, encoding="utf-8")
    page.unlink()


def _title(folder: Path, name: str) -> str:
    """Return the first heading of a staged page, or its name."""
    notebook, page = folder / f"{name}.ipynb", folder / f"{name}.md"
    if notebook.is_file():
        return numbers.title(nbformat.read(notebook, as_version=4))
    found = (
        re.search(r"^# (.+)", page.read_text("utf-8"), re.MULTILINE) if page.is_file() else None
    )
    return found[1].strip() if found else name
