"""What changes of a recipe are worth is counted on the same tracks and seeds."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from mgc.evaluation import controls
from mgc.evaluation.controls import Pair
from mgc.evaluation.gain import gained, p_value
from mgc.evaluation.metrics import test_rows as tested
from mgc.records.study import open_study
from tests.helpers.outside import ROOT
from tests.helpers.records import answers, unsaved

STUDY = open_study("gtzan-archive", records=ROOT / "book" / "records", protocol="artist_cv")


def scored(rows):
    p = rows.filter(like="p_")
    return float(np.mean(p.idxmax(axis=1).str.removeprefix("p_") == rows["genre"]))


def test_a_changed_recipe_stands_beside_the_published_fit_of_its_seed():
    found = controls.pairs(STUDY)
    assert {pair.variant for pair in found} >= {"no_dropout", "no_mixup", "long"}
    for pair in found:
        for changed, usual in zip(pair.changed, pair.usual, strict=True):
            assert changed.config["seed"] == usual.config["seed"]
            assert changed.config["variant"] == pair.variant
            assert usual.config["variant"] == "tuned"
            other, own = changed.config["recipe"], usual.config["recipe"]
            assert len([key for key in {*other, *own} if other.get(key) != own.get(key)]) == 1


def test_gains_are_differences_of_accuracies_on_test_and_validation_tracks():
    found = controls.pairs(STUDY)
    table = controls.table(found)
    for pair, (_, row) in zip(found, table.iterrows(), strict=True):
        of = {"accuracy": pair.changed, "usual": pair.usual}
        for name, records in of.items():
            assert row[name] == pytest.approx(np.mean([scored(tested(r)) for r in records]))
        assert row["gain"] == pytest.approx(row["accuracy"] - row["usual"])
        assert row["low"] < row["gain"] < row["high"]
    np.testing.assert_allclose(table["p_holm"], multipletests(table["p"], method="holm")[1])


def test_the_p_of_a_gain_by_hand():
    """Six tracks without artists, five gained and one lost: 7 patterns of 64 in each tail."""
    after = unsaved(answers([True] * 5 + [False]), seed=0)
    before = unsaved(answers([False] * 5 + [True]), seed=0)
    assert p_value([gained(after, before)], {}) == pytest.approx(14 / 64)
    assert p_value([gained(after, after)], {}) == 1


def test_epochs_follow_the_recipe_and_the_longer_fit():
    found = controls.pairs(STUDY)
    (pair,) = (each for each in found if (each.model, each.variant) == ("cnn", "long"))
    table = controls.epochs(found, "cnn")
    last = table.groupby("variant")["epoch"].max()
    assert last["long"] == 3 * last["tuned"]
    own = pair.usual[0].history.query("epoch == 1")["val_loss"].mean()
    assert table.query("variant == 'tuned' and epoch == 1")["val_loss"].item() == own
    assert controls.epochs([], "cnn").empty
    assert controls.table(list[Pair]()).empty
