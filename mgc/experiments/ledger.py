"""The ledger of next steps: what each changes in accuracy, how surely, and at what cost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import norm
from statsmodels.stats.multitest import multipletests

from mgc.errors import RecordError
from mgc.evaluation.clusters import artist_groups, count, percentiles, resample
from mgc.evaluation.gain import gained, p_value
from mgc.evaluation.metrics import accuracy, test_rows
from mgc.evaluation.significance import ALPHA, seed_pairs, shown
from mgc.experiments.harness import side_records
from mgc.experiments.places import clock
from mgc.experiments.plan import NOT_TESTABLE, comparisons
from mgc.experiments.step import Comparison
from mgc.records.stated import check_stated
from mgc.records.store import Record
from mgc.records.study import Study
from mgc.util.textfiles import read_csv

HELPS, HURTS, NOT_SHOWN, UNTESTABLE = "helps", "hurts", "not shown", "not testable here"
POWER = 0.8
TEXTS = ("step", "control", "protocol", "seeds", "verdict", "fits", "control_fits")
NUMBERS = ("difference", "low", "high", "p", "p_holm", "detectable", "cost_factor")
COLUMNS = (*TEXTS[:4], *NUMBERS, *TEXTS[4:])
FILE = "next_steps.csv"
"""Beside the folder of the records."""


def ledger(study: Study) -> pd.DataFrame:
    """Recompute the ledger from the predictions of records, with six decimals.

    Returns
    -------
    DataFrame
        A row for each comparison whose two sides have records, in the order of the plan, then
        those that cannot be tested here, whose numbers are missing: ``step``, ``control``,
        ``protocol``, ``seeds`` (of the step's fits), ``difference`` (mean accuracy of the step's
        fits less that of the control's), ``low`` and ``high`` (95 % interval), ``p``,
        ``p_holm`` (over all rows), ``detectable`` (the true difference that such a comparison
        would show four times in five, before Holm's correction), ``cost_factor`` (training time
        of the step by that of the control; missing where the two were timed otherwise, on a
        graphics card, or the step was trained elsewhere),
        ``verdict``, ``fits`` and ``control_fits`` (ids of the records).

    Notes
    -----
    Artist groups are resampled within genres, both sides alike, and swapped whole in the
    permutation test (`mgc.evaluation.significance.sign_flip`), which speaks of these fits; with
    several seeds the interval covers other seeds as well. A difference is shown where the
    corrected p is below 0.05 and the interval does not hold zero.
    """
    rows = []
    for _, comparison in comparisons():
        step, control = (side_records(study, comparison, side) for side in (0, 1))
        if step and control:
            rows.append(_row(comparison, step, control))
    table = pd.DataFrame(rows, columns=[name for name in COLUMNS if name != "p_holm"])
    table["p_holm"] = multipletests(table["p"], method="holm")[1] if len(table) else table["p"]
    better = table["difference"] > 0
    table["verdict"] = np.where(shown(table), np.where(better, HELPS, HURTS), NOT_SHOWN)
    untested = pd.DataFrame({"step": [step for step, _, _ in NOT_TESTABLE], "verdict": UNTESTABLE})
    whole = pd.concat([table, untested], ignore_index=True).reindex(columns=list(COLUMNS))
    texts, numbers = list(TEXTS), list(NUMBERS)
    whole[texts] = whole[texts].fillna("")
    whole[numbers] = whole[numbers].astype(np.float64).round(6)
    return whole


def load(root: Path) -> pd.DataFrame:
    """Read the ledger beside a folder of records; no rows where there is none."""
    file = root.parent / FILE
    if not file.is_file():
        return pd.DataFrame(columns=list(COLUMNS))
    return read_csv(file, TEXTS, blanks=True)


def _row(
    comparison: Comparison, step: Sequence[Record], control: Sequence[Record]
) -> dict[str, object]:
    _refuse_unequal_seeds(comparison, step, control)
    pairs = list(seed_pairs(step, control))
    step, control = (_each_once(side) for side in zip(*pairs, strict=True))
    artists = artist_groups(str(step[0].config["edition"]))
    frames = [gained(first, second) for first, second in pairs]
    # What is resampled is by how much the step is ahead on each track: both sides at once.
    spread = resample(count(frames, artists))
    low, high = percentiles(spread)
    return {
        "step": comparison.step,
        "control": comparison.control,
        "protocol": comparison.protocol,
        "seeds": " ".join(str(record.config["seed"]) for record in step),
        "difference": _mean_accuracy(step) - _mean_accuracy(control),
        "low": low,
        "high": high,
        "p": p_value(frames, artists),
        "detectable": float(norm.ppf(1 - ALPHA / 2) + norm.ppf(POWER)) * float(spread.std()),
        "cost_factor": _cost(step, control),
        "fits": " ".join(record.fit_id for record in step),
        "control_fits": " ".join(record.fit_id for record in control),
    }


def _refuse_unequal_seeds(
    comparison: Comparison, step: Sequence[Record], control: Sequence[Record]
) -> None:
    """Refuse sides of which one lacks a seed; they are as planned, or lack the same ones."""
    found = tuple({int(record.config["seed"]) for record in side} for side in (step, control))
    if found[0] != found[1] and found != tuple(map(set, comparison.seeds)):
        raise RecordError(
            f"“{comparison.step}” has seeds {sorted(found[0])} and its control"
            f" {sorted(found[1])}; run `mgc steps`, which fits what is missing."
        )


def _each_once(records: Iterable[Record]) -> list[Record]:
    return list({record.fit_id: record for record in records}.values())


def _mean_accuracy(records: Sequence[Record]) -> float:
    return float(np.mean([accuracy(test_rows(record)) for record in records]))


def _cost(step: Sequence[Record], control: Sequence[Record]) -> float:
    if step[0].config["edition"] != control[0].config["edition"]:
        return float("nan")
    if clock(step[0]) != clock(control[0]) or not clock(step[0]):
        return float("nan")
    mine, theirs = (
        float(np.mean([record.environment["duration_s"] for record in side]))
        for side in (step, control)
    )
    return mine / theirs if theirs > 0 else float("nan")


def check_ledger(study: Study, file: Path) -> int:
    """Compare the committed ledger with the recomputed one; return how many figures agree.

    A RecordError names the first figure that differs, the file, and what it should be.
    """
    real = ledger(study)
    holds = f"the steps whose records are in {study.store.steps.root}"
    check_stated(file, real, TEXTS, holds, lambda row: f"“{row['step']}”")
    return int(real[list(NUMBERS)].notna().sum().sum())
