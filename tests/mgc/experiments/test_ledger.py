"""The ledger says what the records give, whoever recomputes it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mgc.datasets.splits import ALL_PROTOCOLS
from mgc.datasets.tracks import GENRES
from mgc.errors import DataError, RecordError
from mgc.experiments import harness, ledger
from mgc.experiments.plan import NOT_TESTABLE, STEPS, comparisons
from mgc.experiments.remarks import REMARKS
from mgc.experiments.step import Answers, Arm, Comparison
from mgc.records.study import open_study
from mgc.util.textfiles import csv_bytes
from tests.helpers.outside import ROOT
from tests.helpers.records import answers, unsaved

BOOK = ROOT / "book"
FOLDERS = ("fits", "steps/fits", "transfer/fits")


@pytest.fixture(scope="module")
def stated() -> pd.DataFrame:
    return ledger.load(BOOK / "records")


def predictions(fit: str) -> pd.DataFrame:
    """Test rows of a published record, read without the package."""
    (folder,) = (
        BOOK / "records" / part / fit
        for part in FOLDERS
        if (BOOK / "records" / part / fit).is_dir()
    )
    rows = pd.read_csv(folder / "predictions.csv")
    return rows[rows["part"] == "test"].set_index("track_id").sort_index()


def right(fit: str) -> pd.Series:
    rows = predictions(fit)
    columns = [f"p_{genre}" for genre in GENRES]
    return rows[columns].idxmax(axis=1).str.removeprefix("p_") == rows["genre"]


def test_the_published_ledger_is_what_the_records_give():
    study = open_study("gtzan-archive", records=BOOK / "records", protocol="artist_cv")
    assert ledger.check_ledger(study, BOOK / ledger.FILE) > 0
    assert harness.pending(study) == [], "a step lacks a seed that its control has: mgc steps"


def test_differences_are_mean_accuracies_over_fits(stated):
    measured = stated.dropna(subset=["difference"])
    assert len(measured) >= 10
    for row in measured.itertuples():
        step, control = (
            np.mean([right(fit).mean() for fit in fits.split()])
            for fits in (row.fits, row.control_fits)
        )
        assert row.difference == pytest.approx(step - control, abs=1e-6), row.step
        assert row.low <= row.difference <= row.high, row.step
        assert row.protocol in ALL_PROTOCOLS


def test_verdicts_follow_the_corrected_p_and_the_sign(stated):
    measured = stated.dropna(subset=["difference"])
    order = measured["p"].sort_values()
    holm = (order * np.arange(len(order), 0, -1)).cummax().clip(upper=1)
    # Each p is stated to six decimals, and the smallest is multiplied by the number of rows.
    rounding = 0.51e-6 * len(order)
    np.testing.assert_allclose(measured["p_holm"], holm.loc[measured.index], 0, rounding)
    for row in measured.itertuples():
        shown = row.p_holm < 0.05 and (row.low > 0 or row.high < 0)
        expected = ("helps" if row.difference > 0 else "hurts") if shown else "not shown"
        assert row.verdict == expected, row.step
    left = stated[stated["difference"].isna()]
    assert left["step"].tolist() == [entry.step for entry in NOT_TESTABLE]
    assert set(left["verdict"]) == {"not testable here"}


def test_step_and_control_test_the_same_tracks_and_differ_in_their_settings(stated):
    for row in stated.dropna(subset=["difference"]).itertuples():
        assert row.fits != row.control_fits
        for fit, other in zip(row.fits.split(), row.control_fits.split(), strict=False):
            assert predictions(fit).index.equals(predictions(other).index), row.step


def test_the_artists_name_adds_nothing_where_artists_are_apart(stated):
    """What refutes the gain that it brings where they are shared."""
    rows = stated[stated["step"].str.startswith("The artist's name")].set_index("protocol")
    assert rows.loc["random", "difference"] > 0.1
    assert rows.loc["artist_cv", "difference"] < 0.01


def test_every_step_is_told_in_full_and_every_remark_belongs_to_a_row(stated):
    names = [comparison.step for _, comparison in comparisons()]
    for step in STEPS:
        assert all((step.name, step.question, step.changed, step.fitted, step.comparisons))
    rows = list(zip(stated["step"], stated["verdict"], strict=True))
    assert set(stated.dropna(subset=["difference"])["step"]) == set(names)
    assert len(set(names)) == len(names)
    assert set(REMARKS) <= set(rows)


def changed(tmp_path: Path, **values: object) -> Path:
    table = ledger.load(BOOK / "records")
    for name, value in values.items():
        table.loc[1, name] = value
    file = tmp_path / ledger.FILE
    file.write_bytes(csv_bytes(table))
    return file


def test_a_figure_typed_by_hand_is_found(tmp_path):
    study = open_study("gtzan-archive", records=BOOK / "records", protocol="artist_cv")
    with pytest.raises(RecordError, match="difference of"):
        ledger.check_ledger(study, changed(tmp_path, difference=0.5))
    with pytest.raises(RecordError, match="verdict of"):
        ledger.check_ledger(study, changed(tmp_path, verdict="much better"))


def made_up(gains: int, losses: int, ties: int) -> dict[str, object]:
    """A row for a step that wins some tracks of as many artists, and loses others."""
    n = gains + losses + ties
    step = unsaved(answers([True] * gains + [False] * losses + [True] * ties), seed=0)
    control = unsaved(answers([False] * gains + [True] * losses + [True] * ties), seed=0)
    comparison = Comparison("a", "b", (lambda *_: step, lambda *_: control))
    row = ledger._row(comparison, [step], [control])
    assert row["difference"] == pytest.approx((gains - losses) / n)
    return row


def test_a_row_by_hand():
    """Twelve artists won and two lost: McNemar's exact p is 212 / 16384."""
    row = made_up(12, 2, 86)
    assert row["p"] == pytest.approx(212 / 16384)
    assert 0 < row["low"] < 0.1 < row["high"]
    assert row["cost_factor"] == 1
    # About 2.8 standard errors, that of 14 answers in 100 which differ.
    assert row["detectable"] == pytest.approx(2.8 * np.sqrt(0.14 - 0.01) / 10, rel=0.25)


