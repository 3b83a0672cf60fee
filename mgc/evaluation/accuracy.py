"""The accuracy of a model over one fit or several seeds, and how sure it is.

A fit is repeated from other random numbers, and every repetition is tested on tracks. Both are
chance, and neither repeats the other: the same track is easy or hard for all seeds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from mgc.errors import RecordError
from mgc.evaluation.metrics import accuracy, correct, macro_f1, test_rows
from mgc.records.store import Record

LEVEL = 0.95
"""Confidence of every interval."""


class Interval(NamedTuple):
    """Ends of a confidence interval."""

    low: float
    high: float


class AccuracySummary(NamedTuple):
    """Accuracy of a model with its interval, as every page, table and command shows it.

    ``n_tracks`` counts the different test tracks of all seeds; ``accuracy`` and ``macro_f1`` are
    means over seeds, ``sd`` the standard deviation of the accuracy over seeds (NaN with one),
    ``low`` and ``high`` the ends of the interval.
    """

    n_seeds: int
    n_tracks: int
    accuracy: float
    macro_f1: float
    sd: float
    low: float
    high: float

    @property
    def covers(self) -> str:
        """What the interval covers."""
        return "tracks and seeds" if self.n_seeds > 1 else "tracks"


class Spread(NamedTuple):
    """How far a mean over seeds may lie from the truth.

    ``variance`` of the mean; ``width``, how many of its standard deviations hold the interval;
    ``sd`` over seeds (NaN with one).
    """

    variance: float
    width: float
    sd: float


def accuracy_summary(records: Record | Sequence[Record]) -> AccuracySummary:
    """Sum up one fit, or the fits of one model that differ in their seed: mean, 95 % interval.

    Parameters
    ----------
    records : Record or sequence of Record
        Of one model, edition, protocol and variant. The test tracks may differ by seed.

    Raises
    ------
    RecordError
        No records, records that differ in more than their seed, or no predictions.

    Notes
    -----
    The variance of the mean over seeds is the sum of two parts. *Tracks*: the variance of a mean
    whose clusters are the tracks, all examples and seeds of a track together, so that three seeds
    on the same tracks do not pass for three times the tracks. *Seeds*: the variance between
    seeds, divided by their number. The second holds a little of the first again, which errs on
    the safe side, as resampling both tracks and seeds does (Owen 2007, Annals of Applied
    Statistics 1). The degrees of freedom follow Satterthwaite (1946): a scatter seen in three
    seeds is known badly, and widens the interval. Interval: Wilson's, at the sample size that has
    this variance (Korn and Graubard 1998, Survey Methodology 24). With one seed nothing is known
    of the seeds, and the interval covers the tracks alone; it never covers another draw of the
    training tracks. A test simulates how often it covers the truth.
    """
    fits = [records] if isinstance(records, Record) else records
    _check_alike(fits)
    frames = [test_rows(record) for record in fits]
    share = [accuracy(frame) for frame in frames]
    mean = float(np.mean(share))
    residual = _residuals(frames, share)
    spread = spread_of_mean(share, residual)
    if spread.variance > 0:
        alpha = 2 * float(stats.norm.sf(spread.width))
        size = mean * (1 - mean) / spread.variance
    else:
        alpha, size = 1 - LEVEL, float(len(residual))
    return AccuracySummary(
        n_seeds=len(fits),
        n_tracks=len(residual),
        accuracy=mean,
        macro_f1=float(np.mean([macro_f1(frame) for frame in frames])),
        sd=spread.sd,
        **wilson(mean * size, size, alpha)._asdict(),
    )


def spread_of_mean(share: Sequence[float], residual: npt.NDArray[np.float64]) -> Spread:
    """Add up what tracks and seeds contribute to the error of a mean, as `accuracy_summary` says.

    Parameters
    ----------
    share : sequence of float
        The mean of each seed.
    residual : ndarray [shape=(n_tracks, n_seeds)]
        What each track adds to each seed's error.
    """
    tracks, n_seeds = residual.shape
    small = tracks / (tracks - 1) if tracks > 1 else 1.0
    by_tracks = small * float((residual.mean(axis=1) ** 2).sum())
    by_seeds, sd = 0.0, math.nan
    if n_seeds > 1:
        sd = float(np.std(share, ddof=1))
        by_seeds = sd**2 / n_seeds
    variance, width = by_tracks + by_seeds, 0.0
    if variance > 0:
        known = by_tracks**2 / max(1, tracks - 1)
        unknown = by_seeds**2 / (n_seeds - 1) if by_seeds else 0.0
        width = float(stats.t.ppf((1 + LEVEL) / 2, variance**2 / (known + unknown)))
    return Spread(variance, width, sd)


def wilson(successes: float, n: float, alpha: float = 0.05) -> Interval:
    """Interval of a share by Wilson's score method (Wilson 1927), as statsmodels computes it.

    Successes and `n` (above 0, else RecordError) need not be whole, so that an effective sample
    size may be given; `alpha` is one minus the confidence, in (0, 1).
    """
    if n <= 0:
        raise RecordError("No interval: there are no predictions; fit the model again.")
    low, high = proportion_confint(successes, n, alpha=alpha, method="wilson")
    # Rounding may leave an end of all-right or all-wrong a hair off.
    share = successes / n
    return Interval(max(0.0, min(float(low), share)), min(1.0, max(float(high), share)))


def _check_alike(records: Sequence[Record]) -> None:
    if not records:
        raise RecordError("No records were given; fit the model first.")
    for key in ("edition_hash", "protocol", "model", "variant"):
        if len({str(record.config[key]) for record in records}) > 1:
            raise RecordError(f"These records differ in {key}, not only in their seed.")


def _residuals(frames: Sequence[pd.DataFrame], share: Sequence[float]) -> npt.NDArray[np.float64]:
    """Return what each track adds to each seed's error [tracks, seeds]; 0 if not tested."""
    columns = []
    for frame, mean in zip(frames, share, strict=True):
        apart = (correct(frame).astype(np.float64) - mean) / len(frame)
        columns.append(pd.Series(apart).groupby(frame["track_id"].to_numpy()).sum())
    return pd.concat(columns, axis=1).fillna(0.0).to_numpy(dtype=np.float64)
