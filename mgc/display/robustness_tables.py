"""Degraded sound in words: what is left of the accuracy, and whether copies or scales help."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

import pandas as pd

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
    TELEPHONE,
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
    NONE: "", TIME: "times the tempo", PITCH: "semitones", NOISE: "dB", MP3: "kbit/s",
    TELEPHONE: "",
}  # fmt: skip


def how_far(kind: str, strength: float) -> str:
    """Write the strength of a degradation with its unit; nothing for a kind that has one only."""
    if kind in (NONE, TELEPHONE):
        return ""
    if kind == PITCH:
        unit = "semitone" if abs(strength) == 1 else "semitones"
        return f"{strength:+g}".replace("-", "−").replace("+0", "0") + f"\u00a0{unit}"
    return f"{strength:g}\u00a0{UNITS[kind]}"


def accuracies(table: pd.DataFrame) -> pd.DataFrame:
    """Write accuracy by kind, strength and way as texts (`mgc.experiments.robustness.load`)."""
    rows = []
    for kind, strengths in STRENGTHS.items():
        for strength in strengths:
            row = {
                "Sound went through": kind.capitalize() if kind != MP3 else kind,
                "How far": how_far(kind, strength) or formats.MISSING,
            }
            for way in WAYS:
                value = estimate(table, Condition(kind, strength, way))
                row[WAY_TITLES[way]] = formats.accuracy(*value)
            rows.append(row)
    return pd.DataFrame(rows)


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
            f"A loss is shown with {_listed(shown)}."
            if len(shown) < len(known)
            else "A loss is shown at every strength.",
        ]
    said += [
        _changed("Altered copies", "make", table, COPIES),
        _changed("Scaling columns anew", "makes", table, ANEW),
        "Each interval stands for itself; of so many, one may leave out zero by chance.",
    ]
    return " ".join(said)


def _changed(what: str, verb: str, table: pd.DataFrame, way: str) -> str:
    """Say where a way is shown to be better, and where worse, than the model as it was."""
    better, worse = [], []
    for kind, strength in degradations():
        gain = estimate(table, Condition(kind, strength, way), Condition(kind, strength))
        if gain.low > 0:
            better.append((kind, strength))
        if gain.high < 0:
            worse.append((kind, strength))
    parts = [
        f"{word} with {_listed(pairs)}"
        for word, pairs in (("better", better), ("worse", worse))
        if pairs
    ]
    if not parts:
        return f"{what} {'are' if verb == 'make' else 'is'} not shown to change it anywhere."
    end = "" if better else "; they are nowhere shown to help" if verb == "make" else (
        "; nowhere is it shown to help"
    )  # fmt: skip
    return f"{what} {verb} it {', and '.join(parts)}{end}."


def _listed(pairs: Iterable[tuple[str, float]]) -> str:
    """Name degradations, those of a kind together: ``white noise (10 dB and 0 dB)``."""
    parts = []
    for kind, group in groupby(pairs, key=lambda pair: pair[0]):
        strengths = [how_far(kind, strength) for _, strength in group]
        named = "a telephone's band" if kind == TELEPHONE else kind
        parts.append(f"{named} ({formats.listing(strengths)})" if strengths[0] else named)
    return formats.listing(parts)


def numbers(table: pd.DataFrame, facts: Mapping[str, Any]) -> dict[str, str]:
    """Write what the prose of chapter 7 says of the measurement and of its controls.

    `facts` are those of `mgc.experiments.robustness.load_facts`.
    """
    same = facts["same_answer_as_published_picture"]
    neutral = (estimate(table, Condition(TIME, NEUTRAL[TIME])), estimate(table, Condition()))
    return {
        "c7_sound_tracks": formats.count(facts["tracks"]),
        "c7_sound_same": formats.percent(same[PLAIN]),
        "c7_sound_right": formats.accuracy(*neutral[1]),
        "c7_sound_neutral": formats.accuracy(*neutral[0]),
    }
