"""Claims about GTZAN, its cleaning and what can be heard in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from mgc.datasets import facts
from mgc.datasets.gtzan import gtzan_table
from mgc.datasets.tracks import label
from mgc.display import formats
from mgc.evaluation import separability
from mgc.evaluation.clusters import artist_groups, group_names
from mgc.evaluation.significance import ALPHA
from mgc.report.claims import Claim, Decision, NotTestableError, Verdict
from mgc.report.evidence import Evidence
from mgc.typing import Double, StrArray

SECONDS = 30.0
DRAWS = 2000
"""How often artists are drawn again for the interval of a correlation."""
HIGH = 0.8
"""A correlation from which two columns are called highly correlated."""


def _copies() -> str:
    """Count GTZAN's files that are byte for byte equal to another."""
    return formats.count((gtzan_table()["identical_to"] != "").sum())


def tracks(claim: Claim, _: Evidence, what: str) -> Decision:
    """Count tracks, genres or tracks of a genre in the table of GTZAN's files."""
    sizes = gtzan_table()["genre"].value_counts()
    counted = {"all": int(sizes.sum()), "genres": len(sizes), "each": int(sizes.min())}[what]
    same = counted == claim.value and (what != "each" or sizes.min() == sizes.max())
    return Decision(
        Verdict.of_parts([same]),
        f"Counted in the index of the original files. {_copies()} of the files are byte for byte"
        " copies of others.",
        formats.count(counted),
    )


def durations(claim: Claim, evidence: Evidence, _: str) -> Decision:
    """Ask whether all clips whose audio is at hand last thirty seconds."""
    seconds = evidence.heard.tracks["duration_s"].dropna()
    off = (seconds - SECONDS).abs().max()
    # Half a second is nothing to a listener, and eleven frames to a spectrogram.
    return Decision(
        Verdict.of_parts([off < 0.005, off < 0.5]),
        f"Measured on {formats.count(len(seconds))} tracks of {evidence.heard.name}.",
        f"{formats.number(seconds.min(), 2)} to {formats.number(seconds.max(), 2)}\u00a0s",
    )


def share(claim: Claim, evidence: Evidence, column: str) -> Decision:
    """Count the tracks with some silence or some clipping; the report says that there are some."""
    measured = evidence.heard.tracks[column].dropna()
    hits = int((measured > 0).sum())
    return Decision(
        Verdict.CONFIRMED if hits else Verdict.NOT_TESTABLE,
        f"Tracks of {evidence.heard.name} with any; the others were not heard.",
        f"{formats.count(hits)} of {formats.count(len(measured))} tracks",
    )


def labels(claim: Claim, _: Evidence, __: str) -> Decision:
    """Set the number of wrong labels beside what listeners counted."""
    faults = facts.gtzan_faults().set_index("kind")["count"]
    return Decision(
        Verdict.CONTRADICTED,
        "The count is Sturm's (2013). The report names none of the tracks that it removed, its"
        " code removes none, and its parts add up to a thousand tracks.",
        f"{formats.count(faults['conspicuous mislabelings'])} conspicuous",
        f"{formats.count(faults['contentious mislabelings'])} more are contentious",
    )


def repetitions(claim: Claim, _: Evidence, __: str) -> Decision:
    """Ask whether tracks are what a random split needs them to be: different from each other."""
    faults = facts.gtzan_faults().set_index("kind")["count"]
    return Decision(
        Verdict.CONTRADICTED,
        f"Sturm (2013) counts them by ear and by fingerprint; {_copies()} are equal to the last"
        " byte. A random split puts some on both sides.",
        f"{formats.count(faults['exact repetitions'])} exact repetitions",
    )


class _Features(NamedTuple):
    """Statistics of the tracks whose audio was measured, their genres and artists, by track."""

    values: pd.DataFrame
    genre: pd.Series[str]
    artist: pd.Series[str]


