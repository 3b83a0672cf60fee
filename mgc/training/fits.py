"""Carry out the fits of one study or of many: side by side, each record kept when it is done."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mgc.datasets.protocols import make_split
from mgc.datasets.splits import Split
from mgc.models import BASELINES, NAMES
from mgc.records.config import fit_id
from mgc.records.store import NotRun, Record
from mgc.training import folds as folds_module
from mgc.training import parallel
from mgc.training.fold_result import Settings
from mgc.util.atomic import write_whole
from mgc.util.cache import remove_folder
from mgc.util.textfiles import json_bytes

if TYPE_CHECKING:
    from mgc.features.arrays import Arrays
    from mgc.records.study import Study


@dataclass(frozen=True)
class Fit:
    """A record that is to be made.

    Attributes
    ----------
    study : Study
    config : dict
    arrays : Arrays
    split : Split
    settings : Settings
    """

    study: Study
    config: dict[str, Any]
    arrays: Arrays
    split: Split
    settings: Settings

    def tasks(self) -> list[parallel.Task]:
        """Return one task a fold."""
        edition, left_out = self.study.source(), self.study.edition_record.left_out
        folds = range(len(self.split.folds))
        return [parallel.Task(edition, left_out, self.config, k, self.settings) for k in folds]


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
) -> list[Fit]:
    """Prepare the fits of a study that have no record yet.

    Parameters
    ----------
    study : Study
    models : sequence of str
    jobs : int, optional
        Processes that will share the cores; one a core by default.
    fresh : bool
        Fit again what has a record.
    progress : bool

    Returns
    -------
    fits : list of Fit

    Raises
    ------
    DataError
        If only records are at hand and one is missing.
    """
    configs = [study.config(name, seed=seed) for seed in study.seeds for name in models]
    if not fresh:
        for config in configs:  # a run that was killed between record and removal left its folds
            if study.store.get(fit_id(config)) is not None:
                remove_folder(study.cache / "folds" / fit_id(config))
        configs = missing(study, models)
    if not configs:
        return []
    cores = os.cpu_count() or 1
    threads = max(1, cores // max(1, jobs or cores))
    settings = Settings(threads=threads, cache_dir=study.cache)
    arrays = study.arrays(progress=progress)
    fits = []
    for config in configs:
        if fresh:
            remove_folder(study.cache / "folds" / fit_id(config))
        split = make_split(
            study.protocol, arrays.track_id, arrays.genre, arrays.artist, int(str(config["seed"]))
        )
        fits.append(Fit(study, config, arrays, split, settings))
    return fits


def carry_out(
    fits: Sequence[Fit], *, jobs: int | None, progress: bool, ordered: bool = False
) -> None:
    """Fit, and write each record as soon as its last fold is done.

    Parameters
    ----------
    fits : sequence of Fit
    jobs : int, optional
        Processes, one a core by default.
    progress : bool
    ordered : bool
        Keep the order of the fits; otherwise the longest go first.

    Raises
    ------
    MgcError
        If a process died; what was finished stays.
    """
    tasks = [task for fit in fits for task in fit.tasks()]
    if not tasks:
        return
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

    order = tasks if ordered else sorted(tasks, key=parallel.urgency)
    n_jobs = max(1, jobs or os.cpu_count() or 1)
    parallel.run_all(order, n_jobs, progress=progress, done=done)


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
    """Fit whatever has no record yet, fold by fold in parallel; the build does it first.

    Parameters
    ----------
    study : Study
    models : iterable of str
    jobs : int, optional
        Processes, one a core by default; the cores are shared among them.
    fresh : bool
        Fit again what has a record.
    progress : bool

    Returns
    -------
    results : dict of str to Record or NotRun
        Of the first seed.

    Raises
    ------
    DataError
        If only records are at hand and one is missing.
    """
    names = tuple(models)
    fits = pending(study, names, jobs=jobs, fresh=fresh, progress=progress)
    carry_out(fits, jobs=jobs, progress=progress)
    return study.results(models=names)
