"""Carry out the steps: fit the sides that have no record yet, one after the other."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from mgc.datasets.tracks import P_COLUMNS
from mgc.experiments.plan import CONTROLS, comparisons
from mgc.experiments.step import Answers, Arm, Comparison, Material
from mgc.records.checks import HISTORY_COLUMNS
from mgc.records.config import fit_id
from mgc.records.store import Record
from mgc.records.study import Study
from mgc.util.machine import PeakMemory, machine

PACKAGES = (
    "mgc", "cleanlab", "jax", "keras", "librosa", "numpy", "optuna", "pandas", "scikit-learn",
    "scipy", "tensorflow",
)  # fmt: skip
VARIANT = "step"


class Pending(NamedTuple):
    """A fit that is to be made."""

    arm: Arm
    config: dict[str, Any]


def question(study: Study, protocol: str) -> Study:
    """Put the question of a comparison to the same edition and store."""
    return replace(study, protocol=protocol, variant="tuned", seeds=(0,))


def configuration(study: Study, arm: Arm, protocol: str, seed: int) -> dict[str, Any]:
    """Return what identifies the fit of an arm; see `mgc.records.config.configuration`."""
    base = study.config("majority", protocol=protocol, seed=seed)
    return base | {"model": arm.name, "variant": VARIANT, "recipe": dict(arm.settings)}


def side_records(study: Study, comparison: Comparison, side: int) -> list[Record]:
    """Look up the records of the step (0) or the control (1) of a comparison."""
    entries = _entries(study, comparison, side)
    found = [
        e if isinstance(e, Record) else study.store.steps.get(fit_id(e.config)) for e in entries
    ]
    return [record for record in found if record is not None]


def _entries(study: Study, comparison: Comparison, side: int) -> Iterator[Record | Pending]:
    asked = question(study, comparison.protocol)
    for seed in comparison.seeds[side]:
        given = comparison.sides[side]
        entry = given if isinstance(given, Arm) else given(asked, seed)
        if isinstance(entry, Arm):
            yield Pending(entry, configuration(asked, entry, comparison.protocol, seed))
        elif entry is not None:
            yield entry


def pending(study: Study, listed: Iterable[Comparison] = ()) -> list[Pending]:
    """List the fits without a record, each once: of these, or of all comparisons and controls."""
    left: dict[str, Pending] = {}
    for comparison in listed or (*CONTROLS, *(each for _, each in comparisons())):
        for entry in chain(*(_entries(study, comparison, side) for side in (0, 1))):
            if isinstance(entry, Pending) and study.store.steps.get(fit_id(entry.config)) is None:
                left[fit_id(entry.config)] = entry
    return list(left.values())


def minutes(study: Study, entries: Sequence[Pending]) -> float:
    """Estimate how long fits take, from those of the same kind, or of any, that have a record."""
    known = [r for r in study.store.steps.find() if "members" not in r.config["recipe"]]
    seconds = {record.model: float(record.environment["duration_s"]) for record in known}
    usual = float(np.mean(list(seconds.values()) or [60.0]))
    new = [e for e in entries if "members" not in e.config["recipe"]]
    return sum(seconds.get(entry.arm.name, usual) for entry in new) / 60


def carry_out(study: Study, entries: Sequence[Pending]) -> Iterator[Record]:
    """Fit one arm after the other; each record is kept when it is done.

    Raises DataError where features are not at hand.
    """
    known: dict[tuple[str, int], Material] = {}
    for entry in entries:
        protocol, seed = str(entry.config["protocol"]), int(entry.config["seed"])
        split = study.edition_record.split(protocol, seed)
        asked = question(study, protocol)
        material = known.setdefault((protocol, seed), Material(asked, split))
        yield _fit(study, entry, material)


def _fit(study: Study, entry: Pending, material: Material) -> Record:
    """Fit an arm fold by fold and keep its record.

    ``duration_s`` is time of the processor, so that what else runs does not count.
    """
    if entry.arm.reads:
        getattr(material, entry.arm.reads)
    if entry.arm.makes:
        material.once(entry.arm.makes)
    rows, seconds, history, device = [], [], [], "CPU"
    with PeakMemory() as memory:
        for fold in material.split.folds:
            begin = time.process_time()
            answers = Answers(*entry.arm.fit(material, fold, int(entry.config["seed"])))
            seconds.append(time.process_time() - begin + answers.seconds_before)
            device = answers.device
            history += [{"fold": fold.name, "stage": "fit", **row} for row in answers.history]
            for part, p in (("valid", answers.valid), ("test", answers.test)):
                examples = getattr(fold, part)
                of_example = {
                    "track_id": material.track_id[examples],
                    "segment": -1,
                    "part": part,
                    "fold": fold.name,
                    "genre": material.genre[examples],
                }
                rows.append(pd.DataFrame(of_example | dict(zip(P_COLUMNS, p.T, strict=True))))
    environment = {
        "device": device,
        "duration_s": round(sum(seconds) + entry.arm.seconds_before, 2),
        "peak_memory_mb": round(memory.mb),
        **machine(PACKAGES),
    }
    return study.store.steps.save(
        entry.config,
        environment,
        [],
        pd.DataFrame(history, columns=list(HISTORY_COLUMNS)),
        pd.concat(rows, ignore_index=True),
    )
