"""Tables of what training and test parts share under each protocol."""

from __future__ import annotations

import pandas as pd

from mgc.datasets.splits import PROTOCOL_TITLES
from mgc.display import formats
from mgc.evaluation.leakage import STEPS
from mgc.models import NAMES, TITLES


def repetition_table(counts: pd.DataFrame, artists_known: bool) -> pd.DataFrame:
    """Write the result of `repetitions` as texts for a page."""
    place = {name: number for number, name in enumerate(PROTOCOL_TITLES)}
    counts = counts.sort_values("protocol", key=lambda names: names.map(place))
    shown = pd.DataFrame(
        {
            "Protocol": counts["protocol"].map(PROTOCOL_TITLES),
            "Test units": counts["test_units"].map(formats.count),
            "Another piece of the track trains": counts["same_track"].map(formats.count),
            "The same file trains": counts["same_file"].map(formats.count),
        }
    )
    if artists_known:
        shown["The artist trains"] = counts["same_artist"].map(formats.count)
    return shown


def leak_statements(table: pd.DataFrame) -> list[str]:
    """Say which models score higher where something leaks than where it does not: `STEPS`.

    Two protocols have other test tracks, so no paired test applies; a difference is called clear
    where the two intervals do not touch.

    Parameters
    ----------
    table : DataFrame
        From `by_protocol`.

    Returns
    -------
    list of str
        One sentence a pair of protocols; a single one where there is nothing to compare.
    """
    places = zip(table["protocol"], table["model"], strict=True)
    numbers = table[["accuracy", "low", "high"]].to_numpy(dtype=float)
    ends = dict(zip(places, numbers, strict=True))
    said = []
    for upper, lower in STEPS:
        both = [n for n in NAMES if (upper, n) in ends and (lower, n) in ends]
        if not both:
            continue
        change = [ends[lower, n][0] - ends[upper, n][0] for n in both]
        clear = [TITLES[n] for n in both if ends[upper, n][1] > ends[lower, n][2]]
        said.append(
            f"From {PROTOCOL_TITLES[upper]} to {PROTOCOL_TITLES[lower]} the accuracy changes by"
            f" {formats.points(min(change))} to {formats.points(max(change))}; it is clearly lower"
            f" (intervals apart) for {formats.listing(clear) if clear else 'no model'}."
        )
    return said or ["There are no records of two protocols that differ in one leak."]


def artist_table(effect: pd.DataFrame) -> pd.DataFrame:
    """Write the result of `artist_effect` as texts for a page."""
    ends = zip(effect["low"], effect["high"], strict=True)
    return pd.DataFrame(
        {
            "Folds": effect["folds"],
            "Right": effect["right"].map(formats.count),
            "Tracks": effect["n"].map(formats.count),
            "Accuracy": effect["accuracy"].map(formats.percent),
            "95 % interval": [formats.interval(low, high) for low, high in ends],
        }
    )
