"""Claims of the report's section 6 about genres, decided from what all models said together.

Each claim is a statistic of the pooled mistakes of all models that were run. Its uncertainty comes
from a bootstrap over artists within each genre: models make mistakes on the same tracks, and
tracks of one artist are alike, so artists, not predictions, are resampled.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from mgc.datasets import tracks
from mgc.datasets.artists import track_credits
from mgc.datasets.gtzan import WHOLE_GTZAN
from mgc.datasets.tracks import GENRES
from mgc.display import formats
from mgc.evaluation import metrics
from mgc.evaluation.clusters import (
    LEVEL,
    artist_groups,
    group_names,
    group_weights,
    percentiles,
)
from mgc.evaluation.significance import Groups, fits_of
from mgc.evaluation.tracks import outcomes, rows_of_same_tracks, track_rows
from mgc.features.from_archive import mean_spectra
from mgc.models import TITLES
from mgc.records.editions import EditionRecord
from mgc.report.claims import Decision, Plot, Row, Verdict, sign_of

DRAWS: Final = 2000
SINGER: Final = "robert-johnson"
#: With fewer mistakes expected of a pair, resampling them says nothing about how rare they are.
FEW: Final = 5

Counts = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Pool:
    """What several models predicted for the same tracks, as positions in `GENRES`.

    ``truth`` and ``group`` (numbers of artist groups within genres) have [shape=(n_tracks,)],
    ``predicted`` [shape=(n_tracks, n_models)].
    """

    truth: Whole
    group: Whole
    predicted: Whole

    def counts(self, weights: Counts | None = None) -> Counts:
        """Confusion counts [10, 10] (true, predicted) of all models; tracks may be weighted."""
        known = np.ones(len(self.truth)) if weights is None else weights
        cells = self.truth[:, None] * len(GENRES) + self.predicted
        repeated = np.repeat(known, self.predicted.shape[1])
        flat = np.bincount(cells.ravel(), weights=repeated, minlength=len(GENRES) ** 2)
        return np.asarray(flat.reshape(len(GENRES), len(GENRES)), dtype=np.float64)

    def bootstrap(self, statistic: Callable[[Counts], float | Counts]) -> npt.NDArray[np.float64]:
        """Values of a statistic of `counts` over resampled artists, stratified by genre.

        Returns
        -------
        ndarray [shape=(n_draws,)], or (n_draws, n) for a statistic of n values.
        """
        _, first = np.unique(self.group, return_index=True)
        weights = group_weights(self.truth[first])[:DRAWS, self.group]
        return np.asarray([statistic(self.counts(row)) for row in weights], dtype=np.float64)

    def interval(self, statistic: Callable[[Counts], float]) -> tuple[float, float]:
        """Return the ends of the 95 % interval of a statistic."""
        return percentiles(self.bootstrap(statistic))


def pool(groups: Groups) -> Pool:
    """Collect what all models that were run predicted for each track, over all seeds.

    Without any the pool has no tracks, and claims about it are not testable. Raises RecordError
    where the records hold different tracks.
    """
    fits = [record for records in fits_of(groups).values() for record in records]
    frames = rows_of_same_tracks(fits)
    if not frames:
        none = np.zeros(0, dtype=np.int64)
        return Pool(none, none, np.zeros((0, 0), dtype=np.int64))
    predicted = np.stack([metrics.predicted(frame) for frame in frames], axis=1)
    artists = artist_groups(str(fits[0].config["edition"]))
    of_track = group_names(frames[0]["track_id"], artists)
    names = list(zip(frames[0]["genre"], of_track, strict=True))
    group = pd.factorize(pd.Series(names))[0]
    return Pool(metrics.truth(frames[0]), group.astype(np.int64), predicted.astype(np.int64))


def f1_table(groups: Groups) -> pd.DataFrame:
    """F1 of each genre (columns) under each model that was run (rows): means over seeds, 0 to 1.

    NaN where a genre was not tested.
    """
    rows = {
        TITLES[name]: pd.concat(
            [metrics.per_genre(track_rows(record))["f1"] for record in records], axis=1
        ).mean(axis=1)
        for name, records in fits_of(groups).items()
    }
    return pd.DataFrame(rows).T.reindex(columns=list(GENRES))


def _f1(counts: Counts) -> npt.NDArray[np.float64]:
    """F1 of each genre; NaN where the genre has no tracks."""
    hits = np.diag(counts).astype(np.float64)
    total = counts.sum(axis=0) + counts.sum(axis=1)
    scores = 2 * hits / np.maximum(total, 1)
    return np.where(counts.sum(axis=1) == 0, np.nan, scores).astype(np.float64)


def _codes(genres: Sequence[str]) -> list[int]:
    return [GENRES.index(genre) for genre in genres]


def _absent(pooled: Pool, genres: Sequence[str]) -> Decision | None:
    """Return the decision on a claim about genres of which one was not tested, else None."""
    if not len(pooled.truth):
        return Decision(Verdict.NOT_TESTABLE, "No model was run.")
    absent = [tracks.label(g) for g in genres if GENRES.index(g) not in pooled.truth]
    if not absent:
        return None
    return Decision(
        Verdict.NOT_TESTABLE, f"The test part has no tracks of {formats.listing(absent)}."
    )


def genres_stand_out(pooled: Pool, *genres: str) -> Decision:
    """Decide whether some genres have the highest F1 of all.

    Confirmed when they take the first places in 95 % of the resamples, contradicted when they do
    in 5 % or fewer.
    """
    if absent := _absent(pooled, genres):
        return absent
    own = set(_codes(genres))
    drawn = pooled.bootstrap(_f1)
    lead = np.argsort(-np.nan_to_num(drawn, nan=-1.0), axis=1, kind="stable")[:, : len(own)]
    share = float(np.mean([set(row) == own for row in lead.tolist()]))
    scores = pd.Series(_f1(pooled.counts()), index=GENRES).sort_values(
        ascending=False, kind="stable"
    )
    order = list(scores.index)
    top = [f"{tracks.label(g)} ({formats.number(scores[g])})" for g in order[:3]]
    places = [f"{tracks.label(g)} rank {order.index(g) + 1}" for g in genres]
    shown = sorted({*order[:3], *genres}, key=order.index)
    rows = [
        Row(tracks.label(genre), float(scores[genre]), *percentiles(drawn[:, code]))
        for genre, code in zip(shown, _codes(shown), strict=True)
    ]
    plain = (
        f"The highest F1 over all models belong to {formats.listing(top)};"
        f" {formats.listing(places)} of {scores.notna().sum()}."
    )
    return Decision(
        Verdict.of_signs(int(share >= LEVEL) - int(share <= 1 - LEVEL)),
        f"{plain} The named genres lead in {formats.percent(share)} of the resamples.",
        plain=plain,
        plot=Plot("F1", tuple(rows), shares=False),
    )


def genres_are_hard(pooled: Pool, *genres: str) -> Decision:
    """Decide of each genre by a 95 % interval whether its F1 is below the mean of the others.

    The others are those that the claim does not name.
    """
    if absent := _absent(pooled, genres):
        return absent
    named = _codes(genres)
    rest = np.isin(np.arange(len(GENRES)), named, invert=True)

    def gaps(counts: Counts) -> Counts:
        scores = _f1(counts)
        return np.asarray(np.nanmean(scores[rest]) - scores[named], dtype=np.float64)

    scores, drawn = _f1(pooled.counts()), pooled.bootstrap(gaps)
    own, average = scores[named].tolist(), float(np.nanmean(scores[rest]))
    rows = [
        Row(f"others minus {tracks.label(genre)}", average - score, *percentiles(column))
        for genre, score, column in zip(genres, own, drawn.T, strict=True)
    ]
    each = [
        f"{formats.number(score)} for {tracks.label(genre)}"
        for genre, score in zip(genres, own, strict=True)
    ]
    plain = (
        f"F1 is {formats.listing(each)}, and {formats.number(average)} on"
        " average over the genres that are not named"
    )
    ends = [
        f"between {formats.number(row.low)} and {formats.number(row.high)} for {row.label}"
        for row in rows
    ]
    return Decision(
        Verdict.of_signs(*(sign_of(row.low, row.high, 0.0) for row in rows)),
        f"{plain}; the difference lies {formats.listing(ends)} (95 % intervals).",
        plain=f"{plain}.",
        plot=Plot("difference of F1", tuple(rows), 0.0, "no difference", shares=False),
    )


def pair_is_mixed(pooled: Pool, first: str, second: str) -> Decision:
    """Decide whether two genres are taken for each other more often than mistakes alone explain.

    Of all mistakes on tracks of the two genres, those that name the other one are counted. Were
    mistakes spread evenly over the wrong genres, their share would be one in nine (with ten
    genres). Confirmed when the 95 % interval of the share lies above that.
    """
    if absent := _absent(pooled, (first, second)):
        return absent
    one, two = pair = _codes((first, second))
    even = 1 / (len(np.unique(pooled.truth)) - 1)

    def mistakes(counts: Counts) -> float:
        return float(counts[pair].sum() - np.diag(counts)[pair].sum())

    def share(counts: Counts) -> float:
        return float(counts[one, two] + counts[two, one]) / max(1, mistakes(counts))

    low, high = pooled.interval(share)
    counts, rank = pooled.counts(), mixed_pairs(pooled).set_index(["first", "second"])["rank"]
    drawn = share(counts)
    text = (
        f"They draw {formats.percent(drawn)} of the mistakes on their tracks"
        f" ({formats.interval(low, high)}); evenly spread mistakes would give"
        f" {formats.percent(even)}. Among all {len(rank)} pairs this one has rank"
        f" {rank.loc[tuple(sorted((first, second)))]}."
    )
    plain = (
        f"Of the mistakes on their tracks, {formats.percent(drawn)} name the other of the two;"
        f" mistakes spread evenly would give {formats.percent(even)}."
    )
    label = f"{tracks.label(first)} and {tracks.label(second)}"
    plot = Plot("share of mistakes", (Row(label, drawn, low, high),), even, "spread evenly")
    if mistakes(counts) * even < FEW:
        few = "There are too few mistakes to say more."
        return Decision(Verdict.NOT_SHOWN, f"{text} {few}", plain=f"{plain} {few}", plot=plot)
    return Decision(Verdict.of_interval(low, high, even), text, plain=plain, plot=plot)


def singer(edition: EditionRecord) -> frozenset[str]:
    """Track ids of Robert Johnson's recordings, the largest group of GTZAN's blues.

    Empty where the edition is not of GTZAN.
    """
    if edition.name not in WHOLE_GTZAN:
        return frozenset()
    return frozenset(name for name, credit in track_credits().items() if credit.group == SINGER)


def singer_spectra(edition: EditionRecord) -> dict[str, npt.NDArray[np.float64]]:
    """Mean spectra [n, 40] of his recordings, of other blues and of jazz; empty as `singer`."""
    own, genre = singer(edition), edition.tabular["track_id"].str.split(".").str[0]
    his = edition.tabular["track_id"].isin(own)
    parts = {
        "Robert Johnson": his,
        "other blues": (genre == "blues") & ~his,
        "jazz": genre == "jazz",
    }
    return {t: mean_spectra(edition.tabular[rows]) for t, rows in parts.items()} if own else {}


def answers_table(groups: Groups, names: Collection[str]) -> pd.DataFrame:
    """Count what each model calls some tracks, all seeds together, as texts for a page.

    A row a model that was run: its title, how often it is right, and the answers by frequency.
    """
    rows = []
    for model, records in fits_of(groups).items():
        tested = pd.concat([outcomes(record) for record in records])
        tested = tested[tested["track_id"].isin(names)]
        if tested.empty:
            continue
        said = tested["predicted"].value_counts()
        right = int((tested["predicted"] == tested["genre"]).sum())
        rows.append(
            {
                "Model": TITLES[model],
                "Right": f"{right} of {len(tested)}",
                "Called": ", ".join(f"{tracks.label(str(g))} {n}" for g, n in said.items()),
            }
        )
    return pd.DataFrame(rows, columns=["Model", "Right", "Called"])


def mixed_pairs(pooled: Pool) -> pd.DataFrame:
    """Rank all pairs of genres by how often they are taken for each other, most frequent first.

    ``first``, ``second`` (in alphabetical order), ``title``, ``count`` (mistakes of all models,
    both ways), ``share`` (of all predictions for tracks of the two, 0 to 1) and ``rank`` (pairs
    with equal counts share the best rank).
    """
    counts = pooled.counts()
    rows = []
    for one, two in combinations(np.unique(pooled.truth).tolist(), 2):
        mistakes = int(counts[one, two] + counts[two, one])
        total = int(counts[[one, two]].sum())
        title = f"{tracks.label(GENRES[one])} – {tracks.label(GENRES[two])}"
        rows.append((GENRES[one], GENRES[two], title, mistakes, mistakes / total))
    table = pd.DataFrame(rows, columns=["first", "second", "title", "count", "share"])
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
