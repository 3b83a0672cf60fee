"""The figure of the report's next steps: what each changes, sorted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from mgc.audio.windows import WINDOW_S
from mgc.datasets import tracks
from mgc.datasets.splits import ARTIST_CV, PROTOCOL_TITLES
from mgc.display.figures import style
from mgc.display.figures.style import note, percent_axis, single, subplots
from mgc.display.formats import factor, percent, points
from mgc.experiments import continual, federated
from mgc.experiments.explanations import MAPS
from mgc.experiments.ledger import HELPS, HURTS, NOT_SHOWN
from mgc.features.archive_picture import FREQ_HZ
from mgc.records.store import Record, Store

FAULT_FILTERED = "fault_filtered"
EDGE = 0.13
"""Differences beyond this are drawn at the edge, as an arrow, so that the small ones are seen."""
LOOKS = {HELPS: (style.ACCENT, "o"), HURTS: (style.WARNING, "s"), NOT_SHOWN: (style.MUTED, "D")}


def ledger(table: pd.DataFrame) -> Figure:
    """Draw each measured step with its interval, the largest gain first.

    Labels stand above their rows, so that the figure is legible on a phone. The pale band is what
    could not have been shown, had it been there.

    Parameters
    ----------
    table : DataFrame
        `mgc.experiments.ledger.ledger`; rows without a difference are left out.
    """
    rows = table.dropna(subset=["difference"])
    outside = rows["protocol"] == FAULT_FILTERED  # learned from other music: a group of its own
    rows = rows.assign(outside=outside).sort_values(["outside", "difference"], ascending=False)
    if rows.empty:
        return note("No step was measured.")
    figure, axis = single(style.WIDTH, 0.6 * len(rows) + 1.3)
    for place, (_, row) in enumerate(rows.iterrows()):
        shade, shape = LOOKS[row["verdict"]]
        sure = row["verdict"] != NOT_SHOWN
        reach = min(row["detectable"], EDGE)
        axis.barh(place, 2 * reach, left=-reach, height=0.24, color=style.MUTED, alpha=0.18)
        low, high = (max(-EDGE, min(EDGE, end)) for end in (row["low"], row["high"]))
        axis.plot([0, 0], [place - 0.17, place + 0.17], color="black", lw=1)
        axis.plot([low, high], [place] * 2, color=shade, lw=2.2)
        beyond = abs(row["difference"]) > EDGE
        x = max(-EDGE, min(EDGE, row["difference"]))
        shown = (">" if x > 0 else "<") if beyond else shape
        axis.plot(x, place, shown, color=shade, ms=8, mfc=shade if sure else "white", zorder=3)
        axis.text(EDGE * 1.06, place, points(row["difference"], 1).replace("\u00a0points", ""),
                  va="center", color=shade if sure else "#555555", fontsize=10.5)  # fmt: skip
        axis.text(-EDGE, place - 0.52, fill(str(row["step"]), 60), va="center", weight="bold",
                  in_layout=False, fontsize=10)  # fmt: skip
        axis.text(
            -EDGE,
            place - 0.27,
            _against(row),
            va="center",
            fontsize=10,
            color="#555555",
            in_layout=False,
        )
    for verdict, (shade, shape) in LOOKS.items():
        hollow = "white" if verdict == NOT_SHOWN else shade
        axis.plot([], [], f"{shape}-", color=shade, lw=2.2, mfc=hollow, ms=8, label=verdict)
    axis.set_yticks([])
    axis.set_ylim(len(rows) - 0.7, -0.8)
    axis.set_xlim(-EDGE * 1.03, EDGE * 1.25)
    axis.set_xticks([-0.1, -0.05, 0, 0.05, 0.1], ["−10", "−5", "0", "+5", "+10"])
    axis.set_xlabel("change in accuracy, points (95 % interval)")
    axis.spines["left"].set_visible(False)
    figure.legend(loc="outside upper center", ncols=3)
    return figure


def _against(row: pd.Series[Any]) -> str:
    """Write control, cost and, where it is another than the artist folds, the protocol."""
    protocol, cost = row["protocol"], row["cost_factor"]
    parts = [f"against {row['control']}"]
    if not pd.isna(cost):
        parts.append(f"time × {factor(cost)}")
    if protocol != ARTIST_CV:
        parts.append(f"{PROTOCOL_TITLES[protocol]} split")
    return "; ".join(parts)


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


def curves(store: Store) -> Figure:
    """Draw how learning in many places and in turns goes, mean over the folds of seed 0.

    Parameters
    ----------
    store : Store
        Of the steps.
    """
    places, turns = (
        store.find(model=f"mlp_{name}", seed=0) for name in ("federated", "continual")
    )
    if not places or not turns:
        return note("Learning in many places and in turns was not measured.")
    figure, axes = subplots(2, 1, size=(style.WIDTH, 6.9))
    above, below = axes[:, 0]
    for how, (label, shade) in PLACES.items():
        known = _curve(places, how)
        above.plot(known.index, known["val_accuracy"], color=shade, lw=2, label=label)
    above.set_xlabel("rounds")
    for how, (label, shade) in TURNS.items():
        known = _curve(turns, how)
        below.plot(known.index, known["accuracy"], "o--", color=shade, lw=1.6, ms=4)
        below.plot(known.index, known["val_accuracy"], "o-", color=shade, lw=2, ms=4, label=label)
    below.plot([], [], "--", color="black", label="tracks of the first group")
    below.plot([], [], "-", color="black", label="artists never heard")
    below.set_xticks(range(1, continual.ARRIVALS + 1))
    below.set_xlabel("groups of artists that have come")
    below.set_ylim(0, 1.03)
    above.set_ylim(0, None)
    for axis, title in ((above, "Many places"), (below, "One group after the other")):
        axis.set_title(title)
        axis.set_ylabel("right")
        percent_axis(axis)
    above.legend(loc="lower right", fontsize=9.5)
    below.legend(loc="upper center", bbox_to_anchor=(0.5, -0.22), ncols=2, fontsize=9.5)
    return figure


def _curve(records: Sequence[Record], how: str) -> pd.DataFrame:
    """Mean over folds, by the number of a point."""
    (record,) = (record for record in records if record.config["recipe"]["how"] == how)
    return record.history.groupby("epoch")[["accuracy", "val_accuracy"]].mean()


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
    extent = (0.0, WINDOW_S, 0.0, float(FREQ_HZ[-1]) / 1000)
    place = {"origin": "lower", "aspect": "auto", "extent": extent, "interpolation": "nearest"}
    for row, track in zip(axes, shown, strict=True):
        seen = [[int(level, 16) for level in line] for line in track["picture"]]
        row[0].imshow(seen, vmin=0, vmax=15, **place)
        row[0].set_title(f"{tracks.label(track['named'])}, {percent(track['p'])}", fontsize=10)
        for axis, method in zip(row[1:], MAPS, strict=True):
            values = np.reshape(track["maps"][method], facts["patches"])
            reach = np.abs(values).max()
            image = axis.imshow(values, vmin=-reach, vmax=reach, cmap="PuOr_r", **place)
            axis.set_title(method, fontsize=10, weight="normal")
    bar = figure.colorbar(image, ax=axes, orientation="horizontal", aspect=40, ticks=[])
    bar.set_label("violet: speaks against the genre; orange: for it", fontsize=10)
    axes[-1, 0].set_xlabel("seconds", fontsize=10)
    figure.supylabel("kHz", fontsize=10)
    axes[0, 0].set_xticks([0, 10, 20, 30])
    return figure
