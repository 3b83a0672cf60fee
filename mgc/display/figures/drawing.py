"""Parts that the figures of results share: axes in percent, heat maps, a sentence as a figure."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.ticker import FuncFormatter

from mgc.display.figures import style


def one(width: float, height: float) -> tuple[Figure, Axes]:
    """Make a figure with one pair of axes."""
    figure, axes = style.subplots(size=(width, height))
    return figure, axes[0, 0]


def note(text: str) -> Figure:
    """Draw a sentence where a figure would be, so that captions and links stay valid."""
    figure, axis = one(7.0, 1.1)
    axis.set_axis_off()
    axis.text(0.5, 0.5, fill(text, 78), ha="center", va="center", fontsize=11)
    return figure


def percent_axis(axis: Axes, which: str = "y") -> None:
    """Label an axis of shares in percent; `which` is "x" or "y"."""
    target = axis.yaxis if which == "y" else axis.xaxis
    target.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.0f} %"))


def heatmap(
    axis: Axes,
    values: npt.NDArray[np.floating],
    rows: Sequence[str],
    columns: Sequence[str],
    **options: Any,
) -> AxesImage:
    """Draw a matrix [rows, columns] with named rows and columns, without frame or ticks."""
    image = axis.imshow(values, **{"cmap": style.SEQUENTIAL, "aspect": "auto"} | options)
    axis.set_xticks(range(len(columns)), columns, rotation=45, ha="right", rotation_mode="anchor")
    axis.set_yticks(range(len(rows)), rows)
    axis.tick_params(length=0)
    for side in axis.spines.values():
        side.set_visible(False)
    return image


def cell_text(axis: Axes, row: int, column: int, text: str, level: float) -> None:
    """Write into a cell of a cividis heat map: white on its dark half, black on the other."""
    colour = "white" if level < 0.55 else "black"
    axis.text(column, row, text, ha="center", va="center", color=colour, fontsize=10)
