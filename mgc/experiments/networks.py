"""A published network trained by its recipe with one thing in it changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from mgc.datasets.splits import Fold
from mgc.experiments.ensembles import published
from mgc.experiments.step import Answers, Arm, Material, Side
from mgc.training.fold_fit import FoldFit, Settings


def fold_fit(
    material: Material, fold: Fold, seed: int, model: str, changes: Mapping[str, Any]
) -> FoldFit:
    """Ask for the tuned fit of a model, with other values in some fields of its recipe."""
    config = material.study.config(model, "tuned", material.split.protocol, seed)
    config["recipe"] = config["recipe"] | dict(changes)
    settings = Settings(1, material.study.cache)
    return FoldFit(material.arrays, material.split, fold, config, settings)


def answers(asked: FoldFit, build: Callable[[tuple[int, ...]], Any] | None = None) -> Answers:
    """Train the model's own network, or the one that `build` makes in its place."""
    from mgc.training import trainer

    fitted = trainer.fit(asked, network=build)
    return Answers(fitted.valid, fitted.test, fitted.history, device=fitted.device)


def in_its_place(
    name: str,
    model: str,
    build: Callable[[tuple[int, ...]], Any] | None = None,
    shape: Mapping[str, Any] = MappingProxyType({}),
    **changes: Any,
) -> Arm:
    """Train the network that `build` makes, or the model's own, on its inputs and by its recipe.

    `shape` says what decides the network; `changes` are fields of the recipe with other values.
    The model's own is a control on the machine and the backend of a step, which the published
    fit may not share.
    """

    def fit(material: Material, fold: Fold, seed: int) -> Answers:
        return answers(fold_fit(material, fold, seed, model, changes), build)

    return Arm(name, {"recipe_of": model, **shape, **changes}, fit, "arrays")


def itself(model: str) -> Side:
    """Take the published fit of the model."""
    return lambda study, seed: published(study, model, seed)
