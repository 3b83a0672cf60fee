"""Figures that set our accuracies beside published ones."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from mgc.display.figures import style
from mgc.display.figures.style import percent_axis, single


def literature(published: pd.DataFrame, protocol: str, ours: Mapping[str, float]) -> Figure:
    """Draw published accuracies by protocol, and ours beside those of its own.

    `published` is `mgc.datasets.facts.literature` (in percent) with titles of protocols,
    `protocol` the title of that of our results, and `ours` accuracies (0 to 1) by row title.
    """
    own = [
        {
            "system": f"{name} (this book)",
            "accuracy": 100 * share,
            "protocol": protocol,
            "own": True,
        }
        for name, share in ours.items()
    ]
    lines = pd.DataFrame([*own, *published.assign(own=False).to_dict("records")])
    groups = list(dict.fromkeys([protocol, *published["protocol"]]))
    figure, axis = single(style.WIDTH, 0.36 * len(lines) + 0.36 * len(groups) + 0.9)
    place, ticks = 0.0, {}
    for group in groups:
        part = lines[lines["protocol"] == group]
        if part.empty:
            continue
        place += 1.2
        axis.text(0.01, place - 0.85, group, weight="bold", fontsize=10)
        for row in part.itertuples():
            look, shade = ("o", style.ACCENT) if row.own else ("s", style.MUTED)
            axis.plot(row.accuracy / 100, place, look, color=shade, ms=7)
            ticks[place] = fill(str(row.system), 26)
            place += 1
    axis.set_yticks(list(ticks), list(ticks.values()))
    axis.set_ylim(place, -0.2)
    axis.set_xlim(0, 1)
    percent_axis(axis, "x")
    axis.set_xlabel("accuracy; compare within a group only")
    axis.grid(axis="x")
    return figure


def between(ours: pd.DataFrame, published: pd.DataFrame, ceilings: Mapping[str, float]) -> Figure:
    """Draw accuracies between a guess and two ceilings, split by what a system learned from.

    Parameters
    ----------
    ours : DataFrame
        `mgc.evaluation.open_table.open_table` of one protocol.
    published : DataFrame
        `mgc.display.system_tables.taught_figures` (in percent) of the same protocol.
    ceilings : mapping of str to float
        `mgc.datasets.facts.ceilings`.
    """
    theirs = published.assign(
        accuracy=published["accuracy"] / 100, low=np.nan, high=np.nan, shape="s"
    )
    every = pd.concat([ours.assign(taught=ours["outside"] != "", shape="o"), theirs])
    every = every.sort_values(["taught", "accuracy"])
    figure, axis = single(style.WIDTH, 0.36 * len(every) + 1.9)
    place, ticks = 0.0, {}
    for taught, title in ((False, "learned from GTZAN alone"), (True, "learned elsewhere, too")):
        axis.text(0.01, place + 0.15, title, weight="bold", fontsize=10)
        for _, row in every[every["taught"] == taught].iterrows():
            place += 1.0
            shade = style.ACCENT if row["shape"] == "o" else style.MUTED
            axis.plot([row["low"], row["high"]], [place] * 2, color=shade, lw=2)
            fill_colour = "white" if taught else shade
            axis.plot(row["accuracy"], place, row["shape"], color=shade, ms=7, mfc=fill_colour)
            ticks[place] = fill(str(row["system"]), 26)
        place += 1.4
    lines = {"guess": 0.1, "people,\nelsewhere": ceilings["people"], "labels": ceilings["labels"]}
    for title, share in lines.items():
        axis.axvline(share, color=style.WARNING, ls="--", lw=1.2, zorder=0)
        axis.annotate(f"{title}\n{100 * share:g} %", (share, 1), (0, 4), ha="center", va="bottom",
                      xycoords=axis.get_xaxis_transform(), textcoords="offset points",
                      fontsize=10, color=style.WARNING)  # fmt: skip
    axis.set_yticks(list(ticks), list(ticks.values()))
    axis.set_ylim(place - 0.4, -0.4)
    axis.set_xlim(0, 1)
    percent_axis(axis, "x")
    axis.set_xlabel("accuracy on the fault-filtered test part")
    axis.grid(axis="x")
    return figure
