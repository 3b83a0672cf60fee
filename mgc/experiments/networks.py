"""A published network with another one in its place, trained by the same recipe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mgc.datasets.splits import Fold
from mgc.experiments.ensembles import published
from mgc.experiments.step import Answers, Arm, Material, Side
from mgc.training.fold_fit import FoldFit, Settings


def in_its_place(
    name: str,
    model: str,
    build: Callable[[tuple[int, ...]], Any],
    shape: Mapping[str, Any],
    changes: Mapping[str, Any],
) -> Side:
    """Train the network that `build` makes on the inputs, and by the recipe, of a model.

    `shape` says what decides the network; `changes` are fields of the recipe with other values.
    """

    def fit(material: Material, fold: Fold, seed: int) -> Answers:
        from mgc.training import trainer

        config = material.study.config(model, "tuned", material.split.protocol, seed)
        config["recipe"] = config["recipe"] | dict(changes)
        fold_fit = FoldFit(
            material.arrays, material.split, fold, config, Settings(1, material.study.cache)
        )
        fitted = trainer.fit(fold_fit, network=build)
        return Answers(fitted.valid, fitted.test, fitted.history)

    arm = Arm(name, {"recipe_of": model, **shape, **changes}, fit, "arrays")
    return lambda study, seed: arm


def itself(model: str) -> Side:
    """Take the published fit of the model."""
    return lambda study, seed: published(study, model, seed)
