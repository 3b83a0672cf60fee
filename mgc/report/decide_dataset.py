"""Claims about GTZAN, its cleaning and what can be heard in it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

import pandas as pd
from scipy import stats

from mgc.datasets import facts
from mgc.datasets import tracks as tracks_module
from mgc.datasets.gtzan import gtzan_table
from mgc.display import formats
from mgc.evaluation import separability
from mgc.evaluation.significance import ALPHA
from mgc.report.claims import Claim
from mgc.report.decision import CONFIRMED, CONTRADICTED, NOT_TESTABLE, PARTLY, Decision
from mgc.report.evidence import Evidence

SECONDS = 30.0
SPECTRAL = ("centroid", "rolloff", "bandwidth", "contrast")
HIGH = 0.8
"""A correlation from which two columns are called highly correlated."""


def tracks(claim: Claim, _: Evidence, what: str) -> Decision:
    """Count tracks, genres or tracks of a genre in the table of GTZAN's files."""
    table = gtzan_table()
    sizes = table["genre"].value_counts()
    counted = {"all": len(table), "genres": len(sizes), "each": int(sizes.min())}[what]
    same = counted == claim.value and (what != "each" or sizes.min() == sizes.max())
    copies = int((table["identical_to"] != "").sum())
    return Decision(
        claim,
        CONFIRMED if same else CONTRADICTED,
        formats.count(counted),
        "",
        f"Counted in the index of the original files. {formats.count(copies)}"
        " of the files are byte"
        " for byte copies of others.",
    )


def durations(claim: Claim, evidence: Evidence, _: str) -> Decision:
    """Ask whether all clips whose audio is at hand last thirty seconds."""
    seconds = evidence.heard.tracks["duration_s"].dropna()
    if seconds.empty:
        return Decision(claim, NOT_TESTABLE, reason="No audio was measured.")
    off = (seconds - SECONDS).abs()
    exact = bool((off < 0.005).all())
    # Half a second is nothing to a listener, and eleven frames to a spectrogram.
    near = bool((off < 0.5).all())
    return Decision(
        claim,
        CONFIRMED if exact else PARTLY if near else CONTRADICTED,
        f"{formats.number(seconds.min(), 2)} to {formats.number(seconds.max(), 2)}\u00a0s",
        "",
        f"Measured on {formats.count(len(seconds))} tracks of {evidence.heard.name}.",
    )


def share(claim: Claim, evidence: Evidence, column: str) -> Decision:
    """Count the tracks with some silence or some clipping; the report says that there are some."""
    measured = evidence.heard.tracks[column].dropna()
    hits = int((measured > 0).sum())
    return Decision(
        claim,
        CONFIRMED if hits else NOT_TESTABLE,
        f"{formats.count(hits)} of {formats.count(len(measured))} tracks",
        "",
        f"Tracks of {evidence.heard.name} with any; the others were not heard.",
    )


def labels(claim: Claim, _: Evidence, __: str) -> Decision:
    """Set the number of wrong labels beside what listeners counted."""
    faults = facts.gtzan_faults().set_index("kind")["count"]
    found = int(faults["conspicuous mislabelings"])
    return Decision(
        claim,
        CONTRADICTED,
        f"{formats.count(found)} conspicuous",
        f"{formats.count(faults['contentious mislabelings'])} more are contentious",
        "The count is Sturm's (2013). The report names none of the tracks that it removed, its"
        " code removes none, and its parts add up to a thousand tracks.",
    )


def repetitions(claim: Claim, _: Evidence, __: str) -> Decision:
    """Ask whether tracks are what a random split needs them to be: different from each other."""
    faults = facts.gtzan_faults().set_index("kind")["count"]
    copies = int((gtzan_table()["identical_to"] != "").sum())
    return Decision(
        claim,
        CONTRADICTED,
        f"{formats.count(faults['exact repetitions'])} exact repetitions",
        "",
        f"Sturm (2013) counts them by ear and by fingerprint; {formats.count(copies)} are equal to"
        " the last byte. A random split puts some on both sides.",
    )


def _shape(evidence: Evidence) -> tuple[pd.DataFrame, Sequence[str]] | None:
    """Statistics of spectral shape and genres of the tracks with audio."""
    tabular = evidence.heard.tabular.set_index("track_id")
    columns = [name for name in tabular.columns if str(name).startswith(SPECTRAL)]
    if not columns:
        return None
    genre = evidence.heard.tracks.set_index("track_id").loc[tabular.index, "genre"]
    return tabular[columns], genre.to_numpy(dtype=str)


def distinct(claim: Claim, evidence: Evidence, names: str) -> Decision:
    """Ask whether some genres are told from the rest best by spectral shape."""
    found = _shape(evidence)
    if found is None:
        return Decision(claim, NOT_TESTABLE, reason="No audio was measured.")
    area = separability.one_against_rest(*found)
    wanted = names.split(",")
    hit = set(area.index[: len(wanted)]) & set(wanted)
    verdict = CONFIRMED if len(hit) == len(wanted) else PARTLY if hit else CONTRADICTED
    top = [f"{tracks_module.label(str(g))} {formats.number(v)}" for g, v in area.iloc[:3].items()]
    return Decision(
        claim,
        verdict,
        formats.listing(top),
        f"{formats.count(len(found[0]))} tracks",
        "Area under the ROC curve of a linear rule on centroid, roll-off, bandwidth and contrast,"
        f" cross-validated on {evidence.heard.name}: the three highest.",
    )


