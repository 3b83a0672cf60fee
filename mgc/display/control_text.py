"""What changes of a recipe are worth, in words."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from mgc.display import formats
from mgc.evaluation.controls import ON_JAX, VARIANTS
from mgc.evaluation.significance import ALPHA
from mgc.models import TITLES


def changes_table(table: pd.DataFrame) -> pd.DataFrame:
    """Write the rows of `mgc.evaluation.controls.table` as texts."""
    rows = []
    for row in table.to_dict("records"):
        between = formats.points_interval(row["low"], row["high"], 1)
        rows.append(
            {
                "Model": TITLES[row["model"]],
                "Trained": VARIANTS[row["variant"]],
                "Fits": formats.count(row["seeds"]),
                "Right": formats.percent(row["accuracy"], 1),
                "By its recipe": formats.percent(row["usual"], 1),
                "Change (95 % interval)": f"{formats.points(row['gain'], 1)} ({between})",
                "p, Holm": formats.p_value(row["p_holm"]),
                "Change on validation": formats.points(row["valid"], 1),
            }
        )
    return pd.DataFrame(rows)


def statement(table: pd.DataFrame) -> str:
    """Say which of these changes is shown to help, which to hurt, and of which neither is."""
    helps, hurts = _shown(table, 1), _shown(table, -1)
    others = table.drop([*helps.index, *hurts.index])
    parts = {"Shown to help": helps, "Shown to hurt": hurts, "No difference is shown": others}
    said = [
        f"{what}: {'; '.join(_named(row) for row in rows.to_dict('records'))}."
        for what, rows in parts.items()
        if len(rows)
    ]
    return " ".join(said) or "Nothing of this was fitted."


def _named(row: Mapping[Hashable, Any]) -> str:
    title = formats.inside(TITLES[str(row["model"])])
    return title if row["variant"] == ON_JAX else f"{title}, {VARIANTS[str(row['variant'])]}"


def _shown(table: pd.DataFrame, sign: int) -> pd.DataFrame:
    apart = table["low"] > 0 if sign > 0 else table["high"] < 0
    return table[(table["p_holm"] < ALPHA) & apart]
