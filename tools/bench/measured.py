"""Sum up what was measured, and write the record that `mgc.evaluation.speed` reads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import linregress

from mgc.evaluation.speed import Bench, Curve, Figure, load
from mgc.util.atomic import write_whole


def figure(
    key: str,
    title: str,
    samples: Sequence[float],
    unit: str,
    goal: float = 0.0,
    *,
    quantile: float = 0.5,
    estimate: bool = False,
) -> Figure:
    """Sum up measurements, at least one, by a quantile in [0, 1]; the rest as `Figure` says."""
    numbers = (np.quantile(samples, quantile), np.min(samples), np.max(samples))
    value, low, high = (float(f"{number:.4g}") for number in numbers)
    return Figure(key, title, unit, value, low, high, len(samples), float(goal), estimate)


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> tuple[float, float]:
    """Fit cost = a * size ** b to three or more pairs by least squares of the logarithms.

    Returns the exponent, 1 where the cost grows with the size and 0 where it does not grow, and
    its standard error.
    """
    line = linregress(np.log(sizes), np.log(costs))
    # SciPy has no error for costs that are all the same.
    return float(line.slope), float(np.nan_to_num(line.stderr))


def save(file: Path, measured: Iterable[Figure | Curve], machine: Mapping[str, Any]) -> None:
    """Write the record of a machine; what it holds already and was not measured now stays."""
    before = load(file) if file.is_file() else Bench({}, [], [])
    merged = {(type(one), one.key): one for one in (*before.figures, *before.curves, *measured)}
    content = {
        "machine": dict(machine),
        "figures": [asdict(one) for one in merged.values() if isinstance(one, Figure)],
        "curves": [asdict(one) for one in merged.values() if isinstance(one, Curve)],
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode())
