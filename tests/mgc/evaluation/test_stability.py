"""Stability: how much of a network's answers outlives another form of the same recordings."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cityblock

from mgc.datasets.tracks import GENRES, P_COLUMNS
from mgc.errors import RecordError
from mgc.evaluation import stability as module
from mgc.evaluation.stability import ANSWERS_FILE, FILE, ORIGINAL, by_form, load, stability
from mgc.inference import network_file, tag_network
from tests.helpers.outside import ROOT


def answers(seed: int, n: int = 20) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.full(len(GENRES), 0.3), n)


@given(st.integers(0, 99), st.integers(1, 30))
def test_the_figures_are_what_they_are_called(seed: int, n: int) -> None:
    before, after = answers(seed, n), answers(seed + 100, n)
    found = stability(before, after)
    pairs = list(zip(before, after, strict=True))
    assert found.kept == pytest.approx(np.mean([a.argmax() == b.argmax() for a, b in pairs]))
    assert found.change == pytest.approx(np.mean([cityblock(a, b) / 2 for a, b in pairs]))
    assert 0 <= found.change <= 1
    assert stability(before, before) == (1, 0)


def test_certain_answers_that_all_flip_have_nothing_in_common() -> None:
    certain = np.eye(10)
    assert stability(certain, np.roll(certain, 1, axis=1)) == (0, 1)


def test_answers_to_other_recordings_are_not_compared() -> None:
    for after in (answers(1, 19), answers(1)[:, :9], answers(1)[0]):
        with pytest.raises(ValueError, match="give the same rows"):
            stability(answers(0), after)
    with pytest.raises(ValueError, match="give the same rows"):
        stability(answers(0, 0), answers(1, 0))


def table(form: str, p: np.ndarray, genre: str) -> pd.DataFrame:
    facts = {"form": form, "track_id": [f"{k:03d}" for k in range(len(p))], "genre": genre}
    frame = pd.DataFrame(p.round(6), columns=list(P_COLUMNS))
    return frame.assign(**facts)[["form", "track_id", "genre", *P_COLUMNS]]


def test_forms_are_summed_up_in_their_order_and_by_track_whatever_the_order_of_rows() -> None:
    p, q = answers(0), answers(1)
    both = pd.concat([table(ORIGINAL, p, "jazz"), table("A", q, "jazz").iloc[::-1]])
    found = by_form(both)
    assert found["form"].tolist() == [ORIGINAL, "A"]
    kept, change = stability(p.round(6), q.round(6))
    assert found.loc[1, ["kept", "change"]].tolist() == pytest.approx([kept, change])
    assert found["accuracy"][1] == np.mean(q.argmax(axis=1) == GENRES.index("jazz"))
    assert by_form(table(ORIGINAL, p, ""))["accuracy"].isna().all()
    with pytest.raises(ValueError, match="A: other recordings"):
        by_form(both.iloc[:-1])


FACTS = {"network_sha256": "0", "data": "demo", "ffmpeg": "ffmpeg 5", "forms": {"A": "-ar 8000"}}


@pytest.mark.parametrize(
    "damage",
    [
        {"forms": {}}, {"forms": {"A": "", "B": ""}}, {"forms": ["A"]}, {"ffmpeg": 5},
        {"network_sha256": None}, {"p_rock": 2.0}, {"track_id": "000"},
    ],
)  # fmt: skip
def test_a_record_that_does_not_describe_its_answers_is_refused(
    tmp_path: Path, damage: dict[str, object]
) -> None:
    both = pd.concat([table(ORIGINAL, answers(0), "jazz"), table("A", answers(1), "jazz")])
    (tmp_path / "networks").mkdir()
    (tmp_path / FILE).write_text(json.dumps(FACTS))
    both.to_csv(tmp_path / ANSWERS_FILE, index=False)
    assert len(by_form(load(tmp_path).answers)) == 2
    facts = FACTS | {name: value for name, value in damage.items() if name in FACTS}
    columns = {name: value for name, value in damage.items() if name in both}
    (tmp_path / FILE).write_text(json.dumps(facts))
    both.assign(**columns).to_csv(tmp_path / ANSWERS_FILE, index=False)
    with pytest.raises(RecordError, match="nox -s stability"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("store", "file"), [("transfer", tag_network.shipped()), ("networks", network_file.shipped())]
)
def test_the_published_record_is_about_the_network_that_ships(store: str, file: Path) -> None:
    """Otherwise run `nox -s stability` again."""
    measured = load(ROOT / "book" / "records" / store)
    assert measured.facts["network_sha256"] == network_file.sha256(file)
    assert measured.facts["ffmpeg"].startswith("ffmpeg version ")
    assert by_form(measured.answers).loc[0, ["kept", "change"]].tolist() == [1, 0]
    assert module.CONTROL in "".join(measured.facts["forms"])
