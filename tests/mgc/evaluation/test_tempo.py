"""Computed tempos are compared with tapped ones, exactly and at other levels of the beat."""

from __future__ import annotations

import pandas as pd

from mgc.evaluation.tempo import tempo_agreement


def test_a_tempo_may_miss_by_four_percent_and_at_some_level_by_a_multiple() -> None:
    tapped = pd.Series({"a": 100.0, "b": 100.0, "c": 60.0, "d": 180.0, "e": 100.0, "f": None})
    computed = pd.Series({"a": 103.9, "b": 104.1, "c": 121.0, "d": 60.5, "e": 150.0, "g": 90.0})
    found = tempo_agreement(computed, tapped)
    assert found == (5, 1 / 5, 3 / 5)
