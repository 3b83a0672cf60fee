"""Fit one small model from end to end, for the tests of training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mgc.datasets.splits import Split
from mgc.features.arrays import Arrays
from mgc.records import config as config_module
from mgc.records.store import Record, Store
from mgc.training import folds
from mgc.training.fold_fit import FoldFit, Settings
from tests.helpers.arrays import make_arrays, one_fold


def first_fold(
    model: str,
    folder: Path,
    *,
    seed: int = 0,
    variant: str = "quick",
    arrays: Arrays | None = None,
    split: Split | None = None,
    copies: Sequence[Arrays] = (),
) -> FoldFit:
    """Return the first fold of a fit, by default the only one of thirty tracks."""
    arrays = arrays or make_arrays()
    split = split or one_fold(arrays)
    config = config_module.configuration("custom", "0" * 64, split.protocol, model, variant, seed)
    settings = Settings(threads=1, cache_dir=folder / "cache")
    return FoldFit(arrays, split, split.folds[0], config, settings, copies)


def conclude(fold: FoldFit) -> Record:
    """Fit the only fold and write the record beside the cache."""
    folds.fit_fold(fold)
    store = Store(fold.settings.cache_dir.with_name("records"))
    return folds.save_record(fold.arrays, fold.split, fold.config, fold.settings, store)
