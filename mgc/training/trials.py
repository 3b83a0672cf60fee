"""Trials: settings of a tuned recipe judged on validation tracks alone, each kept with its score.

The test part is never predicted here, so it cannot choose anything.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mgc.datasets.gtzan import REPLOTTED
from mgc.datasets.protocols import make_split
from mgc.errors import MgcError, RecordError
from mgc.models import CLASSICAL, NAMES, recipe
from mgc.models.classical import ClassicalRecipe
from mgc.models.recipe import VARIANTS, TunedRecipe, as_settings, from_settings
from mgc.records.config import fit_id
from mgc.records.study import Study
from mgc.training import baselines
from mgc.training.fold_fit import FoldFit, Settings
from mgc.typing import Double, Float
from mgc.util import machine
from mgc.util.atomic import write_whole
from mgc.util.textfiles import json_bytes, read_json

PROTOCOL = "fault_filtered"
FOLDER = "tuning"
MEASURES = ("valid_accuracy", "valid_log_loss", "best_epoch", "minutes")


def settings(model: str, changes: Mapping[str, Any]) -> TunedRecipe:
    """Return the tuned recipe of a model with some of its fields changed.

    Raises MgcError for a field that does not exist, or a value of another type than the field's.
    """
    plan = recipe(model, tuned=True)
    assert isinstance(plan, TunedRecipe)
    kinds = {one.name: type(getattr(plan, one.name)) for one in fields(plan)}
    clean: dict[str, Any] = {}
    for name, value in changes.items():
        if name not in kinds:
            raise MgcError(f"no setting {name!r}: choose from {', '.join(sorted(kinds))}")
        try:
            clean[name] = _as(kinds[name], value)
        except (KeyError, ValueError):
            raise MgcError(f"{name}={value}: must be {kinds[name].__name__}") from None
    return replace(plan, **clean)


def _as(kind: type, value: Any) -> Any:
    """Read a value of a command line; bool("False") would be True."""
    return {"True": True, "False": False}[str(value)] if kind is bool else kind(value)


def fit_trial(
    study: Study, model: str, plan: TunedRecipe | ClassicalRecipe, *, threads: int = 1
) -> dict[str, Any]:
    """Fit a model on the training part and score it on the validation part; keep the score.

    The study is of an edition with `fault_filtered`; its first seed is used. The trial holds
    ``config``, ``environment`` and the `MEASURES`, and is read from the store where it was made
    before.
    """
    if isinstance(plan, TunedRecipe):
        recipe_settings = as_settings(plan, VARIANTS["tuned"])
    else:
        recipe_settings = asdict(plan)
    config = study.config(model, "tuned", PROTOCOL) | {"recipe": recipe_settings}
    file = study.store.root / FOLDER / f"{fit_id(config)}.json"
    if file.is_file():
        return load(file)
    arrays = study.arrays()
    split = make_split(PROTOCOL, arrays.track_id, arrays.genre, arrays.artist, config["seed"])
    fold_fit = FoldFit(arrays, split, split.folds[0], config, Settings(threads, study.cache))
    environment = {"commit": machine.commit()}
    begin = time.perf_counter()
    if isinstance(plan, TunedRecipe):
        from mgc.models.backend import keras
        from mgc.training import trainer

        fitted = trainer.fit(fold_fit, test=False)
        environment["backend"] = keras.backend.backend()
    else:
        asked = replace(fold_fit.fold, test=fold_fit.fold.valid)
        fitted = baselines.fit_classical(arrays, split, asked, plan)
    minutes = (time.perf_counter() - begin) / 60
    truth = fold_fit.targets()[fold_fit.fold.valid]
    history = [row for row in fitted.history if row["stage"] == "fit"]
    best = min(history, key=lambda row: float(row["val_loss"]), default={"epoch": 0})
    replotted = np.isin(arrays.track_id[split.example_track[fold_fit.fold.valid]], REPLOTTED)
    trial = {
        "config": config,
        **_scores(fitted.valid, truth),
        "best_epoch": int(best["epoch"]),
        # Pictures of another plotting version stand in validation, not in the test.
        "without_replotted": _scores(fitted.valid[~replotted], truth[~replotted]),
        "minutes": round(minutes, 2),
        "environment": environment | {"device": fitted.device},
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, json_bytes(trial))
    return trial


def _scores(p: Double, truth: Float) -> dict[str, float]:
    """Return accuracy and log loss of the validation part."""
    chosen = (p * truth).sum(axis=1)
    return {
        "valid_accuracy": float(np.mean(p.argmax(axis=1) == truth.argmax(axis=1))),
        "valid_log_loss": float(-np.log(np.maximum(chosen, 1e-7)).mean()),
    }


def load(file: Path) -> dict[str, Any]:
    """Read one trial; RecordError where it is damaged, or its name does not fit its settings."""
    trial = read_json(file)
    if not isinstance(trial, dict) or not {"config", *MEASURES} <= trial.keys():
        raise RecordError(f"{file}: holds no trial; remove it and run `mgc tune` again")
    if not isinstance(trial["config"], dict) or fit_id(trial["config"]) != file.stem:
        raise RecordError(f"{file}: its configuration has another hash than its name")
    return trial


def classical_table(root: Path) -> pd.DataFrame:
    """List the chosen trial of each classical model in the store at `root`, best log loss first.

    The columns are ``model``, ``C``, ``gamma`` (0: none), ``trials`` (how many there were),
    ``valid_accuracy`` and ``valid_log_loss``.
    """
    found = [load(file) for file in sorted((root / FOLDER).glob("*.json"))]
    rows = [
        {"model": trial["config"]["model"]}
        | {name: trial["config"]["recipe"][name] for name in ("C", "gamma")}
        | {name: trial[name] for name in ("valid_accuracy", "valid_log_loss")}
        for trial in found
        if trial["config"]["model"] in CLASSICAL
    ]
    if not rows:
        return pd.DataFrame(columns=["model", "C", "gamma", "trials", *MEASURES[:2]])
    every = pd.DataFrame(rows)
    every["trials"] = every.groupby("model")["model"].transform("size")
    return best(every)


def rank(log_loss: float, accuracy: float) -> tuple[float, float]:
    """Order what was scored on validation tracks, the best first.

    Two decimals of the log loss decide, and accuracy among equals.
    """
    return round(log_loss, 2), -accuracy


def best(trials: pd.DataFrame) -> pd.DataFrame:
    """Choose the best row of each model by `rank`, as of `table` or `classical_table`."""
    ranks = list(map(rank, trials["valid_log_loss"], trials["valid_accuracy"]))
    order = sorted(range(len(trials)), key=ranks.__getitem__)
    return trials.iloc[order].drop_duplicates("model").reset_index(drop=True)


def redrawn(roots: Iterable[Path]) -> pd.DataFrame:
    """Ask which trial of each model validation would choose without the redrawn pictures.

    Parameters
    ----------
    roots : iterable of Path
        Stores whose trials are taken together.

    Returns
    -------
    DataFrame
        A row a model: ``model``, ``trials`` (how many are scored without these pictures as well;
        the first of the networks were not, and their winners cannot be asked for),
        ``chosen`` and ``other`` (settings of the best by all validation tracks, and of the best
        without these), and of each the log loss by both, as ``chosen_all``,
        ``chosen_without``, ``other_all`` and ``other_without``.
    """
    files = [file for root in roots for file in sorted((root / FOLDER).glob("*.json"))]
    scored = [trial for file in files if "without_replotted" in (trial := load(file))]
    rows = []
    for model in (*NAMES, *CLASSICAL):
        own = [trial for trial in scored if trial["config"]["model"] == model]
        if not own:
            continue
        chosen = min(own, key=_rank)
        other = min(own, key=lambda trial: _rank(trial["without_replotted"]))
        rows.append(
            {"model": model, "trials": len(own)}
            | {
                f"{name}{what}": value
                for name, trial in (("chosen", chosen), ("other", other))
                for what, value in (
                    ("", _plan(trial["config"])),
                    ("_all", trial["valid_log_loss"]),
                    ("_without", trial["without_replotted"]["valid_log_loss"]),
                )
            }
        )
    return pd.DataFrame(rows)


def _plan(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return all settings of a trial, those left at their default among them."""
    settings = config["recipe"]
    return vars(from_settings(settings)) if config["model"] in NAMES else settings


def _rank(scores: Mapping[str, Any]) -> tuple[float, float]:
    return rank(scores["valid_log_loss"], scores["valid_accuracy"])


def table(root: Path) -> pd.DataFrame:
    """List every trial in the store at `root`, by model, best log loss first.

    The columns are ``model``, the fields of `TunedRecipe`, ``seed``, the `MEASURES` and ``chosen``
    (whether these are the published recipe's settings).
    """
    rows = []
    for file in sorted((root / FOLDER).glob("*.json")):
        trial = load(file)
        config = trial["config"]
        model = str(config["model"])
        if model in CLASSICAL:
            continue
        plan = from_settings(config["recipe"])
        rows.append(
            {
                "model": model,
                **vars(plan),
                "seed": config["seed"],
                **{name: trial[name] for name in MEASURES},
                "chosen": plan == recipe(model, tuned=True),
            }
        )
    columns = ["model", *(f.name for f in fields(TunedRecipe)), "seed", *MEASURES, "chosen"]
    trials = pd.DataFrame(rows, columns=columns)
    rank = trials["model"].map({name: number for number, name in enumerate(NAMES)})
    order = trials.assign(rank=rank).sort_values(["rank", "valid_log_loss"]).index
    return trials.loc[order].reset_index(drop=True)
