"""What changes of a recipe are worth is counted on the same tracks and seeds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss
from statsmodels.stats.multitest import multipletests

from mgc.datasets.tracks import GENRES
from mgc.evaluation import controls
from mgc.evaluation.controls import Pair
from mgc.evaluation.gain import gained, p_value
from mgc.evaluation.metrics import test_rows as tested
from mgc.models.recipe import from_settings
from mgc.records.study import open_study
from mgc.training import trials
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


def loss(rows):
    p = rows.filter(like="p_")
    return round(log_loss(rows["genre"], p.div(p.sum(axis=1), axis=0), labels=list(GENRES)), 2)


def folds_of(record, rows):
    """Add a validation part to the test rows of a record: the answers of `rows`, fold by fold."""
    valid = [frame.assign(part="valid", fold=fold) for fold, frame in rows.items()]
    return replace(record, predictions=pd.concat([record.predictions, *valid], ignore_index=True))


def test_validation_alone_chooses_the_length_of_each_fold():
    """Two folds of four tracks: the longer fit wins the first, and the second is a draw."""
    tested = {
        name: pd.concat([answers(right, tracks=range(4)).assign(fold="a"),
                         answers(right, tracks=range(4, 8)).assign(fold="b")])
        for name, right in {"long": [True] * 4, "usual": [False] * 4}.items()
    }  # fmt: skip
    good, bad = answers([True] * 4), answers([True] * 2 + [False] * 2)
    long = folds_of(unsaved(tested["long"], seed=0), {"a": good, "b": bad})
    usual = folds_of(unsaved(tested["usual"], seed=0), {"a": bad, "b": bad})
    pair = Pair("cnn", controls.LONG, (long,), (usual,))
    (chosen,) = controls.chosen_lengths([pair, pair._replace(variant="no_mixup")])
    (record,) = chosen.pair.changed
    assert chosen.longer == (True, False)
    right = record.test_rows.groupby("fold").apply(scored, include_groups=False)
    assert right.to_dict() == {"a": 1.0, "b": 0.0}
    row = controls.lengths_table([chosen]).iloc[0]
    assert (row["longer"], row["folds"], row["gain"]) == (1, 2, 0.5)


def test_the_published_lengths_are_those_of_lower_validation_loss():
    found = controls.pairs(STUDY, (controls.LONG,))
    for pair, chosen in zip(found, controls.chosen_lengths(found), strict=True):
        for long, usual, record in zip(pair.changed, pair.usual, chosen.pair.changed, strict=True):
            assert len(record.predictions) == len(long.predictions)
            for fold, rows in record.predictions.groupby("fold"):
                options = [
                    each.predictions[each.predictions["fold"] == fold] for each in (long, usual)
                ]
                losses = [loss(frame[frame["part"] == "valid"]) for frame in options]
                if losses[0] != losses[1]:
                    best = options[int(np.argmin(losses))]
                    pd.testing.assert_frame_equal(
                        *(each.reset_index(drop=True) for each in (rows, best))
                    )


def test_the_retuned_recipes_are_the_best_of_as_many_trials_as_the_classical_models_had():
    root = STUDY.store.root
    every = pd.concat([trials.table(root), trials.table(root / controls.STORE)], ignore_index=True)
    found = controls.pairs(STUDY, (controls.RETUNED,))
    assert {pair.model for pair in found} == set(trials.table(root / controls.STORE)["model"])
    for pair in found:
        rows = every[every["model"] == pair.model]
        assert len(rows) == trials.classical_table(root)["trials"].min()
        best = trials.best(rows).iloc[0]
        settings = from_settings(pair.changed[0].config["recipe"])
        for name, value in vars(settings).items():
            assert best[name] == value, (pair.model, name)


def test_a_gain_may_be_asked_of_some_tracks_alone():
    """Four tracks: the change is right on all, the usual fit on the first two."""
    after, before = (
        unsaved(answers(right, tracks=range(4)), seed=0)
        for right in ([True] * 4, [True, True, False, False])
    )
    pair = Pair("cnn", controls.RETUNED, (after,), (before,))
    ids = list(after.predictions["track_id"])
    for tracks, share in ((ids, 0.5), (ids[:2], 1.0), (ids[2:], 0.0)):
        kept = controls.among(pair, tracks)
        assert list(kept.changed[0].predictions["track_id"]) == tracks
        assert scored(kept.usual[0].predictions) == share


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
