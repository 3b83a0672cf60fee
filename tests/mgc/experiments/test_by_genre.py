"""What a step changes by genre adds up to what the ledger says of it."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import accuracy_score

from mgc.datasets.tracks import GENRES
from mgc.evaluation.metrics import test_rows as tested
from mgc.experiments import by_genre, ensembles, ledger, plan
from mgc.records.store import Store
from mgc.records.study import open_study
from tests.helpers.outside import ROOT
from tests.helpers.records import answers, unsaved

RECORDS = ROOT / "book" / "records"
STUDY = open_study("gtzan-archive", records=RECORDS, protocol="artist_cv")
STATED = ledger.load(RECORDS).set_index("step")


@pytest.fixture(scope="module")
def records():
    return {record.fit_id: record for record in Store(RECORDS).find_everywhere()}


@pytest.mark.parametrize("step", plan.STEPS, ids=lambda step: step.name)
def test_genres_add_up_to_the_row_of_the_ledger(step, records):
    comparison = step.comparisons[0]
    table = by_genre.of_comparison(STUDY, comparison)
    row = STATED.loc[comparison.step]
    share = (
        tested(records[row["control_fits"].split()[0]])["genre"]
        .value_counts(normalize=True)[list(GENRES)]
        .to_numpy()
    )
    assert (table["difference"] * share).sum() == pytest.approx(row["difference"], abs=1e-6)
    assert ((table["low"] <= table["difference"]) & (table["difference"] <= table["high"])).all()


def test_a_genre_by_hand():
    """One of ten answers is right in the step alone, all in the genre of the first ten tracks."""
    step = unsaved(answers([True] * 10), seed=0)
    control = unsaved(answers([False] + [True] * 9), seed=0)
    rows = tested(step)
    first = rows["genre"].iloc[0]
    if set(rows["genre"]) != set(GENRES):
        pytest.fail("the helper gives tracks of every genre")
    table = by_genre.gains([step], [control]).set_index("genre")
    assert table.loc[first, "difference"] == pytest.approx(1 / (rows["genre"] == first).sum())
    assert (table.drop(first)["difference"] == 0).all()


def test_an_ensemble_of_one_is_the_mean_of_its_members_and_of_all_three_the_published_one():
    table = ensembles.by_size(STUDY).set_index(["what", "members"])["accuracy"]
    fits = Store(RECORDS).find(model="mlp", protocol="artist_cv", variant="tuned")
    columns = [f"p_{genre}" for genre in GENRES]

    def score(record):
        rows = tested(record)
        named = rows[columns].idxmax(axis=1).str.removeprefix("p_")
        return accuracy_score(rows["genre"], named)

    assert table["MLP", 1] == pytest.approx(np.mean([score(fit) for fit in fits]))
    (together,) = (
        record
        for record in Store(RECORDS).steps.find(model="mean_of_seeds")
        if fits[0].fit_id in record.config["recipe"]["members"]
    )
    assert table["MLP", 3] == pytest.approx(score(together))
