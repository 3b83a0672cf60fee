"""What a model predicted for each track, and what several models do together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from sklearn.metrics import cohen_kappa_score

from mgc.datasets import gtzan
from mgc.datasets.tracks import GENRES, P_COLUMNS
from mgc.errors import RecordError
from mgc.evaluation import metrics
from mgc.evaluation.significance import Groups, fits_of, seed_pairs
from mgc.records.store import Record


def track_rows(record: Record) -> pd.DataFrame:
    """Test rows with one row a track: probabilities averaged over segments and folds.

    ``track_id``, ``segment`` (-1), ``genre``, ``p_blues`` ... ``p_rock``, sorted by track.
    """
    rows = metrics.test_rows(record)
    mean = rows.groupby(["track_id", "genre"], as_index=False)[list(P_COLUMNS)].mean()
    mean.insert(1, "segment", -1)
    return mean.sort_values("track_id", ignore_index=True)


def outcomes(record: Record) -> pd.DataFrame:
    """Say of each test track what the model predicted and how probable it held the truth.

    ``track_id``, ``genre``, ``predicted`` (a genre), ``p_true`` and ``p_predicted`` (0 to 1); one
    row a track, sorted by track.
    """
    rows = track_rows(record)
    p = metrics.probabilities(rows)
    predicted, true = metrics.predicted(rows), metrics.truth(rows)
    each = np.arange(len(p))
    return pd.DataFrame(
        {
            "track_id": rows["track_id"],
            "genre": rows["genre"],
            "predicted": np.asarray(GENRES)[predicted],
            "p_true": p[each, true],
            "p_predicted": p[each, predicted],
        }
    )


def rows_of_same_tracks(records: Iterable[Record]) -> list[pd.DataFrame]:
    """`track_rows` of each record; RecordError where they were tested on different tracks."""
    frames = [track_rows(record) for record in records]
    if any(not frame["track_id"].equals(frames[0]["track_id"]) for frame in frames):
        raise RecordError("the records hold different tracks: combine fits of one protocol")
    return frames


def missed_tracks(groups: Groups) -> pd.DataFrame:
    """List the test tracks that more than half of the fits, all of one edition, get wrong.

    Returns
    -------
    DataFrame
        Most missed first: ``track_id``, ``genre``, ``missed`` (fits that get it wrong), ``fits``
        (that tested it), ``taken_for`` (the genre predicted most often instead), ``share`` (of
        the fits that predict that one), ``known_fault`` (from `mgc.datasets.gtzan`; empty
        for none).
    """
    records = [record for fits in fits_of(groups).values() for record in fits]
    columns = ["track_id", "genre", "missed", "fits", "taken_for", "share", "known_fault"]
    if not records:
        return pd.DataFrame(columns=columns)
    faults = _known_faults(records)
    everything = pd.concat([outcomes(record) for record in records])
    rows = []
    for (track, genre), answers in everything.groupby(["track_id", "genre"])["predicted"]:
        wrong = answers[answers != genre]
        if 2 * len(wrong) <= len(answers):
            continue
        counts = wrong.value_counts()
        most = min(counts.index[counts == counts.max()])
        share = float(counts.max() / len(answers))
        fault = faults.get(str(track), "")
        rows.append((track, genre, len(wrong), len(answers), most, share, fault))
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values("missed", ascending=False, kind="stable", ignore_index=True)


def known_faulty(groups: Groups) -> pd.Series[bool]:
    """Say of each test track of the fits, by its id, whether it has a known fault."""
    records = [record for fits in fits_of(groups).values() for record in fits]
    faults = _known_faults(records) if records else {}
    tested = sorted({name for r in records for name in metrics.test_rows(r)["track_id"]})
    return pd.Series([name in faults for name in tested], index=tested, dtype=bool)


def _known_faults(records: Sequence[Record]) -> dict[str, str]:
    """Say what is wrong with each track of the edition that is known to have a fault."""
    marks = [gtzan.known_faults(str(record.config["edition"])) for record in records]
    # A track of an edition of which nothing is known may bear the id of one of GTZAN's.
    known = marks[0] if all(marks) else {}
    return {
        track: "; ".join(f"{gtzan.FAULT_KINDS[fault.kind]}: {fault.text}" for fault in faults)
        for track, faults in known.items()
    }


def agreement(groups: Groups) -> pd.DataFrame:
    """How often two models predict the same genre for a track, right or wrong, over all seeds.

    Returns
    -------
    DataFrame
        One row a pair: ``first``, ``second``, ``share`` (0 to 1, mean over seeds), ``kappa``
        (Cohen's: 0 where the two agree as often as chance would let them, 1 where always).
        RecordError where two have no test tracks in common.
    """
    fits = fits_of(groups)
    rows = []
    for first, second in combinations(fits, 2):
        shares, kappas = [], []
        for left, right in seed_pairs(fits[first], fits[second]):
            a, b = (outcomes(r).set_index("track_id")["predicted"] for r in (left, right))
            a, b = a.align(b, join="inner")
            shares.append(float((a == b).mean()))
            kappas.append(float(cohen_kappa_score(a, b)))
        rows.append((first, second, float(np.mean(shares)), float(np.mean(kappas))))
    return pd.DataFrame(rows, columns=["first", "second", "share", "kappa"])
