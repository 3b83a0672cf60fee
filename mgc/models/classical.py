"""Classical classifiers with as much care as the networks get: settings chosen on validation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sklearn.base import ClassifierMixin


@dataclass(frozen=True)
class ClassicalRecipe:
    """What a classical classifier reads and how it is set.

    Attributes
    ----------
    kind : {"logistic", "svm"}
        Softmax regression, or a support vector machine with a radial kernel.
    statistics : {"track", "picture"}
        The table of statistics that the MLP reads, or `mgc.features.statistics` of the picture.
    C : float
        Inverse strength of regularisation.
    gamma : float
        Width of the radial kernel, in units of 1 / number of columns; 0 for logistic regression.
    """

    kind: str
    statistics: str
    C: float
    gamma: float = 0.0


RECIPES: Mapping[str, ClassicalRecipe] = MappingProxyType(
    {
        "logistic_tuned": ClassicalRecipe("logistic", "track", 0.0406),
        "svm": ClassicalRecipe("svm", "track", 10.0, 0.1),
        "logistic_picture": ClassicalRecipe("logistic", "picture", 0.0406),
        "svm_picture": ClassicalRecipe("svm", "picture", 10.0, 0.3),
    }
)
"""Chosen on the validation part of `fault_filtered` by the lowest log loss of 24 trials each."""

N_TRIALS = 24


def grid(name: str) -> list[ClassicalRecipe]:
    """List the settings that the trials of one classifier try, 24 of them.

    Parameters
    ----------
    name : str
        One of `RECIPES`.

    Returns
    -------
    recipes : list of ClassicalRecipe
    """
    kind, statistics = RECIPES[name].kind, RECIPES[name].statistics
    if kind == "logistic":
        exponents = (-4 + 6 * number / (N_TRIALS - 1) for number in range(N_TRIALS))
        return [ClassicalRecipe(kind, statistics, float(f"{10**e:.3g}")) for e in exponents]
    penalties, widths = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0), (0.1, 0.3, 1.0, 3.0)
    return [ClassicalRecipe(kind, statistics, c, width) for c in penalties for width in widths]


def build(recipe: ClassicalRecipe, n_columns: int) -> ClassifierMixin:
    """Return the classifier, not fitted.

    Parameters
    ----------
    recipe : ClassicalRecipe
    n_columns : int
        Of the table that it will read.

    Returns
    -------
    classifier : sklearn classifier with `predict_proba`
        The probabilities of the support vector machine are fitted to its distances over five folds
        of the training part (Platt 1999).
    """
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import SVC

    if recipe.kind == "logistic":
        return LogisticRegression(C=recipe.C, max_iter=5000)
    machine = SVC(C=recipe.C, gamma=recipe.gamma / n_columns)
    return CalibratedClassifierCV(machine, ensemble=False)
