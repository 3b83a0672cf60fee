"""Whether models are too sure, and what that is called."""

import numpy as np
import pandas as pd
import pytest

from mgc.display import sureness_text
from mgc.evaluation import metrics
from mgc.evaluation.sureness import too_sure
from mgc.records.store import NotRun
from tests.helpers.records import answers, predictions, unsaved


def test_a_model_of_one_probability_is_too_sure_by_what_it_misses():
    """Always sure by 0.91, right for three in four: 16 points, which is its calibration error."""
    frames = [answers(np.arange(400) % 4 != seed) for seed in (0, 1)]
    fits = [unsaved(frame, seed=seed) for seed, frame in enumerate(frames)]
    table = too_sure({"cnn": fits, "lstm": NotRun("lstm", "no record")})
    (row,) = table.to_dict("records")
    assert row["mean"] == pytest.approx(0.16)
    assert row["mean"] == pytest.approx(np.mean([metrics.calibration(f).ece for f in frames]))
    assert 0 < row["low"] < row["mean"] < row["high"]


def test_a_direction_never_exceeds_the_calibration_error():
    """The mean of what bins are apart is at least what their sum is."""
    for seed in range(5):
        record = unsaved(predictions(seed, 10, skill=1.5))
        ece = metrics.calibration(metrics.test_rows(record)).ece
        assert abs(too_sure({"cnn": record})["mean"].item()) <= ece + 1e-9


def test_only_what_lies_on_one_side_of_zero_is_called_so():
    rows = [("mlp", 0.1, 0.05, 0.2), ("cnn", -0.1, -0.2, -0.05), ("lstm", 0.1, -0.05, 0.2)]
    table = pd.DataFrame(rows, columns=["key", "mean", "low", "high"])
    assert sureness_text.sureness_statements(table) == [
        "Too sure: MLP (+10\u00a0points; +5 to +20).",
        "Too modest: CNN (−10\u00a0points; −20 to −5).",
        "Neither shown: LSTM (+10\u00a0points; −5 to +20).",
    ]
    assert sureness_text.sureness_statements(table[:0]) == ["No model was run."]


@pytest.mark.parametrize(
    ("faulty", "meant"), [(1, "are no commoner here"), (4, "are commoner here")]
)
def test_faults_of_missed_tracks_are_set_beside_those_of_all(faulty, meant):
    """Of twenty missed tracks, against a tenth of all."""
    said = sureness_text.missed_statement(20, faulty, 100, 10)
    assert f"({5 * faulty}\u00a0%)" in said
    assert "of all 100 test tracks, 10\u00a0%" in said
    assert meant in said
    assert sureness_text.missed_statement(0, 0, 100, 10).startswith("No test track")
