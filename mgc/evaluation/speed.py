"""One measured figure, its goal, and the record of all of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import linregress

from mgc.errors import RecordError
from mgc.util.atomic import write_whole
from mgc.util.textfiles import read_json

FILE = "bench/bench.json"
"""In the store of records."""


@dataclass(frozen=True)
class Figure:
    """What was measured several times.

    Attributes
    ----------
    key, title, unit : str
    value : float
        The median, or what the title says.
    low, high : float
        Smallest and largest of the measurements.
    n : int
        How many there were.
    goal : float
        Positive: to reach at least. Negative: not to exceed its amount. 0: none.
    estimate : bool
        Whether it was calculated from other figures.
    """

    key: str
    title: str
    unit: str
    value: float
    low: float
    high: float
    n: int
    goal: float = 0.0
    estimate: bool = False

    @property
    def met(self) -> bool:
        """Whether the goal is reached; true without one."""
        return self.value >= self.goal if self.goal >= 0 else self.value <= -self.goal

    @property
    def times_the_goal(self) -> float:
        """How many times as good as its goal the value is; 1 and more reach it."""
        return self.value / self.goal if self.goal > 0 else -self.goal / self.value

    def row(self) -> dict[str, str]:
        """Say in words what was measured, for a table."""
        bound = "at least" if self.goal > 0 else "at most"
        return {
            "Figure": self.title + (" (estimate)" if self.estimate else ""),
            "Value": f"{self.value:.3g} {self.unit}".strip(),
            "Range": f"{self.low:.3g} to {self.high:.3g}" if self.n > 1 else "",
            "n": str(self.n),
            "Goal": f"{bound} {abs(self.goal):g}" if self.goal else "",
            "Reached": ("yes" if self.met else "no") if self.goal else "",
        }


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
    line = _line(sizes, costs)
    # SciPy has no error for costs that are all the same.
    return float(line.slope), float(np.nan_to_num(line.stderr))


def _line(sizes: Sequence[float], costs: Sequence[float]) -> Any:
    return linregress(np.log(sizes), np.log(costs))


@dataclass(frozen=True)
class Bench:
    """What was measured on a machine, which is described by a dict."""

    machine: dict[str, Any]
    figures: list[Figure]
    curves: list[Curve]


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


def load(file: Path) -> Bench:
    """Read the record; raises RecordError if it is damaged."""
    content = read_json(file)
    try:
        return Bench(
            dict(content["machine"]),
            [Figure(**fields) for fields in content["figures"]],
            [
                Curve(**fields | {k: tuple(map(float, fields[k])) for k in ("sizes", "seconds")})
                for fields in content.get("curves", [])
            ],
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        raise RecordError(f"{file}: holds no figures; run `nox -s bench`") from None
