"""Figures that compare: models with each other, with what was claimed, and with what they cost.

Each returns a Figure of at most `mgc.display.figures.style.MAX_WIDTH` inches.
"""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mgc.datasets import tracks
from mgc.datasets.splits import WATERFALL
from mgc.display import formats
from mgc.display.figures import style
from mgc.display.figures.style import heatmap, note, percent_axis, single, triangle

LOOKS = tuple(zip(style.GENRE_COLOURS.values(), style.GENRE_MARKERS.values(), strict=True))
"""Colours and markers by which up to ten models or protocols are told apart."""

RUNGS = dict(
    zip(
        WATERFALL,
        ("at random", "fewer train", "faults\nout", "copies\ntogether", "artists\napart"),
        strict=True,
    )
)
"""What `mgc.datasets.waterfall` does from rung to rung, in short."""

PHONE = 6.0
"""Figures narrower than this, in inches, have the title of a row above it."""


def accuracies(
    table: pd.DataFrame,
    *,
    claims: Mapping[str, float] | None = None,
    line: float | None = None,
    band: tuple[float, float] | None = None,
    band_label: str = "",
    width: float = style.WIDTH,
) -> Figure:
    """Draw accuracies with their 95 % intervals, a row a label, beside what was claimed.

    Parameters
    ----------
    table : DataFrame
        From `mgc.evaluation.results.accuracy_table`, or with ``label`` (of the row), ``accuracy``,
        ``low``, ``high`` (0 to 1; NaN where nothing was run), ``model`` (for the claims), and
        where there are such: ``group`` (several of a row lie one below the other) and ``single``
        (tuple: the accuracy of each seed).
    claims : mapping of str to float, optional
        Claimed accuracy (0 to 1) by model name.
    line : float, optional
        Accuracy (0 to 1) of a guess, to draw as a dashed line.
    band : tuple of float, optional
        From where to where (0 to 1) to shade the ground, for what others reach.
    width : float, inches
        Below `PHONE`, labels stand above their rows.
    """
    if table.empty:
        return note("No model was run.")
    narrow = width < PHONE
    table = table if "group" in table else table.assign(group="")
    rows, groups = (list(dict.fromkeys(table[name])) for name in ("label", "group"))
    inches = 0.25 + 0.2 * len(groups) if narrow else max(0.44, 0.26 * len(groups))
    space = 0.2 * len(groups) / inches if narrow else 0.8  # share of a row that its lines have
    below = (1 - space) / 2 if narrow else 0.0
    figure, axis = single(width, inches * len(rows) + 1.5)
    for number, group in enumerate(groups):
        shade, shape = LOOKS[number % len(LOOKS)]
        for _, entry in table[table["group"] == group].dropna(subset=["accuracy"]).iterrows():
            place = rows.index(entry["label"]) + below
            place += space * (number - (len(groups) - 1) / 2) / len(groups)
            axis.plot([entry["low"], entry["high"]], [place] * 2, color=shade, lw=2.5)
            axis.plot(entry["accuracy"], place, shape, color=shade, ms=8, zorder=3)
            single_seeds = entry.get("single", ())
            if len(single_seeds) > 1:
                axis.plot(single_seeds, [place] * len(single_seeds), ".", color=style.MUTED,
                          ms=7, zorder=4)  # fmt: skip
            if len(groups) <= 2:
                # Near the edge of the figure the value would stand on the axis.
                x, distance = (entry["low"], -4) if entry["low"] > 0.2 else (entry["high"], 4)
                _beside(axis, x, place, entry["accuracy"], shade, distance)
        name = group or "accuracy, 95 % interval"
        axis.plot([], [], f"{shape}-", color=shade, lw=2.5, label=name)
    if "single" in table and table["single"].map(len).max() > 1:
        axis.plot([], [], ".", color=style.MUTED, ms=7, label="one seed")
    hollow: dict[str, Any] = {"mfc": "white", "mec": style.WARNING, "ms": 8, "mew": 1.8, "ls": ""}
    for place, label in enumerate(rows):
        entries = table[table["label"] == label]
        if entries["accuracy"].isna().all():
            axis.text(0.02, place + below, "not run", va="center", style="italic", fontsize=10)
        if (claim := (claims or {}).get(entries["model"].iloc[0])) is not None:
            axis.plot(claim, place + below, "D", **hollow)
            _beside(axis, claim, place + below, claim, style.WARNING, 8)
        if narrow:
            axis.text(0, place + below - space / 2, label, va="bottom", weight="bold", zorder=1,
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5})  # fmt: skip
    if claims:
        axis.plot([], [], "D", label="claimed", **hollow)
    if line is not None:
        axis.axvline(line, color=style.MUTED, ls="--", lw=1.2, label="guessing", zorder=0)
    if band is not None:
        axis.axvspan(*band, color=style.MUTED, alpha=0.18, lw=0, label=band_label, zorder=-1)
    axis.set_yticks([] if narrow else range(len(rows)), [] if narrow else rows)
    axis.set_ylim(len(rows) - 0.5, -0.5)
    axis.set_xlim(0, 1)
    percent_axis(axis, "x")
    axis.set_xlabel("accuracy on the test part")
    axis.grid(axis="x")
    axis.spines["left"].set_visible(not narrow)
    if narrow:
        figure.legend(loc="outside upper left", ncols=2 if width > 4 else 1)
    else:
        figure.legend(loc="outside upper center", ncols=4)
    return figure


