"""Figures that compare models, with each other and with what was claimed.

Like `mgc.display.figures.plots`, each returns a Figure of at most
`mgc.display.figures.style.MAX_WIDTH` inches.
"""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from mgc.datasets import tracks
from mgc.datasets.tracks import GENRES
from mgc.display.figures import style
from mgc.display.figures.drawing import cell_text, heatmap, note, one, percent_axis
from mgc.display.formats import percent


def accuracy_intervals(
    summary: pd.DataFrame,
    claims: Mapping[str, float] | None = None,
    line: float | None = None,
    line_label: str = "guessing",
) -> Figure:
    """Accuracy with its 95 % interval, one row a model, beside what was claimed.

    Parameters
    ----------
    summary : DataFrame
        From `mgc.evaluation.results.accuracy_table`.
    claims : mapping of str to float, optional
        Claimed accuracy (0 to 1) by model name.
    line : float, optional
        An accuracy (0 to 1) to draw as a dashed line: that of a guess, or a target.
    line_label : str

    Returns
    -------
    Figure
    """
    figure, axis = one(7.6, 0.44 * len(summary) + 1.5)
    for row, (_, entry) in enumerate(summary.iterrows()):
        if pd.notna(entry["accuracy"]):
            axis.plot([entry["low"], entry["high"]], [row, row], color=style.ACCENT, lw=3)
            axis.plot(entry["accuracy"], row, "o", color=style.ACCENT, ms=8)
            axis.text(entry["accuracy"], row - 0.28, percent(entry["accuracy"]), ha="center",
                      va="bottom", fontsize=9)  # fmt: skip
        else:
            axis.text(0.02, row, "not run", va="center", style="italic", fontsize=10)
        if claims and entry["model"] in claims:
            axis.plot(
                claims[entry["model"]], row, "D", mfc="none", mec=style.WARNING, ms=8, mew=1.8
            )
    if line is not None:
        axis.axvline(line, color=style.MUTED, ls="--", lw=1.2)
    axis.plot([], [], "o-", color=style.ACCENT, lw=3, label="measured, 95 % interval")
    if claims:
        axis.plot([], [], "D", mfc="none", mec=style.WARNING, mew=1.8, ls="", label="claimed")
    if line is not None:
        axis.plot([], [], "--", color=style.MUTED, label=line_label)
    axis.set_yticks(range(len(summary)), summary["label"])
    axis.set_ylim(len(summary) - 0.5, -0.75)
    axis.set_xlim(0, 1)
    percent_axis(axis, "x")
    axis.set_xlabel("accuracy on the test part")
    axis.grid(axis="x")
    figure.legend(loc="outside upper center", ncols=3)
    return figure


def cost(summary: pd.DataFrame) -> Figure:
    """Accuracy against training time and against size, as the report drew it.

    Parameters
    ----------
    summary : DataFrame
        From `mgc.evaluation.results.accuracy_table`; rows without an accuracy are left out.

    Returns
    -------
    Figure
        Both horizontal axes logarithmic; bars are 95 % intervals.
    """
    rows = summary.dropna(subset=["accuracy"])
    if rows.empty:
        return note("No model was run.")
    figure, axes = style.subplots(1, 2, size=(7.6, 4.3), sharey=True)
    what = (("minutes", "training time (min)"), ("parameters", "parameters"))
    for axis, (column, title) in zip(axes[0], what, strict=True):
        for index, (_, line) in enumerate(rows.iterrows()):
            if not float(line[column]) > 0:
                continue
            genre = GENRES[index % len(GENRES)]
            axis.errorbar(
                line[column], line["accuracy"], marker=style.marker(genre), ms=9, capsize=3,
                yerr=[[line["accuracy"] - line["low"]], [line["high"] - line["accuracy"]]],
                color=style.colour(genre), ls="", lw=1.2, label=line["label"],
            )  # fmt: skip
        axis.set_xscale("log")
        axis.set_xlabel(title)
        axis.grid()
    axes[0, 0].set_ylabel("accuracy")
    axes[0, 0].set_ylim(0, 1)
    percent_axis(axes[0, 0])
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2)
    return figure


