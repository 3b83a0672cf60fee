"""Gains in right answers, one below the other, with their intervals around zero."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from mgc.display.figures import style
from mgc.display.figures.style import single
from mgc.typing import Double


def gains(names: Sequence[str], numbers: Double, shown: npt.NDArray[np.bool_]) -> Figure:
    """Draw gains from the bottom upwards.

    Parameters
    ----------
    names : sequence of str
    numbers : ndarray [shape=(n, 3)]
        Gain and both ends of its 95 % interval, as shares.
    shown : ndarray [shape=(n,)], bool
        Gains whose marks are filled.
    """
    figure, axis = single(style.WIDTH, 0.9 + 0.24 * len(names))
    axis.axvline(0, color="black", lw=1)
    for place, ((gain, low, high), apart) in enumerate(zip(numbers, shown, strict=True)):
        shade, shape = (style.ACCENT, "o") if gain >= 0 else (style.WARNING, "s")
        axis.plot([low, high], [place] * 2, color=shade if apart else style.MUTED, lw=2)
        inside = shade if apart else "white"
        axis.plot(gain, place, shape, color=shade, mfc=inside, ms=7, zorder=3)
    axis.set_yticks(range(len(names)), names)
    axis.tick_params(axis="y", length=0)
    axis.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10]))  # whole points
    axis.xaxis.set_major_formatter(
        lambda value, _: f"{100 * value:+.0f}".replace("-", "−") if value else "0"
    )
    axis.set_xlabel("points (95 % interval)")
    axis.spines["left"].set_visible(False)
    return figure