def _beside(axis: Axes, x: float, y: float, share: float, shade: str, distance: float) -> None:
    """Write a share so many points to the right of its mark, or to the left if below 0."""
    axis.annotate(formats.percent(share), (x, y), (distance, 0), color=shade, fontsize=10,
                  textcoords="offset points", va="center",
                  ha="left" if distance > 0 else "right")  # fmt: skip


def cost(summary: pd.DataFrame) -> Figure:
    """Draw accuracy, with its 95 % interval, against training time and size (both logarithmic).

    `summary` is `mgc.evaluation.results.accuracy_table`; rows without an accuracy are left out.
    Where `mgc.evaluation.cost.with_range` gave it the times of the shortest and the longest fit, a
    line spans them.
    """
    rows = summary.dropna(subset=["accuracy"])
    if rows.empty:
        return note("No model was run.")
    figure, axes = style.subplots(1, 2, size=(style.WIDTH, 4.3), sharey=True)
    what = (("minutes", "training time (min)"), ("parameters", "parameters"))
    for axis, (column, title) in zip(axes[0], what, strict=True):
        for index, (_, line) in enumerate(rows.iterrows()):
            if not float(line[column]) > 0:
                continue
            shade, shape = LOOKS[index % len(LOOKS)]
            axis.errorbar(
                line[column], line["accuracy"], marker=shape, ms=9, capsize=3,
                yerr=[[line["accuracy"] - line["low"]], [line["high"] - line["accuracy"]]],
                color=shade, ls="", lw=1.2, label=line["label"],
            )  # fmt: skip
            if column == "minutes" and float(line.get("least_minutes", 0.0)) > 0:
                span = [line["least_minutes"], line["most_minutes"]]
                axis.plot(span, [line["accuracy"]] * 2, color=shade, lw=1.2)
        axis.set_xscale("log")
        axis.set_xlabel(title)
        axis.grid()
    axes[0, 0].set_ylabel("accuracy")
    axes[0, 0].set_ylim(0, 1)
    percent_axis(axes[0, 0])
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2)
    return figure


def waterfall(table: pd.DataFrame) -> Figure:
    """Draw accuracy with its 95 % interval rung by rung, a line a model.

    `table` is `mgc.evaluation.results.waterfall`.
    """
    if table.empty:
        return note("No rung was run.")
    figure, axis = single(style.WIDTH, 4.6)
    labels = list(dict.fromkeys(table["label"]))
    for number, label in enumerate(labels):
        rows = table[table["label"] == label].set_index("protocol")
        x = [place for place, rung in enumerate(RUNGS) if rung in rows.index]
        rows = rows.loc[[list(RUNGS)[place] for place in x]]
        shade, shape = LOOKS[number]
        offset = 0.09 * (number - (len(labels) - 1) / 2)
        ends = [rows["accuracy"] - rows["low"], rows["high"] - rows["accuracy"]]
        axis.errorbar(
            np.asarray(x) + offset, rows["accuracy"], yerr=ends, marker=shape, ms=8, color=shade,
            lw=1.4, elinewidth=1.4, label=label,
        )  # fmt: skip
    axis.set_xticks(range(len(RUNGS)), list(RUNGS.values()))
    axis.set_ylim(0, 1)
    percent_axis(axis)
    axis.set_ylabel("accuracy")
    axis.grid(axis="y")
    figure.legend(loc="outside lower center", ncols=2)
    return figure


def agreement(table: pd.DataFrame) -> Figure:
    """Draw how often two models name the same genre: a share of test tracks, and Cohen's kappa.

    `table` has a row a pair: ``first`` and ``second`` (titles), ``share`` (0 to 1), ``kappa``.
    """
    if table.empty:
        return note("There are fewer than two models to compare.")
    share, kappa = triangle(table, "share"), triangle(table, "kappa")
    figure, axis = single(style.WIDTH, 0.6 * len(share) + 2.1)
    rows, columns = ([fill(str(name), 16) for name in i] for i in (share.index, share.columns))
    texts = share.map(formats.percent) + kappa.map(lambda value: f"\n({formats.number(value)})")
    heatmap(axis, share, rows, columns, texts.where(share.notna()), vmin=0, vmax=1)
    return figure


def genre_scores(scores: pd.DataFrame) -> Figure:
    """Draw the F1 of each genre (column) under each model (row), NaN without such tracks."""
    if scores.empty:
        return note("No model was run.")
    figure, axis = single(style.WIDTH, 0.5 * len(scores) + 1.7)
    rows = [fill(str(name), 16) for name in scores.index]
    columns = [tracks.label(str(genre)) for genre in scores.columns]
    texts = scores.map(lambda f1: f"{f1:.2f}".replace("0.", ".", 1), na_action="ignore")
    image = heatmap(axis, scores, rows, columns, texts, vmin=0, vmax=1)
    figure.colorbar(image, ax=axis, pad=0.02).set_label("F1")
    return figure
