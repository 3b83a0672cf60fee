"""What changes of a recipe are worth, in words."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from mgc.display import formats
from mgc.evaluation.controls import ON_JAX, VARIANTS
from mgc.evaluation.significance import shown
from mgc.models import TITLES


def changes_table(table: pd.DataFrame) -> pd.DataFrame:
    """Write the rows of `mgc.evaluation.controls.table` as texts, differences in points.

    What is changed has a column where it is not the same in all rows.
    """
    rows = []
    for row in table.to_dict("records"):
        between = f"{formats.signed(row['low'], 1)} to {formats.signed(row['high'], 1)}"
        rows.append(
            {
                "Model": TITLES[row["model"]],
                "Trained": VARIANTS[row["variant"]],
                "Fits": formats.count(row["seeds"]),
                "Right": formats.percent(row["accuracy"], 1),
                "Points (95 %, Holm)": f"{formats.signed(row['gain'], 1)} ({between};"
                f" {formats.p_value(row['p_holm'])})",
                "Validation": formats.signed(row["valid"], 1),
            }
        )
    whole = pd.DataFrame(rows)
    same = (table["variant"] == table["variant"].iloc[0]).all()
    return whole.drop(columns="Trained") if same else whole


def statement(table: pd.DataFrame) -> str:
    """Say which of these changes is shown to help, which to hurt, and of which neither is."""
    apart, better = shown(table), table["gain"] > 0
    parts = {
        "Shown to help": table[apart & better],
        "Shown to hurt": table[apart & ~better],
        "No difference is shown": table[~apart],
    }
    said = [
        f"{what}: {'; '.join(_named(row) for row in rows.to_dict('records'))}."
        for what, rows in parts.items()
        if len(rows)
    ]
    return " ".join(said) or "Nothing of this was fitted."


def _named(row: Mapping[Hashable, Any]) -> str:
    title = formats.inside(TITLES[str(row["model"])])
    return title if row["variant"] == ON_JAX else f"{title}, {VARIANTS[str(row['variant'])]}"