def alike(claim: Claim, evidence: Evidence, names: str) -> Decision:
    """Ask whether two genres are among the hardest tenth of pairs by spectral shape."""
    found = _shape(evidence)
    if found is None:
        return Decision(claim, NOT_TESTABLE, reason="No audio was measured.")
    pairs = separability.one_against_one(*found).reset_index(drop=True)
    one, two = sorted(names.split(","))
    here = pairs[(pairs["first"] == one) & (pairs["second"] == two)]
    if here.empty:
        return Decision(claim, NOT_TESTABLE, reason="One of the genres has no tracks.")
    place = int(here.index[0]) + 1
    tenth = max(1, round(len(pairs) / 10))
    third = round(len(pairs) / 3)
    return Decision(
        claim,
        CONFIRMED if place <= tenth else PARTLY if place <= third else CONTRADICTED,
        f"place {place} of {len(pairs)}, hardest first",
        f"area {formats.number(float(here['area'].iloc[0]))},"
        f" {formats.count(len(found[0]))} tracks",
        "How well a linear rule on spectral shape tells the two apart. Among the hardest tenth"
        " counts as similar, among the hardest third as partly so.",
    )


def correlated(claim: Claim, evidence: Evidence, prefix: str) -> Decision:
    """Find the strongest correlation among the means of some columns, derivatives left out."""
    tabular = evidence.heard.tabular
    columns = [c for c in tabular.columns if re.fullmatch(rf"{prefix}\d+_mean", str(c))]
    if len(columns) < 2:
        return Decision(claim, NOT_TESTABLE, reason="These columns were not measured.")
    top = separability.correlations(tabular[columns]).iloc[0]
    strength = abs(float(top["r"]))
    # Fisher's transformation; that the strongest of many pairs was taken is not in it.
    reach = 1.96 / math.sqrt(max(1, len(tabular) - 3))
    low, high = (math.tanh(math.atanh(min(strength, 0.9999)) + sign * reach) for sign in (-1, 1))
    return Decision(
        claim,
        CONFIRMED if low >= HIGH else CONTRADICTED if high < HIGH else NOT_TESTABLE,
        f"r = {formats.number(float(top['r']))}",
        f"{formats.number(low)} to {formats.number(high)} in size,"
        f" {formats.count(len(tabular))} tracks",
        f"The strongest pair of means, {top['first']} and {top['second']}. From {HIGH:g} on we"
        " call it high; where the interval holds that limit, it is open.",
    )


def _tendency(evidence: Evidence, column: str, name: str, n_tests: int) -> int:
    """Whether a genre's values lie above (1) or below (-1) all others', or neither is shown (0).

    Mann and Whitney's rank test (1947), two-sided, with Bonferroni's correction.
    """
    tabular = evidence.heard.tabular.set_index("track_id")
    genre = evidence.heard.tracks.set_index("track_id").loc[tabular.index, "genre"]
    inside = (genre == name).to_numpy()
    if not inside.any() or inside.all():
        return 0
    values = tabular[column].to_numpy()
    test = stats.mannwhitneyu(values[inside], values[~inside])
    if test.pvalue * n_tests >= ALPHA:
        return 0
    return 1 if test.statistic > inside.sum() * (~inside).sum() / 2 else -1


def varied(claim: Claim, evidence: Evidence, names: str) -> Decision:
    """Ask whether some genres vary more within a track, in tempo and in onset strength."""
    columns = {"tempo_std": "tempo", "onset_strength_std": "onset strength"}
    wanted = [(name, column, 1) for name in names.split(",") for column in columns]
    return _tendencies(claim, evidence, wanted, columns, "the spread within a track of")


def bright(claim: Claim, evidence: Evidence, names: str) -> Decision:
    """Ask whether the first genre lies low in frequency, and the second high."""
    low, high = names.split(",")
    columns = {"centroid_mean": "the spectral centroid"}
    wanted = [(low, "centroid_mean", -1), (high, "centroid_mean", 1)]
    return _tendencies(claim, evidence, wanted, columns, "the mean of")


def _tendencies(
    claim: Claim,
    evidence: Evidence,
    wanted: Sequence[tuple[str, str, int]],
    columns: Mapping[str, str],
    what: str,
) -> Decision:
    """Decide by how many of some expected tendencies are shown, and how many reversed."""
    if not set(columns) <= set(evidence.heard.tabular.columns):
        return Decision(claim, NOT_TESTABLE, reason="These columns were not measured.")
    signs = [sign * _tendency(evidence, c, name, len(wanted)) for name, c, sign in wanted]
    words = {1: "as stated", 0: "not shown", -1: "the other way"}
    told = [
        f"{tracks_module.label(name)}, {columns[column]}: {words[sign]}"
        for (name, column, _), sign in zip(wanted, signs, strict=True)
    ]
    agreed, reversed_ = signs.count(1), signs.count(-1)
    verdict = PARTLY if agreed else CONTRADICTED if reversed_ else NOT_TESTABLE
    if agreed == len(signs):
        verdict = CONFIRMED
    return Decision(
        claim,
        verdict,
        "; ".join(told),
        f"{formats.count(len(evidence.heard.tabular))} tracks",
        f"Each genre against all others by {what} {formats.listing(list(columns.values()))}: rank"
        f" test, corrected for {len(signs)} of them, on {evidence.heard.name}.",
    )
