"""How sure models are and what all of them miss, in sentences that follow the records."""

from __future__ import annotations

import pandas as pd

from mgc.display import formats
from mgc.models import TITLES


def sureness_statements(table: pd.DataFrame) -> list[str]:
    """Say which models of `mgc.evaluation.sureness.too_sure` are too sure, and which too modest.

    Only where the interval lies on one side of zero.
    """
    kinds = {
        "too sure": table["low"] > 0,
        "too modest": table["high"] < 0,
        "neither shown": (table["low"] <= 0) & (table["high"] >= 0),
    }
    said = []
    for kind, which in kinds.items():
        rows = table[which]
        models = [
            f"{formats.inside(TITLES[row['key']])} ({formats.points(row['mean'])};"
            f" {formats.signed(row['low'])} to {formats.signed(row['high'])})"
            for row in rows.to_dict("records")
        ]
        if models:
            said.append(f"{kind.capitalize()}: {formats.listing(models)}.")
    return said or ["No model was run."]


def missed_statement(missed: int, faulty: int, tested: int, known: int) -> str:
    """Say whether faults are commoner among the tracks that all networks miss.

    `missed` tracks, `faulty` of them with a known fault, of `tested` tracks with `known` such.
    """
    if not missed:
        return "No test track is missed by all of them."
    share, usual = faulty / missed, known / tested
    more = (
        "So a known fault does not explain them: such tracks are no commoner here."
        if share <= usual
        else "So tracks with known faults are commoner here."
    )
    return (
        f"Of these, {formats.count(faulty)} ({formats.percent(share)}) have a fault that our table"
        f" of facts knows; of all {formats.count(tested)} test tracks, {formats.percent(usual)}."
        f" {more}"
    )
