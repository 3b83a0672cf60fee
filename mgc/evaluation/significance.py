"""Whether a difference between two models is real: paired tests over the artists of all seeds.

Whatever this book says about one model being better than another comes out of `statement`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.stats.multitest import multipletests

from mgc.errors import RecordError
from mgc.evaluation.clusters import artist_groups, net_by_group
from mgc.evaluation.metrics import correct, test_rows
from mgc.records.store import NotRun, Record

ALPHA = 0.05
"""Chance of one or more false findings among all pairs that is accepted."""
EXAMPLE = ["track_id", "segment"]
"""Columns that tell the examples of a record apart."""

Groups = Mapping[str, Sequence[Record] | Record | NotRun]
"""Models by name: one fit, those of several seeds, or why there is none."""


def only_run(records: Mapping[str, Record | NotRun]) -> dict[str, Record]:
    """Leave out the models that were not run."""
    return {name: record for name, record in records.items() if isinstance(record, Record)}


def fits_of(groups: Groups) -> dict[str, list[Record]]:
    """Give each model that was run the list of its records."""
    return {
        name: [entry] if isinstance(entry, Record) else list(entry)
        for name, entry in groups.items()
        if not isinstance(entry, NotRun)
    }


def tracks_ahead(a: pd.DataFrame, b: pd.DataFrame) -> pd.Series[int]:
    """By how many of its examples the first of two sets of test rows is ahead on each track."""
    return _ahead(_answers(a), _answers(b))


def _answers(rows: pd.DataFrame) -> pd.DataFrame:
    """Say of each example, in order, whether it is right (0, 1), and its genre."""
    right = rows.assign(right=correct(rows).astype(np.int64))
    return right.set_index(EXAMPLE)[["right", "genre"]].sort_index()


def _ahead(left: pd.DataFrame, right: pd.DataFrame) -> pd.Series[int]:
    """By how many of its examples the first model is ahead of the second on each track."""
    if not left.index.equals(right.index):
        raise RecordError(
            "The two models were not tested on the same tracks; compare records of one edition, "
            "protocol and seed."
        )
    if not (left["genre"] == right["genre"]).all():
        raise RecordError("The two records disagree on a track's genre; fit one of them again.")
    return (left["right"] - right["right"]).groupby(level="track_id").sum()


def pairwise(groups: Groups, pairs: Iterable[tuple[str, str]] | None = None) -> pd.DataFrame:
    """Test pairs of models over all seeds, with Holm's correction over the pairs.

    The models are of one edition and protocol; those that were not run are passed over. All pairs
    are tested, or those that `pairs` names.

    Returns
    -------
    DataFrame
        One row a pair in the order given: ``first``, ``second``, ``difference`` (accuracy of the
        first minus that of the second, mean over seeds), ``b``, ``c`` (how often, over tracks and
        seeds, only the first or only the second is right; of segments, the net for a track),
        ``p`` (combined test), ``p_seeds`` (tuple: the same test of each seed alone), ``seeds``
        (number of them), ``p_holm``, ``significant``.

    Raises
    ------
    RecordError
        Different editions or protocols, or no test tracks in common.

    Notes
    -----
    Seeds are paired by number where both models have them, and a model with a single fit stands
    beside each seed of the other with the same test tracks. The combined test adds up, for each
    artist group, by how many tracks and seeds the first model is ahead of the second, and asks
    how large the sum would be if the two were swapped within artists at random: a permutation
    test, exact, over artists. It speaks of these fits: another training may differ. Holm (1979),
    Scandinavian Journal of Statistics 6, by statsmodels.
    """
    fits = fits_of(groups)
    places = {(r.config["edition_hash"], r.config["protocol"]) for rs in fits.values() for r in rs}
    if len(places) > 1:
        raise RecordError(
            "Models can only be compared within one edition and protocol; select records of one."
        )
    editions = [str(record.config["edition"]) for records in fits.values() for record in records]
    artists = artist_groups(editions[0]) if editions else {}
    # Each record is in many pairs, so its answers are read once.
    answers = {id(r): _answers(test_rows(r)) for records in fits.values() for r in records}
    rows = [
        (first, second, *_compare(fits[first], fits[second], answers, artists))
        for first, second in (combinations(fits, 2) if pairs is None else pairs)
        if first in fits and second in fits
    ]
    columns = ["first", "second", "difference", "b", "c", "p", "p_seeds", "seeds"]
    table = pd.DataFrame(rows, columns=columns).astype(
        {"difference": np.float64, "b": np.int64, "c": np.int64, "p": np.float64}
    )
    if table.empty:
        return table.assign(p_holm=table["p"], significant=False).astype({"significant": bool})
    reject, holm = multipletests(table["p"].to_numpy(), alpha=ALPHA, method="holm")[:2]
    return table.assign(p_holm=holm.astype(np.float64), significant=reject.astype(bool))


def _compare(
    first: Sequence[Record],
    second: Sequence[Record],
    answers: Mapping[int, pd.DataFrame],
    artists: Mapping[str, str],
) -> tuple[float, int, int, float, tuple[float, ...], int]:
    ahead, gaps = [], []
    for left, right in seed_pairs(first, second):
        a, b = answers[id(left)], answers[id(right)]
        ahead.append(_ahead(a, b))
        gaps.append(a["right"].mean() - b["right"].mean())
    total = pd.concat(ahead, axis=1).fillna(0).sum(axis=1).astype(np.int64)
    wins, losses = int(total[total > 0].sum()), int(-total[total < 0].sum())
    each_seed = tuple(sign_flip(net_by_group(net, artists)) for net in ahead)
    combined = sign_flip(net_by_group(total, artists))
    return float(np.mean(gaps)), wins, losses, combined, each_seed, len(gaps)


def shown(table: pd.DataFrame) -> pd.Series[bool]:
    """Say of rows with ``p_holm``, ``low`` and ``high`` which differences are shown.

    The corrected p must be below `ALPHA`, and the interval must not hold zero.
    """
    return (table["p_holm"] < ALPHA) & ((table["low"] > 0) | (table["high"] < 0))


def seed_pairs(
    first: Sequence[Record], second: Sequence[Record]
) -> Iterator[tuple[Record, Record]]:
    """Pair fits of two models, tested on the same tracks, by seed; RecordError without a pair."""
    lonely = min(len(first), len(second)) == 1
    n_pairs = 0
    for left in first:
        for right in second:
            same = left.config["seed"] == right.config["seed"]
            if same or (lonely and _tested(left) == _tested(right)):
                n_pairs += 1
                yield left, right
    if not n_pairs:
        shared = {r.config["seed"] for r in first} & {r.config["seed"] for r in second}
        raise RecordError(
            f"No seed of {first[0].model} and {second[0].model} was tested on the same tracks"
            f" (seeds in common: {sorted(shared) or 'none'}); fit them with the same seeds."
        )


def _tested(record: Record) -> frozenset[tuple[str, int]]:
    frame = test_rows(record)
    return frozenset(zip(frame["track_id"], frame["segment"], strict=True))


def sign_flip(net: npt.NDArray[np.int64]) -> float:
    """Exact two-sided p, in (0, 1], of a permutation test that swaps two models within groups.

    `net` [shape=(n_groups,)] tells by how much the first model is ahead on each group; p is the
    share of all sign patterns whose sum is at least as far from zero. The distribution of a sum
    of signed whole numbers, built up number by number; no sampling.
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


