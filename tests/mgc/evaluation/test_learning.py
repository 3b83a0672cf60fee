"""Learning curves count what was in training and compare a model with itself."""

from __future__ import annotations

import numpy as np
import pytest

from mgc.datasets.artists import artist_folds
from mgc.evaluation import learning
from mgc.evaluation.gain import Estimate, gained, summed_up
from mgc.evaluation.metrics import test_rows as tested
from mgc.records.study import open_study
from tests.helpers.outside import ROOT
from tests.helpers.records import answers, unsaved

STUDY = open_study("gtzan-archive", records=ROOT / "book" / "records", protocol="artist_cv")


@pytest.fixture(scope="module")
def table():
    return learning.curves(STUDY, learning.fits(STUDY))


def test_every_model_has_three_points_of_each_kind_and_they_meet_at_the_end(table):
    assert len(table) == len(set(table["model"])) * 6 > 0
    whole = table[table["share"] == 100].groupby("model")["accuracy"]
    assert (whole.max() == whole.min()).all()


def test_as_many_tracks_but_fewer_artists(table):
    """Counted here from the committed table of folds: three of five train."""
    fold = [place.fold for place in artist_folds().values()]
    for kind in learning.KINDS:
        rows = table[table["kind"] == kind].drop_duplicates("share").set_index("share")
        assert rows.loc[100, "tracks"] == pytest.approx(0.6 * len(fold))
        assert rows.loc[50, "tracks"] == pytest.approx(0.3 * len(fold), abs=5)
        assert rows.loc[25, "tracks"] == pytest.approx(0.15 * len(fold), abs=5)
    artists = table.drop_duplicates(["kind", "share"]).pivot(
        index="share", columns="kind", values="artists"
    )
    assert (artists.loc[[25, 50], "artists"] < 0.8 * artists.loc[[25, 50], "tracks"]).all()


def test_a_gain_by_hand():
    after = unsaved(answers([True] * 30 + [False] * 10), seed=0)
    before = unsaved(answers([True] * 20 + [False] * 20), seed=0)
    gain = summed_up([gained(after, before)], {})
    assert gain.mean == pytest.approx(10 / 40)
    assert gain.low < gain.mean < gain.high
    assert summed_up([gained(after, after)], {}) == Estimate(0, 0, 0)


def test_changes_are_differences_of_accuracies(table):
    known = learning.fits(STUDY)

    def score(record):
        rows = tested(record)
        p = rows.filter(like="p_")
        return np.mean(p.idxmax(axis=1).str.removeprefix("p_") == rows["genre"])

    for model, what, gain in learning.changes(STUDY, known):
        after, before = (score(known[model, *side]) for side in learning.COMPARED[what])
        assert gain.mean == pytest.approx(after - before)
        assert gain.low <= gain.mean <= gain.high
