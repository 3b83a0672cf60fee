"""What the fit of one fold is given and what it hands back, whatever is fitted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mgc.datasets.splits import Fold, Split
from mgc.features.arrays import Arrays
from mgc.training.inputs import one_hot
from mgc.typing import Double, Float

OnEpoch = Callable[[str, int, int, float], None]
"""Called with stage, epoch, epochs at most and validation loss after each epoch."""


@dataclass(frozen=True)
class Settings:
    """What decides how a fit runs but not, up to the last digits, what comes out.

    The threads of one operation, and the folder for finished folds and features of VGG16's base.
    """

    threads: int
    cache_dir: Path


@dataclass(frozen=True, eq=False)
class FoldFit:
    """One fold that is to be fitted.

    `fold` is one of `split`, which is of the tracks of `arrays`; `config` comes from
    `mgc.records.config.configuration`. `copies` are altered copies of the same tracks, of which
    only those of training examples are used.
    """

    arrays: Arrays
    split: Split
    fold: Fold
    config: Mapping[str, Any]
    settings: Settings
    copies: Sequence[Arrays] = ()
    on_epoch: OnEpoch | None = None

    @property
    def model(self) -> str:
        """Name of the model."""
        return str(self.config["model"])

    @property
    def seed(self) -> int:
        """Seed of this fold, which no other fold of the fit has."""
        return 1000 * int(self.config["seed"]) + self.split.folds.index(self.fold)

    def targets(self) -> Float:
        """Return the genres of all examples as rows of zeros with a single one, [n, 10]."""
        return one_hot(self.arrays.genre[self.split.example_track])


@dataclass(frozen=True)
class Fitted:
    """Predictions of one fold, and how they came about.

    Attributes
    ----------
    valid, test : ndarray [shape=(n, 10)], float64
        Probabilities of the examples of the two parts.
    history : list of dict
        One row an epoch; empty for baselines.
    architecture : list of dict
        One row a layer.
    device : str
    predict_seconds : float
        Per example of the test part, from the model's inputs on.
    measured : dict of str to float
        What else was measured, by name.
    """

    valid: Double
    test: Double
    history: list[dict[str, Any]]
    architecture: list[dict[str, Any]]
    device: str
    predict_seconds: float
    measured: dict[str, float] = field(default_factory=dict)
