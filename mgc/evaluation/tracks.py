"""What a model said of each track, and what two or more models say together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from mgc.datasets.tracks import GENRES, P_COLUMNS
from mgc.errors import RecordError
from mgc.evaluation import metrics, significance, summary
from mgc.records.store import NotRun, Record


def track_rows(record: Record) -> pd.DataFrame:
    """Test rows with one row a track: probabilities averaged over segments and folds.

    Parameters
    ----------
    record : Record

    Returns
    -------
    DataFrame
        ``track_id``, ``segment`` (-1), ``genre``, ``p_blues`` ... ``p_rock``, sorted by track.
    """
    rows = metrics.test_rows(record)
    mean = rows.groupby(["track_id", "genre"], as_index=False)[list(P_COLUMNS)].mean()
    mean.insert(1, "segment", -1)
    return mean.sort_values("track_id", ignore_index=True)


def outcomes(record: Record) -> pd.DataFrame:
    """Say of each test track what the model named and how probable it held the truth.

    Parameters
    ----------
    record : Record

    Returns
    -------
    DataFrame
        ``track_id``, ``genre``, ``named`` (a genre), ``p_true`` and ``p_named`` (0 to 1); one row
        a track.
    """
    rows = track_rows(record)
    p = metrics.probabilities(rows)
    named, true = metrics.predicted(rows), metrics.truth(rows)
    each = np.arange(len(p))
    return pd.DataFrame(
        {
            "track_id": rows["track_id"],
            "genre": rows["genre"],
            "named": np.asarray(GENRES)[named],
            "p_true": p[each, true],
            "p_named": p[each, named],
        }
    )


def averaged(records: Sequence[Record]) -> pd.DataFrame:
    """Combine models by the mean of their probabilities, without any further training.

    Parameters
    ----------
    records : sequence of Record
        Tested on the same tracks.

    Returns
    -------
    DataFrame
        As `track_rows`.

    Raises
    ------
    RecordError
        No record, or records of different tracks.
    """
    if not records:
        raise RecordError("no record to combine: fit the models first")
    frames = [track_rows(record) for record in records]
    if any(not frame["track_id"].equals(frames[0]["track_id"]) for frame in frames):
        raise RecordError("the records hold different tracks: combine fits of one protocol")
    combined = frames[0].copy()
    mean = np.mean([metrics.probabilities(frame) for frame in frames], axis=0)
    combined[list(P_COLUMNS)] = mean
    return combined


def tested(results: Mapping[str, Record | NotRun]) -> int:
    """Count the tracks of the test part; 0 when no model was run."""
    run = significance.only_run(results)
    return len(track_rows(next(iter(run.values())))) if run else 0


def hardest(results: Mapping[str, Record | NotRun]) -> pd.DataFrame:
    """List tracks that most models get wrong; empty without models."""
    run = significance.only_run(results)
    if not run:
        return pd.DataFrame(columns=["track_id", "genre", "wrong", "models", "taken_for"])
    return summary.hardest_tracks(run)
