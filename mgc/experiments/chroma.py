"""Chroma in and out, on tracks that have audio: described, as their artists are not apart."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mgc.datasets.splits import Fold
from mgc.evaluation.accuracy import accuracy_summary
from mgc.experiments.readout import logistic
from mgc.experiments.step import Arm, Comparison, Material
from mgc.features.names import FEATURE_NAMES
from mgc.records.store import Store
from mgc.typing import Double

PENALTIES = (0.003, 0.01, 0.03, 0.1, 0.3)
SEEDS = (0, 1, 2)
ALL, WITHOUT, ALONE = "all", "without chroma", "chroma alone"
MODEL, PROTOCOL = "logistic_chroma", "cv5"

COLUMNS = tuple(name for name in FEATURE_NAMES if name.startswith("chroma"))
"""Statistics of the twelve notes, of all that describe a track."""


def arm(which: str) -> Arm:
    """Fit logistic regression on some of the statistics of a track, its penalty by validation."""

    def fit(material: Material, fold: Fold, seed: int) -> tuple[Double, Double]:
        chroma = np.isin(FEATURE_NAMES, COLUMNS)
        kept = {ALL: chroma | True, WITHOUT: ~chroma, ALONE: chroma}[which]
        return logistic(material.table[:, kept], material.genre, fold, PENALTIES)

    return Arm(MODEL, {"columns": which, "penalties": list(PENALTIES)}, fit, "table")


COMPARISONS = tuple(
    Comparison(which, "", (arm(which), lambda *_: None), PROTOCOL, (SEEDS, ()))
    for which in (ALL, WITHOUT, ALONE)
)
"""What is fitted on tracks with audio, beside nothing."""


def described(store: Store) -> pd.DataFrame:
    """Sum up the records of a store: ``columns``, ``seeds``, ``accuracy``, ``low``, ``high``."""
    rows = []
    for which in (ALL, WITHOUT, ALONE):
        known = store.steps.find(model=MODEL)
        records = [record for record in known if record.config["recipe"]["columns"] == which]
        if records:
            found = accuracy_summary(records)
            rows.append((which, len(records), found.accuracy, found.low, found.high))
    return pd.DataFrame(rows, columns=["columns", "seeds", "accuracy", "low", "high"])
