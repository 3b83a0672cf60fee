"""How a cost grows: a few measurements, and the exponent of a power law through them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import linregress


@dataclass(frozen=True)
class Curve:
    """Seconds at several sizes of one thing.

    Attributes
    ----------
    key, title : str
    unit : str
        Of the sizes.
    sizes, seconds : tuple of float, positive, at least two
    """

    key: str
    title: str
    unit: str
    sizes: tuple[float, ...]
    seconds: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse what has no logarithm or no slope."""
        if len(self.sizes) != len(self.seconds) or len(self.sizes) < 2:
            raise ValueError(f"{self.key}: a curve has at least two sizes, each with its seconds")
        if min(*self.sizes, *self.seconds) <= 0:
            raise ValueError(f"{self.key}: sizes and seconds are positive")

    @property
    def exponent(self) -> float:
        """Slope of the straight line through the logarithms."""
        return float(_line(self.sizes, self.seconds).slope)

    def fitted(self) -> tuple[float, ...]:
        """Seconds by the power law at each size."""
        line = _line(self.sizes, self.seconds)
        return tuple(np.exp(line.intercept + line.slope * np.log(self.sizes)).tolist())


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> tuple[float, float]:
    """Fit cost = a * size ** b by least squares of the logarithms.

    Parameters
    ----------
    sizes, costs : sequence of float, positive, at least three

    Returns
    -------
    exponent : float
        1 where the cost grows with the size, 0 where it does not grow.
    error : float
        Standard error of the exponent.
    """
    found = _line(sizes, costs)
    # SciPy has no error for costs that are all the same.
    return float(found.slope), float(np.nan_to_num(found.stderr))


def _line(sizes: Sequence[float], costs: Sequence[float]) -> Any:
    return linregress(np.log(sizes), np.log(costs))
