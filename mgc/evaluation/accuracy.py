"""The accuracy of a model over one fit or several seeds, and how sure it is.

A fit is repeated from other random numbers, and every repetition is tested on tracks of some
artists. Both are chance, and neither repeats the other: an artist is easy or hard for all seeds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from mgc.errors import RecordError
from mgc.evaluation.clusters import artist_groups, count, interval
from mgc.evaluation.metrics import accuracy, correct, macro_f1, test_rows
from mgc.records.store import Record


class AccuracySummary(NamedTuple):
    """Accuracy of a model with its interval, as every page, table and command shows it.

    ``n_tracks`` and ``n_groups`` count the different test tracks of all seeds and their artist
    groups; ``accuracy`` and ``macro_f1`` are means over seeds, ``sd`` the standard deviation of
    the accuracy over seeds (NaN with one), ``low`` and ``high`` the ends of the interval.
    """

    n_seeds: int
    n_tracks: int
    n_groups: int
    accuracy: float
    macro_f1: float
    sd: float
    low: float
    high: float

    @property
    def covers(self) -> str:
        """What the interval covers."""
        return "artists and seeds" if self.n_seeds > 1 else "artists"


def accuracy_summary(
    records: Record | Sequence[Record], artists: Mapping[str, str] | None = None
) -> AccuracySummary:
    """Sum up one fit, or the fits of one model that differ in their seed: mean, 95 % interval.

    Parameters
    ----------
    records : Record or sequence of Record
        Of one model, edition, protocol and variant. The test tracks may differ by seed.
    artists : mapping of str to str, optional
        Track id to artist group, by default those of the edition; a track without one is a group
        of its own.

    Raises
    ------
    RecordError
        No records, records that differ in more than their seed, or no predictions.

    Notes
    -----
    The interval resamples artist groups within genres, all examples and seeds of a group
    together, and seeds (`mgc.evaluation.clusters.interval`): three seeds on the same tracks do not
    pass for three times the tracks, nor the clips of one singer for as many singers. Resampling
    both errs on the safe side (Owen 2007, Annals of Applied Statistics 1). It never covers
    another draw of the training tracks. A test simulates how often it covers the truth.
    """
    fits = (records,) if isinstance(records, Record) else tuple(records)
    return _of_fits(fits) if artists is None else _summed_up(fits, artists)


@lru_cache(maxsize=128)
def _of_fits(fits: tuple[Record, ...]) -> AccuracySummary:
    """Sum up fits once for all tables and sentences of a page: a record never changes."""
    return _summed_up(fits, None)


def _summed_up(fits: Sequence[Record], artists: Mapping[str, str] | None) -> AccuracySummary:
    _check_alike(fits)
    frames = [test_rows(record) for record in fits]
    share = [accuracy(frame) for frame in frames]
    answers = [frame.assign(right=correct(frame)) for frame in frames]
    known = artist_groups(str(fits[0].config["edition"])) if artists is None else artists
    clusters = count(answers, known)
    return AccuracySummary(
        n_seeds=len(fits),
        n_tracks=pd.concat(frames)["track_id"].nunique(),
        n_groups=clusters.n_groups,
        accuracy=float(np.mean(share)),
        macro_f1=float(np.mean([macro_f1(frame) for frame in frames])),
        sd=float(np.std(share, ddof=1)) if len(fits) > 1 else math.nan,
        **interval(clusters)._asdict(),
    )


def _check_alike(records: Sequence[Record]) -> None:
    if not records:
        raise RecordError("No records were given; fit the model first.")
    for key in ("edition_hash", "protocol", "model", "variant"):
        if len({str(record.config[key]) for record in records}) > 1:
            raise RecordError(f"These records differ in {key}, not only in their seed.")
