"""What artists on both sides are worth, beside what their genres let expect."""

import numpy as np
import pandas as pd
import pytest

from mgc.evaluation.crossing import crossing, crossing_effect
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