def statement(
    pairwise: pd.DataFrame, a: str, b: str, titles: Mapping[str, str] | None = None
) -> str:
    """Say in a sentence what a test of `pairwise` shows of two models, in either order.

    `titles` are printed instead of names.
    """
    title = {name: (titles or {}).get(name, name) for name in (a, b)}
    test, sign = _test(pairwise, a, b), direction(pairwise, a, b)
    if test is None:
        return f"{title[a]} and {title[b]} cannot be compared: one of them was not run."
    p = float(test["p_holm"])
    shown = "< 0.001" if p < 0.001 else f"= {p:.3f}"
    points = f"{abs(float(test['difference'])) * 100:.1f} points"
    if not sign:
        return (
            f"No difference between {title[a]} and {title[b]} is shown "
            f"({points} apart, Holm p {shown})."
        )
    winner, loser = (a, b) if sign == 1 else (b, a)
    return f"{title[winner]} beats {title[loser]} by {points} (Holm p {shown})."


def direction(pairwise: pd.DataFrame, first: str, second: str) -> int | None:
    """Which of two models, in either order, a test of `pairwise` shows to be better.

    1: the first; -1: the second; 0: no difference shown; None: one was not run.
    """
    test = _test(pairwise, first, second)
    if test is None:
        return None
    if not bool(test["significant"]):
        return 0
    # The test counts tracks, which in the leaky protocol is not what the accuracy counts.
    return 1 if (test["b"] > test["c"]) == (test["first"] == first) else -1


def _test(pairwise: pd.DataFrame, a: str, b: str) -> pd.Series[Any] | None:
    """Find the row of a pair, whichever of the two stands first."""
    rows = pairwise[pairwise["first"].isin([a, b]) & pairwise["second"].isin([a, b])]
    return None if rows.empty else rows.iloc[0]
