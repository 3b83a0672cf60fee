"""Metadata: what tempo, key, metre and year of release say of a genre, and who plays."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from mgc.datasets.artists import track_credits
from mgc.datasets.facts import tempo_and_key
from mgc.datasets.splits import Fold
from mgc.experiments.readout import PENALTY, logistic
from mgc.experiments.step import Arm, Comparison, Material, Step
from mgc.typing import Double, Float, StrArray

PENALTIES = (1e-3, 1e-2, 1e-1, 1.0, 10.0)
SEEDS = (0, 1, 2)
UNKNOWN = {"tempo": 1.0, "year": 3.0}
"""120 beats a minute, 1990."""
Columns = Callable[[Material, int], Float]


def facts(track_id: StrArray) -> Float:
    """Write tempo, key, metre, swing and year of tracks as columns of numbers.

    Parameters
    ----------
    track_id : ndarray [shape=(n,)], str
        Of GTZAN.

    Returns
    -------
    columns : ndarray [shape=(n, n_columns)], float32
        Octaves of tempo above 60 a minute and decades since 1960, `UNKNOWN` where nobody knows;
        whether the year is unknown; a column for each key, metre and swing, one of them unknown.
    """
    known = tempo_and_key().set_index("track_id").loc[list(track_id)]
    released = [track_credits()[str(name)].released for name in track_id]
    year = pd.Series(pd.to_numeric(pd.Series(released), errors="coerce").to_numpy(), known.index)
    numbers = pd.DataFrame({"tempo": np.log2(known["tempo_bpm"] / 60), "year": (year - 1960) / 10})
    numbers = numbers.fillna(UNKNOWN).assign(undated=year.isna())
    names = known[["key", "meter", "swing"]].fillna("unknown")
    return np.concatenate(
        [numbers.to_numpy(np.float32), pd.get_dummies(names).to_numpy(np.float32)], axis=1
    )


def artists(track_id: StrArray) -> Float:
    """Write who plays as columns [n, n_groups], one for each artist group, one of them 1."""
    group = [track_credits()[str(name)].group for name in track_id]
    return pd.get_dummies(pd.Series(group)).to_numpy(np.float32)


def _alone(material: Material, seed: int) -> Float:
    return facts(material.track_id)


def _dealt(material: Material, seed: int) -> Float:
    order = np.random.default_rng(seed).permutation(len(material.track_id))
    return facts(material.track_id)[order]


def _sound(material: Material, seed: int) -> Float:
    return material.table


def _both(material: Material, seed: int) -> Float:
    return np.concatenate([material.table, facts(material.track_id)], axis=1)


def _who(material: Material, seed: int) -> Float:
    return np.concatenate([material.table, artists(material.track_id)], axis=1)


def arm(reads: str, columns: Columns, penalties: tuple[float, ...]) -> Arm:
    """Logistic regression on some columns."""

    def fit(material: Material, fold: Fold, seed: int) -> tuple[Double, Double]:
        return logistic(columns(material, seed), material.genre, fold, penalties)

    return Arm("logistic_metadata", {"reads": reads, "penalties": list(penalties)}, fit, "table")


ALONE = arm("facts", _alone, PENALTIES)
DEALT = arm("facts of other tracks", _dealt, PENALTIES)
SOUND = arm("table", _sound, (PENALTY,))
BOTH = arm("table and facts", _both, (PENALTY,))
WHO = arm("table and artist", _who, (PENALTY,))

STEP = Step(
    name="Metadata",
    question="A shop knows more of a track than its sound. What does that tell of its genre?",
    changed="The read-out gets tempo, key, metre, swing and year, or the artist.",
    fitted="Logistic regression on the table of statistics.",
    comparisons=(
        Comparison(
            "Tempo, key, metre and year alone",
            "the same facts dealt out to the wrong tracks",
            (ALONE, DEALT),
            seeds=((0,), SEEDS),
        ),
        Comparison(
            "Tempo, key, metre and year beside the sound",
            "the sound alone",
            (BOTH, SOUND),
        ),
        Comparison(
            "The artist's name beside the sound",
            "the sound alone",
            (WHO, SOUND),
        ),
        Comparison(
            "The artist's name beside the sound, artists shared",
            "the sound alone",
            (WHO, SOUND),
            protocol="random",
            seeds=(SEEDS, SEEDS),
        ),
    ),
)
