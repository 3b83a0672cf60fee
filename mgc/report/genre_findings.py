"""Claims of the report's section 6 about genres, decided from what all models said together.

Each claim is a statistic of the pooled mistakes of all models that were run. Its uncertainty comes
from a bootstrap over tracks within each genre: models make mistakes on the same tracks, so tracks,
not predictions, are resampled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from mgc.datasets import tracks
from mgc.datasets.tracks import GENRES
from mgc.display import formats
from mgc.errors import RecordError
from mgc.evaluation import metrics, significance
from mgc.evaluation.tracks import track_rows
from mgc.models import TITLES
from mgc.records.store import NotRun, Record
from mgc.report.verdicts import CONFIRMED, CONTRADICTED, NOT_SHOWN, NOT_TESTABLE, Finding

DRAWS: Final = 2000
LEVEL: Final = 0.95
#: With fewer mistakes expected of a pair, resampling them says nothing about how rare they are.
FEW: Final = 5

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Pool:
    """What several models named for the same tracks.

    Attributes
    ----------
    truth : ndarray [shape=(n_tracks,)], int
        Position of the true genre in `mgc.datasets.tracks.GENRES`.
    named : ndarray [shape=(n_tracks, n_models)], int
    """

    truth: Counts
    named: Counts

    def counts(self, rows: Counts | None = None) -> Counts:
        """Confusion counts [10, 10] (true, named) of all models together, over some tracks."""
        truth, named = (
            (self.truth, self.named) if rows is None else (self.truth[rows], self.named[rows])
        )
        cells = truth[:, None] * len(GENRES) + named
        flat = np.bincount(cells.ravel(), minlength=len(GENRES) ** 2)
        return flat.reshape(len(GENRES), len(GENRES)).astype(np.int64)

    def bootstrap(
        self, statistic: Callable[[Counts], float], seed: int = 0
    ) -> npt.NDArray[np.float64]:
        """Values of a statistic of `counts` over resampled tracks, stratified by genre."""
        rng = np.random.default_rng(seed)
        groups = [np.flatnonzero(self.truth == code) for code in np.unique(self.truth)]
        values = []
        for _ in range(DRAWS):
            rows = np.concatenate([rng.choice(group, len(group)) for group in groups])
            values.append(statistic(self.counts(rows)))
        return np.asarray(values, dtype=np.float64)


def pool(results: Mapping[str, Record | NotRun]) -> Pool:
    """Collect what all models that were run named for each track.

    Parameters
    ----------
    results : mapping of str to Record or NotRun

    Returns
    -------
    Pool
        Without tracks when no model was run; claims about it are not testable.

    Raises
    ------
    RecordError
        The records hold different tracks.
    """
    frames = [track_rows(entry) for entry in results.values() if isinstance(entry, Record)]
    if not frames:
        return Pool(np.zeros(0, dtype=np.int64), np.zeros((0, 0), dtype=np.int64))
    if any(not frame["track_id"].equals(frames[0]["track_id"]) for frame in frames):
        raise RecordError("the records hold different tracks: pool fits of one protocol")
    named = np.stack([metrics.predicted(frame) for frame in frames], axis=1)
    return Pool(metrics.truth(frames[0]), named.astype(np.int64))


def f1_table(results: Mapping[str, Record | NotRun]) -> pd.DataFrame:
    """F1 of each genre (columns) under each model that was run (rows); values 0 to 1 or NaN."""
    run = significance.only_run(results)
    rows = {TITLES[name]: metrics.per_genre(track_rows(r))["f1"] for name, r in run.items()}
    return pd.DataFrame(rows).T.reindex(columns=list(GENRES))


def _f1(counts: Counts) -> npt.NDArray[np.float64]:
    """F1 of each genre; NaN where the genre has no tracks."""
    hits = np.diag(counts).astype(np.float64)
    total = counts.sum(axis=0) + counts.sum(axis=1)
    scores = 2 * hits / np.maximum(total, 1)
    return np.where(counts.sum(axis=1) == 0, np.nan, scores).astype(np.float64)


def _codes(genres: Sequence[str]) -> list[int]:
    return [GENRES.index(genre) for genre in genres]


def _absent(claim: str, pooled: Pool, genres: Sequence[str]) -> Finding | None:
    if not len(pooled.truth):
        return Finding(claim, NOT_TESTABLE, "No model was run.")
    missing = [
        tracks.label(g) for g in genres if GENRES.index(g) not in set(pooled.truth.tolist())
    ]
    if not missing:
        return None
    return Finding(
        claim, NOT_TESTABLE, f"The test part has no tracks of {formats.listing(missing)}."
    )


def genres_stand_out(pooled: Pool, genres: Sequence[str]) -> Finding:
    """Decide whether some genres have the highest F1 of all.

    Confirmed when they take the first places in 95 % of the resamples, contradicted when they do
    in 5 % or fewer.
    """
    names = [tracks.label(genre) for genre in genres]
    claim = f"{formats.listing(names)} are the easiest to tell apart"
    if missing := _absent(claim, pooled, genres):
        return missing
    own = set(_codes(genres))

    def first(counts: Counts) -> float:
        order = np.argsort(-np.nan_to_num(_f1(counts), nan=-1.0), kind="stable")
        return float(set(order[: len(own)].tolist()) == own)

    share = float(pooled.bootstrap(first).mean())
    verdict = CONFIRMED if share >= LEVEL else CONTRADICTED if share <= 1 - LEVEL else NOT_SHOWN
    scores = pd.Series(_f1(pooled.counts()), index=GENRES).sort_values(
        ascending=False, kind="stable"
    )
    top = formats.listing(
        [f"{tracks.label(str(g))} ({formats.number(s)})" for g, s in scores[:3].items()]
    )
    order = list(scores.index)
    place = [order.index(genre) + 1 for genre in genres]
    places = formats.listing(
        [f"{name} rank {rank}" for name, rank in zip(names, place, strict=True)]
    )
    text = (
        f"The highest F1 over all models belong to {top}; {places} of {scores.notna().sum()}."
        f" The named genres lead in {formats.percent(share)} of the resamples."
    )
    return Finding(claim, verdict, text)


def genres_are_hard(pooled: Pool, genres: Sequence[str]) -> Finding:
    """Decide whether some genres have a lower mean F1 than the others, by a 95 % interval."""
    names = [tracks.label(genre) for genre in genres]
    claim = f"{formats.listing(names)} are hard to classify"
    if missing := _absent(claim, pooled, genres):
        return missing
    own = np.isin(np.arange(len(GENRES)), _codes(genres))

    def gap(counts: Counts) -> float:
        scores = _f1(counts)
        return float(np.nanmean(scores[~own]) - np.nanmean(scores[own]))

    low, high = np.quantile(pooled.bootstrap(gap), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    scores = _f1(pooled.counts())
    text = (
        f"Their mean F1 is {formats.number(float(np.nanmean(scores[own])))},"
        " that of the other genres"
        f" {formats.number(float(np.nanmean(scores[~own])))}; the difference lies between"
        f" {formats.number(float(low))} and {formats.number(float(high))} (95 % interval)."
    )
    return Finding(claim, _sign(low, high), text)


def _sign(low: float, high: float) -> str:
    return CONFIRMED if low > 0 else CONTRADICTED if high < 0 else NOT_SHOWN


def pair_is_mixed(pooled: Pool, first: str, second: str) -> Finding:
    """Decide whether two genres are taken for each other more often than mistakes alone explain.

    Of all mistakes on tracks of the two genres, those that name the other one are counted. Were
    mistakes spread evenly over the wrong genres, their share would be one in nine (with ten
    genres). Confirmed when the 95 % interval of the share lies above that.
    """
    claim = f"{tracks.label(first)} and {tracks.label(second)} are taken for each other"
    if missing := _absent(claim, pooled, (first, second)):
        return missing
    pair = _codes((first, second))
    even = 1 / (len(np.unique(pooled.truth)) - 1)

    def share(counts: Counts) -> float:
        wrong = counts[pair].sum() - np.diag(counts)[pair].sum()
        return float(counts[pair[0], pair[1]] + counts[pair[1], pair[0]]) / max(1.0, float(wrong))

    low, high = np.quantile(pooled.bootstrap(share), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    mixed = mixed_pairs(pooled)
    hit = mixed[mixed["pair"] == frozenset((first, second))].iloc[0]
    text = (
        f"They draw {formats.percent(share(pooled.counts()))} of the mistakes on their tracks"
        f" ({formats.interval(float(low), float(high))}); evenly spread mistakes would give"
        f" {formats.percent(even)}. Among all {len(mixed)} pairs this one has rank {hit['rank']}."
    )
    wrong = pooled.counts()[pair].sum() - np.diag(pooled.counts())[pair].sum()
    if wrong * even < FEW:
        return Finding(claim, NOT_SHOWN, f"{text} There are too few mistakes to say more.")
    return Finding(claim, _sign(float(low) - even, float(high) - even), text)


def mixed_pairs(pooled: Pool) -> pd.DataFrame:
    """Rank all pairs of genres by how often they are taken for each other.

    Returns
    -------
    DataFrame
        ``pair`` (frozenset of two genres), ``title``, ``count`` (mistakes of all models, both
        ways), ``share`` (of all predictions for tracks of the two, 0 to 1) and ``rank`` (pairs
        with equal counts share the best rank), most frequent first.
    """
    counts = pooled.counts()
    rows = []
    for one, two in combinations(np.unique(pooled.truth).tolist(), 2):
        mistakes = int(counts[one, two] + counts[two, one])
        total = int(counts[[one, two]].sum())
        title = f"{tracks.label(GENRES[one])} – {tracks.label(GENRES[two])}"
        rows.append((frozenset((GENRES[one], GENRES[two])), title, mistakes, mistakes / total))
    table = pd.DataFrame(rows, columns=["pair", "title", "count", "share"])
    table["rank"] = table["count"].rank(ascending=False, method="min").astype(int)
    return table.sort_values(["count", "title"], ascending=[False, True], ignore_index=True)


def pair_table(pooled: Pool) -> pd.DataFrame:
    """Write the pairs that were mixed up at all as texts for a page."""
    pairs = mixed_pairs(pooled)
    pairs = pairs[pairs["count"] > 0]
    return pd.DataFrame(
        {
            "Genres": pairs["title"],
            "Mistakes, both ways": pairs["count"].map(formats.count),
            "Of all predictions for them": pairs["share"].map(formats.percent),
        }
    )
