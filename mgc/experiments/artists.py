"""Fairness to artists: who is heard well, and training in which every artist counts alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mgc.datasets.splits import Fold
from mgc.evaluation.clusters import artist_groups
from mgc.evaluation.metrics import correct, test_rows
from mgc.experiments.labels import CONTROL
from mgc.experiments.readout import PENALTY, logistic
from mgc.experiments.step import Arm, Comparison, Material, Step
from mgc.records.store import Record
from mgc.typing import Double, StrArray

ENOUGH = 5
"""Tracks from which an artist's recall is counted alone."""


def alike(genre: StrArray, group: StrArray) -> Double:
    """Weight tracks so that the artists of a genre count alike, and the genre as before [n]."""
    frame = pd.DataFrame({"genre": genre, "group": group})
    size = frame.groupby(["genre", "group"])["genre"].transform("size")
    artists = frame.groupby("genre")["group"].transform("nunique")
    tracks = frame.groupby("genre")["genre"].transform("size")
    return (tracks / artists / size).to_numpy(np.float64)


def _fit(material: Material, fold: Fold, seed: int) -> tuple[Double, Double]:
    weight = np.zeros(len(material.genre))
    weight[fold.train] = alike(material.genre[fold.train], material.groups[fold.train])
    return logistic(material.pictures, material.genre, fold, weight=weight)


ARM = Arm("logistic_picture", {"penalty": PENALTY, "artists": "alike"}, _fit, "pictures")


def recalls(records: Sequence[Record]) -> pd.DataFrame:
    """Share of right answers of each artist group within each genre, mean over fits.

    Returns
    -------
    DataFrame
        Worst first: ``genre``, ``group``, ``tracks`` and ``recall`` (0 to 1).
    """
    frames = [test_rows(record) for record in records]
    rows = pd.concat([frame.assign(right=correct(frame)) for frame in frames])
    rows["group"] = rows["track_id"].map(artist_groups(str(records[0].config["edition"])))
    counted = rows.groupby(["genre", "group"], as_index=False).agg(
        tracks=("track_id", "nunique"), recall=("right", "mean")
    )
    return counted.sort_values(["recall", "genre", "group"], ignore_index=True)


def worst_tenth(table: pd.DataFrame) -> float:
    """Mean recall of the tenth of the artists with `ENOUGH` tracks that are heard worst."""
    known = table.loc[table["tracks"] >= ENOUGH, "recall"].sort_values()
    return float(known.head(max(1, round(len(known) / 10))).mean())


STEP = Step(
    name="Artists alike",
    question="A few artists fill a genre. Is the model fair to the others?",
    changed="In training every artist of a genre counts the same, however many tracks there are.",
    fitted="Logistic regression on the statistics of the picture, with weights.",
    comparisons=(
        Comparison(
            "Every artist counts alike in training",
            "every track counts alike",
            (ARM, CONTROL),
        ),
    ),
)
