"""What answers of the small CNN rest on, in words: how the maps stood their test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from mgc.datasets.tracks import label
from mgc.display import formats
from mgc.evaluation.gain import Estimate
from mgc.experiments.explanations import CONTROLS, MAPS, averaged, estimate


def table_of_orders(table: pd.DataFrame) -> pd.DataFrame:
    """Write how orders of patches stand the test (`mgc.experiments.explanations.load`)."""
    rows = []
    for method in (*MAPS, *CONTROLS):
        row = {"Order of patches": method.capitalize()}
        for measure, title in (("deletion", "Taken away"), ("insertion", "Put back")):
            row[title] = formats.accuracy(*estimate(table, measure, method))
        for control in CONTROLS:
            row[f"Gap, against {control}"] = (
                _points(estimate(table, "gap", method, control)) if method in MAPS else ""
            )
        like = estimate(table, "untrained", method) if method in MAPS else None
        row["Like random weights"] = (
            f"{formats.number(like.mean)} ({formats.number(like.low)} to"
            f" {formats.number(like.high)})"
            if like
            else ""
        )
        rows.append(row)
    return pd.DataFrame(rows)


def _points(value: Estimate) -> str:
    middle, low, high = (formats.signed(x, 1) for x in value)
    return f"{middle} ({low} to {high})"


def statement(table: pd.DataFrame) -> str:
    """Say which maps are better than the controls, test by test, and what else they resemble."""
    said = []
    for method in MAPS:
        beaten = {
            control: [
                what
                for measure, sign, what in (
                    ("deletion", -1, "taking away"),
                    ("insertion", 1, "putting back"),
                )
                if min(sign * end for end in estimate(table, measure, method, control)[1:]) > 0
            ]
            for control in CONTROLS
        }
        if all(len(ways) > 1 for ways in beaten.values()):
            both = "better than both controls, in taking away and in putting back"
            said.append(f"The order by {method} is {both}.")
            continue
        parts = [
            f"better than {control} in {formats.listing(ways)}"
            if ways
            else f"not shown to be better than {control}"
            for control, ways in beaten.items()
        ]
        said.append(f"The order by {method} is {', and '.join(parts)}.")
    agreement = formats.number(estimate(table, "agreement", MAPS[0]).mean)
    loud, signed, sizes = (
        formats.listing([formats.number(estimate(table, what, method).mean) for method in MAPS])
        for what in ("loudness", "untrained", "untrained_size")
    )
    said.append(
        f"The two maps have a rank correlation of {agreement} with each other, of {loud} with"
        f" loudness, and of {signed} with those of networks with random weights; without signs,"
        f" of {sizes}."
    )
    return " ".join(said)


def moments_statement(table: pd.DataFrame) -> str:
    """Say how unevenly attention weighs a track (`mgc.experiments.attention.load_weights`)."""
    values = table.set_index(["track_id", "genre"])
    least, most = (formats.percent(share) for share in values["half"].quantile([0.05, 0.95]))
    loud = averaged(values["loudness"])
    return (
        f"Of {formats.count(len(table))} test tracks, half of the weight lies on"
        f" {formats.percent(values['half'].mean())} of the time on average, and in nine tracks of"
        f" ten on {least} to {most}. Even weights would need half of it. The weight of a moment"
        f" has a rank correlation of {formats.number(loud.mean)} with how loud it is, mean over"
        f" tracks ({formats.number(loud.low)} to {formats.number(loud.high)}, 95 % interval over"
        " artists)."
    )


def numbers(table: pd.DataFrame, facts: Mapping[str, Any]) -> dict[str, str]:
    """Write what the prose of the page says of the maps."""
    named: Mapping[str, int] = facts["neutral_named"]
    most = max(named, key=lambda genre: named[genre])
    tracks = table["track_id"].nunique()
    return {
        "c22_explained": formats.count(tracks),
        "c22_unseen": formats.count(facts["test_tracks"]),
        "c22_neutral_genre": label(most),
        "c22_neutral_share": f"{formats.count(named[most])} of {formats.count(tracks)}",
        "c22_neutral_p": formats.percent(facts["p_neutral"], 1),
        "c22_whole_p": formats.percent(facts["p"], 1),
        "c22_score_gap": formats.percent(facts["score_gap"] / facts["score_apart"], 1),
        "c22_patches": formats.count(np.prod(facts["patches"])),
    }
