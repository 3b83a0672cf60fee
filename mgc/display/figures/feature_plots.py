"""Figures of the tabular features and of the data: quality, correlation, separability.

Each returns a Figure of at most `mgc.display.figures.style.MAX_WIDTH` inches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure

from mgc.datasets import tracks as tracks_module
from mgc.datasets.artists import Credit
from mgc.display.figures import style
from mgc.display.figures.style import heatmap, single, triangle

GROUP_COLOURS = (
    "#332288", "#117733", "#AA4499", "#88671F", "#44739B", "#882255", "#2F7F77", "#7A3B1D",
    "#5B5EA6",
)  # fmt: skip
"""Of artist groups, from the largest on; white letters can be read on each."""
NAMED = 4
"""Tracks from which a group of artists has a colour."""


def ceilings(claims: pd.DataFrame, ceiling: Mapping[str, float]) -> Figure:
    """Draw what the report claimed beside the most that its random data allow.

    `claims` is `mgc.datasets.facts.report_claims`, `ceiling` the best possible accuracy (0 to 1)
    by model name.
    """
    figure, axis = single(style.WIDTH, 3.2)
    rows = np.arange(len(claims))
    best = np.array([ceiling[name] for name in claims["model"]])
    axis.barh(rows, 100 * best, color=style.ACCENT, height=0.55, label="most that is possible")
    axis.plot(
        100 * claims["accuracy"], rows, "D", color=style.WARNING, markersize=9, label="claimed"
    )
    axis.axvline(10, color=style.MUTED, linestyle=":", label="guessing")
    axis.set_yticks(rows, claims["title"])
    axis.invert_yaxis()
    axis.set(xlabel="accuracy (%)", xlim=(0, 100))
    figure.legend(loc="outside upper left", ncols=2)
    return figure


def tracks_by_genre(counts: pd.DataFrame) -> Figure:
    """Draw stacked counts of tracks, a bar a genre (row), a part of it for each of the columns.

    Raises ValueError when there are more than four parts, which no eye tells apart.
    """
    shades: list[Any] = [style.ACCENT, "#88CCEE", "#DDCC77", style.WARNING]
    if counts.shape[1] > len(shades):
        raise ValueError(f"{counts.shape[1]} parts: at most {len(shades)} can be told apart")
    figure, axis = single(style.WIDTH, 3.6)
    named = counts.rename(index=lambda genre: tracks_module.label(str(genre)))
    named.plot.barh(
        stacked=True, ax=axis, legend=False, color=shades, edgecolor="white", width=0.8
    )
    axis.invert_yaxis()
    axis.set(xlabel="tracks", ylabel="")
    figure.legend(loc="outside upper left", ncols=2)
    return figure


def artist_map(tracks: Sequence[Credit]) -> Figure:
    """Draw the tracks of each genre in order, coloured by artist group.

    Groups of at least `NAMED` tracks have colours, which return from genre to genre; smaller ones
    have shades of grey, and tracks of unknown artists are white. At the right stands the number
    of groups; runs that are long enough bear the name.

    Parameters
    ----------
    tracks : sequence of Credit
        Of `mgc.datasets.artists.track_credits`, in the order of their tracks.
    """
    genres = sorted({one.track_id.split(".")[0] for one in tracks})
    figure, axis = single(style.MAX_WIDTH, 4.6)
    for row, genre in enumerate(genres):
        own = [one for one in tracks if one.track_id.startswith(f"{genre}.")]
        sizes = pd.Series([one.group for one in own if one.known]).value_counts()
        order = {name: place for place, name in enumerate(sizes.index)}
        for name, run in groupby(enumerate(own), key=lambda pair: pair[1].group):
            columns = [column for column, _ in run]
            first, width = columns[0], len(columns)
            known, size = own[first].known, int(sizes.get(name, 0))
            colour = _group_colour(order.get(name, 0), size) if known else "white"
            axis.barh(row, width, left=first, height=0.84, color=colour, edgecolor="white",
                      linewidth=0.4)  # fmt: skip
            text = name.replace("-", " ").title()
            if known and size >= NAMED and max(5, len(text)) <= 1.25 * width:
                axis.text(first + width / 2, row, text, ha="center", va="center", fontsize=6.5,
                          color="white", fontweight="bold")  # fmt: skip
        axis.text(101, row, f"{len(sizes)}", va="center", fontsize=9)
    axis.text(101, -1.0, "groups", va="center", fontsize=9)
    axis.set_yticks(range(len(genres)), [tracks_module.label(genre) for genre in genres])
    axis.set(xlim=(0, 100), ylim=(len(genres) - 0.4, -0.6), xlabel="number of the track")
    return figure


def mean_spectra(spectra: Mapping[str, npt.NDArray[np.float64]]) -> Figure:
    """Draw mean spectra of groups of tracks: their middle, and where four of five tracks lie.

    `spectra` holds an array [n, n_bands] of `mgc.features.from_archive.mean_spectra` by title.
    """
    if not spectra:
        return style.note("This edition has none of these tracks.")
    figure, axis = single(style.WIDTH, 3.8)
    looks = zip(GROUP_COLOURS, ("-", "--", ":"), strict=False)
    for (title, values), (shade, dashes) in zip(spectra.items(), looks, strict=False):
        band = np.arange(values.shape[1])
        low, middle, high = np.percentile(values, (10, 50, 90), axis=0)
        axis.fill_between(band, low, high, color=shade, alpha=0.15, lw=0)
        axis.plot(band, middle, dashes, color=shade, lw=2, label=f"{title} ({len(values)} tracks)")
    axis.set(xlabel="mel band, low to high", ylabel="mean grey level")
    axis.grid()
    figure.legend(loc="outside upper left", ncols=1)
    return figure


def _group_colour(place: int, size: int) -> str:
    """Colour of the group that comes so many places after the largest of its genre."""
    if size >= NAMED:
        return GROUP_COLOURS[place % len(GROUP_COLOURS)]
    return "#9A9A9A" if place % 2 else "#B8B8B8"


def measurements(tracks: pd.DataFrame, panels: Mapping[str, tuple[str, float]]) -> Figure:
    """Draw quality measurements, one dot a track, with the limits of the rules.

    Parameters
    ----------
    tracks : DataFrame
        `mgc.datasets.quality.measure`: ``genre`` and the columns that are drawn.
    panels : mapping of str to (str, float), not empty
        Column to the label of its axis (with unit) and the limit beyond which a track is flagged
        (drawn on both sides when the column has negative values).
    """
    if not panels:
        raise ValueError("no columns to draw")
    genres = sorted(tracks["genre"].unique())
    n_rows = (len(panels) + 1) // 2
    figure, axes = style.subplots(n_rows, 2, size=(style.WIDTH, 2.7 * n_rows), sharey=True)
    jitter = np.random.default_rng(0).uniform(-0.25, 0.25, len(tracks))
    rows = tracks["genre"].map(genres.index).to_numpy() + jitter
    for axis, (column, (name, limit)) in zip(axes.ravel(), panels.items(), strict=False):
        values = tracks[column].to_numpy(dtype=float)
        colours = [style.colour(genre) for genre in tracks["genre"]]
        axis.scatter(values, rows, c=colours, s=22, edgecolor="#333333", linewidth=0.4)
        for edge in (limit, -limit) if np.nanmin(values, initial=0.0) < 0 else (limit,):
            axis.axvline(edge, color=style.WARNING, linestyle="--")
        axis.set_xlabel(name)
        axis.locator_params(axis="x", nbins=4)
        axis.grid(axis="x")
    for axis in axes.ravel()[len(panels) :]:
        axis.set_axis_off()
    axes[0, 0].set_yticks(range(len(genres)), [tracks_module.label(genre) for genre in genres])
    axes[0, 0].invert_yaxis()
    return figure


def correlation_map(values: pd.DataFrame, groups: Mapping[str, int]) -> Figure:
    """Draw the correlation of all columns as a map, with the groups of descriptors marked.

    `groups` tells name and number of columns of each group, in the order of the columns; the
    numbers add up, else ValueError.
    """
    edges = np.cumsum([0, *groups.values()])
    if edges[-1] != values.shape[1]:
        raise ValueError(f"groups of {edges[-1]} columns for {values.shape[1]}")
    figure, axis = single(style.WIDTH, 4.8)
    image = axis.imshow(values.corr(), vmin=-1, vmax=1, cmap="PuOr", interpolation="nearest")
    for edge in edges[1:-1] - 0.5:
        axis.axhline(edge, color=style.ON_LIGHT, linewidth=0.8)
        axis.axvline(edge, color=style.ON_LIGHT, linewidth=0.8)
    middles = (edges[:-1] + edges[1:] - 1) / 2
    axis.set_xticks(middles, list(groups), rotation=60, ha="right", rotation_mode="anchor")
    axis.set_yticks(middles, list(groups))
    axis.tick_params(length=0)
    figure.colorbar(image, ax=axis, label="correlation", shrink=0.7)
    return figure


def bars(values: pd.Series, xlabel: str, *, chance: float | None = None) -> Figure:
    """Draw one number for each of a few names, largest first; genres get their colour.

    `chance` is the value that noise would reach, drawn as a line.
    """
    figure, axis = single(style.WIDTH, 0.6 + 0.29 * len(values))
    names = [str(name) for name in values.index]
    shades = [style.GENRE_COLOURS.get(name, style.ACCENT) for name in names]
    axis.barh([tracks_module.label(name) for name in names], values.to_numpy(), color=shades)
    if chance is not None:
        axis.axvline(chance, color="#1F1F1F", linestyle="--")
        axis.annotate(
            "noise", (chance, 1), (4, 2), xycoords=("data", "axes fraction"),
            textcoords="offset points",
        )  # fmt: skip
    axis.invert_yaxis()
    axis.set_xlabel(xlabel)
    return figure


def pair_map(pairs: pd.DataFrame) -> Figure:
    """Draw how well each pair of genres is told apart: dark cells are hard, each holds its value.

    `pairs` is `mgc.evaluation.separability.one_against_one`.
    """
    area = triangle(pairs, "area", sorted({*pairs["first"], *pairs["second"]}))
    rows, columns = ([tracks_module.label(str(genre)) for genre in i] for i in (area.index, area))
    figure, axis = single(style.WIDTH, 4.6)
    texts = area.map("{:.2f}".format, na_action="ignore")
    image = heatmap(axis, area, rows, columns, texts, vmin=0.5, vmax=1.0, aspect="equal")
    figure.colorbar(image, ax=axis, label="area under the ROC curve", shrink=0.7)
    return figure


def projection(result: pd.DataFrame) -> Figure:
    """Draw two linear discriminants of the half they were fitted on and of the other half.

    `result` is `mgc.evaluation.separability.project_halves`; colour and marker tell the genre.
    """
    figure, axes = style.subplots(1, 2, size=(style.WIDTH, 4.0), sharex=True, sharey=True)
    halves = (("the half they were fitted on", True), ("the other half", False))
    for axis, (title, fitted) in zip(axes[0], halves, strict=True):
        for genre, points in result[result["fitted"] == fitted].groupby("genre"):
            axis.scatter(
                points["first"], points["second"], s=48, color=style.colour(str(genre)),
                marker=style.marker(str(genre)), edgecolor="#333333", linewidth=0.5,
                label=tracks_module.label(str(genre)),
            )  # fmt: skip
        axis.grid()
        axis.set(title=title, xlabel="first discriminant")
    axes[0, 0].set_ylabel("second discriminant")
    handles, names = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=4)
    return figure
