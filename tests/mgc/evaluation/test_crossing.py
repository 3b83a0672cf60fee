"""What artists on both sides are worth, beside what their genres let expect."""

import numpy as np
import pandas as pd
import pytest

from mgc.evaluation.crossing import crossing, crossing_effect, crossing_excess
from mgc.records.store import NotRun
from tests.helpers.records import answers, unsaved


def test_an_artist_crosses_within_a_fold_alone():
    rows = [
        ("a", "1", "train", "x"), ("b", "1", "test", "x"), ("c", "1", "test", "y"),
        ("d", "1", "valid", "y"), ("e", "2", "test", "x"), ("f", "2", "train", "z"),
    ]  # fmt: skip
    split = pd.DataFrame(rows, columns=["track_id", "fold", "part", "group"])
    assert crossing(split) == {"b", "c"}
    assert crossing(split, ("train",)) == {"b"}


def test_what_is_expected_follows_from_the_genres():
    """By hand: of the others, blues is right for 2 of 4, pop for all; 3 of blues and 1 cross."""
    n = 10 * 10
    right = np.zeros(n, bool)
    blues, pop = np.arange(0, 70, 10), np.arange(7, 50, 10)
    right[blues[:2]] = right[pop] = True  # of blues, 4 do not cross: two of them are right
    right[blues[4:]] = True  # and all three that cross
    tested = np.concatenate([blues, pop])
    record = unsaved(answers(right[tested], tracks=tested.tolist()))
    crossed = [f"blues.{i // 10:05d}" for i in blues[4:]] + ["pop.00000"]
    table = crossing_effect({"cnn": [record], "lstm": NotRun("lstm", "no")}, crossed)
    (row,) = table.to_dict("records")
    assert row["n"] == 4
    assert row["crossed"] == 1.0
    assert row["expected"] == pytest.approx((3 * 0.5 + 1) / 4)
    assert row["apart"] == pytest.approx((2 + 4) / 8)
    assert row["every"] == pytest.approx(10 / 12)
    assert np.isnan(crossing_effect({"cnn": [record]}, [])["crossed"].item())


def test_the_excess_is_that_of_the_effect_and_its_interval_holds_it():
    """Models that differ, in two genres; without an artist that crosses there is none."""
    right = np.random.default_rng(5).random((2, 200)) < 0.6
    groups = {name: [unsaved(answers(r))] for name, r in zip(("cnn", "mlp"), right, strict=True)}
    crossed = [f"{genre}.{n:05d}" for genre in ("blues", "pop") for n in range(8)]
    effect = crossing_effect(groups, crossed)
    found = crossing_excess(groups, crossed)
    assert found.mean == pytest.approx((effect["crossed"] - effect["expected"]).mean())
    assert found.low < found.mean < found.high
    assert np.isnan(crossing_excess(groups, []).mean)
    assert np.isnan(crossing_excess({}, ["blues.00000"]).mean), "nothing was run"


def test_an_excess_that_never_varies_has_no_width():
    """Right on all that cross and on no other, and one artist alone to compare with."""
    tested = [*range(0, 80, 10), 7]  # blues, and a pop track that does not cross
    right = np.array([True] * 7 + [False] * 2)
    record = unsaved(answers(right, tracks=tested))
    crossed = [f"blues.{n:05d}" for n in range(7)]
    assert crossing_excess({"cnn": [record]}, crossed) == pytest.approx((1.0, 1.0, 1.0))
