"""Tables over several records, and the one place to import every measure and test from.

:mod:`mgc.evaluation.metrics` holds what is computed from one record,
:mod:`mgc.evaluation.significance` the intervals and paired tests; their public names are
importable from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from mgc.datasets.tracks import GENRES
from mgc.errors import RecordError
from mgc.evaluation.metrics import (
    accuracy,
    brier,
    calibration,
    log_loss,
    macro_f1,
    per_genre,
    predicted,
    test_rows,
    top_k,
)
from mgc.evaluation.significance import (
    UNIT,
    accuracy_interval,
    only_run,
)
from mgc.records.store import NotRun, Record

SUMMARY_COLUMNS = (
    "accuracy", "low", "high", "macro_f1", "top2", "log_loss", "ece", "brier", "n",
    "parameters", "minutes", "peak_memory_mb", "device", "status",
)  # fmt: skip


def summary(records: Mapping[str, Record | NotRun]) -> pd.DataFrame:
    """Sum up each model in one row.

    Returns
    -------
    DataFrame
        Index ``model`` in the order given; columns ``SUMMARY_COLUMNS``. ``low`` and ``high``
        are the 95 % interval over tracks; ``minutes`` the wall time of the fit, all folds;
        ``status`` is "run" or "not run: <reason>". Of a model that was not run the numbers
        are missing and ``device`` is empty.
    """
    rows: list[dict[str, Any]] = []
    for record in records.values():
        if isinstance(record, NotRun):
            rows.append({"device": "", "status": f"not run: {record.reason}"})
            continue
        frame = test_rows(record)
        low, high = accuracy_interval(frame)
        rows.append(
            {
                "accuracy": accuracy(frame),
                "low": low,
                "high": high,
                "macro_f1": macro_f1(frame),
                "top2": top_k(frame, 2),
                "log_loss": log_loss(frame),
                "ece": calibration(frame).ece,
                "brier": brier(frame),
                "n": len(frame),
                "parameters": record.parameters,
                "minutes": float(record.environment["duration_s"]) / 60,
                "peak_memory_mb": float(record.environment["peak_memory_mb"]),
                "device": str(record.environment["device"]),
                "status": "run",
            }
        )
    table = pd.DataFrame(
        rows, columns=list(SUMMARY_COLUMNS), index=pd.Index(list(records), name="model")
    )
    kinds = dict.fromkeys(SUMMARY_COLUMNS[:-2], "float64")
    # Counts stay whole numbers even where a model that was not run leaves a gap.
    return table.astype({**kinds, "n": "Int64", "parameters": "Int64"})


def genre_recall(records: Mapping[str, Record | NotRun]) -> pd.DataFrame:
    """Recall of each genre by each model: genres down, models across.

    Values in [0, 1], NaN for a genre that the test part lacks; models not run are left out.
    """
    return pd.DataFrame(
        {
            name: per_genre(test_rows(record))["recall"]
            for name, record in only_run(records).items()
        },
        index=pd.Index(GENRES, name="genre"),
    )


def _said(records: Mapping[str, Record | NotRun]) -> tuple[pd.DataFrame, pd.Series[str]]:
    """Return what each model predicted, [units, models], and the truth, for units in order."""
    said: dict[str, pd.Series[str]] = {}
    genre: pd.Series[str] | None = None
    for name, record in only_run(records).items():
        frame = test_rows(record)
        rows = frame.assign(said=np.asarray(GENRES)[predicted(frame)]).set_index(UNIT).sort_index()
        if genre is None:
            genre = rows["genre"]
        elif not rows.index.equals(genre.index):
            raise RecordError(
                f"{name} was not tested on the same tracks as the others; compare records of one "
                "edition, protocol and seed."
            )
        said[name] = rows["said"]
    if genre is None:
        raise RecordError("None of the models was run; fit one first.")
    return pd.DataFrame(said), genre


def agreement(records: Mapping[str, Record | NotRun]) -> pd.DataFrame:
    """Share of test rows on which two models name the same genre.

    Returns
    -------
    DataFrame
        Symmetric, models by models, values in [0, 1], 1 on the diagonal.
    """
    said, _ = _said(records)
    return pd.DataFrame(
        [[float((said[a] == said[b]).mean()) for b in said] for a in said],
        index=pd.Index(list(said), name="model"),
        columns=list(said),
    )


def hardest_tracks(records: Mapping[str, Record | NotRun]) -> pd.DataFrame:
    """List the tracks that more than half of the models get wrong.

    Returns
    -------
    DataFrame
        Hardest first: ``track_id``, ``genre``, ``wrong`` (models that get it wrong),
        ``models`` (how many there are), ``taken_for`` (the genre named most often instead).
        Where rows are segments, a model gets a track wrong when it names another genre for
        more than half of its tested segments.
    """
    said, genre = _said(records)
    miss = said.ne(genre, axis=0).groupby(level="track_id").mean() > 0.5
    wrong = miss.sum(axis=1)
    of_track = genre.groupby(level="track_id").first()
    rows = []
    for track in wrong.index[wrong > said.shape[1] / 2]:
        named = said.loc[[track]].to_numpy().ravel()
        others = pd.Series(named[named != of_track[track]]).value_counts()
        most = sorted(others.index[others == others.max()])[0]
        rows.append((track, of_track[track], int(wrong[track]), said.shape[1], most))
    rows.sort(key=lambda row: (-row[2], row[0]))
    return pd.DataFrame(rows, columns=["track_id", "genre", "wrong", "models", "taken_for"])
