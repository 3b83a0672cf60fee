"""The figure of the report's next steps: what each changes, sorted."""

from __future__ import annotations

from textwrap import fill
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from mgc.datasets.splits import ARTIST_CV, PROTOCOL_TITLES
from mgc.display.figures import style
from mgc.display.figures.style import note, single
from mgc.display.formats import factor, points
from mgc.experiments.ledger import HELPS, HURTS, NOT_SHOWN

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
        if row["outside"]:
            axis.text(-EDGE, place, "trained on outside music", va="center", style="italic",
                      color="#555555", fontsize=10)  # fmt: skip
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
