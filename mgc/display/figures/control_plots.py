"""Figures of what holds a network back: what each change of its recipe is worth, and when."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from mgc.display.figures import style
from mgc.display.figures.gain_plot import gains
from mgc.display.figures.style import note, single
from mgc.evaluation.controls import LONG, VARIANTS
from mgc.evaluation.significance import shown

LINES = {"tuned": (style.MUTED, "s", "its recipe"), LONG: (style.ACCENT, "o", VARIANTS[LONG])}


def changes(table: pd.DataFrame) -> Figure:
    """Draw what each change of one model's recipe is worth, the largest gain on top.

    Parameters
    ----------
    table : DataFrame
        Rows of one model of `mgc.evaluation.controls.table`; a mark is filled where the gain is
        shown after Holm's correction.
    """
    if table.empty:
        return note("No recipe was changed.")
    rows = table.sort_values("gain", kind="stable")
    names = [VARIANTS[variant] for variant in rows["variant"]]
    numbers = rows[["gain", "low", "high"]].to_numpy(np.float64)
    return gains(names, numbers, shown(rows).to_numpy(bool))


def epochs(table: pd.DataFrame) -> Figure:
    """Draw validation loss against the epoch, by the recipe and for three times as long.

    Parameters
    ----------
    table : DataFrame
        `mgc.evaluation.controls.epochs`.
    """
    if table.empty:
        return note("No model was trained for longer.")
    figure, axis = single(style.WIDTH, 3.4)
    for variant, rows in table.groupby("variant", sort=False):
        shade, shape, label = LINES[str(variant)]
        axis.plot(rows["epoch"], rows["val_loss"], color=shade, lw=1.2, label=label)
        best = int(rows["val_loss"].to_numpy().argmin())
        axis.plot(rows["epoch"].iloc[best], rows["val_loss"].iloc[best], shape, color=shade, ms=7)
    axis.set_xlabel("epoch")
    axis.set_ylabel("log loss, validation, nats")
    axis.set_ylim(None, float(table.query("epoch > 3")["val_loss"].max()))
    axis.grid(axis="y")
    axis.legend(loc="upper right")
    return figure
