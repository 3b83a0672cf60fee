"""Degraded sound in words: what is left of the accuracy, and whether copies or scales help."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

import pandas as pd

from mgc.datasets.tracks import label
from mgc.display import formats
from mgc.experiments.robustness import (
    ANEW,
    COPIES,
    MP3,
    NEUTRAL,
    NOISE,
    NONE,
    PITCH,
    PLAIN,
    STRENGTHS,
    TIME,
    WAYS,
    Condition,
    degradations,
    estimate,
)

WAY_TITLES: Mapping[str, str] = {
    PLAIN: "No copies", COPIES: "Altered copies", ANEW: "Columns scaled anew",
}  # fmt: skip
UNITS: Mapping[str, str] = {
    TIME: "times the tempo", PITCH: "semitones", NOISE: "dB", MP3: "kbit/s",
}  # fmt: skip


def how_far(kind: str, *strengths: float) -> str:
    """Write strengths of a kind with its unit; nothing for a kind that has one only."""
    if kind not in UNITS:
        return ""
    sign = "+" if kind == PITCH else ""
    values = [f"{value:{sign if value else ''}g}".replace("-", "−") for value in strengths]
    # The unit goes with the last value: "−2 and −1 semitone".
    unit = "semitone" if kind == PITCH and abs(strengths[-1]) == 1 else UNITS[kind]
    return f"{formats.listing(values)}\u00a0{unit}"


def accuracies(table: pd.DataFrame) -> pd.DataFrame:
    """Write accuracy by kind, strength and way as texts (`mgc.experiments.robustness.load`)."""
    rows = []
    for kind, strengths in STRENGTHS.items():
        for strength in strengths:
            row = {
                "Sound went through": kind.capitalize() if kind != MP3 else kind,
                "How far": _in_table(kind, strength),
            }
            for way in WAYS:
                value = estimate(table, Condition(kind, strength, way))
                row[WAY_TITLES[way]] = formats.accuracy(*value)
            rows.append(row)
    return pd.DataFrame(rows)


def _in_table(kind: str, strength: float) -> str:
    text = how_far(kind, strength) or formats.MISSING
    method_alone = kind != NONE and NEUTRAL.get(kind) == strength
    return f"{text} (the method alone)" if method_alone else text


def statement(table: pd.DataFrame) -> str:
    """Say where most is lost, where a loss is shown, and where copies or new scales change it."""
    known = [(pair, estimate(table, Condition(*pair), Condition())) for pair in degradations()]
    shown = [pair for pair, change in known if change.high < 0]
    worst, change = min(known, key=lambda entry: entry[1].mean)
    if not shown:
        said = ["Degraded sound is not shown to cost accuracy at any strength."]
    else:
        between = formats.points_interval(change.low, change.high)
        said = [
            f"Most is lost with {_listed([worst])}: {formats.points(change.mean)} ({between}).",
            _named(table, *worst),
            f"A loss is shown with {_listed(shown)}."
            if len(shown) < len(known)
            else "A loss is shown at every strength.",
        ]
    said += [
        _changed("Altered copies", plural=True, table=table, way=COPIES),
        _changed("Scaling columns anew", plural=False, table=table, way=ANEW),
        "Each interval stands for itself; of so many, one may leave out zero by chance.",
    ]
    return " ".join(said)


def _named(table: pd.DataFrame, kind: str, strength: float) -> str:
    """Say which genre the model without copies names most often."""
    here = (table["kind"] == kind) & (table["strength"] == strength) & (table["model"] == PLAIN)
    named = table.loc[here, "named"].value_counts()
    n, total = formats.count(named.iloc[0]), formats.count(named.sum())
    share = f"all {total}" if n == total else f"{n} of {total}"
    return f"There the model without copies says {label(str(named.index[0]))} of {share} tracks."


def _changed(what: str, *, plural: bool, table: pd.DataFrame, way: str) -> str:
    """Say where a way is shown to be better, and where worse, than the model as it was."""
    higher, lower = [], []
    for pair in degradations():
        gain = estimate(table, Condition(*pair, way), Condition(*pair))
        if gain.low > 0:
            higher.append(pair)
        if gain.high < 0:
            lower.append(pair)
    end, be = ("", "are") if plural else ("s", "is")
    if higher and lower:
        return (
            f"{what} raise{end} accuracy with {_listed(higher)}, and lower{end} it with"
            f" {_listed(lower)}."
        )
    if higher:
        return f"{what} raise{end} accuracy with {_listed(higher)}; elsewhere no change is shown."
    if lower:
        return f"{what} lower{end} accuracy with {_listed(lower)}, and {be} nowhere shown to help."
    return f"{what} {be} not shown to change accuracy at any strength."


def _listed(pairs: Iterable[tuple[str, float]]) -> str:
    """Name degradations, those of a kind together: ``white noise (10 and 0 dB)``."""
    parts = []
    for kind, group in groupby(pairs, key=lambda pair: pair[0]):
        strengths = how_far(kind, *(strength for _, strength in group))
        parts.append(f"{kind} ({strengths})" if strengths else f"the {kind}")
    return formats.listing(parts)


def numbers(table: pd.DataFrame, facts: Mapping[str, Any]) -> dict[str, str]:
    """Write what the prose of the page says of the measurement and of its controls.

    `facts` are those of `mgc.experiments.robustness.load_facts`.
    """
    same = facts["same_answer_as_published_picture"]
    neutral = (estimate(table, Condition(TIME, NEUTRAL[TIME])), estimate(table, Condition()))
    return {
        "c22_sound_tracks": formats.count(facts["tracks"]),
        "c22_sound_same": formats.percent(same[PLAIN]),
        "c22_sound_right": formats.accuracy(*neutral[1]),
        "c22_sound_neutral": formats.accuracy(*neutral[0]),
    }
