"""Fit one small model from end to end, for the tests of training."""

from __future__ import annotations

from pathlib import Path

from mgc.records import config as config_module
from mgc.records.store import Record, Store
from mgc.training import folds
from mgc.training.fold_fit import FoldFit, Settings
from tests.helpers.arrays import make_arrays, one_fold


def fit(model: str, folder: Path, seed: int = 0, n_genres: int = 10) -> Record:
    arrays = make_arrays(n_genres=n_genres)
    split = one_fold(arrays)
    config = config_module.configuration("custom", "0" * 64, "random", model, "quick", seed)
    settings = Settings(threads=1, cache_dir=folder / "cache")
    folds.fit_fold(FoldFit(arrays, split, split.folds[0], config, settings))
    return folds.save_record(arrays, split, config, settings, Store(folder / "records"))
