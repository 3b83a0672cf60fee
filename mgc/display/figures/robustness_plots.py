"""The figure of degraded sound: how far each kind of it takes the accuracy down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mgc.display.figures import style
from mgc.display.figures.style import percent_axis, subplots
from mgc.display.robustness_tables import WAY_TITLES
from mgc.experiments.robustness import (
    ANEW,
    COPIES,
    MP3,
    NEUTRAL,
    NOISE,
    NONE,
    PITCH,
    PLAIN,
    STRENGTHS,
    TELEPHONE,
    TIME,
    WAYS,
    Condition,
    estimate,
)

LOOKS: Mapping[str, tuple[str, str, str]] = {
    PLAIN: (style.ACCENT, "o", "-"),
    COPIES: (style.WARNING, "s", "--"),
    ANEW: ("#117733", "^", ":"),
}
PANELS: Mapping[str, tuple[str, str]] = {
    TIME: ("Time stretch", "times the tempo"),
    PITCH: ("Pitch shift", "semitones"),
    NOISE: ("White noise", "signal to noise, dB"),
    MP3: ("MP3", "kbit/s"),
    TELEPHONE: ("Telephone band", "Hz"),
}


def curves(table: pd.DataFrame) -> Figure:
    """Draw accuracy against strength, a panel a kind and a line a way of predicting.

    The thin line is the accuracy of the model without copies on undegraded sound, and the pale
    band the 95 % interval of that model over artists.

    Parameters
    ----------
    table : DataFrame
        From `mgc.experiments.robustness.load`.
    """
    figure, axes = subplots(3, 2, size=(style.WIDTH, 7.4), sharey=True)
    undegraded = estimate(table, Condition()).mean
    panels: list[Axes] = axes.ravel().tolist()
    for axis, (kind, (title, unit)) in zip(panels, PANELS.items(), strict=False):
        axis.axhline(undegraded, color=style.MUTED, lw=1)
        _panel(axis, table, kind)
        axis.set_title(title)
        axis.set_xlabel(unit, fontsize=10)
        axis.set_ylim(0, 1)
        percent_axis(axis)
    for row in axes:
        row[0].set_ylabel("right")
    free = panels[-1]
    free.set_axis_off()
    for way, (shade, shape, dash) in LOOKS.items():
        free.plot([], [], f"{shape}{dash}", color=shade, ms=6, label=WAY_TITLES[way].lower())
    free.plot([], [], color=style.MUTED, lw=1, label="undegraded, no copies")
    free.fill_between([], [], [], color=style.ACCENT, alpha=0.12, label="95 %, no copies")
    free.legend(loc="center", fontsize=10, handlelength=2.8)
    return figure


def _panel(axis: Axes, table: pd.DataFrame, kind: str) -> None:
    """Draw the lines of a kind; one without a neutral strength begins with undegraded sound."""
    shown = [(kind, strength) for strength in STRENGTHS[kind]]
    if kind in NEUTRAL:
        x: Sequence[float] = [strength for _, strength in shown]
        # Labels of a semitone up or down would touch their neighbours.
        names = ["" if abs(value) == 1 and kind == PITCH else f"{value:g}" for value in x]
        axis.set_xticks(x, [name.replace("-", "−") for name in names], fontsize=10)
    else:
        shown.insert(0, (NONE, 0.0))
        x = range(len(shown))
        names = ["300–3400"] if kind == TELEPHONE else [f"{value:g}" for _, value in shown[1:]]
        axis.set_xticks(x, ["none", *names], fontsize=10)
        axis.set_xlim(-0.4, len(shown) - 0.6)
    for way in WAYS:
        shade, shape, dash = LOOKS[way]
        values = [estimate(table, Condition(*pair, way)) for pair in shown]
        if way == PLAIN:
            low, high = ([getattr(value, end) for value in values] for end in ("low", "high"))
            axis.fill_between(x, low, high, color=shade, alpha=0.12, lw=0)
        means = [value.mean for value in values]
        axis.plot(x, means, f"{shape}{dash}", color=shade, ms=5, lw=1.8)
