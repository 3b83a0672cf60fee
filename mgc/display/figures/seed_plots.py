"""Figures of results over several seeds.

Like `mgc.display.figures.plots`, each returns a Figure of at most
`mgc.display.figures.style.MAX_WIDTH` inches.
"""

from __future__ import annotations

from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure

from mgc.datasets.tracks import GENRES
from mgc.display.figures import style
from mgc.display.figures.drawing import cell_text, heatmap, note, one, percent_axis
from mgc.display.formats import percent


def cells(table: pd.DataFrame) -> Figure:
    """Accuracy with its interval, and each seed as a small dot.

    Parameters
    ----------
    table : DataFrame
        From `mgc.evaluation.results.accuracy_table`: ``label``, ``accuracy``, ``low``, ``high``,
        ``single`` (tuple of the accuracy of each seed), and ``group`` (optional): groups of a row
        are told apart by colour and marker, and lie one below the other.

    Returns
    -------
    Figure
    """
    if table.empty:
        return note("No model was run.")
    rows = list(dict.fromkeys(table["label"]))
    groups = list(dict.fromkeys(table["group"])) if "group" in table else [""]
    step = 0.8 / len(groups)
    height = max(0.44, 0.26 * len(groups)) * len(rows) + 1.5
    figure, axis = one(7.6, height)
    for number, group in enumerate(groups):
        part = table[table["group"] == group] if group else table
        colour, shape = style.ACCENT, "o"
        if group:
            colour = style.colour(GENRES[number % 10])
            shape = style.marker(GENRES[number % 10])
        for _, line in part.iterrows():
            place = rows.index(line["label"]) + step * (number - (len(groups) - 1) / 2)
            axis.plot([line["low"], line["high"]], [place, place], color=colour, lw=2.5)
            axis.plot(line["accuracy"], place, shape, color=colour, ms=8, zorder=3)
            if len(line["single"]) > 1:
                spots = [place] * len(line["single"])
                axis.plot(line["single"], spots, ".", color=style.MUTED, ms=7, zorder=4)
            if len(groups) == 1:
                axis.text(line["accuracy"], place - 0.26, percent(line["accuracy"]),
                          ha="center", va="bottom", fontsize=9)  # fmt: skip
        name = group or "mean over seeds, 95 % interval"
        axis.plot([], [], f"{shape}-", color=colour, lw=2.5, label=name)
    if table["single"].map(len).max() > 1:
        axis.plot([], [], ".", color=style.MUTED, ms=7, label="one seed")
    axis.set_yticks(range(len(rows)), rows)
    axis.set_ylim(len(rows) - 0.5, -0.75)
    axis.set_xlim(0, 1)
    percent_axis(axis, "x")
    axis.set_xlabel("accuracy on the test part")
    axis.grid(axis="x")
    figure.legend(loc="outside upper center", ncols=3)
    return figure


def real_differences(table: pd.DataFrame) -> Figure:
    """Which differences between models the tests show.

    Parameters
    ----------
    table : DataFrame
        From `mgc.evaluation.significance.pairwise`, with the labels of the models in place of
        their names.

    Returns
    -------
    Figure
        Below the diagonal: row minus column in percentage points. Shaded and bold where the test
        shows it after Holm's correction, plain grey where it does not.
    """
    if table.empty:
        return note("There are fewer than two models to compare.")
    names = list(dict.fromkeys([*table["first"], *table["second"]]))
    place = {name: i for i, name in enumerate(names)}
    size = len(names)
    value = np.full((size, size), np.nan)
    # The column leaves 7.6 inches; a dozen rows fit with small print.
    small = 9 if size <= 8 else 8
    figure, axis = one(7.6, max(0.42, 3.2 / size) * size + 1.9)
    for _, line in table.iterrows():
        a, b, difference = place[line["first"]], place[line["second"]], float(line["difference"])
        row, column, signed = (a, b, difference) if a > b else (b, a, -difference)
        real = bool(line["significant"])
        value[row, column] = signed if real else 0.0
        text = f"{100 * signed:+.0f}".replace("-", "−")
        written = axis.text(column, row, text, ha="center", va="center", fontsize=small)
        written.set(weight="bold" if real else "normal", color="black" if real else "#555555")
    limit = max(0.3, float(np.nanmax(np.abs(value))))
    norm = TwoSlopeNorm(0, -2 * limit, 2 * limit)
    labels = [fill(name, 24) for name in names]
    heatmap(axis, value, labels, labels, cmap="PuOr", norm=norm)
    axis.tick_params(labelsize=small)
    axis.set_xlim(-0.5, size - 1.5)
    axis.set_ylim(size - 0.5, 0.5)
    axis.set_xlabel("compared with")
    return figure


def agreement(table: pd.DataFrame) -> Figure:
    """How often two models name the same genre.

    Parameters
    ----------
    table : DataFrame
        From `mgc.evaluation.tracks.agreement`, with titles in place of the names.

    Returns
    -------
    Figure
        Below the diagonal: share of test tracks, and Cohen's kappa in brackets.
    """
    if table.empty:
        return note("There are fewer than two models to compare.")
    names = list(dict.fromkeys([*table["first"], *table["second"]]))
    place = {name: i for i, name in enumerate(names)}
    size = len(names)
    value = np.full((size, size), np.nan)
    figure, axis = one(7.6, 0.6 * size + 1.5)
    for _, line in table.iterrows():
        row, column = sorted((place[line["first"]], place[line["second"]]), reverse=True)
        value[row, column] = line["share"]
        kappa = f"{line['kappa']:.2f}".replace("-", "−")
        cell_text(axis, row, column, f"{percent(line['share'])}\n({kappa})", float(line["share"]))
    labels = [fill(name, 16) for name in names]
    heatmap(axis, value, labels, labels, vmin=0, vmax=1)
    axis.set_xlim(-0.5, size - 1.5)
    axis.set_ylim(size - 0.5, 0.5)
    return figure
