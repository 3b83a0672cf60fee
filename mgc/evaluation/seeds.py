"""Several seeds as one result: mean, interval and tests over tracks and seeds.

A fit is repeated from other random numbers, and every repetition is tested on tracks. Both are
chance, and neither repeats the other: the same track is easy or hard for all seeds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.multitest import multipletests

from mgc.datasets import gtzan
from mgc.datasets.tracks import GENRES
from mgc.errors import RecordError
from mgc.evaluation.metrics import accuracy, correct, macro_f1, predicted, test_rows
from mgc.evaluation.significance import ALPHA, UNIT, mcnemar, wilson
from mgc.records.store import NotRun, Record

Groups = Mapping[str, Sequence[Record] | Record | NotRun]
Counts = npt.NDArray[np.int64]


class Cell(NamedTuple):
    """One cell of the results table.

    ``n_tracks`` counts the different test tracks of all seeds; ``sd`` is the standard deviation
    over seeds (NaN with one); ``covers`` says what the interval covers.
    """

    n_seeds: int
    n_tracks: int
    accuracy: float
    macro_f1: float
    sd: float
    low: float
    high: float
    covers: str


def cell(records: Sequence[Record], level: float = 0.95) -> Cell:
    """Sum up the fits of one model that differ in their seed: mean and interval.

    Parameters
    ----------
    records : sequence of Record
        Of one model, edition, protocol and variant. The test tracks may differ by seed.
    level : float
        Confidence, in (0, 1).

    Returns
    -------
    cell : Cell

    Raises
    ------
    RecordError
        No records, or records that differ in more than their seed.

    Notes
    -----
    The variance of the mean over seeds is the sum of two parts. *Tracks*: the variance of a mean
    whose clusters are the tracks, all seeds of a track together, so that three seeds on the same
    tracks do not pass for three times the tracks. *Seeds*: the variance between seeds, divided by
    their number. The second holds a little of the first again, which errs on the safe side, as
    resampling both tracks and seeds does (Owen 2007, Annals of Applied Statistics 1). The degrees
    of freedom follow Satterthwaite (1946): a scatter seen in three seeds is known badly, and
    widens the interval. Interval: Wilson's, at the sample size that has this variance (Korn and
    Graubard 1998). With one seed nothing is known of the seeds, and the interval covers the
    tracks alone. A test simulates how often it covers the truth.
    """
    _check_alike(records)
    frames = [test_rows(record) for record in records]
    share = [accuracy(frame) for frame in frames]
    mean, n_seeds = float(np.mean(share)), len(records)
    tracks, residual = _residuals(frames, share)
    spread = spread_of_mean(share, residual, level)
    if spread.variance > 0:
        wide = 1 - 2 * float(stats.norm.sf(spread.width))
        size = mean * (1 - mean) / spread.variance
    else:
        wide, size = level, float(tracks)
    low, high = wilson(mean * size, size, wide)
    return Cell(
        n_seeds=n_seeds,
        n_tracks=tracks,
        accuracy=mean,
        macro_f1=float(np.mean([macro_f1(frame) for frame in frames])),
        sd=spread.sd,
        low=low,
        high=high,
        covers="tracks and seeds" if n_seeds > 1 else "tracks",
    )


class Spread(NamedTuple):
    """How far a mean over seeds may lie from the truth.

    ``variance`` of the mean; ``width``, how many of its standard deviations hold the interval;
    ``sd`` over seeds (NaN with one).
    """

    variance: float
    width: float
    sd: float


def spread_of_mean(
    share: Sequence[float], residual: npt.NDArray[np.float64], level: float
) -> Spread:
    """Add up what tracks and seeds contribute to the error of a mean, as `cell` describes it.

    Parameters
    ----------
    share : sequence of float
        The mean of each seed.
    residual : ndarray [shape=(n_tracks, n_seeds)]
        What each track adds to each seed's error.
    level : float
        Confidence, in (0, 1).

    Returns
    -------
    spread : Spread
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
        width = float(stats.t.ppf((1 + level) / 2, variance**2 / (known + unknown)))
    return Spread(variance, width, sd)


def _check_alike(records: Sequence[Record]) -> None:
    if not records:
        raise RecordError("No records were given; fit the model first.")
    for key in ("edition_hash", "protocol", "model", "variant"):
        if len({str(record.config[key]) for record in records}) > 1:
            raise RecordError(f"These records differ in {key}, not only in their seed.")


