"""Fit one model under one protocol, fold by fold; each finished fold is kept."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mgc.datasets.splits import Fold, Split
from mgc.datasets.tracks import P_COLUMNS
from mgc.errors import MgcError
from mgc.models import BASELINES, CLASSICAL
from mgc.models.classical import ClassicalRecipe
from mgc.records.checks import HISTORY_COLUMNS
from mgc.records.config import fit_id
from mgc.records.store import Record, Store
from mgc.training import environment
from mgc.training.baselines import fit_baseline, fit_classical
from mgc.training.fold_fit import Fitted, FoldFit, Settings
from mgc.typing import Double
from mgc.util import cache, machine

if TYPE_CHECKING:
    from mgc.features.arrays import Arrays


def fold_entry(config: Mapping[str, Any], fold: Fold, settings: Settings) -> Path:
    """File that keeps a finished fold until the record is written."""
    return settings.cache_dir / "folds" / fit_id(config) / f"{fold.name}.npz"


def fit_fold(fold_fit: FoldFit) -> None:
    """Fit one fold and keep its predictions; does nothing where that was done before.

    Validation and test part are predicted once, after the fit. Raises WeightsError if VGG16 finds
    no ImageNet weights.
    """
    entry = fold_entry(fold_fit.config, fold_fit.fold, fold_fit.settings)
    if cache.read(entry) is not None:
        return
    begin = time.perf_counter()
    with machine.PeakMemory() as memory:
        fitted = _fitted(fold_fit)
    known = {
        "duration_s": round(time.perf_counter() - begin, 2),
        "peak_memory_mb": round(memory.mb),
        "device": fitted.device,
        "predict_seconds_per_track": fitted.predict_seconds,
        "measured": fitted.measured,
        "architecture": fitted.architecture,
        "history": fitted.history,
    }
    facts = np.array(json.dumps(known))
    while True:
        cache.prepare(entry.parent)
        # Another run that concluded the same fit just now has removed the folder.
        with suppress(FileNotFoundError):
            cache.write(entry, {"valid": fitted.valid, "test": fitted.test, "facts": facts})
            return


def _fitted(fold_fit: FoldFit) -> Fitted:
    """Fit by the way that the model needs; networks alone need Keras."""
    of_fold = fold_fit.arrays, fold_fit.split, fold_fit.fold
    if fold_fit.model in BASELINES:
        return fit_baseline(*of_fold, fold_fit.model)
    if fold_fit.model in CLASSICAL:
        return fit_classical(*of_fold, ClassicalRecipe(**fold_fit.config["recipe"]))
    from mgc.training import trainer

    return trainer.fit(fold_fit)


def save_record(
    arrays: Arrays, split: Split, config: Mapping[str, Any], settings: Settings, store: Store
) -> Record:
    """Join the finished folds to a record and remove them; arguments as in `FoldFit`."""
    rows, history, facts = [], [], []
    for fold in split.folds:
        kept = cache.read(entry := fold_entry(config, fold, settings))
        if kept is None and (known := store.get(fit_id(config))) is not None:
            # Another run at the same time was first, and has removed its folds.
            cache.remove_folder(entry.parent)
            return known
        if kept is None:
            raise MgcError(f"{entry}: a finished fold is gone; run the command again")
        facts.append(json.loads(str(kept["facts"])))
        history += [{"fold": fold.name, **row} for row in facts[-1]["history"]]
        parts = ("valid", "test")
        rows += [_prediction_rows(arrays, split, fold, part, kept[part]) for part in parts]
    record = store.save(
        config,
        environment.describe(facts, settings.threads, config),
        facts[0]["architecture"],
        pd.DataFrame(history, columns=list(HISTORY_COLUMNS)),
        pd.concat(rows, ignore_index=True),
    )
    cache.remove_folder(settings.cache_dir / "folds" / record.fit_id)
    return record


def _prediction_rows(
    arrays: Arrays, split: Split, fold: Fold, part: str, p: Double
) -> pd.DataFrame:
    examples = getattr(fold, part)
    track = split.example_track[examples]
    frame = pd.DataFrame(
        {
            "track_id": arrays.track_id[track],
            "segment": split.example_segment[examples],
            "part": part,
            "fold": fold.name,
            "genre": arrays.genre[track],
        }
    )
    return pd.concat([frame, pd.DataFrame(p, columns=list(P_COLUMNS))], axis=1)