def genre_scores(scores: pd.DataFrame, title: str = "F1") -> Figure:
    """Score of each genre under each model.

    Parameters
    ----------
    scores : DataFrame
        A row a model (index: title), a column a genre, values 0 to 1 (NaN: no such tracks).

    title : str
        Name of the score.

    Returns
    -------
    Figure
    """
    if scores.empty:
        return note("No model was run.")
    values = scores.to_numpy(dtype=float)
    figure, axis = one(7.6, 0.5 * len(scores) + 1.7)
    rows = [fill(str(name), 16) for name in scores.index]
    columns = [tracks.label(str(genre)) for genre in scores.columns]
    image = heatmap(axis, values, rows, columns, vmin=0, vmax=1)
    for row, column in zip(*np.nonzero(np.isfinite(values)), strict=True):
        text = f"{values[row, column]:.2f}".replace("0.", ".", 1)
        cell_text(axis, row, column, text, values[row, column])
    figure.colorbar(image, ax=axis, pad=0.02).set_label(title)
    return figure


def literature(published: pd.DataFrame, protocol: str, ours: Mapping[str, float]) -> Figure:
    """Draw published accuracies by protocol, and ours beside those of its own.

    Parameters
    ----------
    published : DataFrame
        From `mgc.datasets.facts.literature`, protocols by their titles; accuracies in percent.
    protocol : str
        Title of the protocol of our results; they stand in that group alone.
    ours : mapping of str to float
        Accuracy (0 to 1) by row title.

    Returns
    -------
    Figure
    """
    groups = [name for name in dict.fromkeys(published["protocol"]) if name != protocol]
    lines: list[tuple[str, float, str, bool]] = []
    for group in [protocol, *groups]:
        if group == protocol:
            lines += [(name, share, group, True) for name, share in ours.items()]
        for row in published[published["protocol"] == group].itertuples():
            lines.append((str(row.system), float(row.accuracy) / 100, group, False))
    figure, axis = one(7.8, 0.27 * len(lines) + 0.36 * (len(groups) + 1) + 0.9)
    at, ticks, before = 0.0, [], ""
    for name, share, group, own in lines:
        if group != before:
            at += 1.2
            axis.text(0.01, at - 0.85, group, weight="bold", fontsize=10)
            before = group
        axis.plot(share, at, "o" if own else "s", color=style.ACCENT if own else style.MUTED, ms=7)
        ticks.append((at, name + (" (this book)" if own else "")))
        at += 1
    axis.set_yticks([t for t, _ in ticks], [fill(name, 44) for _, name in ticks], fontsize=9)
    axis.set_ylim(at, -0.2)
    axis.set_xlim(0, 1)
    percent_axis(axis, "x")
    axis.set_xlabel("accuracy; compare within a group only")
    axis.grid(axis="x")
    return figure


def target_bars(
    values: Mapping[str, float], target: float, *, unit: str, target_label: str
) -> Figure:
    """Measured values against a target on a logarithmic axis.

    Parameters
    ----------
    values : mapping of str to float
        Above 0, by row title.
    target : float
        Drawn as a line.
    unit, target_label : str

    Returns
    -------
    Figure
    """
    if not values:
        return note("The records hold no measurement of this.")
    figure, axis = one(7.6, 0.42 * len(values) + 1.4)
    names = list(values)
    axis.barh(names, list(values.values()), color=style.ACCENT, height=0.55)
    axis.axvline(target, color=style.WARNING, ls="--", lw=1.6, label=target_label)
    ground = {"facecolor": axis.get_facecolor(), "edgecolor": "none", "pad": 1.5}
    for row, value in enumerate(values.values()):
        axis.text(value * 1.12, row, f"{value:,.2g}" if value < 100 else f"{value:,.0f}",
                  va="center", fontsize=10, bbox=ground)  # fmt: skip
    axis.set_xscale("log")
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    every = [*values.values(), target]
    axis.set_xlim(min(every) / 5, max(every) * 8)
    axis.invert_yaxis()
    axis.set_xlabel(unit)
    figure.legend(loc="outside upper center")
    return figure