def _residuals(
    frames: Sequence[pd.DataFrame], share: Sequence[float]
) -> tuple[int, npt.NDArray[np.float64]]:
    """Return what each track adds to each seed's error [tracks, seeds]; 0 if not tested."""
    columns = []
    for frame, mean in zip(frames, share, strict=True):
        apart = (correct(frame).astype(np.float64) - mean) / len(frame)
        columns.append(pd.Series(apart).groupby(frame["track_id"].to_numpy()).sum())
    table = pd.concat(columns, axis=1).fillna(0.0)
    return len(table), table.to_numpy(dtype=np.float64)


def seeds_of(groups: Groups) -> dict[str, list[Record]]:
    """Give each model that was run the list of its records."""
    return {
        name: [entry] if isinstance(entry, Record) else list(entry)
        for name, entry in groups.items()
        if not isinstance(entry, NotRun)
    }


def pairwise(groups: Groups, alpha: float = ALPHA) -> pd.DataFrame:
    """Test every pair of models over all seeds, with Holm's correction over pairs.

    Parameters
    ----------
    groups : mapping of str to list of Record, Record or NotRun
        Of one edition and protocol; models that were not run are passed over.
    alpha : float
        Chance of one or more false findings among all pairs that is accepted.

    Returns
    -------
    DataFrame
        As `mgc.evaluation.significance.pairwise`, one row a pair: ``first``, ``second``, ``pair``,
        ``difference`` (mean over seeds), ``b``, ``c`` (how often, over tracks and seeds, only
        the first or only the second is right; of segments, the net for a track), ``p``
        (combined test), ``p_holm``, ``significant``, and ``p_seeds`` (tuple: the exact McNemar
        test of each seed), ``seeds`` (number of them).

    Raises
    ------
    RecordError
        Different editions or protocols, or no test tracks in common.

    Notes
    -----
    Seeds are paired by number where both models have them, and a model with a single fit stands
    beside each seed of the other with the same test tracks. The combined test adds up, for each
    track, by how many seeds the first model got it right more often than the second, and asks
    how large the sum would be if the two were swapped within tracks at random: a permutation
    test, exact, with the track as the unit. For one seed of whole tracks it is the exact McNemar
    test. It speaks of these fits: another training may differ. Holm (1979) by statsmodels.
    """
    run = seeds_of(groups)
    places = {(r.config["edition_hash"], r.config["protocol"]) for rs in run.values() for r in rs}
    if len(places) > 1:
        raise RecordError(
            "Models can only be compared within one edition and protocol; select records of one."
        )
    rows = []
    for one, two in combinations(run, 2):
        rows.append((one, two, f"{one} – {two}", *_compare(run[one], run[two])))
    columns = ["first", "second", "pair", "difference", "b", "c", "p", "p_seeds", "seeds"]
    table = pd.DataFrame(rows, columns=columns).astype(
        {"difference": np.float64, "b": np.int64, "c": np.int64, "p": np.float64}
    )
    if table.empty:
        return table.assign(p_holm=table["p"], significant=False).astype({"significant": bool})
    reject, holm = multipletests(table["p"].to_numpy(), alpha=alpha, method="holm")[:2]
    return table.assign(p_holm=holm.astype(np.float64), significant=reject.astype(bool))


def _compare(
    one: Sequence[Record], two: Sequence[Record]
) -> tuple[float, int, int, float, tuple[float, ...], int]:
    net: list[pd.Series[int]] = []
    gaps, single = [], []
    for left, right in _pairs(one, two):
        a, b = test_rows(left), test_rows(right)
        single.append(mcnemar(a, b).p)
        gaps.append(accuracy(a) - accuracy(b))
        ahead = _right(a).sub(_right(b))
        net.append(ahead.groupby(level="track_id").sum())
    total = pd.concat(net, axis=1).fillna(0).sum(axis=1).to_numpy(dtype=np.int64)
    wins, losses = int(total[total > 0].sum()), int(-total[total < 0].sum())
    return float(np.mean(gaps)), wins, losses, sign_flip(total), tuple(single), len(single)


def _right(frame: pd.DataFrame) -> pd.Series[int]:
    right = frame.assign(right=correct(frame).astype(np.int64)).set_index(UNIT)["right"]
    return right.astype(np.int64)


