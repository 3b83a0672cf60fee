"""Figures of single steps draw what the records hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mgc.datasets.tracks import GENRES, label
from mgc.display.figures import step_details
from mgc.experiments import (
    attention,
    continual,
    decades,
    ensembles,
    explanations,
    federated,
    search,
)
from mgc.records.store import Store
from mgc.records.study import open_study
from tests.helpers.outside import ROOT

RECORDS = ROOT / "book" / "records"
STEPS = Store(RECORDS).steps
MAPS = explanations.load_facts(RECORDS)
WEIGHTS = attention.load_shown(RECORDS)


def test_genres_are_sorted_and_what_may_be_nothing_is_hollow():
    table = pd.DataFrame(
        {
            "genre": list(GENRES),
            "difference": np.linspace(-0.1, 0.125, 10),
            "low": np.linspace(-0.2, 0.025, 10),
            "high": np.linspace(-0.05, 0.2, 10),
        }
    ).sample(frac=1, random_state=3)
    (axis,) = step_details.genres(table).axes
    assert [text.get_text() for text in axis.get_yticklabels()] == [label(g) for g in GENRES]
    marks = [line for line in axis.lines if len(line.get_xdata()) == 1]
    drawn = [(float(mark.get_xdata()[0]), mark.get_markerfacecolor() != "white") for mark in marks]
    assert [x for x, _ in drawn] == pytest.approx(np.linspace(-0.1, 0.125, 10))
    assert [full for _, full in drawn] == [True] * 2 + [False] * 7 + [True]
    assert step_details.genres(table.iloc[:0]).axes, "a note where nothing was measured"


def test_members_has_a_line_for_each_network_and_one_for_several():
    table = ensembles.by_size(open_study("gtzan-archive", records=RECORDS, protocol="artist_cv"))
    (axis,) = step_details.members(table).axes
    assert [line.get_label() for line in axis.lines] == list(dict.fromkeys(table["what"]))
    assert [line.get_linestyle() for line in axis.lines][-1] == "--"


def test_trials_never_rise_and_end_at_the_best_of_each_fold(monkeypatch):
    study = open_study("gtzan-archive", records=RECORDS, protocol="artist_cv", variant="tuned")
    (axis,) = step_details.trials(study).axes
    drawn = {line.get_label(): number for number, line in enumerate(axis.lines)}
    found, by_hand = axis.lines[drawn["SVM"]], axis.lines[drawn["SVM"] + 1]
    assert len(found.get_ydata()) == search.TRIALS
    assert np.all(np.diff(found.get_ydata()) <= 0)
    (record,) = STEPS.find(model="svm_searched", seed=0)
    best = record.history.groupby("fold")["val_loss"].min().mean()
    assert found.get_ydata()[-1] == pytest.approx(best)
    assert by_hand.get_ydata()[0] > 0
    monkeypatch.setattr(search, "STEP", replace(search.STEP, comparisons=()))
    assert step_details.trials(study).axes[0].texts, "a note where nothing was measured"


def test_luck_has_a_mark_for_each_fold_of_each_model(monkeypatch):
    """Gains are recounted from the predictions, fold by fold."""
    study = open_study("gtzan-archive", records=RECORDS, protocol="artist_cv", variant="tuned")
    (axis,) = step_details.luck(study).axes
    drawn = {line.get_label(): line for line in axis.lines}
    (found,), (hand,) = (STEPS.find(model=f"svm_{how}", seed=0) for how in ("searched", "by_hand"))
    columns = [f"p_{genre}" for genre in GENRES]
    shares = []
    for record in (found, hand):
        rows = record.predictions
        named = rows[columns].idxmax(axis=1).str.removeprefix("p_")
        right = rows.assign(right=named == rows["genre"]).groupby(["part", "fold"])["right"].mean()
        shares.append(right)
    gained = shares[0] - shares[1]
    np.testing.assert_allclose(drawn["SVM"].get_xdata(), gained["valid"], atol=1e-12)
    np.testing.assert_allclose(drawn["SVM"].get_ydata(), gained["test"], atol=1e-12)
    models = [line for line in axis.lines if line.get_linestyle() == "None"]
    assert all(len(line.get_xdata()) == 5 for line in models)
    assert len({line.get_marker() for line in models}) == len(models) >= 5
    (diagonal,) = (line for line in axis.lines if line.get_linestyle() == "--")
    np.testing.assert_array_equal(diagonal.get_xdata(), diagonal.get_ydata())
    monkeypatch.setattr(search, "STEP", replace(search.STEP, comparisons=()))
    assert step_details.luck(study).axes[0].texts, "a note where nothing was measured"


def test_decades_and_artists_with_few_tracks_are_left_out():
    table = pd.DataFrame(
        {
            "decade": [1950.0, 1960.0, np.nan],
            "tracks": [9, 10, 200],
            "accuracy": 0.5,
            "low": 0.4,
            "high": 0.6,
        }
    )
    (axis,) = step_details.decades(table).axes
    assert [text.get_text() for text in axis.get_xticklabels()] == ["1960s\n10"]
    records = Store(RECORDS).find(model="vgg16", protocol="artist_cv", variant="tuned")
    assert decades.by_decade(records)["tracks"].sum() == 970
    (axis,) = step_details.artist_recalls(records).axes
    tracks = np.concatenate([line.get_xdata() for line in axis.lines])
    assert tracks.min() == 5
    assert len(axis.lines) == len(GENRES)


def test_curves_are_means_over_folds_of_what_records_hold():
    (above,) = step_details.places(STEPS).axes
    (below,) = step_details.turns(STEPS).axes
    rounds, arrivals = federated.ROUNDS, continual.ARRIVALS
    assert [len(line.get_xdata()) for line in above.lines] == [rounds] * 3
    drawn = [line for line in below.lines if len(line.get_xdata())]
    assert [len(line.get_xdata()) for line in drawn] == [arrivals] * 6
    (naive,) = (
        r
        for r in STEPS.find(model="mlp_continual", seed=0)
        if r.config["recipe"]["how"] == "naive"
    )
    last = naive.history[naive.history["epoch"] == arrivals]["accuracy"]
    assert len(last) == 5
    assert any(np.isclose(line.get_ydata()[-1], last.mean()) for line in drawn)


def test_maps_are_drawn_beside_their_pictures():
    *panels, _ = step_details.maps(MAPS).axes
    assert len(panels) == 3 * len(MAPS["shown"])
    for row, track in zip(np.reshape(panels, (-1, 3)), MAPS["shown"], strict=True):
        occlusion = row[1].images[0].get_array()
        assert occlusion.shape == (8, 8)
        assert occlusion.ravel().tolist() == track["maps"]["occlusion"]
        assert row[0].images[0].get_array().shape == (32, 124)


def test_moments_draw_the_weights_below_their_track():
    axes = step_details.moments(WEIGHTS).axes
    n = len(WEIGHTS["shown"])
    for above, below, track in zip(axes[:n], axes[n:], WEIGHTS["shown"], strict=True):
        assert above.get_title(loc="left") == label(track["genre"])
        (stairs,) = below.patches
        drawn, _, _ = stairs.get_data()
        assert drawn.tolist() == track["weights"]
