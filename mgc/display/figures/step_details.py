"""A figure for each of the report's next steps: where it gains, and how it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from mgc.audio.windows import WINDOW_S
from mgc.datasets import tracks
from mgc.display.figures import style
from mgc.display.figures.gain_plot import gains
from mgc.display.figures.style import note, percent_axis, single, subplots
from mgc.display.formats import percent, signed
from mgc.display.step_tables import searches
from mgc.evaluation.metrics import log_loss
from mgc.experiments import artists, continual, contrastive, federated, search
from mgc.experiments.ensembles import SEVERAL
from mgc.experiments.explanations import MAPS
from mgc.features.archive_picture import FREQ_HZ
from mgc.records.store import Record, Store
from mgc.records.study import Study

SHADES = (style.ACCENT, style.WARNING, style.MUTED, "#117733", "#882255", "#444444")
MARKERS = "osD^vP"
FEW = 10
_PLACE: Mapping[str, Any] = {
    "origin": "lower",
    "aspect": "auto",
    "extent": (0.0, WINDOW_S, 0.0, float(FREQ_HZ[-1]) / 1000),
    "interpolation": "nearest",
}
"""How a picture of a track lies in seconds and kHz."""


def genres(table: pd.DataFrame) -> Figure:
    """Draw what a step changes in each genre, the largest gain first.

    Parameters
    ----------
    table : DataFrame
        `mgc.experiments.by_genre.gains`; a mark is filled where its interval does not hold zero.
    """
    if table.empty:
        return note("This step was not measured.")
    rows = table.sort_values("difference", kind="stable")
    names = [tracks.label(genre) for genre in rows["genre"]]
    numbers = rows[["difference", "low", "high"]].to_numpy(np.float64)
    return gains(names, numbers, (numbers[:, 1] > 0) | (numbers[:, 2] < 0))


def _lines(axis: Axes, table: pd.DataFrame, of: str, x: str, y: str) -> None:
    """Draw a line for each value of a column, with a colour and a marker of its own."""
    for shade, shape, (name, rows) in zip(
        SHADES, MARKERS, table.groupby(of, sort=False), strict=False
    ):
        axis.plot(rows[x], rows[y], f"{shape}-", color=shade, lw=2, ms=6, label=name)
    axis.set_ylabel("right")
    percent_axis(axis)


def members(table: pd.DataFrame) -> Figure:
    """Draw accuracy against the number of fits that answer together (`ensembles.by_size`)."""
    if table.empty:
        return note("No network has the fits that an ensemble takes.")
    figure, axis = single(style.WIDTH, 3.6)
    _lines(axis, table, "what", "members", "accuracy")
    axis.lines[-1].set_linestyle("--" if SEVERAL in set(table["what"]) else "-")
    axis.set_xticks(range(1, int(table["members"].max()) + 1))
    axis.set_xlabel("fits that answer together")
    figure.legend(loc="outside upper center", ncols=2)
    return figure


def trials(study: Study) -> Figure:
    """Draw the best log loss so far against the number of trials, mean over folds, by model."""
    figure, axis = single(style.WIDTH, 4.4)
    for shade, shape, (title, found, by_hand) in zip(
        SHADES, MARKERS, searches(study), strict=False
    ):
        by_trial = found.history.pivot_table(index="epoch", columns="fold", values="val_loss")
        best = by_trial.cummin().mean(axis=1)
        axis.plot(best.index, best, f"{shape}-", color=shade, lw=2, ms=4, label=title)
        valid = by_hand.predictions[by_hand.predictions["part"] == "valid"]
        level = valid.groupby("fold")[list(valid)].apply(log_loss).mean()
        axis.axhline(level, color=shade, ls="--", lw=1.4)
    if not axis.lines:
        return note("No search for settings was measured.")
    axis.plot([], [], "--", color="black", lw=1.4, label="set by hand")
    axis.set_xlabel("trials")
    axis.set_ylabel("log loss, best so far")
    axis.set_xticks([1, 5, 10, 15, 20])
    figure.legend(loc="outside upper center", ncols=2)
    return figure


def luck(study: Study) -> Figure:
    """Draw what found settings gain on validation and on test tracks, a mark a fold and model."""
    figure, axis = single(style.WIDTH, 4.6)
    reach = 0.01
    for shade, shape, (title, *fits) in zip(SHADES, MARKERS, searches(study), strict=False):
        rows = search.gains(*fits)
        reach = max(reach, 1.12 * float(rows[["valid", "test"]].abs().to_numpy().max()))
        axis.plot(rows["valid"], rows["test"], shape, color=shade, ms=7, alpha=0.8, label=title)
    if not axis.lines:
        return note("No search for settings was measured.")
    axis.axhline(0, color=style.MUTED, lw=1)
    axis.axvline(0, color=style.MUTED, lw=1)
    axis.plot([-reach, reach], [-reach, reach], "--", color="black", lw=1.4, label="equal gains")
    axis.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    for side in (axis.xaxis, axis.yaxis):
        side.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10]))
        side.set_major_formatter(lambda share, _: signed(share) if abs(share) > 1e-9 else "0")
    axis.set_xlabel("gain on validation tracks, points")
    axis.set_ylabel("gain on test tracks, points")
    figure.legend(loc="outside upper center", ncols=2)
    return figure


READ_OUTS = {
    contrastive.PRETRAINED: ("pretrained without labels", style.ACCENT, "o"),
    contrastive.RANDOM: ("random weights", style.MUTED, "s"),
}


def read_outs(table: pd.DataFrame) -> Figure:
    """Draw accuracy against labelled tracks, of `mgc.experiments.contrastive.read_outs`."""
    if table.empty:
        return note("No pretraining was measured.")
    figure, axis = single(style.WIDTH, 3.4)
    for weights, (label, shade, shape) in READ_OUTS.items():
        rows = table[table["weights"] == weights]
        axis.fill_between(rows["tracks"], rows["low"], rows["high"], color=shade, alpha=0.15, lw=0)
        x, y = rows["tracks"], rows["accuracy"]
        axis.plot(x, y, f"{shape}-", color=shade, lw=2, ms=5, label=label)
    axis.set_xscale("log")
    told = sorted(set(table["tracks"]))
    axis.set_xticks(told, [f"{tracks:.0f}" for tracks in told])
    axis.minorticks_off()
    axis.set_xlabel("training tracks whose genre is told")
    axis.set_ylabel("right (95 % interval)")
    axis.set_ylim(0, None)
    percent_axis(axis)
    axis.legend(loc="upper left")
    return figure


def decades(table: pd.DataFrame) -> Figure:
    """Draw accuracy by decade of release (`mgc.experiments.decades.by_decade`).

    Decades with fewer than `FEW` tracks are left out.
    """
    rows = table[table["decade"].notna() & (table["tracks"] >= FEW)]
    figure, axis = single(style.WIDTH, 3.1)
    axis.vlines(rows["decade"], rows["low"], rows["high"], color=style.ACCENT, lw=2)
    axis.plot(rows["decade"], rows["accuracy"], "o", color=style.ACCENT, ms=7)
    labels = [f"{year:.0f}s\n{n}" for year, n in zip(rows["decade"], rows["tracks"], strict=True)]
    axis.set_xticks(rows["decade"], labels)
    axis.set_xlabel("decade of the release, and its tracks")
    axis.set_ylabel("right (95 % interval)")
    axis.set_ylim(0, 1)
    percent_axis(axis)
    return figure


def artist_recalls(records: Sequence[Record]) -> Figure:
    """Draw the share of right answers of each artist that has `artists.ENOUGH` tracks."""
    table = artists.recalls(records)
    table = table[table["tracks"] >= artists.ENOUGH]
    figure, axis = single(style.WIDTH, 3.4)
    for genre in tracks.GENRES:
        rows, look = table[table["genre"] == genre], style.marker(genre)
        axis.plot(rows["tracks"], rows["recall"], look, color=style.colour(genre), ms=6, alpha=0.8,
                  label=tracks.label(genre))  # fmt: skip
    axis.set_xscale("log")
    axis.set_xticks([5, 10, 20, 50], ["5", "10", "20", "50"])
    axis.minorticks_off()
    axis.set_xlabel("tracks of the artist")
    axis.set_ylabel("right")
    percent_axis(axis)
    figure.legend(loc="outside lower center", ncols=4, columnspacing=1, handletextpad=0.2)
    return figure


PLACES = {
    federated.TOGETHER: ("one place", style.MUTED),
    federated.EVEN: ("ten archives, dealt evenly", style.ACCENT),
    federated.SKEWED: ("ten archives, few genres each", style.WARNING),
}
TURNS = {
    continual.SCRATCH: ("trained anew", style.MUTED),
    continual.REPLAY: ("with replay", style.ACCENT),
    continual.NAIVE: ("new tracks alone", style.WARNING),
}


def places(store: Store) -> Figure:
    """Draw how learning in many places goes, mean over the folds of seed 0; of the steps."""
    known = store.find(model="mlp_federated", seed=0)
    if not known:
        return note("Learning in many places was not measured.")
    figure, axis = single(style.WIDTH, 3.4)
    for how, (label, shade) in PLACES.items():
        curve = _curve(known, how)
        axis.plot(curve.index, curve["val_accuracy"], color=shade, lw=2, label=label)
    axis.set_xlabel("rounds")
    axis.set_ylabel("right")
    axis.set_ylim(0, None)
    percent_axis(axis)
    axis.legend(loc="lower right")
    return figure


def turns(store: Store) -> Figure:
    """Draw how learning one group after the other goes, mean over the folds of seed 0."""
    known = store.find(model="mlp_continual", seed=0)
    if not known:
        return note("Learning in turns was not measured.")
    figure, axis = single(style.WIDTH, 4.2)
    for how, (label, shade) in TURNS.items():
        curve = _curve(known, how)
        axis.plot(curve.index, curve["accuracy"], "o--", color=shade, lw=1.6, ms=4)
        axis.plot(curve.index, curve["val_accuracy"], "o-", color=shade, lw=2, ms=4, label=label)
    axis.plot([], [], "--", color="black", label="tracks of the first group")
    axis.plot([], [], "-", color="black", label="artists never heard")
    axis.set_xticks(range(1, continual.ARRIVALS + 1))
    axis.set_xlabel("groups of artists that have come")
    axis.set_ylabel("right")
    axis.set_ylim(0, 1.03)
    percent_axis(axis)
    figure.legend(loc="outside lower center", ncols=2)
    return figure


def _curve(records: Sequence[Record], how: str) -> pd.DataFrame:
    """Mean over folds, by the number of a point."""
    (record,) = (record for record in records if record.config["recipe"]["how"] == how)
    return record.history.groupby("epoch")[["accuracy", "val_accuracy"]].mean()


def moments(facts: Mapping[str, Any]) -> Figure:
    """Draw the pictures of some tracks above the weight that attention gives to each moment.

    Parameters
    ----------
    facts : mapping
        `mgc.experiments.attention.load_shown`.
    """
    shown = facts["shown"]
    figure, axes = subplots(
        2, len(shown), size=(style.WIDTH, 3.6), sharex=True, sharey="row", height_ratios=(3, 2)
    )
    for (above, below), track in zip(axes.T, shown, strict=True):
        above.imshow(_grey(track["picture"]), vmin=0, vmax=15, **_PLACE)
        above.set_title(tracks.label(track["genre"]), fontsize=10)
        edges = np.linspace(0.0, WINDOW_S, len(track["weights"]) + 1)
        below.stairs(track["weights"], edges, baseline=None, color=style.ACCENT, lw=2)
        below.axhline(1.0, color=style.MUTED, ls="--", lw=1.4)
        below.set_xticks([0, 10, 20, 30])
    axes[0, 0].set_ylabel("kHz")
    axes[1, 0].set_ylabel("weight")
    axes[1, 0].set_ylim(0, None)
    figure.supxlabel("seconds", fontsize=10)
    return figure


def _grey(picture: Sequence[str]) -> list[list[int]]:
    """Read a picture that is kept as a text a row, in sixteen levels of grey."""
    return [[int(level, 16) for level in line] for line in picture]


def maps(facts: Mapping[str, Any]) -> Figure:
    """Draw the picture of some tracks beside the maps of what the answer rests on.

    Parameters
    ----------
    facts : mapping
        `mgc.experiments.explanations.load_facts`.
    """
    shown = facts["shown"]
    figure, axes = subplots(
        len(shown), 1 + len(MAPS), size=(style.WIDTH, 1.65 * len(shown) + 0.7),
        sharex=True, sharey=True,
    )  # fmt: skip
    for row, track in zip(axes, shown, strict=True):
        row[0].imshow(_grey(track["picture"]), vmin=0, vmax=15, **_PLACE)
        row[0].set_title(f"{tracks.label(track['named'])}, {percent(track['p'])}", fontsize=10)
        for axis, method in zip(row[1:], MAPS, strict=True):
            values = np.reshape(track["maps"][method], facts["patches"])
            reach = np.abs(values).max()
            image = axis.imshow(values, vmin=-reach, vmax=reach, cmap="PuOr_r", **_PLACE)
            axis.set_title(method, fontsize=10, weight="normal")
    bar = figure.colorbar(image, ax=axes, orientation="horizontal", aspect=40, ticks=[])
    bar.set_label("violet: speaks against the genre; orange: for it", fontsize=10)
    axes[-1, 0].set_xlabel("seconds", fontsize=10)
    figure.supylabel("kHz", fontsize=10)
    axes[0, 0].set_xticks([0, 10, 20, 30])
    return figure
