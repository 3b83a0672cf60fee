"""The figure of the front page says what the records say, in a page's own colours and words."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
from PIL import Image

from mgc.datasets import facts
from mgc.display.figures import front_page
from mgc.display.figures.front_page import FrontFigure
from mgc.records.study import open_study

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def published():
    where = {"protocol": "artist_cv", "variant": "tuned"}
    study = open_study("gtzan-archive", records=ROOT / "book" / "records", **where)
    return front_page.front_figure(study)


@pytest.fixture(scope="module")
def block(published):
    return front_page.page_html(published)


def test_it_shows_what_the_readme_says(published, block):
    readme = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    for label, rows in published.table.groupby("label"):
        starts = (f"| {label}, tuned further |", f"| {label} |")
        (line,) = (row for row in readme if row.startswith(starts))
        groups = ("artists kept apart", "random split")
        main, other = (rows[rows["group"] == group].iloc[0] for group in groups)
        for row, column in ((main, 2), (other, 4)):
            text = f" {row.accuracy:.1%} ({100 * row.low:.0f} to {100 * row.high:.0f}; "
            assert line.split("|")[column].startswith(text)
        claim = published.claims.get(main.model)
        assert line.endswith(f"| {claim:.1%} |" if claim else "|  |")
        assert block.count(f">{label}<") == 2, "wide and narrow"
        for row in (main, other):
            assert block.count(f">{100 * row.accuracy:.0f}\u00a0%<") >= 2
    assert len(block) < 60_000


def test_it_is_one_block_of_well_formed_html_that_leaves_the_page_alone(published, block):
    assert "\n\n" not in block, "an empty line would end the block in Markdown"
    root = ElementTree.fromstring(block.replace("xlink:", ""))
    drawings = root.findall("svg")
    assert [one.get("role") for one in drawings] == ["img", "img"]
    rows = published.table.query("label == 'VGG16 transfer'")
    share = f"VGG16 transfer: {100 * rows['accuracy'].iloc[0]:.0f}\N{NO-BREAK SPACE}% ("
    assert share in (drawings[0].get("aria-label") or "")
    ids = re.findall(r' id="([^"]*)"', block)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"#([mp][0-9a-f]{10})", block)) <= set(ids)
    assert "<style" not in block
    # Every colour follows light and dark, and text is the page's.
    assert not re.findall(r"(?<!, )#[0-9a-f]{6}(?![0-9a-f])", block)
    assert "DejaVu" not in block


LOW, HIGH = (0.4, 0.3, 0.5), (0.8, 0.7, 0.9)


def made(**models):
    """Make a figure of models with the numbers of one protocol, or two, and their claims."""
    rows = [
        (model, model, group, *(numbers or (float("nan"),) * 3))
        for model, (_, *protocols) in models.items()
        for group, numbers in zip(("five folds", "random split"), protocols, strict=False)
    ]
    columns = ["model", "label", "group", "accuracy", "low", "high"]
    table = pd.DataFrame(rows, columns=columns)
    claims = {model: claim for model, (claim, *_) in models.items()}
    return FrontFigure(table, claims, 90 if table["low"].notna().any() else 0, 0.1)


@pytest.mark.parametrize(
    ("models", "said"),
    [
        ({"a": (0.95, LOW, HIGH), "b": (0.95, LOW, HIGH)}, "Every claim lies above"),
        ({"a": (0.95, LOW, HIGH), "b": (0.95, LOW, HIGH)}, "random split does not change that"),
        ({"a": (0.95, LOW, HIGH), "b": (0.85, LOW, HIGH)},
         "and 1 of them above the one on the random split, too"),
        ({"a": (0.95, LOW), "b": (0.75, HIGH)}, "1 of 2 claims lies above"),
        ({"a": (0.6, HIGH, HIGH), "b": (0.6, HIGH, HIGH)}, "No claim lies above"),
        ({"a": (0.9, None)}, "no records"),
    ],
)  # fmt: skip
def test_the_caption_follows_the_data(models, said):
    shown = made(**models)
    assert said in front_page.caption(shown)
    assert ("Squares" in front_page.caption(shown)) == (len(models["a"]) == 3)


def test_what_was_not_run_has_its_claim():
    nothing = made(a=(0.9, None))
    assert "not run" in front_page.page_html(nothing)
    assert "a: 90\u00a0% claimed." in front_page.alternative(nothing)


def test_the_preview_has_the_size_that_its_tags_say(published, tmp_path):
    path = tmp_path / "social.png"
    front_page.preview(published, "Book", path)
    with Image.open(path) as picture:
        assert picture.size == (1200, 630)
    assert path.stat().st_size < 150_000
    first = path.read_bytes()
    front_page.preview(published, "Book", path)
    assert path.read_bytes() == first, "the same records give the same file"


def test_what_others_published_is_the_ground_on_gtzan_alone(published):
    table = facts.literature()
    table = table[table["protocol"] == "fault_filtered"]
    clap = table.loc[table["system"].str.startswith("LAION-CLAP"), "accuracy"].item() / 100
    svm = table.loc[table["representation"] == "hand-crafted", "accuracy"] / 100
    assert clap in published.taught
    assert not set(svm) & set(published.taught), "what learned nowhere else is no part of it"
    assert f"scores of {len(published.taught)} systems" in front_page.caption(published)
    assert "first learned" not in front_page.caption(made(a=(0.9, LOW)))
