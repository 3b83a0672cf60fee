"""Pictures of how costs grow."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from mgc.display.figures import style
from mgc.evaluation.speed import Curve


def growth(curves: Sequence[Curve]) -> Figure:
    """Draw seconds against size with the fitted power law, a panel for each kind of size.

    Parameters
    ----------
    curves : sequence of Curve, at least one

    Returns
    -------
    Figure
    """
    units = list(dict.fromkeys(curve.unit for curve in curves))
    figure, axes = style.subplots(1, len(units), size=(style.MAX_WIDTH, 3.8))
    for axis, unit in zip(axes[0], units, strict=True):
        drawn = [curve for curve in curves if curve.unit == unit]
        for curve, colour, marker in zip(drawn, (style.ACCENT, style.WARNING), "os", strict=False):
            label = f"{curve.title}\nexponent {curve.exponent:.2f}"
            axis.plot(curve.sizes, curve.seconds, marker, color=colour, label=label)
            axis.plot(curve.sizes, curve.fitted(), "-", color=colour, linewidth=1)
        axis.set(xscale="log", yscale="log", xlabel=unit)
        axis.set_xticks(drawn[0].sizes)
        axis.yaxis.set_major_locator(LogLocator(subs=(1.0, 1.5, 2.0, 3.0, 5.0, 7.0)))
        for side in (axis.xaxis, axis.yaxis):
            side.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            side.set_minor_formatter(NullFormatter())
        axis.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), fontsize="small")
    axes[0][0].set_ylabel("seconds")
    return figure
