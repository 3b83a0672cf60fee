"""Coarse genres first, then fine: a family of genres, and the genre within it."""

from __future__ import annotations

import numpy as np

from mgc.datasets.splits import Fold
from mgc.datasets.tracks import GENRES
from mgc.experiments.labels import CONTROL
from mgc.experiments.readout import PENALTY
from mgc.experiments.step import Arm, Comparison, Material, Step
from mgc.training.baselines import genre_probabilities
from mgc.training.inputs import scale
from mgc.typing import Double, Float, StrArray

FAMILIES = (
    ("blues", "country"),
    ("classical", "jazz"),
    ("disco", "pop"),
    ("hiphop", "reggae"),
    ("metal", "rock"),
)
"""Pairs of genres, fixed before anything was fitted."""


def in_two_steps(x: Float, genre: StrArray, train: np.ndarray) -> Double:
    """Give the probability of each genre [n, 10]: that of its family, times that within it."""
    from sklearn.linear_model import LogisticRegression

    family_of = {name: number for number, family in enumerate(FAMILIES) for name in family}
    family = np.asarray([family_of[name] for name in genre])
    coarse = LogisticRegression(C=PENALTY, max_iter=5000).fit(x[train], family[train])
    p_family = coarse.predict_proba(x)
    p: Double = np.zeros((len(x), len(GENRES)))
    for number in range(len(FAMILIES)):
        rows = train[family[train] == number]
        fine = LogisticRegression(C=PENALTY, max_iter=5000).fit(x[rows], genre[rows])
        p += p_family[:, [number]] * genre_probabilities(fine, x)
    return p


def _fit(material: Material, fold: Fold, seed: int) -> tuple[Double, Double]:
    x = scale(material.pictures, fold.train, "per column")
    p = in_two_steps(x, material.genre, fold.train)
    return p[fold.valid], p[fold.test]


ARM = Arm(
    "logistic_two_steps",
    {"penalty": PENALTY, "families": [list(f) for f in FAMILIES]},
    _fit,
    "pictures",
)

STEP = Step(
    name="Coarse genres first",
    question="Is it easier to tell a family of genres first, and the genre within it then?",
    changed="Two decisions, family and genre, in the place of one among ten.",
    fitted="Logistic regression on the statistics of the picture, once for the families and once"
    " within each.",
    comparisons=(
        Comparison(
            "A family of genres first, then the genre",
            "all ten genres at once",
            (ARM, CONTROL),
        ),
    ),
)
