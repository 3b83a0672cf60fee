"""Compare two models while the answers come in: a test that may be looked at all the time.

Under the null hypothesis of `mgc.evaluation.significance.sign_flip`, that swapping two models
within an artist group changes nothing, each group on which they differ favours either with
chance 1/2. Bets on that, against every other chance alike, multiply to a martingale:

    e = 2^n B(1 + b, 1 + c),  b and c groups for the first and the second, n = b + c,

with the beta function B (Robbins 1970, Annals of Mathematical Statistics 41; as an e-value,
Grünwald, de Heide and Koolen 2024, JRSS B 86). By Ville's inequality e ever reaches 1 / alpha with
a chance of alpha at most, however often it is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln
from scipy.stats import binom, norm

from mgc.evaluation.significance import ALPHA
from mgc.typing import Double, IntArray

POWER = 0.8
"""Chance to find a difference that is there, by which the tracks that are needed are counted."""


def e_values(net: IntArray) -> Double:
    """Evidence against the null hypothesis after each group.

    Parameters
    ----------
    net : ndarray [shape=(..., n_groups)]
        By how much the first model is ahead on each group, in the order of the looks.

    Returns
    -------
    e : ndarray [shape=(..., n_groups)], above 0
        The test decides where it first reaches 1 / `ALPHA`.
    """
    b, c = np.cumsum(net > 0, axis=-1), np.cumsum(net < 0, axis=-1)
    e: Double = np.exp((b + c) * np.log(2) + betaln(1.0 + b, 1.0 + c))
    return e


def decision(net: IntArray) -> int | None:
    """Count the groups [shape=(n_groups,)] until the test decides; None if it does not."""
    reached = np.flatnonzero(e_values(net) >= 1 / ALPHA)
    return int(reached[0]) + 1 if len(reached) else None


def groups_needed(net: IntArray) -> float:
    """Count the groups that the paired test needs for a difference as large as the one seen.

    That many give it a chance of `POWER` to find it at the level `ALPHA`, two-sided; infinite
    where the models are level. Connor (1987), Biometrics 43, with sums of groups in the place of
    single tracks.
    """
    mean, square = float(np.mean(net)), float(np.mean(np.square(net)))
    if mean == 0:
        return float("inf")
    z_alpha, z_power = norm.ppf(1 - ALPHA / 2), norm.ppf(POWER)
    spread = max(0.0, square - mean**2)
    return float(((z_alpha * np.sqrt(square) + z_power * np.sqrt(spread)) / mean) ** 2)


@dataclass(frozen=True)
class Rates:
    """How often tests decide, each over many orders of the groups.

    Attributes
    ----------
    false_sequential, false_peeking : float in [0, 1]
        Where the models are swapped within groups at random, so that no decision is right: the
        sequential test, and the usual exact test of signs that is looked at after every group.
    decided : float in [0, 1]
        Share of orders in which the sequential test decides for the models as they are.
    median_tracks : float
        Tracks until it does, where it does in half of the orders at least; else NaN.
    """

    false_sequential: float
    false_peeking: float
    decided: float
    median_tracks: float


def rates(net: IntArray, n_tracks: IntArray, runs: int = 10_000, seed: int = 0) -> Rates:
    """Simulate looks after every group of two models whose answers are known.

    Parameters
    ----------
    net, n_tracks : ndarray [shape=(n_groups,)]
        By how much the first is ahead on each group, and how many tracks it has.
    runs, seed : int
        Orders that are drawn.
    """
    rng = np.random.default_rng(seed)
    order = rng.permuted(np.tile(np.arange(len(net)), (runs, 1)), axis=1)
    ordered = net[order]
    swapped = ordered * rng.choice((-1, 1), size=ordered.shape)
    reached = e_values(ordered) >= 1 / ALPHA
    decided = reached.any(axis=1)
    tracks = np.cumsum(n_tracks[order], axis=1)
    until = np.where(decided, tracks[np.arange(runs), reached.argmax(axis=1)], np.inf)
    median = float(np.median(until))
    return Rates(
        false_sequential=float((e_values(swapped) >= 1 / ALPHA).any(axis=1).mean()),
        false_peeking=float((_sign_test(swapped) <= ALPHA).any(axis=1).mean()),
        decided=float(decided.mean()),
        median_tracks=median if np.isfinite(median) else float("nan"),
    )


def _sign_test(net: IntArray) -> Double:
    """Two-sided p of the exact test of signs after each group [shape=(..., n_groups)]."""
    b, c = np.cumsum(net > 0, axis=-1), np.cumsum(net < 0, axis=-1)
    p: Double = np.minimum(1.0, 2 * binom.cdf(np.minimum(b, c), b + c, 0.5))
    return p
