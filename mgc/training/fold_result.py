"""What the fit of one fold hands back, whatever was fitted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Probabilities = npt.NDArray[np.float64]
OnEpoch = Callable[[str, int, int, float], None]
"""Called with stage, epoch, epochs at most and validation loss after each epoch."""


@dataclass(frozen=True)
class Settings:
    """What decides how a fit runs but not, up to the last digits, what comes out.

    Attributes
    ----------
    threads : int
        Threads of one operation.
    cache_dir : Path
        Folder for finished folds and for the features of the VGG16 base.
    """

    threads: int
    cache_dir: Path


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

    valid: Probabilities
    test: Probabilities
    history: list[dict[str, Any]]
    architecture: list[dict[str, Any]]
    device: str
    predict_seconds: float
    measured: dict[str, float] = field(default_factory=dict)