def _features(evidence: Evidence) -> _Features:
    tabular = evidence.heard.tabular.set_index("track_id")
    genre = evidence.heard.tracks.set_index("track_id").loc[tabular.index, "genre"]
    names = group_names(tabular.index, artist_groups(evidence.heard.name))
    return _Features(tabular, genre, pd.Series(names, index=tabular.index))


class _Shape(NamedTuple):
    """Statistics of spectral shape by track, with genres, artist groups and what they are."""

    values: pd.DataFrame
    genre: list[str]
    artist: StrArray
    described: str


def _spectral_shape(evidence: Evidence) -> _Shape:
    """Mean cepstra of all of GTZAN: the shape of each track's mean spectrum."""
    edition = evidence.study.edition_record
    evidence.check("record")
    tabular = edition.tabular.set_index("track_id")
    genre = edition.tracks.set_index("track_id").loc[tabular.index, "genre"]
    artist = group_names(tabular.index, artist_groups(edition.name))
    return _Shape(
        tabular.filter(regex=r"^mfcc_(?!01)\d+_mean$"),  # the first is the level
        genre.tolist(),
        np.array(artist),
        f"a linear rule on the mean cepstra, cross-validated on {edition.name} with artists kept"
        " apart",
    )


def distinct(claim: Claim, evidence: Evidence, names: str) -> Decision:
    """Ask whether some genres are told from the rest best by spectral shape."""
    shape = _spectral_shape(evidence)
    area = separability.one_against_rest(shape.values, shape.genre, shape.artist)
    wanted = names.split(",")
    first = area.index[: len(wanted)]
    top = [f"{label(str(name))} {formats.number(value)}" for name, value in area[:3].items()]
    return Decision(
        Verdict.COMPATIBLE
        if set(wanted) == set(first)
        else Verdict.of_parts([name in first for name in wanted]),
        f"Area under the ROC curve of {shape.described}: the three highest. The"
        " order of so close values is not tested.",
        formats.listing(top),
        f"{formats.count(len(shape.genre))} tracks",
    )


def alike(claim: Claim, evidence: Evidence, names: str) -> Decision:
    """Ask whether two genres are among the hardest tenth of pairs by spectral shape."""
    shape = _spectral_shape(evidence)
    pairs = separability.one_against_one(shape.values, shape.genre, shape.artist)
    area = pairs.set_index(["first", "second"])["area"]
    pair = tuple(sorted(names.split(",")))
    if pair not in area.index:
        raise NotTestableError("One of the genres has no tracks.")
    place = 1 + list(area.index).index(pair)
    tenth, third = max(1, round(len(area) / 10)), round(len(area) / 3)
    return Decision(
        Verdict.of_parts([place <= tenth, place <= third]),
        f"How well {shape.described} tells the two apart. Among the hardest tenth counts as"
        " similar, among the hardest third as partly so.",
        f"place {place} of {len(area)}, hardest first",
        f"area {formats.number(area[pair])}, {formats.count(len(shape.genre))} tracks",
    )


def correlated(claim: Claim, evidence: Evidence, prefix: str) -> Decision:
    """Find the strongest correlation among the means of some columns, derivatives left out."""
    tabular, _, artist = _features(evidence)
    columns = [name for name in tabular.columns if re.fullmatch(rf"{prefix}\d+_mean", name)]
    pairs = separability.correlations(tabular[columns])
    first, second = pairs.loc[pairs.index[0], ["first", "second"]]
    found = float(pairs.loc[pairs.index[0], "r"])
    drawn = _resampled(tabular[first].to_numpy(), tabular[second].to_numpy(), artist)
    # That the strongest of many pairs was taken is not in the interval.
    low, high = sorted(np.sign(found) * np.quantile(drawn, (0.025, 0.975)))
    return Decision(
        Verdict.of_interval(low, high, HIGH),
        f"The strongest pair of means, {first} and {second}. From {HIGH:g} on we call it high;"
        " where the interval holds that limit, it is open.",
        f"r = {formats.number(found)}",
        f"{formats.number(low)} to {formats.number(high)} in size,"
        f" {formats.count(len(tabular))} tracks of {formats.count(artist.nunique())} artists",
    )


