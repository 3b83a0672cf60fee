"""How sure a number is, and whether a difference is real: intervals and paired tests.

statsmodels and scipy do the statistics. Whatever this book says about one model being better
than another comes out of :func:`statement`. Public names are also importable from
:mod:`mgc.evaluation.summary`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar as exact_mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from mgc.errors import RecordError
from mgc.evaluation.metrics import accuracy, correct, test_rows
from mgc.records.store import NotRun, Record

ALPHA = 0.05
UNIT = ["track_id", "segment"]


class Interval(NamedTuple):
    """Ends of a confidence interval."""

    low: float
    high: float


class SeedSpread(NamedTuple):
    """Accuracy over seeds: mean, standard deviation (n - 1) and t-interval of the mean."""

    n: int
    mean: float
    sd: float
    low: float
    high: float


class McNemar(NamedTuple):
    """Tracks that only the first (b) and only the second (c) has right, and the exact p."""

    b: int
    c: int
    p: float


def wilson(successes: float, n: float, level: float = 0.95) -> Interval:
    """Interval of a share by Wilson's score method.

    Parameters
    ----------
    successes, n : float
        Need not be whole, so that an effective sample size may be given.
    level : float
        Confidence, in (0, 1).

    Notes
    -----
    Wilson (1927), as ``statsmodels.stats.proportion.proportion_confint`` computes it.
    """
    if n <= 0:
        raise RecordError("No interval: there are no predictions; fit the model again.")
    low, high = proportion_confint(successes, n, alpha=1 - level, method="wilson")
    # Rounding may leave an end of all-right or all-wrong a hair off.
    share = successes / n
    return Interval(max(0.0, min(float(low), share)), min(1.0, max(float(high), share)))


def accuracy_interval(frame: pd.DataFrame, level: float = 0.95) -> Interval:
    """Interval of the accuracy over tracks.

    It says how far the accuracy of these fitted models may lie from what more tracks of the
    same kind would show; it does not cover the seed, nor another draw of the training tracks.
    Segments of one track rise and fall together: where rows are segments, the sample size is
    divided by the design effect of the clusters, so that ten segments do not pass for ten tracks.

    Notes
    -----
    Effective sample size in a score interval: Korn and Graubard (1998), Survey Methodology 24.
    """
    right = correct(frame).astype(np.float64)
    n, share = len(right), float(right.mean())
    clusters = frame["track_id"].nunique()
    effective = float(n)
    if clusters < n:
        residual = pd.Series(right - share).groupby(frame["track_id"].to_numpy()).sum()
        scale = clusters / (clusters - 1) if clusters > 1 else 1.0
        variance = scale * float((residual**2).sum()) / n**2
        simple = share * (1 - share)
        # Where nothing varies no design effect can be estimated: take a track for one row.
        effective = min(float(n), simple / variance) if variance > 0 else float(clusters)
    return wilson(share * effective, effective, level)


def seed_spread(records: Sequence[Record], level: float = 0.95) -> SeedSpread:
    """Spread of the test accuracy over fits that differ in their seed.

    With one seed there is no spread to see: standard deviation and interval are NaN.
    """
    values = [accuracy(test_rows(record)) for record in records]
    if not values:
        raise RecordError("No spread over seeds: no records were given; fit the model first.")
    n, mean = len(values), float(np.mean(values))
    if n == 1:
        return SeedSpread(n, mean, math.nan, math.nan, math.nan)
    sd = float(np.std(values, ddof=1))
    half = float(stats.t.ppf((1 + level) / 2, n - 1)) * sd / math.sqrt(n)
    return SeedSpread(n, mean, sd, mean - half, mean + half)


def mcnemar(a: pd.DataFrame, b: pd.DataFrame) -> McNemar:
    """Exact McNemar test of two models on the same rows.

    Parameters
    ----------
    a, b : DataFrame
        Test rows of the same tracks or segments, in any order.

    Returns
    -------
    McNemar
        Where rows are segments the unit stays the track, since segments of one track are not
        independent: ``b`` counts the tracks of which the first model has more segments right.

    Raises
    ------
    RecordError
        The two do not hold the same rows.

    Notes
    -----
    McNemar (1947); two-sided binomial test of b against b + c at one half.
    """
    left = a.assign(right=correct(a)).set_index(UNIT)[["right", "genre"]]
    other = b.assign(right=correct(b)).set_index(UNIT)[["right", "genre"]]
    if set(left.index) != set(other.index) or len(left) != len(other):
        raise RecordError(
            "The two models were not tested on the same tracks; compare records of one edition, "
            "protocol and seed."
        )
    other = other.reindex(left.index)
    if not (left["genre"] == other["genre"]).all():
        raise RecordError("The two records disagree on a track's genre; fit one of them again.")
    net = left["right"].astype(np.int64) - other["right"].astype(np.int64)
    by_track = net.groupby(level="track_id").sum()
    first, second = int((by_track > 0).sum()), int((by_track < 0).sum())
    p = float(exact_mcnemar([[0, first], [second, 0]], exact=True).pvalue)
    return McNemar(first, second, min(1.0, p))


def only_run(records: Mapping[str, Record | NotRun]) -> dict[str, Record]:
    """Leave out the models that were not run."""
    return {name: record for name, record in records.items() if isinstance(record, Record)}


def pairwise(records: Mapping[str, Record | NotRun], alpha: float = ALPHA) -> pd.DataFrame:
    """Test every pair of models, with Holm's correction over all pairs.

    Parameters
    ----------
    records : mapping of str to Record or NotRun
        Fits of one edition, protocol and seed; models that were not run are passed over.
    alpha : float
        Chance of one or more false findings among all pairs that is accepted.

    Returns
    -------
    DataFrame
        One row a pair in the order given: ``first``, ``second``, ``pair``, ``difference``
        (accuracy of the first minus that of the second), ``b``, ``c``, ``p``, ``p_holm``,
        ``significant``.

    Raises
    ------
    RecordError
        The records belong to different editions or protocols, or to different tracks.

    Notes
    -----
    Holm (1979), Scandinavian Journal of Statistics 6, by ``statsmodels`` ``multipletests``.
    """
    run = only_run(records)
    places = {(r.config["edition_hash"], r.config["protocol"]) for r in run.values()}
    if len(places) > 1:
        raise RecordError(
            "Models can only be compared within one edition and protocol; select records of one."
        )
    frames = {name: test_rows(record) for name, record in run.items()}
    rows = []
    for one, two in combinations(frames, 2):
        difference = accuracy(frames[one]) - accuracy(frames[two])
        test = mcnemar(frames[one], frames[two])
        rows.append((one, two, f"{one} – {two}", difference, *test))
    table = pd.DataFrame(
        rows, columns=["first", "second", "pair", "difference", "b", "c", "p"]
    ).astype({"difference": np.float64, "b": np.int64, "c": np.int64, "p": np.float64})
    if table.empty:
        return table.assign(p_holm=table["p"], significant=False).astype({"significant": bool})
    reject, holm = multipletests(table["p"].to_numpy(), alpha=alpha, method="holm")[:2]
    return table.assign(p_holm=holm.astype(np.float64), significant=reject.astype(bool))


def statement(
    pairwise: pd.DataFrame, a: str, b: str, titles: Mapping[str, str] | None = None
) -> str:
    """Say in a sentence what the test of two models shows.

    Parameters
    ----------
    pairwise : DataFrame
        From :func:`pairwise`.
    a, b : str
        Names as in the table, in either order.
    titles : mapping, optional
        Names to print instead.

    Returns
    -------
    str
        "A beats B by 12.0 points (Holm p = 0.013)." with the winner first, or that no
        difference is shown, or that there is nothing to compare.
    """
    named = {name: (titles or {}).get(name, name) for name in (a, b)}
    hit = pairwise[pairwise["first"].isin([a, b]) & pairwise["second"].isin([a, b])]
    if a == b or hit.empty:
        return f"{named[a]} and {named[b]} cannot be compared: one of them was not run."
    row = hit.iloc[0]
    p = float(row["p_holm"])
    shown = "< 0.001" if p < 0.001 else f"= {p:.3f}"
    points = f"{abs(float(row['difference'])) * 100:.1f} points"
    if not bool(row["significant"]):
        return (
            f"No difference between {named[a]} and {named[b]} is shown "
            f"({points} apart, Holm p {shown})."
        )
    # The test counts tracks, which in the leaky protocol is not what the accuracy counts.
    winner, loser = (
        (row["first"], row["second"]) if row["b"] > row["c"] else (row["second"], row["first"])
    )
    return f"{named[winner]} beats {named[loser]} by {points} (Holm p {shown})."


def direction(table: pd.DataFrame, first: str, second: str) -> int | None:
    """Which of two models a test shows to be better.

    Parameters
    ----------
    table : DataFrame
        From `mgc.evaluation.significance.pairwise`.
    first, second : str
        Names of models.

    Returns
    -------
    int or None
        1: the first; -1: the second; 0: no difference shown; None: one was not run.
    """
    for a, b, sign in ((first, second, 1), (second, first, -1)):
        row = table[(table["first"] == a) & (table["second"] == b)]
        if len(row):
            line = row.iloc[0]
            if not bool(line["significant"]):
                return 0
            return sign if line["b"] > line["c"] else -sign
    return None
