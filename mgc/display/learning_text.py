"""What more tracks and more artists are worth, in words."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from mgc.display import formats
from mgc.evaluation.learning import COMPARED, Change
from mgc.models import TITLES

COLUMNS = {
    "tracks": "Twice the tracks",
    "artists": "Twice the artists and their tracks",
    "spread": "As many tracks of more artists",
}


def changes_table(found: Sequence[Change]) -> pd.DataFrame:
    """Write what each model gains from more to learn from as texts."""
    rows: dict[str, dict[str, str]] = {}
    for model, what, gain in found:
        row = rows.setdefault(model, {"Model": TITLES[model]})
        between = formats.points_interval(gain.low, gain.high, 1)
        row[COLUMNS[what]] = f"{formats.points(gain.mean, 1)} ({between})"
    return pd.DataFrame(list(rows.values()))


def statement(found: Sequence[Change]) -> str:
    """Say which models gain, from each of what is compared."""
    if not found:
        return "No model was fitted on fewer tracks."
    return " ".join(_gains([c for c in found if c.what == what], what) for what in COMPARED)


def _gains(found: Sequence[Change], what: str) -> str:
    shown = [formats.inside(TITLES[model]) for model, _, gain in found if gain.low > 0]
    others = [formats.inside(TITLES[model]) for model, _, gain in found if gain.low <= 0]
    source = COLUMNS[what].lower()
    if not shown:
        return f"From {source}, no gain is shown for any model."
    if not others:
        return f"From {source}, every model gains."
    verb = "gains" if len(shown) == 1 else "gain"
    rest = formats.listing(others)
    return f"From {source}, {formats.listing(shown)} {verb}; of {rest} that is not shown."
