"""The leak slider: it says what the records say, at every stop and for every model."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mgc.datasets.protocols import make_split
from mgc.datasets.tracks import P_COLUMNS
from mgc.models import TITLES
from mgc.records.store import Store
from tests.helpers.outside import ROOT

RECORDS = ROOT / "book" / "records"
SHARES = (0, 25, 50, 75, 100)
KINDS = ["all test pieces", "the leaked pieces", "the clean ones"]
PAGE = "12_leak.html"
SLIDER = "#mgc-leak-share"
SHOWN = ".mgc-leak figure:visible"


@pytest.fixture
def page(page: Any, site: str) -> Any:
    """The leak slider in a fresh tab."""
    page.goto(f"{site}{PAGE}")
    return page


def recomputed() -> pd.DataFrame:
    """Accuracy of all, leaked and clean test pieces by model and share, mean over seeds."""
    edition = Store(RECORDS).edition("gtzan-archive")
    assert edition is not None
    tracks = edition.tracks.sort_values("track_id")
    ids, genre = tracks["track_id"].tolist(), tracks["genre"].tolist()
    found = []
    for folder in sorted((RECORDS / "leak" / "fits").iterdir()):
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        split = make_split(config["protocol"], ids, genre, [""] * len(ids), config["seed"])
        trained = {ids[k] for k in split.example_track[split.folds[0].train]}
        rows = pd.read_csv(folder / "predictions.csv").query("part == 'test'")
        hits = rows[list(P_COLUMNS)].idxmax(axis=1).str.removeprefix("p_") == rows["genre"]
        leaked = rows["track_id"].isin(trained)
        share = int(config["protocol"].split("_")[-1])
        means = (hits.mean(), hits[leaked].mean(), hits[~leaked].mean())
        found.append((TITLES[config["model"]], share, *means))
    table = pd.DataFrame(found, columns=["title", "share", *KINDS])
    return table.groupby(["title", "share"]).mean()


def test_every_stop_says_what_the_records_say(page):
    """All models, all shares; the accuracies are counted here from the files of the records."""
    known = recomputed()
    titles = known.index.unique("title")
    buttons = page.locator(".mgc-leak button")
    assert set(buttons.all_inner_texts()) == set(titles)
    for title in titles:
        buttons.get_by_text(title, exact=True).click()
        for share in SHARES:
            page.locator(SLIDER).fill(str(share))
            said = page.locator(".mgc-leak-says").inner_text()
            for kind, accuracy in known.loc[(title, share)].items():
                match = re.search(rf"(\d+)\s%\s\((\d+)\sto\s(\d+)\s%\) of {kind}", said)
                if np.isnan(accuracy) or (kind != KINDS[0] and share in (0, 100)):
                    assert match is None, said
                    continue
                assert match is not None, said
                value, low, high = map(int, match.groups())
                assert value == round(100 * accuracy), (title, share, kind)
                assert low < value < high
            assert title in said


def test_the_keyboard_alone_works_it(page):
    """Tab reaches buttons and slider; arrows move by one stop, Home and End to the ends."""
    page.locator(".mgc-leak button").last.focus()
    page.keyboard.press("Enter")
    last = page.locator(".mgc-leak button").last
    assert last.get_attribute("aria-pressed") == "true"
    page.keyboard.press("Tab")
    slider = page.locator(SLIDER)
    assert slider.evaluate("one => one === document.activeElement")
    outline = slider.evaluate("one => getComputedStyle(one).outlineStyle")
    assert outline != "none"
    said = [page.locator(".mgc-leak-says").inner_text()]
    for share in SHARES[1:]:
        page.keyboard.press("ArrowRight")
        assert slider.input_value() == str(share)
        assert slider.get_attribute("aria-valuetext") == f"{share} %"
        said.append(page.locator(".mgc-leak-says").inner_text())
    assert len(set(said)) == len(SHARES)
    page.keyboard.press("ArrowLeft")
    assert slider.input_value() == "75"
    page.keyboard.press("Home")
    assert slider.input_value() == "0"
    page.keyboard.press("End")
    assert slider.input_value() == "100"


def test_the_thumb_stands_below_the_mark(page: Any) -> None:
    """One drawing is shown; the line of the stop and the slider's thumb share a place."""
    assert page.locator(SHOWN).count() == 1
    box = page.locator(SLIDER).bounding_box()
    for share in SHARES:
        page.locator(SLIDER).fill(str(share))
        mark = page.locator(f"{SHOWN} .stop.now")
        assert mark.count() == 1
        assert mark.get_attribute("data-share") == str(share)
        left = mark.evaluate("one => one.getBoundingClientRect().x")
        thumb = box["x"] + 8 + share / 100 * (box["width"] - 16)
        assert abs(left - thumb) < 3


@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_is_cut_off(page: Any, width: int) -> None:
    """Neither the page nor a label of the drawing is wider than its place."""
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    frame = page.locator(f"{SHOWN} svg").bounding_box()
    for label in page.locator(f"{SHOWN} svg text").all():
        box = label.bounding_box()
        assert box["x"] >= frame["x"] - 2
        assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 2


def test_without_javascript_drawings_and_table_stand(plain):
    """Every model has its drawing with a caption, and the controls that would do nothing hide."""
    plain.goto(f"{plain.site}{PAGE}")
    captions = plain.locator(f"{SHOWN} figcaption").all_inner_texts()
    known = recomputed()
    assert {text.split(": ")[0] for text in captions} == set(known.index.unique("title"))
    assert not plain.locator(SLIDER).is_visible()
    assert plain.locator(".mgc-leak button:visible").count() == 0
    rows = plain.locator("table", has_text="Tracks leaked").locator("tr")
    assert rows.count() == 1 + 5 * len(captions)
