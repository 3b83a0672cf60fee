"""How a cost grows: the exponent of a power law through a few measurements."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import linregress


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
    found = linregress(np.log(sizes), np.log(costs))
    # SciPy has no error for costs that are all the same.
    return float(found.slope), float(np.nan_to_num(found.stderr))
