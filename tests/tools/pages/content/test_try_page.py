"""What the build gives to the page on one's own music, with and without its runtime."""

from __future__ import annotations

import base64
import gzip
import json
import re
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest

from mgc.datasets.tracks import GENRES, P_COLUMNS
from mgc.display.figures import style
from mgc.errors import BookError
from mgc.evaluation import transfer
from mgc.inference import probes, tag_network
from mgc.inference.classifier import Classifier
from tests.helpers.outside import ROOT
from tools.pages.content import try_markup, try_page, vendor
from tools.probes import ask_crops

RECORDS = ROOT / "book" / "records"


@pytest.fixture
def unreachable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    monkeypatch.setenv("MGC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("MGC_RECORDS", str(RECORDS))


@pytest.fixture
def reachable(monkeypatch: pytest.MonkeyPatch, unreachable: None) -> None:
    """As if the registry had answered."""
    monkeypatch.setattr(vendor, "read", lambda *_: [b"export {};", b"\0asm"])


def data(script: Path) -> dict[str, object]:
    text = script.read_text(encoding="utf-8")
    return dict(json.loads(text[text.index("(mgcTry, ") + 9 : text.rindex(")")]))


@pytest.mark.usefixtures("reachable")
def test_the_page_gets_runtime_network_rule_and_an_answer(tmp_path: Path) -> None:
    assert try_page.stage(tmp_path, tmp_path), "whole"
    folder = tmp_path / "try"
    page = (tmp_path / "try.md").read_text(encoding="utf-8")
    assert "try-missing" not in page
    there = {path.stem for path in (*folder.glob("*.js"), *ROOT.glob("book/_static/try/*.js"))}
    assert set(re.findall(r'src="_static/try/([\w-]+)\.js"', page)) <= there
    assert {"runtime", "network", *re.findall(r'value="([\w-]+)"', page)} <= there
    script = (folder / "network.js").read_text()
    packed = re.fullmatch(r'mgcTry\.packed\.network = "(.*)";\n', script)
    assert packed
    assert gzip.decompress(base64.b64decode(packed[1])) == tag_network.shipped().read_bytes()
    assert page.count("<polygon") == page.count("<li ") == len(GENRES)


@pytest.mark.usefixtures("unreachable")
def test_a_build_without_the_runtime_succeeds_and_says_what_to_do(tmp_path: Path) -> None:
    assert not try_page.stage(tmp_path, tmp_path), "so the next build tries again"
    page = (tmp_path / "try.md").read_text(encoding="utf-8")
    assert "build the book once with a connection" in page
    assert "<script" not in page
    assert page.count("<polygon") == len(GENRES), "the figure is there all the same"
    assert not (tmp_path / "cache").exists() or not any((tmp_path / "cache").rglob("*.tgz"))


@pytest.mark.usefixtures("reachable")
def test_the_tally_is_that_of_the_record(tmp_path: Path) -> None:
    """Counted here from the predictions of the record, without the package's own counting."""
    try_page.stage(tmp_path, tmp_path)
    found = data(tmp_path / "try" / "data.js")["tally"]
    rows = transfer.load(RECORDS).record.predictions.query("part == 'test'")
    said = [GENRES[k] for k in rows[list(P_COLUMNS)].to_numpy().argmax(axis=1)]
    right = [a for a, b in zip(said, rows["genre"], strict=True) if a == b]
    expected = [{"named": said.count(genre), "right": right.count(genre)} for genre in GENRES]
    assert found == expected


@pytest.mark.usefixtures("reachable")
def test_a_network_of_another_make_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.onnx"
    other.write_bytes(b"something else")
    monkeypatch.setattr(tag_network, "shipped", lambda: other)
    with pytest.raises(
        BookError, match=r"the record is of another; run: python -m tools\.genre_head"
    ):
        try_page.stage(tmp_path, tmp_path)


@pytest.mark.parametrize(("store", "network"), [("transfer", "musicnn"), ("networks", "cnn")])
def test_the_crops_on_record_are_what_the_network_says(store: str, network: str) -> None:
    found = probes.load_crops(RECORDS / store)
    expected = ask_crops(Classifier(network, threads=1))
    assert found["name"].tolist() == expected["name"].tolist()
    assert np.allclose(found[list(P_COLUMNS)], expected[list(P_COLUMNS)], atol=1e-4)


def contrast(colour: str) -> float:
    """With a dark page, by the formula of WCAG 2.1, written out again."""

    def luminance(colour: str) -> float:
        parts = mpl.colors.to_rgb(colour)
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return float(np.dot([0.2126, 0.7152, 0.0722], linear))

    return (luminance(colour) + 0.05) / (luminance(try_markup.DARK_PAGE) + 0.05)


@pytest.mark.parametrize("genre", GENRES)
def test_colours_stand_out_on_dark_pages(genre: str) -> None:
    plain = style.colour(genre)
    light = try_markup.lighter(plain)
    assert contrast(light) >= try_markup.LEAST_CONTRAST * 0.99
    assert light == plain or contrast(plain) < try_markup.LEAST_CONTRAST
