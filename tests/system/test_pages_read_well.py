"""Chapters read well: few blocks of code stand on a page, and their lines fit the column."""

from __future__ import annotations

from pathlib import Path

import jupytext
import pytest

from tests.helpers.outside import ROOT
from tools.pages.project import Project

HIDDEN = {"parameters", "remove-cell", "remove-input"}
FOLDED = {"hide-input", "hide-cell"}
BLOCKS = 10
"""Blocks of code that a page shows without a click, at most."""
TOGGLES = 5
"""Blocks that a reader may unfold, solutions included, at most."""
LETTERS = 87
"""Of a line of code that fits the column of a page."""
CHAPTERS = Project(ROOT).chapters()


def blocks(path: Path) -> list[tuple[str, bool]]:
    """Source of each block of code on the page of a chapter, and whether it is folded."""
    cells = jupytext.read(path, fmt="py:percent").cells
    tags = [(cell, set(cell.metadata.get("tags", []))) for cell in cells]
    return [
        (cell.source, bool(own & FOLDED))
        for cell, own in tags
        if cell.cell_type == "code" and not own & HIDDEN
    ]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_page_shows_little_code_and_its_lines_fit(path: Path) -> None:
    shown = blocks(path)
    folded = [source for source, fold in shown if fold]
    assert len(shown) - len(folded) <= BLOCKS
    assert len(folded) <= TOGGLES
    lines = [line for source, _ in shown for line in source.splitlines()]
    assert [line for line in lines if len(line) > LETTERS] == []


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_has_one_thing_to_remember_and_two_questions(path: Path) -> None:
    cells = jupytext.read(path, fmt="py:percent").cells
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert prose.count("```{admonition} To remember") == 1
    check = prose.partition("## Check yourself")[2].partition("\n## ")[0]
    assert check.count("```{dropdown} Answer") == 2
    assert "*Level: " in prose.partition("\n## ")[0]
