"""The figure of learning curves: accuracy against what there was to learn from."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from mgc.display.figures import style
from mgc.display.figures.style import note, percent_axis, subplots
from mgc.models import TITLES

LOOKS = {
    "vgg16": (style.ACCENT, "o"),
    "cnn": (style.WARNING, "s"),
    "mlp": ("#117733", "D"),
    "logistic": (style.MUTED, "^"),
}
AXES = {"tracks": "tracks left out one by one", "artists": "whole artists left out"}


def curves(table: pd.DataFrame) -> Figure:
    """Draw accuracy against the number of training tracks, and of their artists.

    Parameters
    ----------
    table : DataFrame
        `mgc.evaluation.learning.curves`.
    """
    if table.empty:
        return note("No model was fitted on fewer tracks.")
    figure, axes = subplots(2, 1, size=(style.WIDTH, 6.4), sharey=True)
    for axis, (kind, title) in zip(axes[:, 0], AXES.items(), strict=True):
        here = table[table["kind"] == kind]
        for number, (model, rows) in enumerate(here.groupby("model", sort=False)):
            shade, shape = LOOKS[str(model)]
            x = rows[kind] * (1 + 0.012 * (number - 1.5))  # so that intervals do not overlap
            ends = [rows["accuracy"] - rows["low"], rows["high"] - rows["accuracy"]]
            axis.errorbar(
                x, rows["accuracy"], yerr=ends, marker=shape, ms=6, color=shade, lw=1.8,
                elinewidth=1, label=TITLES[str(model)],
            )  # fmt: skip
        ticks = here.groupby("share")[kind].mean()
        axis.set_xscale("log", base=2)
        axis.set_xticks(ticks, [f"{tick:.0f}" for tick in ticks])
        axis.minorticks_off()
        axis.set_title(title.capitalize())
        axis.set_xlabel(f"{kind} in training, mean over folds")
        axis.set_ylabel("right (95 % interval)")
        axis.grid(axis="y")
        percent_axis(axis)
    axes[0, 0].set_ylim(0, None)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2)
    return figure
