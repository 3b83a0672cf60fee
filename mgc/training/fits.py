"""Carry out the fits of one study or of many: side by side, each record kept when it is done."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mgc.datasets.protocols import make_split
from mgc.datasets.splits import Split
from mgc.features.arrays import Arrays, keep_arrays
from mgc.models import BASELINES, NAMES
from mgc.records.config import fit_id
from mgc.records.store import NotRun, Record
from mgc.records.study import Study
from mgc.training import folds as folds_module
from mgc.training import parallel
from mgc.training.fold_fit import Settings
from mgc.training.transfer import check_named_weights
from mgc.util import cache
from mgc.util.atomic import scratch, write_whole
from mgc.util.textfiles import json_bytes


@dataclass(frozen=True, eq=False)
class Fit:
    """A record that is to be made; `copies` are altered tracks, where the variant has some."""

    study: Study
    config: dict[str, Any]
    arrays: Arrays
    copies: tuple[Arrays, ...]
    split: Split
    settings: Settings


def missing(study: Study, models: Iterable[str]) -> list[dict[str, Any]]:
    """List the configurations of a study that have no record."""
    configs = [study.config(name, seed=seed) for seed in study.seeds for name in models]
    return [config for config in configs if study.store.get(fit_id(config)) is None]


def pending(
    study: Study,
    models: Sequence[str],
    *,
    jobs: int | None = None,
    fresh: bool = False,
    progress: bool = True,
    arrays: Arrays | None = None,
) -> list[Fit]:
    """Prepare the fits of a study that have no record yet, or all of them if `fresh`.

    `jobs` are the processes that will share the cores, one a core by default; `arrays` are the
    features of the edition, where they are at hand. Raises DataError where a record is missing
    and only records are at hand.
    """
    configs = [study.config(name, seed=seed) for seed in study.seeds for name in models]
    if not fresh:
        for config in configs:  # a run that was killed between record and removal left its folds
            if study.store.get(fit_id(config)) is not None:
                cache.remove_folder(study.cache / "folds" / fit_id(config))
        configs = missing(study, models)
    if not configs:
        return []
    cores = os.cpu_count() or 1
    settings = Settings(max(1, cores // max(1, jobs or cores)), study.cache)
    arrays = arrays or study.arrays(progress=progress)
    copies: tuple[Arrays, ...] = ()
    if any(config["recipe"].get("augment") for config in configs):
        from mgc.features.augment import augmented_arrays

        source = study.source()
        copies = augmented_arrays(source, arrays, study.cache, jobs=jobs, progress=progress)
    fits = []
    for config in configs:
        if fresh:
            cache.remove_folder(study.cache / "folds" / fit_id(config))
        split = make_split(
            study.protocol, arrays.track_id, arrays.genre, arrays.artist, config["seed"]
        )
        altered = copies if config["recipe"].get("augment") else ()
        fits.append(Fit(study, config, arrays, altered, split, settings))
    return fits


def carry_out(
    fits: Sequence[Fit], *, jobs: int | None, progress: bool, ordered: bool = False
) -> None:
    """Fit, and write each record as soon as its last fold is done.

    The arrays lie in files of the cache meanwhile, from which every process reads what it needs.
    `jobs` are processes, one a core by default; MgcError if one dies, and what was finished
    stays. The longest fits go first unless they are `ordered`. Raises WeightsError before the
    first of them if VGG16 is among them and the file named for it does not hold its weights.
    """
    if not fits:
        return
    if any(_reads_weights(fit.config) for fit in fits):
        check_named_weights()
    by_id = {fit_id(fit.config): fit for fit in fits}
    left = {fit_id(fit.config): len(fit.split.folds) for fit in fits}
    reasons: dict[str, str] = {}

    def done(task: parallel.Task, reason: str) -> None:
        key = fit_id(task.config)
        left[key] -= 1
        if reason:
            reasons[key] = reason
        if left[key] == 0:
            _conclude(by_id[key], reasons.get(key, ""))

    n_jobs = max(1, jobs or os.cpu_count() or 1)
    folder = fits[0].study.cache
    cache.prepare(folder)
    with scratch(folder) as place:
        tasks = _tasks(fits, place)
        order = tasks if ordered else sorted(tasks, key=parallel.urgency)
        parallel.fit_tasks(order, n_jobs, progress=progress, done=done)


def _reads_weights(config: Mapping[str, Any]) -> bool:
    return bool(config["model"] == "vgg16" and config["recipe"].get("weights") != "random")


def _tasks(fits: Sequence[Fit], folder: Path) -> list[parallel.Task]:
    """One task a fold; arrays that several fits share are written once."""
    kept: dict[int, Path] = {}

    def keep(arrays: Arrays) -> Path:
        if id(arrays) not in kept:
            kept[id(arrays)] = folder / str(len(kept))
            keep_arrays(arrays, kept[id(arrays)])
        return kept[id(arrays)]

    tasks = []
    for fit in fits:
        arrays, copies = keep(fit.arrays), tuple(map(keep, fit.copies))
        for number in range(len(fit.split.folds)):
            task = parallel.Task(arrays, copies, fit.split, fit.config, number, fit.settings)
            tasks.append(task)
    return tasks


def _conclude(fit: Fit, reason: str) -> None:
    """Write the record of a fit, or a note why it could not run."""
    note = fit.study.note(fit.config)
    if reason:
        note.parent.mkdir(parents=True, exist_ok=True)
        content = {"model": fit.config["model"], "reason": reason}
        write_whole(note, json_bytes(content))
        return
    folds_module.save_record(fit.arrays, fit.split, fit.config, fit.settings, fit.study.store)
    note.unlink(missing_ok=True)


def fit_all(
    study: Study,
    models: Iterable[str] = (*NAMES, *BASELINES),
    *,
    jobs: int | None = None,
    fresh: bool = False,
    progress: bool = True,
) -> dict[str, Record | NotRun]:
    """Fit whatever has no record yet, see `pending` and `carry_out`; results of the first seed."""
    names = tuple(models)
    fits = pending(study, names, jobs=jobs, fresh=fresh, progress=progress)
    carry_out(fits, jobs=jobs, progress=progress)
    return study.results(models=names)
