"""Fit one small model from end to end, for the tests of training."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from mgc import train
from mgc.models import NAMES
from mgc.records import Record, Store
from tests.arrays import make_arrays, one_fold


def shorten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every recipe stop after three epochs."""
    for name in NAMES:
        module = import_module(f"mgc.models.{name}")
        monkeypatch.setattr(module, "RECIPE", replace(module.RECIPE, epochs=3))


def fit(model: str, folder: Path, seed: int = 0, n_genres: int = 10) -> Record:
    arrays = make_arrays(n_genres=n_genres)
    split = one_fold(arrays)
    config = train.configuration("custom", "0" * 64, "random", model, "quick", seed)
    settings = train.Settings(threads=1, cache_dir=folder / "cache")
    train.fit_fold(arrays, split, split.folds[0], config, settings)
    return train.save_record(arrays, split, config, settings, Store(folder / "records"))
