"""Means over tracks of what was measured, with intervals over artists."""

from __future__ import annotations

import pandas as pd
import pytest

from mgc.experiments import explanations
from mgc.experiments.explanations import LOUDEST, OCCLUSION


def table(gain: float) -> pd.DataFrame:
    """Forty tracks of two genres, which occlusion puts back better by a gain, give or take."""
    rows = []
    for number in range(40):
        genre = ("jazz", "rock")[number % 2]
        loud, wave = 0.1 + number / 100, (number % 4 - 1.5) / 100
        for method, value in ((OCCLUSION, loud + gain + wave), (LOUDEST, loud)):
            rows.append((f"{genre}.{900 + number}", genre, method, value))
    return pd.DataFrame(rows, columns=["track_id", "genre", "method", "insertion"])


def test_a_difference_is_the_mean_over_tracks_and_paired():
    mean, low, high = explanations.estimate(table(0.02), "insertion", OCCLUSION, LOUDEST)
    assert mean == pytest.approx(0.02)
    assert 0 < low < mean < high < 0.04, "tracks differ by more than methods do"
    alone = explanations.estimate(table(0.02), "insertion", LOUDEST)
    assert alone.mean == pytest.approx(0.295)
    assert alone.high - alone.low > 0.05


def test_tracks_that_were_not_measured_do_not_count():
    known = table(0.02)
    known.loc[known["track_id"] == "jazz.900", "insertion"] = float("nan")
    left = known.dropna()
    assert explanations.estimate(known, "insertion", OCCLUSION) == pytest.approx(
        explanations.estimate(left, "insertion", OCCLUSION)
    )
