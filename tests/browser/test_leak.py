"""The leak slider: it says what the records say, at every stop and for every model."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from mgc.datasets.protocols import make_split
from mgc.datasets.tracks import GENRES
from mgc.models import TITLES
from mgc.records.store import Store

RECORDS = Path(__file__).resolve().parents[2] / "book" / "records"
SHARES = (0, 25, 50, 75, 100)
PAGE = "12_leak.html"
SLIDER = "#mgc-leak-share"
SHOWN = ".mgc-leak figure:visible"


@pytest.fixture
def page(page: Any, site: str) -> Any:
    """The leak slider in a fresh tab."""
    page.goto(f"{site}{PAGE}")
    return page


def recomputed() -> dict[str, dict[int, dict[str, float]]]:
    """Accuracy of all, leaked and clean test pieces by model and share, mean over seeds."""
    edition = Store(RECORDS).edition("gtzan-archive")
    assert edition is not None
    tracks = edition.tracks.sort_values("track_id")
    ids, genre = tracks["track_id"].tolist(), tracks["genre"].tolist()
    found: dict[str, dict[int, list[dict[str, float]]]] = {}
    for folder in sorted((RECORDS / "leak" / "fits").iterdir()):
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        split = make_split(config["protocol"], ids, genre, [""] * len(ids), config["seed"])
        trained = {ids[k] for k in split.example_track[split.folds[0].train]}
        hits: dict[str, list[bool]] = {"every": [], "leaked": [], "clean": []}
        with (folder / "predictions.csv").open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if row["part"] == "test":
                    named = max(GENRES, key=lambda one: float(row[f"p_{one}"]))
                    hits["every"].append(named == row["genre"])
                    kind = "leaked" if row["track_id"] in trained else "clean"
                    hits[kind].append(named == row["genre"])
        title = TITLES[config["model"]]
        share = int(config["protocol"].split("_")[-1])
        means = {kind: sum(one) / len(one) for kind, one in hits.items() if one}
        found.setdefault(title, {}).setdefault(share, []).append(means)
    return {
        title: {
            share: {kind: sum(one[kind] for one in many) / len(many) for kind in many[0]}
            for share, many in shares.items()
        }
        for title, shares in found.items()
    }


def test_every_stop_says_what_the_records_say(page: Any) -> None:
    """All models, all shares; the accuracies are counted here from the files of the records."""
    known = recomputed()
    buttons = page.locator(".mgc-leak button")
    assert set(buttons.all_inner_texts()) == set(known)
    for title, shares in known.items():
        buttons.get_by_text(title, exact=True).click()
        for share in SHARES:
            page.locator(SLIDER).fill(str(share))
            said = page.locator(".mgc-leak-says").inner_text()
            for kind, words in (
                ("every", "all test pieces"),
                ("leaked", "the leaked pieces"),
                ("clean", "the clean ones"),
            ):
                match = re.search(rf"(\d+)\s%\s\((\d+)\sto\s(\d+)\s%\) of {words}", said)
                if kind not in shares[share] or (kind != "every" and share in (0, 100)):
                    assert match is None, said
                    continue
                assert match is not None, said
                value, low, high = map(int, match.groups())
                assert value == round(100 * shares[share][kind]), (title, share, kind)
                assert low < value < high
            assert title in said


def test_the_keyboard_alone_works_it(page: Any) -> None:
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


def test_without_javascript_drawings_and_table_stand(browser: Any, site: str) -> None:
    """Every model has its drawing with a caption, and the controls that would do nothing hide."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}{PAGE}")
    titles = [
        text.split(": ")[0] for text in page.locator(f"{SHOWN} figcaption").all_inner_texts()
    ]
    assert set(titles) == set(recomputed())
    assert not page.locator(SLIDER).is_visible()
    assert page.locator(".mgc-leak button:visible").count() == 0
    assert page.locator("table", has_text="Tracks leaked").locator("tr").count() == 1 + 5 * len(
        titles
    )
    context.close()
