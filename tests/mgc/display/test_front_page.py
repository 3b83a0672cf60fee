"""The figure of the front page says what the records say, in a page's own colours and words."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
from PIL import Image

from mgc.display.figures import front_page
from mgc.display.figures.front_page import FrontFigure
from mgc.records.study import open_study

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def published() -> FrontFigure:
    study = open_study(
        "gtzan-archive",
        records=ROOT / "book" / "records",
        protocol="fault_filtered",
        variant="tuned",
    )
    return front_page.front_figure(study)


@pytest.fixture(scope="module")
def block(published: FrontFigure) -> str:
    return front_page.page_html(published)


def test_it_shows_what_the_readme_says(published: FrontFigure, block: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    for label, rows in published.table.groupby("label"):
        (line,) = (
            row for row in readme if row.startswith((f"| {label}, tuned |", f"| {label} |"))
        )
        main, other = (rows[rows["group"] == g].iloc[0] for g in ("fault-filtered", "random"))
        assert f" {main.accuracy:.1%} | {main.low:.1%} to {main.high:.1%} " in line
        assert f" {other.accuracy:.1%} ({other.low:.1%} to " in line
        claim = published.claims.get(main.model)
        assert line.endswith(f"| {claim:.1%} |" if claim else "|  |")
        assert block.count(f">{label}<") == 2, "wide and narrow"
        for row in (main, other):
            assert block.count(f">{100 * row.accuracy:.0f}\u00a0%<") >= 2
    assert len(block) < 60_000


def test_it_is_one_block_of_well_formed_html_that_leaves_the_page_alone(block: str) -> None:
    assert "\n\n" not in block, "an empty line would end the block in Markdown"
    root = ElementTree.fromstring(block.replace("xlink:", ""))
    drawings = root.findall("svg")
    assert [one.get("role") for one in drawings] == ["img", "img"]
    assert "VGG16 transfer: 60\N{NO-BREAK SPACE}% (" in (drawings[0].get("aria-label") or "")
    ids = re.findall(r' id="([^"]*)"', block)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"#([mp][0-9a-f]{10})", block)) <= set(ids)
    assert "<style" not in block
    # Every colour follows light and dark, and text is the page's.
    assert not re.findall(r"(?<!, )#[0-9a-f]{6}(?![0-9a-f])", block)
    assert "DejaVu" not in block


LOW, HIGH = (0.4, 0.3, 0.5), (0.8, 0.7, 0.9)


def made(**models: tuple[tuple[float, float, float] | None, ...]) -> FrontFigure:
    """Make a figure of models with the numbers of one protocol, or two, and their claims."""
    rows = [
        (model, model, group, *(numbers or (float("nan"),) * 3))
        for model, (_, *protocols) in models.items()
        for group, numbers in zip(("five folds", "random"), protocols, strict=False)
    ]
    columns = ["model", "label", "group", "accuracy", "low", "high"]
    table = pd.DataFrame(rows, columns=columns)
    claims = {model: claim for model, (claim, *_) in models.items()}
    return FrontFigure(table, claims, 90 if table["low"].notna().any() else 0, 0.1)


def test_the_caption_follows_the_data() -> None:
    both = front_page.caption(made(a=(0.95, LOW, HIGH), b=(0.95, LOW, HIGH)))
    assert "Every claim lies beyond" in both
    assert "random split does not change that" in both
    half = front_page.caption(made(a=(0.95, LOW, HIGH), b=(0.85, LOW, HIGH)))
    assert "and 1 of them beyond that on the random split too" in half
    one = front_page.caption(made(a=(0.95, LOW), b=(0.75, HIGH)))
    assert "1 of 2 claims lies beyond" in one
    assert "Squares" not in one
    none = front_page.caption(made(a=(0.6, HIGH, HIGH), b=(0.6, HIGH, HIGH)))
    assert "No claim lies beyond" in none
    nothing = made(a=(0.9, None))
    assert "no records" in front_page.caption(nothing)
    assert "not run" in front_page.page_html(nothing)
    assert "a: 90\u00a0% claimed." in front_page.alternative(nothing)


def test_the_preview_has_the_size_that_its_tags_say(
    published: FrontFigure, tmp_path: Path
) -> None:
    path = tmp_path / "social.png"
    front_page.preview(published, "Book", path)
    with Image.open(path) as picture:
        assert picture.size == (1200, 630)
    assert path.stat().st_size < 150_000
    first = path.read_bytes()
    front_page.preview(published, "Book", path)
    assert path.read_bytes() == first, "the same records give the same file"
