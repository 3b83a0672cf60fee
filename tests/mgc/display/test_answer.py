"""The front page's figure and the preview show what the records say."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from mgc.display.figures import answer
from mgc.display.figures.answer import Answer, Measured, Row
from mgc.records.study import open_study
from tools.pages import readme

ROOT = Path(__file__).resolve().parents[3]
PUBLISHED = {"records": ROOT / "book" / "records", "protocol": "fault_filtered"}


@pytest.fixture(scope="module")
def published() -> Answer:
    return answer.answer(open_study("gtzan-archive", variant="tuned", **PUBLISHED))


def test_the_front_figure_shows_what_the_readme_says(published):
    table = readme.results_block(ROOT / "book" / "records")
    drawn = answer.figure(published)
    for row in published.rows:
        titles = (f"| {row.title}, tuned |", f"| {row.title} |")
        (line,) = (one for one in table.splitlines() if one.startswith(titles))
        assert f" {row.main.accuracy:.1%} | {row.main.low:.1%} to {row.main.high:.1%} " in line
        assert f" {row.other.accuracy:.1%} ({row.other.low:.1%} to " in line
        if row.claim:
            assert f"{row.claim:.1%} |" in line
        assert drawn.count(f">{row.title}<") == 2, "wide and narrow"
    assert len(drawn) < 60_000


def test_the_figure_is_one_block_of_well_formed_html(published):
    drawn = answer.figure(published)
    assert "\n\n" not in drawn, "an empty line would end the block in Markdown"
    root = ElementTree.fromstring(drawn)
    pictures = root.findall("svg")
    assert [one.get("role") for one in pictures] == ["img", "img"]
    assert "VGG16 transfer: 60\N{NO-BREAK SPACE}% (" in (pictures[0].get("aria-label") or "")


def made(*rows: Row, other: str = "random") -> Answer:
    return Answer(rows, "cv5", other, 90, 0.1)


def test_the_caption_follows_the_data():
    low, high = Measured(0.4, 0.3, 0.5), Measured(0.8, 0.7, 0.9)
    both = answer.caption(made(Row("A", low, high, 0.95), Row("B", low, high, 0.95)))
    assert "Every claim lies beyond" in both
    assert "random split does not change that" in both
    one = answer.caption(made(Row("A", low, None, 0.95), Row("B", high, None, 0.75), other=""))
    assert "1 of 2 claims lies beyond" in one
    assert "Rings" not in one
    none = answer.caption(made(Row("A", high, high, 0.6), Row("B", high, high, 0.6)))
    assert "No claim lies beyond" in none
    nothing = Answer((Row("A", None, None, 0.9),), "cv5", "", 0, 0.1)
    assert "no records" in answer.caption(nothing)
    assert "not run" in answer.figure(nothing)


def test_the_preview_has_the_size_that_other_sites_show(published, tmp_path):
    path = tmp_path / "social.png"
    answer.social(published, "Book", path)
    with Image.open(path) as picture:
        assert picture.size == (1200, 630)
    assert path.stat().st_size < 150_000
    first = path.read_bytes()
    answer.social(published, "Book", path)
    assert path.read_bytes() == first, "the same records give the same file"
