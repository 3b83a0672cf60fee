"""What is on record of the attention is about the networks of its row in the ledger."""

from __future__ import annotations

import numpy as np
import pytest

from mgc.datasets.splits import ARTIST_CV
from mgc.experiments import attention, harness
from mgc.records.study import open_study
from tests.helpers.outside import ROOT
from tools.attention_weights import followed
from tools.explanations import SHOWN

STUDY = open_study("gtzan-archive", records=ROOT / "book" / "records", protocol=ARTIST_CV)
TABLE = attention.load_weights(STUDY.store.root)


def test_each_track_is_weighed_by_the_network_that_tests_it():
    (record,) = harness.side_records(STUDY, attention.STEP.comparisons[0], 0)
    tested = record.test_rows.set_index("track_id")
    table = TABLE.set_index("track_id")
    assert sorted(table.index) == sorted(tested.index)
    assert (table["fold"] == tested.loc[table.index, "fold"]).all()
    named = tested.filter(like="p_").idxmax(axis=1).str.removeprefix("p_").loc[table.index]
    right = [(each == table["genre"]).mean() for each in (named, table["named"])]
    assert right[1] == pytest.approx(right[0], abs=0.03), "trained again, elsewhere"
    assert (named == table["named"]).mean() > 0.75


def test_shares_and_correlations_are_possible_and_the_shown_tracks_are_the_first():
    assert TABLE["half"].between(0, 0.5, inclusive="right").all()
    assert TABLE["loudness"].between(-1, 1).all()
    shown = attention.load_shown(STUDY.store.root)["shown"]
    assert [track["genre"] for track in shown] == list(SHOWN)
    for track in shown:
        same = TABLE[TABLE["genre"] == track["genre"]]
        assert track["track_id"] == same["track_id"].min()
        half = attention.half(np.array([track["weights"]]))[0]
        kept = same.set_index("track_id").loc[track["track_id"], "half"]
        assert half == pytest.approx(kept, abs=0.02)


def test_weights_that_follow_the_level_correlate_with_it():
    level = np.repeat(np.arange(10.0), 4)
    picture = np.tile(level, (3, 1))
    assert followed(np.arange(10.0), picture) == pytest.approx(1)
    assert followed(np.arange(10.0)[::-1], picture) == pytest.approx(-1)
