"""The random numbers that the original report trained on, and the best score they allow.

The report's code drew standard normal noise and raised a block of values for a few genres. For
such data the best possible classifier is known (it compares likelihoods), so its accuracy is a
ceiling that no model can pass except by luck.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import binom

from mgc.datasets.tracks import GENRES
from mgc.display import formats

DRAWS = 200_000
"""Simulated tracks a genre."""


@dataclass(frozen=True)
class Shift:
    """One genre whose values were raised.

    ``cells`` values of the input (the blocks of two genres never overlap) were raised by
    ``amount`` standard deviations of the noise.
    """

    genre: str
    cells: int
    amount: float

    @property
    def separation(self) -> float:
        """Distance between the raised genre and plain noise, in standard deviations (d')."""
        return float(self.amount * np.sqrt(self.cells))


#: What the report's generator raised, for each of its three inputs (228 values, 128 x 1292, 1292 x
#: 13). The sequences were noise and nothing else.
INPUTS: Final = MappingProxyType(
    {
        "tabular": (Shift("classical", 13, 2.0), Shift("metal", 4, 3.0), Shift("jazz", 2, 1.5)),
        "spectrogram": (Shift("classical", 64 * 1292, 1.0), Shift("metal", 64 * 1292, 2.0)),
        "sequence": (),
    }
)

MODEL_INPUTS: Final = MappingProxyType(
    {"mlp": "tabular", "lstm": "sequence"}
    | dict.fromkeys(("cnn", "autoencoder", "vgg16"), "spectrogram")
)
"""Which of `INPUTS` each of the report's models read."""


def shifts_table() -> pd.DataFrame:
    """Write all of `INPUTS` as texts, a row a raised genre."""
    return pd.DataFrame(
        {
            "input": name,
            "genre": shift.genre,
            "values raised": formats.count(shift.cells),
            "by (standard deviations)": formats.number(shift.amount, 1),
            "separation": formats.number(shift.separation, 1),
        }
        for name, shifts in INPUTS.items()
        for shift in shifts
    )


def model_ceilings() -> dict[str, float]:
    """Give the `ceiling` of each of the report's models (0 to 1) on the input that it read."""
    ceilings = {name: ceiling(shifts) for name, shifts in INPUTS.items()}
    return {model: ceilings[name] for model, name in MODEL_INPUTS.items()}


def luck_exponent(claims: pd.DataFrame, n_test: int) -> int:
    """Bound the chance to score as claimed by luck alone, at the most that the data allow.

    `claims` is `mgc.datasets.facts.report_claims`, `n_test` the size of the report's test part.
    The chance of each of the models (binomial tail) lies below ten to the power returned.
    """
    best = model_ceilings()
    chances = [
        float(binom.logsf(round(share * n_test) - 1, n_test, best[str(model)]))
        for model, share in claims.set_index("model")["accuracy"].items()
    ]
    return math.ceil(max(chances) / math.log(10))


def ceiling(shifts: tuple[Shift, ...]) -> float:
    """Accuracy (0 to 1) of the best possible classifier on the report's random data, simulated.

    The likelihood ratio of a raised genre against plain noise depends on the sum of its block
    only: with separation d it is normal with mean +d^2/2 (the genre itself) or -d^2/2 (any
    other) and variance d^2. The classifier takes the largest ratio; where none is positive it
    guesses among the genres that are plain noise, at least one of ten equally frequent ones.

    Notes
    -----
    Source: Neyman-Pearson likelihood ratio of two normal distributions with a common variance.
    """
    if not shifts:
        return 1.0 / len(GENRES)
    rng = np.random.default_rng(0)
    separation = np.array([shift.separation for shift in shifts])
    right = 0.0
    for own in range(len(shifts) + 1):  # the last turn stands for all genres of plain noise
        mean = np.where(np.arange(len(shifts)) == own, 1.0, -1.0) * separation**2 / 2
        ratio = mean + separation * rng.standard_normal((DRAWS, len(shifts)))
        choice = np.where(ratio.max(axis=1) > 0, ratio.argmax(axis=1), len(shifts))
        # All plain genres together get as many right as one of them would, told from the rest.
        right += float(np.mean(choice == own))
    return right / len(GENRES)
