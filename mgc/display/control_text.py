"""What changes of a recipe are worth, in words."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from mgc.display import formats, model_text
from mgc.evaluation import significance
from mgc.evaluation.controls import CHOSEN, ON_JAX, RETUNED, VARIANTS
from mgc.evaluation.significance import Groups, pairwise, shown
from mgc.models import TITLES
from mgc.training.trials import best


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


def lengths_table(table: pd.DataFrame) -> pd.DataFrame:
    """Write the rows of `mgc.evaluation.controls.lengths_table` as texts."""
    chosen = [
        f"{formats.count(longer)} of {formats.count(folds)}"
        for longer, folds in zip(table["longer"], table["folds"], strict=True)
    ]
    # Validation chose, so that it cannot say as well what the choice is worth.
    texts = changes_table(table).drop(columns="Validation")
    texts.insert(2, "Longer, in folds", chosen)
    return texts


def places_table(table: pd.DataFrame, places: Sequence[str]) -> pd.DataFrame:
    """Write rows of `mgc.evaluation.controls.table` as texts, a row a set of test tracks."""
    texts = changes_table(table).drop(columns=["Model", "Validation"])
    texts.insert(1, "Before", [formats.percent(share, 1) for share in table["usual"]])
    return texts.assign(Where=list(places))[["Where", *texts.columns]]


def trials_table(retuned: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Say what more trials of some networks found, and what that is worth on test tracks.

    Parameters
    ----------
    retuned : DataFrame
        Rows of `mgc.evaluation.controls.table`.
    before, after : DataFrame
        The first trials, and all of them, as of `mgc.training.trials.table`.
    """
    counts = [trials["model"].value_counts() for trials in (before, after)]
    losses = [best(trials).set_index("model")["valid_log_loss"] for trials in (before, after)]
    texts = changes_table(retuned).drop(columns="Validation")
    for place, name, values, text in (
        (1, "Trials", counts, formats.count),
        (2, "Validation loss", losses, formats.number),
    ):
        cells = [" → ".join(text(each[model]) for each in values) for model in retuned["model"]]
        texts.insert(place, name, cells)
    return texts


def redrawn_table(table: pd.DataFrame) -> pd.DataFrame:
    """Write `mgc.training.trials.redrawn` as texts: each log loss by all tracks, then without."""
    rows = []
    for row in table.to_dict("records"):
        chosen, other = row["chosen"], row["other"]
        changed = [
            model_text.setting(key, other[key]) for key in other if other[key] != chosen[key]
        ]
        rows.append(
            {
                "Model": TITLES[row["model"]],
                "Trials": formats.count(row["trials"]),
                "Chosen by all": _losses(row, "chosen"),
                "Best without": _losses(row, "other"),
                "Its other settings": ", ".join(changed) or "none, it is the same",
            }
        )
    return pd.DataFrame(rows)


def redrawn_statement(table: pd.DataFrame) -> str:
    """Say of which models the choice stays without the redrawn pictures, and of which not."""
    same = table["chosen"] == table["other"]
    titles = table["model"].map(TITLES).map(formats.inside)
    said = [
        f"{what} {formats.listing(list(titles[which]))}."
        for what, which in (
            ("Without these pictures the best of these trials stays the same for", same),
            ("It is another for", ~same),
        )
        if which.any()
    ]
    return " ".join(said)


def _losses(row: Mapping[Hashable, Any], which: str) -> str:
    return " → ".join(formats.number(row[f"{which}_{by}"]) for by in ("all", "without"))


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


def beside(first: str, groups: Groups) -> str:
    """Say what the tests show of one of these models and of each other, Holm over all pairs."""
    tests = pairwise(groups)
    said = [significance.statement(tests, first, other) for other in groups if other != first]
    return " ".join(each[0].upper() + each[1:] for each in said)


def _named(row: Mapping[Hashable, Any]) -> str:
    title = formats.inside(TITLES[str(row["model"])])
    return (
        title
        if row["variant"] in (CHOSEN, ON_JAX, RETUNED)
        else f"{title}, {VARIANTS[str(row['variant'])]}"
    )
