"""The record of how fast the package is, which `tools.bench` writes: figures, goals, curves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import linregress

from mgc.errors import RecordError
from mgc.util.textfiles import read_json

FILE = "bench/bench.json"
"""In the store of records."""


@dataclass(frozen=True)
class Figure:
    """What was measured several times.

    ``value`` is the median, or what the title says; ``low`` and ``high`` the smallest and largest
    of ``n`` measurements. A positive ``goal`` is to be reached at least, of a negative one the
    amount is not to be exceeded, 0 is none. An ``estimate`` was calculated from other figures.
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


@dataclass(frozen=True)
class Curve:
    """Seconds at several sizes (in ``unit``) of one thing: positive, at least two."""

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
        return float(self._line().slope)

    def fitted(self) -> tuple[float, ...]:
        """Seconds by the power law at each size."""
        line = self._line()
        return tuple(np.exp(line.intercept + line.slope * np.log(self.sizes)).tolist())

    def _line(self) -> Any:
        return linregress(np.log(self.sizes), np.log(self.seconds))


@dataclass(frozen=True)
class Bench:
    """What was measured on a machine, which is described by a dict."""

    machine: dict[str, Any]
    figures: list[Figure]
    curves: list[Curve]


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