def test_nothing_gained_is_nothing_shown():
    row = made_up(5, 5, 90)
    assert row["p"] == 1
    assert row["low"] < 0 < row["high"]


def test_more_seeds_on_one_side_are_refused():
    """A verdict must not rest on a step's lucky seeds beside a control that has fewer."""
    fits = [unsaved(answers([True] * 10), seed=seed) for seed in (0, 1)]
    comparison = Comparison("a", "b", (lambda *_: None,) * 2, seeds=((0, 1), (0, 1)))
    with pytest.raises(RecordError, match=r"“a” has seeds \[0, 1\] and its control \[0\]"):
        ledger._row(comparison, fits, fits[:1])
    assert ledger._row(comparison, fits[:1], fits[:1])["seeds"] == "0"
    once = Comparison("a", "b", (lambda *_: None,) * 2, seeds=((0,), (0, 1)))
    assert ledger._row(once, fits[:1], fits)["seeds"] == "0", "one fit stands for every seed"
    with pytest.raises(RecordError, match="its control"):
        ledger._row(comparison, fits[:1], fits)


def test_times_of_two_clocks_make_no_cost():
    published = unsaved(answers([True] * 10), seed=0)
    fitted = unsaved(answers([True] * 10), seed=0, variant="step")
    assert np.isnan(ledger._cost([fitted], [published]))
    assert ledger._cost([fitted], [fitted]) == 1


def test_a_fit_is_kept_once_and_looked_up_again(tmp_path, monkeypatch):
    """An interrupted run continues where it stopped: what has a record is not fitted again."""
    source = BOOK / "records"
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "editions").symlink_to(source / "editions")
    study = open_study("gtzan-archive", records=tmp_path / "records", protocol="artist_cv")
    calls = []

    def fit(material, fold, seed):
        calls.append(fold.name)
        p = (np.full((len(part), 10), 0.1) for part in (fold.valid, fold.test))
        return Answers(*p, [{"epoch": 1, "val_accuracy": 0.1}], seconds_before=3)

    arms = [Arm("toy", {"side": side}, fit) for side in (0, 1)]
    comparison = Comparison("toy", "its control", (lambda *_: arms[0], lambda *_: arms[1]))
    monkeypatch.setattr(harness, "comparisons", lambda: [(STEPS[0], comparison)])
    monkeypatch.setattr(harness, "CONTROLS", ())
    left = harness.pending(study)
    first = next(harness.carry_out(study, left))
    assert calls == [f"fold{n}" for n in range(1, 6)]
    assert json.loads((first.path / "config.json").read_text())["recipe"] == {"side": 0}
    assert first.history[["fold", "val_accuracy"]].to_numpy().tolist()[0] == ["fold1", 0.1]
    (other,) = harness.pending(study)
    (second,) = harness.carry_out(study, [other])
    assert harness.pending(study) == []
    assert len(calls) == 10
    assert {r.fit_id for r in study.store.find_everywhere()} == {first.fit_id, second.fit_id}
    # What was done before counts: three seconds for each of five folds and two fits.
    assert harness.minutes(study, left) == pytest.approx(0.5, abs=0.1)


def test_features_that_are_not_at_hand_are_asked_for():
    study = open_study("gtzan-archive", records=BOOK / "records", protocol="artist_cv")
    split = study.split()
    with pytest.raises(DataError, match="only its records are at hand"):
        harness.Material(study, split).table  # noqa: B018
