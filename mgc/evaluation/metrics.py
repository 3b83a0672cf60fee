"""How good a set of predictions is: numbers computed from the rows of a record.

Nearly every function takes the predictions of one part (`test_rows`): one row an example (a track,
or a segment where the protocol cuts tracks), with the columns ``genre`` and ``p_blues`` to
``p_rock``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn import metrics as sk

from mgc.datasets.tracks import GENRES, P_COLUMNS
from mgc.errors import RecordError
from mgc.records.store import Record

SMALLEST_P = 5e-7
"""Half of the last decimal that a record keeps; what was rounded to zero counts as this."""

POSITION: Mapping[str, int] = {genre: place for place, genre in enumerate(GENRES)}
"""Of each genre in ``GENRES``."""

N_BINS = 10
"""Of a reliability table."""


class Calibration(NamedTuple):
    """Reliability table and its expected calibration error in [0, 1]."""

    bins: pd.DataFrame
    ece: float


def test_rows(record: Record) -> pd.DataFrame:
    """Select the rows of the test part, those of all folds together."""
    return record.test_rows.copy(deep=False)  # whoever adds a column adds it to a copy


# pytest collects whatever is called test_*; this one is no test.
test_rows.__test__ = False  # type: ignore[attr-defined]


def kept_epochs(record: Record) -> pd.DataFrame:
    """Select the epoch of each fold with the lowest validation loss, whose weights were kept."""
    history = record.history[record.history["stage"] == "fit"]
    return history.loc[history.groupby("fold")["val_loss"].idxmin()]


def probabilities(frame: pd.DataFrame) -> NDArray[np.float64]:
    """Array [n, 10] of probabilities, columns in the order of ``GENRES``."""
    if frame.empty:
        raise RecordError(
            "No predictions to evaluate: the frame has no rows; fit the model again."
        )
    return frame[list(P_COLUMNS)].to_numpy(dtype=np.float64)


def truth(frame: pd.DataFrame) -> NDArray[np.int64]:
    """Array [n] of true genres as positions in ``GENRES``."""
    return np.asarray(frame["genre"].map(POSITION), dtype=np.int64)


def predicted(frame: pd.DataFrame) -> NDArray[np.int64]:
    """Array [n] of the most probable genres; among equals the first in alphabetical order."""
    return np.asarray(probabilities(frame).argmax(axis=1), dtype=np.int64)


def correct(frame: pd.DataFrame) -> NDArray[np.bool_]:
    """Array [n]: whether the most probable genre is the true one."""
    return np.asarray(predicted(frame) == truth(frame), dtype=np.bool_)


def accuracy(frame: pd.DataFrame) -> float:
    """Share of rows whose most probable genre is the true one, in [0, 1]."""
    return float(correct(frame).mean())


def macro_f1(frame: pd.DataFrame) -> float:
    """Mean F1 over the genres that occur, in [0, 1]; one that is never predicted counts as 0."""
    y, named = truth(frame), predicted(frame)
    true, said, hits = (
        np.bincount(rows, minlength=len(GENRES)) for rows in (y, named, y[y == named])
    )
    occurs = true > 0
    return float(np.mean(2 * hits[occurs] / (true[occurs] + said[occurs])))


def per_genre(frame: pd.DataFrame) -> pd.DataFrame:
    """Precision, recall, F1 (``f1``), all in [0, 1], and ``support``, the rows of each genre.

    A genre that is never predicted has precision 0; one that does not occur has support 0 and
    NaN.
    """
    scores = sk.precision_recall_fscore_support(
        truth(frame), predicted(frame), labels=np.arange(len(GENRES)), zero_division=0.0
    )
    table = pd.DataFrame(
        dict(zip(("precision", "recall", "f1", "support"), scores, strict=True)),
        index=pd.Index(GENRES, name="genre"),
    )
    table.loc[table["support"] == 0, ["precision", "recall", "f1"]] = np.nan
    return table.astype({"support": np.int64})


def confusion(frame: pd.DataFrame) -> pd.DataFrame:
    """Count rows by true genre (rows) and predicted genre (columns) [10, 10]."""
    counts = sk.confusion_matrix(truth(frame), predicted(frame), labels=np.arange(len(GENRES)))
    return pd.DataFrame(
        counts.astype(np.int64),
        index=pd.Index(GENRES, name="true"),
        columns=pd.Index(GENRES, name="predicted"),
    )


def most_confused(frame: pd.DataFrame, n: int = 5) -> pd.DataFrame:
    """List the genres most often taken for another, up to `n` pairs, most frequent first.

    ``true``, ``predicted``, ``count`` and ``share`` (of the true genre's rows).
    """
    counts = confusion(frame)
    pairs = counts.reset_index().melt("true", value_name="count")
    pairs = pairs[(pairs["true"] != pairs["predicted"]) & (pairs["count"] > 0)]
    pairs["share"] = pairs["count"] / pairs["true"].map(counts.sum(axis=1))
    order, rising = ["count", "share", "true", "predicted"], [False, False, True, True]
    return pairs.sort_values(order, ascending=rising, ignore_index=True).head(n)


def log_loss(frame: pd.DataFrame) -> float:
    """Mean negative log probability of the true genre, in nats.

    Guessing evenly among ten genres gives 2.303. A probability that the record's six decimals
    round to zero counts as 5e-7, so that a single row costs 14.5 nats at most.
    """
    return mean_loss(probabilities(frame), truth(frame))


def mean_loss(p: NDArray[np.float64], true: NDArray[np.int64]) -> float:
    """Compute `log_loss` of probabilities [n, 10] and positions of the true genres [n]."""
    p = np.clip(p, SMALLEST_P, None)
    return float(
        sk.log_loss(true, p / p.sum(axis=1, keepdims=True), labels=np.arange(len(GENRES)))
    )


def brier(frame: pd.DataFrame) -> float:
    """Mean squared distance of the probabilities from the truth, in [0, 2].

    Sum over genres, as Brier (1950) defines it; guessing evenly gives 0.9.
    """
    distance = probabilities(frame) - np.eye(len(GENRES))[truth(frame)]
    return float((distance**2).sum(axis=1).mean())


def calibration(frame: pd.DataFrame) -> Calibration:
    """Compare how sure a model says it is with how often it is right.

    Returns
    -------
    Calibration
        ``bins``: a row for each tenth of [0, 1] in which the highest probability of a row may lie,
        its upper end included: ``low``, ``high``, ``n``, ``confidence``, ``accuracy`` (NaN where
        empty); ``ece``: mean of ``|accuracy - confidence|`` weighted by n.

    Notes
    -----
    Guo, Pleiss, Sun and Weinberger (2017), "On calibration of modern neural networks", eq. 3.
    """
    confidence = probabilities(frame).max(axis=1)
    edges = np.linspace(0.0, 1.0, N_BINS + 1)
    number = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, N_BINS - 1)
    rows = pd.DataFrame({"bin": number, "confidence": confidence, "accuracy": correct(frame)})
    grouped = rows.astype({"accuracy": np.float64}).groupby("bin")
    table = grouped[["confidence", "accuracy"]].mean().reindex(range(N_BINS))
    table.insert(0, "n", grouped.size().reindex(range(N_BINS), fill_value=0))
    table.insert(0, "high", edges[1:])
    table.insert(0, "low", edges[:-1])
    gap = (table["accuracy"] - table["confidence"]).abs().fillna(0.0)
    ece = float((gap * table["n"]).sum() / len(frame))
    return Calibration(table.reset_index(drop=True), ece)