def _pairs(one: Sequence[Record], two: Sequence[Record]) -> Iterator[tuple[Record, Record]]:
    """Pair fits that were tested on the same tracks, by seed."""
    by_seed = {int(r.config["seed"]): r for r in one}, {int(r.config["seed"]): r for r in two}
    shared = sorted(by_seed[0].keys() & by_seed[1].keys())
    lonely = min(len(one), len(two)) == 1 and max(len(one), len(two)) > 1
    found = 0
    for left in one:
        for right in two:
            same = left.config["seed"] == right.config["seed"]
            if same or (lonely and _tested(left) == _tested(right)):
                found += 1
                yield left, right
    if not found:
        raise RecordError(
            f"No seed of {one[0].config['model']} and {two[0].config['model']} was tested on the "
            f"same tracks (seeds in common: {shared or 'none'}); fit them with the same seeds."
        )


def _tested(record: Record) -> frozenset[tuple[str, int]]:
    frame = test_rows(record)
    return frozenset(zip(frame["track_id"], frame["segment"], strict=True))


def sign_flip(net: Counts) -> float:
    """Exact two-sided p of a permutation test that swaps two models within tracks.

    Parameters
    ----------
    net : ndarray [shape=(n_tracks,)], int
        By how much the first model is ahead on each track.

    Returns
    -------
    p : float in (0, 1]
        Share of all sign patterns whose sum is at least as far from zero.

    Notes
    -----
    The distribution of a sum of signed whole numbers, built up number by number; no sampling.
    """
    sizes = np.abs(net[net != 0])
    if not len(sizes):
        return 1.0
    total = int(sizes.sum())
    chance = np.zeros(2 * total + 1)
    chance[total] = 1.0
    for size in sizes:
        step = int(size)
        moved = np.zeros_like(chance)
        moved[step:] += 0.5 * chance[:-step]
        moved[:-step] += 0.5 * chance[step:]
        chance = moved
    reached = abs(int(net.sum()))
    sums = np.abs(np.arange(-total, total + 1))
    return min(1.0, float(chance[sums >= reached].sum()))


def agreement(groups: Groups) -> pd.DataFrame:
    """How often two models name the same genre, right or wrong, over all seeds.

    Parameters
    ----------
    groups : mapping
        As for `pairwise`.

    Returns
    -------
    DataFrame
        One row a pair: ``first``, ``second``, ``share`` (0 to 1, mean over seeds), ``kappa``
        (Cohen's: 0 where the two agree as often as chance would let them, 1 where always).
    """
    run = seeds_of(groups)
    rows = []
    for one, two in combinations(run, 2):
        shares, kappas = [], []
        for left, right in _pairs(run[one], run[two]):
            a, b = _named(left).align(_named(right), join="inner")
            shares.append(float((a == b).mean()))
            kappas.append(float(cohen_kappa_score(a, b)))
        rows.append((one, two, float(np.mean(shares)), float(np.mean(kappas))))
    return pd.DataFrame(rows, columns=["first", "second", "share", "kappa"])


def _named(record: Record) -> pd.Series[str]:
    frame = test_rows(record)
    named = np.asarray(GENRES)[predicted(frame)]
    return frame.assign(named=named).set_index(UNIT).sort_index()["named"]


def always_wrong(groups: Groups) -> pd.DataFrame:
    """List the test tracks that every model gets wrong in every seed.

    Parameters
    ----------
    groups : mapping
        As for `pairwise`.

    Returns
    -------
    DataFrame
        ``track_id``, ``genre``, ``named`` (the genre that it is taken for most often), ``share``
        (how often, 0 to 1), ``known_fault`` (`mgc.datasets.gtzan.known_faults`; empty for none),
        surest mistakes first. Of segments, every one must be wrong.
    """
    frames = []
    for records in seeds_of(groups).values():
        for record in records:
            frame = test_rows(record)
            named = np.asarray(GENRES)[predicted(frame)]
            frames.append(frame.assign(named=named, right=correct(frame)))
    columns = ["track_id", "genre", "named", "share", "known_fault"]
    if not frames:
        return pd.DataFrame(columns=columns)
    everything = pd.concat(frames, ignore_index=True)
    rows = []
    names = {str(one.config["edition"]) for many in seeds_of(groups).values() for one in many}
    # A track of an edition of which nothing is known may bear the id of one of GTZAN's.
    marks = [gtzan.known_faults(name) for name in names]
    known = marks[0] if all(marks) else {}
    for track, part in everything.groupby("track_id"):
        if part["right"].any():
            continue
        counts = part["named"].value_counts()
        most = sorted(counts[counts == counts.max()].index)[0]
        share = float(counts.max() / len(part))
        said = "; ".join(
            f"{gtzan.FAULT_KINDS[one.kind]}: {one.text}" for one in known.get(str(track), ())
        )
        rows.append((str(track), part["genre"].iloc[0], most, share, said))
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["share", "track_id"], ascending=[False, True], ignore_index=True)
