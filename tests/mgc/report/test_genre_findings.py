"""Verdicts about genres follow the pooled predictions of all models."""

import math
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import f1_score

from mgc.datasets.tracks import GENRES
from mgc.errors import RecordError
from mgc.evaluation import metrics
from mgc.records.store import Store
from mgc.report import genre_findings
from mgc.report.claims import Verdict
from tests.helpers.outside import ROOT
from tests.helpers.records import one_hot, unsaved
from tests.helpers.results import AFTER, NOBODY, predicting, right


def easy(*genres):
    """Return a pool in which only some genres are always found."""

    def rule(genre, number):
        if genre in genres or number < 4:
            return genre
        wrong = (AFTER[genre], AFTER[AFTER[genre]])
        return next(name for name in wrong if name not in genres)

    return genre_findings.pool({"mlp": predicting(rule, model="mlp")})


def test_genres_that_are_always_found_stand_out():
    pooled = easy("classical", "metal")
    first, hard = genre_findings.genres_stand_out, genre_findings.genres_are_hard
    found = first(pooled, "classical", "metal")
    assert found.verdict == Verdict.CONFIRMED
    scores = f1_score(pooled.truth, pooled.predicted[:, 0], average=None, labels=range(10))
    drawn = {row.label: row for row in found.plot.rows}
    for genre in ("classical", "metal"):
        row, score = drawn[genre], scores[GENRES.index(genre)]
        assert row.value == pytest.approx(score)
        assert row.low <= score <= row.high
    assert first(pooled, "pop", "rock").verdict == Verdict.CONTRADICTED
    assert hard(pooled, "classical", "metal").verdict == Verdict.CONTRADICTED


def test_a_claim_that_genres_are_hard_is_about_each_of_them():
    """Rock is never found and pop always, in as many tracks as eight genres of middling score."""
    wrong = {"rock": 10, "pop": 0}
    pooled = genre_findings.pool(
        {"mlp": predicting(lambda g, i: AFTER[g] if i < wrong.get(g, 3) else g, model="mlp")}
    )
    scores = f1_score(pooled.truth, pooled.predicted[:, 0], average=None, labels=range(10))
    pop, rock = (GENRES.index(genre) for genre in ("pop", "rock"))
    others = np.delete(scores, [pop, rock]).mean()
    assert scores[rock] < others < scores[pop]
    found = genre_findings.genres_are_hard(pooled, "pop", "rock")
    assert found.verdict == Verdict.PARTLY
    assert [row.value for row in found.plot.rows] == pytest.approx(
        [others - scores[pop], others - scores[rock]]
    )
    alone = genre_findings.genres_are_hard(pooled, "rock")
    assert alone.verdict == Verdict.CONFIRMED


def test_a_pair_is_mixed_when_it_draws_more_than_its_share_of_mistakes():
    swap = {"pop": "rock", "rock": "pop"}
    spread = lambda g, i: GENRES[(GENRES.index(g) + i) % 10]  # noqa: E731
    mixed = predicting(lambda g, i: swap[g] if g in swap and i < 8 else spread(g, i), model="mlp")
    pooled = genre_findings.pool({"mlp": mixed, "cnn": mixed, "lstm": mixed})
    found = genre_findings.pair_is_mixed(pooled, "rock", "pop")
    assert found.verdict == Verdict.CONFIRMED
    assert "rank 1" in found.reason
    table = genre_findings.mixed_pairs(pooled)
    assert table.loc[0, ["first", "second"]].tolist() == ["pop", "rock"]
    assert len(table) == math.comb(10, 2)
    assert table["count"].sum() == 3 * int((~metrics.correct(metrics.test_rows(mixed))).sum())
    few = genre_findings.pool({"mlp": right(0.9, model="mlp")})
    assert genre_findings.pair_is_mixed(few, "pop", "jazz").verdict == Verdict.NOT_SHOWN


def test_a_genre_that_is_not_tested_cannot_be_judged():
    rows = [(f"{g}.{i:05d}", g, g) for g in GENRES[:4] for i in range(3)]
    pooled = genre_findings.pool({"mlp": unsaved(one_hot(rows))})
    found = genre_findings.pair_is_mixed(pooled, "jazz", "blues")
    assert found.verdict == Verdict.NOT_TESTABLE
    assert "jazz" in found.reason
    for claim in ("genres_stand_out", "genres_are_hard", "pair_is_mixed"):
        found = getattr(genre_findings, claim)(genre_findings.pool(NOBODY), "pop", "rock")
        assert found.verdict == Verdict.NOT_TESTABLE


def test_models_of_different_tracks_are_not_pooled():
    results = {"mlp": predicting(lambda g, i: g), "cnn": predicting(lambda g, i: g, per_genre=4)}
    with pytest.raises(RecordError, match="different tracks"):
        genre_findings.pool(results)


def test_answers_are_counted_over_seeds_and_only_for_the_tracks_that_are_named():
    """Two seeds, two of three tracks: one right, three wrong."""
    said = [("blues.00012", "blues", "jazz"), ("blues.00013", "blues", "jazz")]
    first = unsaved(one_hot([*said, ("pop.00001", "pop", "pop")]), model="cnn")
    second = unsaved(one_hot([("blues.00012", "blues", "blues"), said[1]]), model="cnn", seed=1)
    names = {name for name, *_ in said}
    (row,) = genre_findings.answers_table({"cnn": [first, second]}, names).to_dict("records")
    assert row == {"Model": "CNN", "Right": "1 of 4", "Called": "jazz 3, blues 1"}
    assert genre_findings.answers_table(NOBODY, names).empty


def test_one_singer_is_the_largest_group_of_the_blues_and_of_gtzan_alone():
    """Seventeen recordings in a row, with a spectrum for each; the demo's ids are not his."""
    store = Store(ROOT / "book" / "records")
    edition = store.edition("gtzan-archive")
    assert genre_findings.singer(edition) == {f"blues.{i:05d}" for i in range(12, 29)}
    sizes = {
        title: values.shape for title, values in genre_findings.singer_spectra(edition).items()
    }
    assert sizes == {"Robert Johnson": (17, 40), "other blues": (83, 40), "jazz": (99, 40)}
    assert not genre_findings.singer_spectra(replace(edition, name="demo"))
