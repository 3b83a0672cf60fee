"""The random numbers that the original report trained on, and the best score they allow.

The report's code drew standard normal noise and raised a block of values for a few genres. For
such data the best possible classifier is known (it compares likelihoods), so its accuracy is a
ceiling that no model can pass except by luck.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np


@dataclass(frozen=True)
class Shift:
    """One genre whose values were raised.

    Parameters
    ----------
    genre : str
        The genre.
    cells : int
        How many values of the input were raised; the blocks of two genres never overlap.
    amount : float
        By how many standard deviations of the noise.
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
        "tabular": (
            Shift("classical", 13, 2.0),
            Shift("metal", 4, 3.0),
            Shift("jazz", 2, 1.5),
        ),
        "spectrogram": (
            Shift("classical", 64 * 1292, 1.0),
            Shift("metal", 64 * 1292, 2.0),
        ),
        "sequence": (),
    }
)


def ceiling(
    shifts: tuple[Shift, ...], *, n_genres: int = 10, draws: int = 200_000, seed: int = 0
) -> float:
    """Accuracy of the best possible classifier on the report's random data.

    The likelihood ratio of a raised genre against plain noise depends on the sum of its block
    only: with separation d it is normal with mean +d^2/2 (the genre itself) or -d^2/2 (any
    other) and variance d^2. The classifier takes the largest ratio; where none is positive it
    guesses among the genres that are plain noise.

    Parameters
    ----------
    shifts : tuple of Shift
        The raised genres; their blocks do not overlap.
    n_genres : int
        Number of genres, all equally frequent; more than ``len(shifts)``.
    draws : int
        Simulated tracks a genre.
    seed : int
        Seed of the simulation.

    Returns
    -------
    float
        Expected accuracy, 0 to 1.

    Raises
    ------
    ValueError
        When no genre is left that is plain noise.

    Notes
    -----
    Source: Neyman-Pearson likelihood ratio of two normal distributions with a common variance.
    """
    if len(shifts) >= n_genres:
        raise ValueError(f"{len(shifts)} raised genres of {n_genres}: at least one must be noise")
    if not shifts:
        return 1.0 / n_genres
    rng = np.random.default_rng(seed)
    separation = np.array([shift.separation for shift in shifts])
    right = 0.0
    for own in range(len(shifts) + 1):  # the last turn stands for all genres of plain noise
        mean = np.where(np.arange(len(shifts)) == own, 1.0, -1.0) * separation**2 / 2
        ratio = mean + separation * rng.standard_normal((draws, len(shifts)))
        choice = np.where(ratio.max(axis=1) > 0, ratio.argmax(axis=1), len(shifts))
        # All plain genres together get as many right as one of them would, told from the rest.
        right += float(np.mean(choice == own))
    return right / n_genres
