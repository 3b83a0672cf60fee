"""What the records of the page on leaks say: accuracy by share, for leaked and clean pieces.

A test piece is *leaked* in a fit when other pieces of its track train, and *clean* when none do.
Which those are follows from share and seed alone, so the split is drawn again to tell.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from mgc.datasets.leak_splits import SHARES, leaked_tracks, share_of
from mgc.datasets.protocols import make_split
from mgc.datasets.splits import LEAK_SHARES
from mgc.errors import RecordError
from mgc.evaluation import seeds
from mgc.evaluation.metrics import correct, test_rows
from mgc.evaluation.significance import UNIT
from mgc.models import TITLES
from mgc.records.editions import EditionRecord
from mgc.records.store import Record, Store, split_of
from mgc.training.published import ARCHIVE
from mgc.training.published_leaks import MODELS

LEVEL = 0.95


class Gain(NamedTuple):
    """A paired difference of two accuracies, its 95 % interval and the p of a permutation."""

    mean: float
    low: float
    high: float
    p: float


@dataclass(frozen=True)
class Point:
    """One share of one model, over all its seeds.

    Attributes
    ----------
    share : int
        Per cent of the test tracks that leak, by the name of the protocol.
    n_leaked : float
        Test tracks that leak, mean over seeds.
    every : Cell
        All test pieces.
    leaked, clean : Cell or None
        Pieces of leaked tracks, and of the others; None where there are none.
    """

    share: int
    n_leaked: float
    every: seeds.Cell
    leaked: seeds.Cell | None
    clean: seeds.Cell | None


@dataclass(frozen=True)
class Curve:
    """All shares of one model.

    Attributes
    ----------
    key, title : str
        For the page's code, and for readers.
    points : tuple of Point
        In the order of `mgc.datasets.leak_splits.SHARES`.
    every, leaked, clean : Gain
        From no leak to the whole leak for all pieces; and for the pieces that leak at half of
        the tracks, and those that do not, from no leak to that.
    records : tuple of Record
    """

    key: str
    title: str
    points: tuple[Point, ...]
    every: Gain
    leaked: Gain
    clean: Gain
    records: tuple[Record, ...]

    @property
    def n_seeds(self) -> int:
        """Number of seeds, the same at every share."""
        return self.points[0].every.n_seeds


def curves(store: Store, edition: EditionRecord) -> tuple[Curve, ...]:
    """Sum up each model whose fits are complete for at least one seed.

    Parameters
    ----------
    store : Store
        `mgc.records.store.Store.leak` of the published records.
    edition : EditionRecord
        Of the archive that the fits were made on.

    Returns
    -------
    curves : tuple of Curve
        In the order of `mgc.training.published_leaks.MODELS`.

    Raises
    ------
    RecordError
        No model is complete.
    """
    found = []
    everything = store.find(edition=ARCHIVE, edition_hash=edition.content_hash)
    for variant, model in MODELS:
        by_seed: dict[int, dict[int, Record]] = {}
        for record in everything:
            if (record.config["variant"], record.model) == (variant, model):
                share = share_of(str(record.config["protocol"]))
                by_seed.setdefault(int(record.config["seed"]), {})[share] = record
        whole = {seed: fits for seed, fits in by_seed.items() if len(fits) == len(SHARES)}
        if whole:
            found.append(_curve(model, whole, edition))
    if not found:
        raise RecordError(
            f"{store.root}: no model has fits of every share; `python -m"
            " mgc.training.published_leaks` makes them"
        )
    return tuple(found)


def gain(
    before: Mapping[int, pd.Series[int]], after: Mapping[int, pd.Series[int]], level: float = LEVEL
) -> Gain:
    """Compare the same pieces before and after, seed by seed.

    Parameters
    ----------
    before, after : mapping of int to Series of 0 and 1
        By seed: whether each piece is named rightly, indexed by track and piece. Only pieces in
        both count.
    level : float
        Confidence, in (0, 1).

    Returns
    -------
    gain : Gain

    Notes
    -----
    The variance has a part for tracks and one for seeds, as in `mgc.evaluation.seeds.cell`;
    degrees of freedom by Satterthwaite, interval by Student's t. The p is that of
    `mgc.evaluation.seeds.sign_flip`: before and after swapped within tracks at random.
    """
    ahead = [after[seed].sub(before[seed]).dropna() for seed in sorted(before)]
    means = [float(one.mean()) for one in ahead]
    mean = float(np.mean(means))
    apart = [
        ((one - centre) / len(one)).groupby(level="track_id").sum()
        for one, centre in zip(ahead, means, strict=True)
    ]
    residual = pd.concat(apart, axis=1).fillna(0.0).to_numpy(dtype=np.float64)
    spread = seeds.spread_of_mean(means, residual, level)
    half = spread.width * math.sqrt(spread.variance)
    nets = [one.groupby(level="track_id").sum() for one in ahead]
    net = pd.concat(nets, axis=1).fillna(0).sum(axis=1).to_numpy(dtype=np.int64)
    return Gain(mean, mean - half, mean + half, seeds.sign_flip(net))


def _curve(model: str, whole: Mapping[int, Mapping[int, Record]], edition: EditionRecord) -> Curve:
    leaks = {
        (seed, share): leaked_ids(record, edition)
        for seed, fits in whole.items()
        for share, record in fits.items()
    }
    points = []
    for share in SHARES:
        records = [whole[seed][share] for seed in sorted(whole)]
        chosen = [leaks[seed, share] for seed in sorted(whole)]
        points.append(
            Point(
                share,
                float(np.mean([len(ids) for ids in chosen])),
                seeds.cell(records),
                _part(records, chosen, leaked=True),
                _part(records, chosen, leaked=False),
            )
        )
    middle = SHARES[len(SHARES) // 2]
    right = {
        share: {seed: _right(fits[share]) for seed, fits in whole.items()}
        for share in (SHARES[0], middle, SHARES[-1])
    }
    halves: dict[bool, dict[int, pd.Series[int]]] = {True: {}, False: {}}
    for seed, rows in right[middle].items():
        inside = rows.index.get_level_values("track_id").isin(list(leaks[seed, middle]))
        halves[True][seed], halves[False][seed] = rows[inside], rows[~inside]
    first = right[SHARES[0]]
    return Curve(
        model,
        TITLES[model],
        tuple(points),
        gain(first, right[SHARES[-1]]),
        gain(first, halves[True]),
        gain(first, halves[False]),
        tuple(whole[seed][share] for seed in sorted(whole) for share in SHARES),
    )


def leaked_ids(record: Record, edition: EditionRecord) -> frozenset[str]:
    """Draw the split of a record again, and name the test tracks that leak in it."""
    if record.config["protocol"] == LEAK_SHARES[0]:
        return frozenset()
    split, ids = split_of(record, edition)
    return frozenset(ids[leaked_tracks(split)].tolist())


def apart(one: Curve, two: Curve, share: int) -> Gain:
    """Compare two models on the same pieces, over the seeds that both have."""
    first, second = _by_seed(one, share), _by_seed(two, share)
    shared = sorted(first.keys() & second.keys())
    return gain({k: first[k] for k in shared}, {k: second[k] for k in shared})


def _by_seed(curve: Curve, share: int) -> dict[int, pd.Series[int]]:
    """Return which pieces are named rightly at one share, by seed."""
    return {
        int(record.config["seed"]): _right(record)
        for record in curve.records
        if share_of(str(record.config["protocol"])) == share
    }


def _part(
    records: Sequence[Record], chosen: Sequence[frozenset[str]], *, leaked: bool
) -> seeds.Cell | None:
    """Sum up the pieces of the tracks that leak, or of the others."""
    parts = []
    for record, ids in zip(records, chosen, strict=True):
        rows = record.predictions
        inside: npt.NDArray[np.bool_] = rows["track_id"].isin(list(ids)).to_numpy()
        kept = rows[(rows["part"] == "test") & (inside == leaked)]
        if not len(kept):
            return None
        parts.append(replace(record, predictions=kept))
    return seeds.cell(parts)


def _right(record: Record) -> pd.Series[int]:
    frame = test_rows(record)
    right = frame.assign(right=correct(frame).astype(np.int64)).set_index(UNIT)["right"]
    return right.astype(np.int64)


def sizes(record: Record, edition: EditionRecord) -> dict[str, int]:
    """Count pieces and tracks of the three parts, which are the same at every share.

    Returns
    -------
    dict of str to int
        ``train``, ``valid`` and ``test`` pieces, and ``train_tracks`` and so on.
    """
    split, _ = split_of(record, edition)
    (fold,) = split.folds
    found = {}
    for part in ("train", "valid", "test"):
        units = getattr(fold, part)
        found[part] = len(units)
        found[f"{part}_tracks"] = len(np.unique(split.example_track[units]))
    return found


def usual(edition: EditionRecord, seed: int = 0) -> tuple[int, int, float]:
    """Count what leaks where all pieces are shuffled and divided: the usual practice.

    Returns
    -------
    tested, leaked : int
        Test pieces, and those of which another piece of the same track trains.
    others : float
        Pieces of its track that train, mean over test pieces.
    """
    tracks = edition.tracks
    artist = tracks["artist"].fillna("").to_numpy(dtype=str)
    ids, genre = (tracks[name].to_numpy(dtype=str) for name in ("track_id", "genre"))
    split = make_split("leaky_segments", ids, genre, artist, seed)
    (fold,) = split.folds
    trained = np.bincount(split.example_track[fold.train], minlength=len(tracks))
    others = trained[split.example_track[fold.test]]
    return len(others), int((others > 0).sum()), float(others.mean())
