"""Chroma in and out: which columns are read, and that the records say what the page does."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from mgc.datasets.splits import Fold
from mgc.datasets.tracks import GENRES
from mgc.evaluation.metrics import accuracy, test_rows
from mgc.experiments import chroma
from mgc.features.names import FEATURE_NAMES
from mgc.records.store import Store
from tests.helpers.outside import ROOT

GENRE = np.asarray(GENRES * 12)
FOLD = Fold("fold1", np.arange(0, 80), np.arange(80, 100), np.arange(100, 120))


@pytest.mark.parametrize("told_by", ["chroma_C_mean", "mfcc_01_mean"])
def test_a_column_tells_only_those_who_read_it(told_by):
    table = np.zeros((len(GENRE), len(FEATURE_NAMES)), np.float32)
    table[:, FEATURE_NAMES.index(told_by)] = GENRE == "blues"
    material = SimpleNamespace(table=table, genre=GENRE)
    blues = GENRE[FOLD.test] == "blues"
    for which in (chroma.ALL, chroma.WITHOUT, chroma.ALONE):
        _, test = chroma.arm(which).fit(material, FOLD, 0)
        unread = chroma.ALONE if told_by.startswith("mfcc") else chroma.WITHOUT
        told_apart = test[blues, 0].min() > test[~blues, 0].max()
        assert told_apart == (which != unread)


def test_the_table_is_the_mean_over_the_seeds_on_record():
    store = Store(ROOT / "book" / "records")
    table = chroma.described(store).set_index("columns")
    assert list(table.index) == [chroma.ALL, chroma.WITHOUT, chroma.ALONE]
    for which, row in table.iterrows():
        fits = [
            record
            for record in store.steps.find(model=chroma.MODEL)
            if record.config["recipe"]["columns"] == which
        ]
        assert sorted(int(record.config["seed"]) for record in fits) == list(chroma.SEEDS)
        assert row["accuracy"] == pytest.approx(np.mean([accuracy(test_rows(r)) for r in fits]))
        assert {str(record.config["edition"]) for record in fits} == {"gtzan-mini"}