def _resampled(x: Double, y: Double, artist: pd.Series[str]) -> Double:
    """Correlate two columns again and again, with artists drawn with replacement."""
    of_artist = list(artist.reset_index(drop=True).groupby(artist.to_numpy()).indices.values())
    rng = np.random.default_rng(0)
    drawn = (rng.integers(len(of_artist), size=len(of_artist)) for _ in range(DRAWS))
    rows = (np.concatenate([of_artist[number] for number in numbers]) for numbers in drawn)
    return np.array([np.corrcoef(x[each], y[each])[0, 1] for each in rows])


def _tendency(values: pd.Series[float], inside: pd.Series[bool], n_tests: int) -> int:
    """Whether a genre's artists lie above (1) or below (-1) all others, or neither is shown (0).

    `values` has a mean for each artist. Mann and Whitney's rank test (1947), two-sided, with
    Bonferroni's correction.
    """
    if not inside.any() or inside.all():
        return 0
    test = stats.mannwhitneyu(values[inside], values[~inside])
    if test.pvalue * n_tests >= ALPHA:
        return 0
    return 1 if test.statistic > inside.sum() * (~inside).sum() / 2 else -1


def varied(claim: Claim, evidence: Evidence, names: str) -> Decision:
    """Ask whether some genres vary more within a track, in tempo and in onset strength."""
    columns = {"tempo_std": "tempo", "onset_strength_std": "onset strength"}
    wanted = [(name, column, 1) for name in names.split(",") for column in columns]
    return _tendencies(evidence, wanted, columns, "the spread within a track of")


def bright(claim: Claim, evidence: Evidence, names: str) -> Decision:
    """Ask whether the first genre lies low in frequency, and the second high."""
    low, high = names.split(",")
    columns = {"centroid_mean": "the spectral centroid"}
    wanted = [(low, "centroid_mean", -1), (high, "centroid_mean", 1)]
    return _tendencies(evidence, wanted, columns, "the mean of")


def _tendencies(
    evidence: Evidence,
    wanted: Sequence[tuple[str, str, int]],
    columns: Mapping[str, str],
    what: str,
) -> Decision:
    """Decide by how many of some expected tendencies are shown, and how many reversed."""
    tabular, genre, artist = _features(evidence)
    # Tracks of one artist are alike, so that an artist counts once in a genre.
    means = tabular[list(columns)].groupby([genre, artist]).mean()
    of_genre = means.index.get_level_values(0).to_series(index=means.index)
    signs = [
        sign * _tendency(means[column], of_genre == name, len(wanted))
        for name, column, sign in wanted
    ]
    words = {1: "as stated", 0: "not shown", -1: "the other way"}
    found = [
        f"{label(name)}, {columns[column]}: {words[sign]}"
        for (name, column, _), sign in zip(wanted, signs, strict=True)
    ]
    return Decision(
        Verdict.of_signs(*signs),
        f"Each genre against all others by {what} {formats.listing(list(columns.values()))}: rank"
        f" test on the means of artists, corrected for {len(signs)} of them, on"
        f" {evidence.heard.name}. {_counted(means, [name for name, _, _ in wanted])}",
        "; ".join(found),
        f"{formats.count(len(tabular))} tracks of {formats.count(artist.nunique())} artists",
    )


def _counted(means: pd.DataFrame, names: Iterable[str]) -> str:
    """Say of how many artists the tracks of some genres are."""
    sizes = means.groupby(level=0).size()
    counts = [
        f"{label(name)} has {formats.counted(sizes.get(name, 0), 'artist')}"
        for name in dict.fromkeys(names)
    ]
    return f"There {formats.listing(counts)}."
