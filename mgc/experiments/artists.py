"""Fairness to artists: who is heard well, and training in which every artist counts alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from mgc.datasets.splits import Fold
from mgc.evaluation.clusters import artist_groups, count, interval
from mgc.evaluation.metrics import correct, test_rows
from mgc.experiments.labels import CONTROL
from mgc.experiments.readout import PENALTY, logistic
from mgc.experiments.step import Arm, Comparison, Material, Step
from mgc.records.store import Record
from mgc.typing import Double, StrArray

ENOUGH = 5
"""Tracks from which an artist's recall is counted alone."""


BLOCKS = (1, 2, 5, 10, 20)
"""Tracks from which a size of an artist's block begins."""


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


def _groups(records: Sequence[Record]) -> Mapping[str, str]:
    return artist_groups(str(records[0].config["edition"]))


def _answers(records: Sequence[Record], groups: Mapping[str, str]) -> list[pd.DataFrame]:
    """Test rows of each fit with ``right``, the ``group`` and its ``tracks`` in the genre."""
    frames = []
    for record in records:
        rows = test_rows(record)
        rows = rows.assign(right=correct(rows), group=rows["track_id"].map(groups))
        of_artist = rows.groupby(["genre", "group"])["track_id"]
        frames.append(rows.assign(tracks=of_artist.transform("nunique")))
    return frames


def by_block(records: Sequence[Record]) -> pd.DataFrame:
    """Accuracy by the number of tracks that an artist has in a genre, mean over fits.

    Returns
    -------
    DataFrame
        For each of `BLOCKS`: ``least`` and ``most`` tracks of an artist there, ``artists`` (by
        genre), ``tracks``, ``accuracy``, ``low`` and ``high`` (95 % interval over artists and
        fits).
    """
    groups = _groups(records)
    frames = _answers(records, groups)
    rows = []
    for least, following in zip(BLOCKS, (*BLOCKS[1:], np.inf), strict=True):
        shown = [f[(f["tracks"] >= least) & (f["tracks"] < following)] for f in frames]
        first = shown[0]
        if first.empty:
            continue
        artists = len(first[["genre", "group"]].drop_duplicates())
        share = float(np.mean([frame["right"].mean() for frame in shown]))
        low, high = interval(count(shown, groups))
        most = int(first["tracks"].max()) if np.isinf(following) else int(following) - 1
        rows.append((least, most, artists, first["track_id"].nunique(), share, low, high))
    names = ["least", "most", "artists", "tracks", "accuracy", "low", "high"]
    return pd.DataFrame(rows, columns=names)


def recalls(records: Sequence[Record]) -> pd.DataFrame:
    """Share of right answers of each artist group within each genre, mean over fits.

    Returns
    -------
    DataFrame
        Worst first: ``genre``, ``group``, ``tracks`` and ``recall`` (0 to 1).
    """
    rows = pd.concat(_answers(records, _groups(records)))
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
