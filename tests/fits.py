"""Fit one small model from end to end, for the tests of training."""

from __future__ import annotations

from pathlib import Path

from mgc import train
from mgc.fitted import Settings
from mgc.records import Record, Store
from tests.arrays import make_arrays, one_fold


def fit(model: str, folder: Path, seed: int = 0, n_genres: int = 10) -> Record:
    arrays = make_arrays(n_genres=n_genres)
    split = one_fold(arrays)
    config = train.configuration("custom", "0" * 64, "random", model, "quick", seed)
    settings = Settings(threads=1, cache_dir=folder / "cache")
    train.fit_fold(arrays, split, split.folds[0], config, settings)
    return train.save_record(arrays, split, config, settings, Store(folder / "records"))
