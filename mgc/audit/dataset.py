"""Claims about GTZAN, its cleaning and what can be heard in it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from mgc import quality, separability, show
from mgc.audit.claims import Claim
from mgc.audit.decision import CONFIRMED, CONTRADICTED, NOT_TESTABLE, PARTLY, Decision
from mgc.audit.evidence import Evidence
from mgc.data import gtzan_table
from mgc.figures import style
from mgc.report import facts

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
        show.count(counted),
        "",
        f"Counted in the index of the original files. {show.count(copies)} of the files are byte"
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
        f"{show.number(seconds.min(), 2)} to {show.number(seconds.max(), 2)}\u00a0s",
        "",
        f"Measured on {show.count(len(seconds))} tracks of {evidence.heard.name}.",
    )


def rule(claim: Claim, evidence: Evidence, name: str) -> Decision:
    """Count the tracks that a rule of cleaning flags; the report says that there are some."""
    measured = evidence.heard.tracks
    if measured["duration_s"].isna().all():
        return Decision(claim, NOT_TESTABLE, reason="No audio was measured.")
    flags = quality.flag(measured)
    hits = flags.loc[flags["rule"] == name, "track_id"].nunique()
    return Decision(
        claim,
        CONFIRMED if hits else NOT_TESTABLE,
        f"{show.count(hits)} of {show.count(len(measured))} tracks",
        "",
        f"The rule is: {quality.RULES[name].reason}. Measured on {evidence.heard.name}; the other"
        " tracks were not heard.",
    )


def labels(claim: Claim, _: Evidence, __: str) -> Decision:
    """Set the number of wrong labels beside what listeners counted."""
    faults = facts.gtzan_faults().set_index("kind")["count"]
    found = int(faults["conspicuous mislabelings"])
    return Decision(
        claim,
        CONTRADICTED,
        f"{show.count(found)} conspicuous",
        f"{show.count(faults['contentious mislabelings'])} more are contentious",
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
        f"{show.count(faults['exact repetitions'])} exact repetitions",
        "",
        f"Sturm (2013) counts them by ear and by fingerprint; {show.count(copies)} are equal to"
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
    """Ask whether some genres are told from the rest best by spectral shape (chapter 3)."""
    found = _shape(evidence)
    if found is None:
        return Decision(claim, NOT_TESTABLE, reason="No audio was measured.")
    area = separability.one_against_rest(*found)
    wanted = names.split(",")
    hit = set(area.index[: len(wanted)]) & set(wanted)
    verdict = CONFIRMED if len(hit) == len(wanted) else PARTLY if hit else CONTRADICTED
    top = [f"{style.label(str(g))} {show.number(v)}" for g, v in area.iloc[:3].items()]
    return Decision(
        claim,
        verdict,
        show.listing(top),
        f"{show.count(len(found[0]))} tracks",
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
        f"area {show.number(float(here['area'].iloc[0]))}, {show.count(len(found[0]))} tracks",
        "How well a linear rule on spectral shape tells the two apart. Among the hardest tenth"
        " counts as similar, among the hardest third as partly so.",
    )


def correlated(claim: Claim, evidence: Evidence, prefix: str) -> Decision:
    """Find the strongest correlation among the means of some columns."""
    tabular = evidence.heard.tabular
    columns = [c for c in tabular.columns if str(c).startswith(prefix) and c.endswith("_mean")]
    if len(columns) < 2:
        return Decision(claim, NOT_TESTABLE, reason="No audio was measured.")
    top = separability.correlations(tabular[columns]).iloc[0]
    strength = abs(float(top["r"]))
    return Decision(
        claim,
        CONFIRMED if strength >= HIGH else CONTRADICTED,
        f"r = {show.number(float(top['r']))}",
        f"{show.count(len(tabular))} tracks",
        f"The strongest pair of means, {top['first']} and {top['second']}; from {HIGH:g} on we"
        " call it high.",
    )


def varied(claim: Claim, evidence: Evidence, names: str) -> Decision:
    """Ask whether some genres vary most within a track, in tempo and in onset strength."""
    tabular = evidence.heard.tabular.set_index("track_id")
    columns = ["tempo_std", "onset_strength_std"]
    if not set(columns) <= set(tabular.columns):
        return Decision(claim, NOT_TESTABLE, reason="No audio was measured.")
    genre = evidence.heard.tracks.set_index("track_id").loc[tabular.index, "genre"]
    means = tabular[columns].groupby(genre.to_numpy()).mean()
    rank = means.rank(ascending=False).astype(int).to_dict("index")
    wanted = [name for name in names.split(",") if name in rank]
    half = len(rank) / 2
    above = [rank[name][column] for name in wanted for column in columns
             if rank[name][column] <= half]  # fmt: skip
    total = len(wanted) * len(columns)
    verdict = CONFIRMED if len(above) == total else PARTLY if above else CONTRADICTED
    places = [
        f"{style.label(name)} {rank[name][columns[0]]} and {rank[name][columns[1]]}"
        for name in wanted
    ]
    return Decision(
        claim,
        verdict if total else NOT_TESTABLE,
        "; ".join(places),
        f"of {len(rank)} genres, {show.count(len(tabular))} tracks",
        "Places by the spread of tempo and of onset strength within a track, one reading of"
        " complexity among several.",
    )
