"""Figures of how fast the package is, against its goals and its load."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from mgc.display import formats
from mgc.display.figures import style
from mgc.display.figures.style import note, single
from mgc.evaluation.speed import Curve


def targets(values: Mapping[str, float], target: float, *, unit: str, target_label: str) -> Figure:
    """Draw measured values (above 0, by row title) and a target on a logarithmic axis."""
    if not values:
        return note("The records hold no measurement of this.")
    figure, axis = single(style.WIDTH, 0.42 * len(values) + 1.4)
    rows = range(len(values))
    axis.plot(list(values.values()), rows, "o", color=style.ACCENT, ms=8, label="measured")
    axis.axvline(target, color=style.WARNING, ls="--", lw=1.6, label=target_label)
    for row, value in enumerate(values.values()):
        text = f"{value:,.2g}" if value < 100 else f"{value:,.0f}"
        axis.annotate(text, (value, row), (8, 0), textcoords="offset points", va="center")
    axis.set_yticks(rows, [fill(title, 28) for title in values])
    axis.set_xscale("log")
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    every = [*values.values(), target]
    axis.set_xlim(min(every) / 5, max(every) * 8)
    axis.invert_yaxis()
    axis.set_xlabel(unit)
    axis.grid(axis="x")
    figure.legend(loc="outside upper center", ncols=2)
    return figure


def growth(curves: Sequence[Curve]) -> Figure:
    """Draw seconds against size with the fitted power law, a panel for each kind of size."""
    units = list(dict.fromkeys(curve.unit for curve in curves))
    figure, axes = style.subplots(len(units), 1, size=(style.WIDTH, 2.9 * len(units)))
    for axis, unit in zip(axes[:, 0], units, strict=True):
        drawn = [curve for curve in curves if curve.unit == unit]
        for curve, colour, marker in zip(drawn, (style.ACCENT, style.WARNING), "os", strict=False):
            label = f"{curve.title}, exponent {formats.number(curve.exponent)}"
            axis.plot(curve.sizes, curve.seconds, marker, color=colour, label=label)
            axis.plot(curve.sizes, curve.fitted(), "-", color=colour, linewidth=1)
        axis.set(xscale="log", yscale="log", xlabel=unit, ylabel="seconds")
        axis.set_xticks(drawn[0].sizes)
        axis.yaxis.set_major_locator(LogLocator(subs=(1.0, 1.5, 2.0, 3.0, 5.0, 7.0)))
        for side in (axis.xaxis, axis.yaxis):
            side.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            side.set_minor_formatter(NullFormatter())
        axis.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0))
    return figure
