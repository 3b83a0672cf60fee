"""The explorer in a browser: its figures are those of the records, and a keyboard works it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import confusion_matrix

from mgc.datasets.tracks import GENRES, P_COLUMNS
from tests.helpers.outside import ROOT

from .views import MODES, opened

RECORDS = ROOT / "book" / "records" / "fits"
TRACKS = ROOT / "mgc" / "tables" / "gtzan_tracks.csv"
P = list(P_COLUMNS)


def go(page: Any, state: str = "") -> None:
    page.goto("about:blank")  # an address that differs after # alone would not load anew
    page.goto(f"{page.site}explorer.html{state}")
    page.wait_for_selector(".mgc-matrix button")


def fits(**wanted: Any) -> list[pd.DataFrame]:
    """Test rows of the records with this configuration, from their files, one table a seed."""
    found = {}
    for folder in RECORDS.iterdir():
        config = json.loads((folder / "config.json").read_text())
        if all(config[key] == value for key, value in wanted.items()):
            rows = pd.read_csv(folder / "predictions.csv").query("part == 'test'")
            named = rows[P].idxmax(axis=1).str.removeprefix("p_")
            found[config["seed"]] = rows.assign(named=named)
    return [found[seed] for seed in sorted(found)]


def counted(frames: list[pd.DataFrame]) -> list[list[int]]:
    rows = pd.concat(frames)
    return confusion_matrix(rows["genre"], rows["named"], labels=list(GENRES)).tolist()


def right(frames: list[pd.DataFrame]) -> str:
    shares = [(frame["named"] == frame["genre"]).mean() for frame in frames]
    return f"{100 * np.mean(shares):.1f} % right"


def matrix(page: Any, cells: str = "td button") -> list[list[int]]:
    texts = page.locator(f".mgc-matrix {cells}").all_inner_texts()
    return np.array([int(text) for text in texts]).reshape(10, 10).tolist()


def said(page: Any) -> str:
    return str(page.locator(".mgc-summary strong").inner_text()).replace("\u00a0", " ")


ARCHIVE = {"edition": "gtzan-archive", "protocol": "fault_filtered"}
FIRST = ARCHIVE | {"protocol": "artist_cv", "variant": "retuned"}
"""The view that opens when no address asks for another."""
VIEWS = [
    (FIRST | {"model": "cnn"}, "all"),
    (FIRST | {"variant": "tuned", "model": "vgg16"}, "all"),
    (ARCHIVE | {"variant": "", "model": "logistic_picture"}, "all"),
    (ARCHIVE | {"variant": "tuned", "model": "vgg16"}, "all"),
    (ARCHIVE | {"variant": "tuned", "model": "cnn"}, "1"),
    (ARCHIVE | {"variant": "as_written", "model": "mlp"}, "all"),
    (ARCHIVE | {"variant": "", "model": "logistic"}, "all"),
    (ARCHIVE | {"protocol": "random", "variant": "tuned", "model": "lstm"}, "all"),
    (ARCHIVE | {"protocol": "leaky_segments", "variant": "tuned", "model": "mlp"}, "all"),
    (ARCHIVE | {"protocol": "cv5", "variant": "tuned", "model": "vgg16"}, "all"),
    ({"edition": "gtzan-mini", "protocol": "cv5", "variant": "tuned", "model": "cnn"}, "all"),
]


@pytest.mark.parametrize(
    ("config", "seed"),
    VIEWS,
    ids=lambda one: "-".join(map(str, one.values())) if isinstance(one, dict) else one,
)
def test_a_link_shows_what_the_records_say(page: Any, config: dict[str, str], seed: str) -> None:
    state = config | {"variant": config["variant"] or "tuned", "seed": seed}
    go(page, "#" + "&".join(f"{key}={value}" for key, value in state.items()))
    frames = fits(**config) if seed == "all" else fits(**config, seed=int(seed))
    assert frames
    assert matrix(page) == counted(frames)
    assert said(page) == right(frames)
    for key in ("protocol", "model"):
        chosen = page.locator(f"[data-choice={key}] input:checked")
        assert chosen.get_attribute("value") == state[key]


def test_buttons_change_view_and_address_together(page: Any) -> None:
    go(page)
    page.locator("label", has_text="random").first.click()
    page.locator("label", has_text="LSTM").click()
    frames = fits(edition="gtzan-archive", protocol="random", variant="retuned", model="lstm")
    assert matrix(page) == counted(frames)
    address = page.evaluate("location.hash")
    assert "protocol=random" in address
    assert "model=lstm" in address
    go(page, address)
    assert matrix(page) == counted(frames)
    page.locator("[data-choice=seed] label", has_text="2").click()
    assert matrix(page) == counted(frames[2:])


def test_a_cell_lists_its_tracks_with_the_means_of_each_model(page: Any) -> None:
    go(page, "#protocol=fault_filtered&variant=tuned&model=cnn&cell=rock.country")
    rows = pd.concat(fits(**ARCHIVE, variant="tuned", model="cnn"))
    inside = set(rows.query("genre == 'rock' and named == 'country'")["track_id"])
    more = page.locator(".mgc-more")
    if more.count():
        more.click()
    assert set(page.locator(".mgc-card h3").all_inner_texts()) == inside
    assert inside
    for model, title in (("cnn", "CNN"), ("mlp", "MLP"), ("lstm", "LSTM")):
        rows = pd.concat(fits(**ARCHIVE, variant="tuned", model=model))
        mean = rows.groupby("track_id")[P].mean()
        for track in inside:
            card = page.locator(".mgc-card", has_text=track)
            row = card.locator(".mgc-p tbody tr", has=page.get_by_text(title, exact=True))
            country, rock = (float(t) for t in row.locator("td").all_inner_texts()[1:])
            assert country == pytest.approx(mean.loc[track, "p_country"], abs=0.0056)
            assert rock == pytest.approx(mean.loc[track, "p_rock"], abs=0.0056)
    first = page.locator(".mgc-card").first
    first.locator("summary").click()
    track = first.locator("h3").inner_text()
    column = first.locator(".mgc-all tbody tr td:nth-child(2)").all_inner_texts()
    rows = pd.concat(fits(**ARCHIVE, variant="tuned", model="mlp"))
    expected = rows[rows["track_id"] == track][P].mean().to_numpy()
    assert np.abs(np.array(column, dtype=float) - expected).max() < 0.0056


def test_known_faults_and_no_others_wear_a_badge(page: Any) -> None:
    go(page, "#protocol=cv5&variant=tuned&model=vgg16&cell=reggae.reggae")
    page.locator(".mgc-more").click()
    name = page.locator("h3", has_text="reggae.00081")
    badges = page.locator(".mgc-card", has=name).locator(".mgc-faults").inner_text()
    assert "the same file as reggae.00082" in badges
    table = pd.read_csv(TRACKS, dtype=str, keep_default_na=False).set_index("track_id")
    copied = set(table["identical_to"])
    marked = {
        track: page.locator(f".mgc-card:has-text('{track}') > .mgc-faults").count() > 0
        for track in page.locator(".mgc-card h3").all_inner_texts()
        if not table.loc[track, "identical_to"] and track not in copied
    }
    assert marked == {track: table.loc[track, "fault_filtered"] == "" for track in marked}
    assert len(set(marked.values())) == 2


def test_the_keyboard_alone_chooses_model_and_cell(page: Any) -> None:
    go(page)
    page.locator("[data-choice=model] input:checked").focus()
    before = page.locator("[data-choice=model] input:checked").get_attribute("value")
    page.keyboard.press("ArrowLeft")
    now = page.locator("[data-choice=model] input:checked").get_attribute("value")
    assert now != before
    frames = fits(**FIRST, model=now)
    assert matrix(page) == counted(frames)
    for _ in range(3):  # past the seeds into the one tab stop of the matrix
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.mgc-matrix button')"):
            break
    focused = "[document.activeElement.dataset.row, document.activeElement.dataset.column].join()"
    assert page.evaluate(focused) == "0,0"
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "End", "ArrowRight"):
        page.keyboard.press(key)
    assert page.evaluate(focused) == "1,9"
    assert page.url.split("#")[0].endswith("explorer.html"), "arrows turn no page here"
    page.keyboard.press("Control+Home")
    page.keyboard.press("Enter")
    assert page.evaluate(focused) == "0,0"
    assert "cell=blues.blues" in page.evaluate("location.hash")
    assert "blues" in page.locator(".mgc-tracks h2").inner_text()
    assert page.locator(".mgc-spoken").inner_text()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
    assert page.locator(".mgc-matrix [tabindex='0']").count() == 1


def test_a_wrong_address_opens_something_sensible(page: Any) -> None:
    go(page, "#protocol=nonsense&model=none&seed=99&cell=noise.rock")
    assert sum(map(sum, matrix(page))) > 0
    assert page.locator(".mgc-hint").is_visible()


def test_the_address_may_change_under_the_page(page: Any) -> None:
    go(page)
    page.evaluate("location.hash = '#protocol=random&variant=tuned&model=mlp'")
    frames = fits(edition="gtzan-archive", protocol="random", variant="tuned", model="mlp")
    page.wait_for_function(
        "document.querySelector('[data-choice=model] input:checked').value === 'mlp'"
    )
    assert matrix(page) == counted(frames)


def test_without_javascript_a_table_of_the_best_model_stands_there(plain: Any) -> None:
    plain.goto(f"{plain.site}explorer.html")
    frames = fits(**FIRST, model="cnn")
    assert matrix(plain, "tbody td") == counted(frames)
    assert right(frames) in plain.locator("caption").first.inner_text().replace("\u00a0", " ")


def test_it_opens_as_a_file(browser: Any, folder: Path) -> None:
    page = browser.new_page()
    page.goto(f"{(folder / 'explorer.html').as_uri()}#protocol=random&model=cnn&cell=pop.rock")
    page.wait_for_selector(".mgc-matrix button")
    page.locator("label", has_text="MLP").click()
    frames = fits(edition="gtzan-archive", protocol="random", variant="retuned", model="mlp")
    assert matrix(page) == counted(frames)
    assert "model=mlp" in page.evaluate("location.hash")
    page.close()


def test_chapter_4_leads_to_the_matrix_of_each_network(page: Any) -> None:
    page.goto(f"{page.site}04_models.html")
    links = page.locator('main a[href^="explorer.html#"]')
    states = links.evaluate_all("all => all.map(a => a.hash)")
    assert len(states) == 5
    for state in states:
        go(page, state)
        wanted = dict(part.split("=") for part in state.lstrip("#").split("&"))
        assert matrix(page) == counted(fits(**wanted))


@pytest.mark.parametrize("mode", MODES)
def test_every_shade_and_a_list_of_tracks_are_accessible(browser, site, complaints, mode):
    """Where the model is nearly always right, cells have the darkest shades."""
    name = "explorer.html#protocol=leaky_segments&model=vgg16&cell=rock.rock"
    with opened(browser, site, name, mode, reduced_motion="reduce") as view:
        view.page.wait_for_selector(".mgc-matrix button")
        levels = view.page.locator(".mgc-matrix td").evaluate_all(
            "all => all.map(td => td.dataset.level)"
        )
        assert {"0", "1", "5"} <= set(levels)
        assert complaints(view.page) == []
