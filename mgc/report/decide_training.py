"""Claims about training: what a step is worth, and what training costs."""

from __future__ import annotations

import pandas as pd

from mgc.datasets import facts
from mgc.display import formats
from mgc.evaluation import seeds
from mgc.evaluation.results import second_edition
from mgc.evaluation.significance import ALPHA
from mgc.models import TITLES
from mgc.models.recipe import ABLATIONS
from mgc.records.store import Record, split_of
from mgc.report import targets
from mgc.report.claims import Claim
from mgc.report.decision import CONFIRMED, CONTRADICTED, NOT_TESTABLE, PARTLY, Decision, ids
from mgc.report.evidence import Evidence

MARGIN = 1.25
"""Times of two runs differ by less than this factor for no reason at all."""


def ablation(claim: Claim, evidence: Evidence, what: str) -> Decision:
    """Compare fits with and without one step, model by model: combined test, Bonferroni.

    Confirmed where leaving the step out is shown to cost every model that the claim is about
    something, partly where some, contradicted where none and it is shown to help one.
    """
    name, _, models = what.partition(" ")
    pairs = {model: evidence.ablated(model, name) for model in models.split(",")}
    absent = [TITLES[model] for model, pair in pairs.items() if not pair[0]]
    pairs = {model: pair for model, pair in pairs.items() if pair[0]}
    if not pairs:
        title = ABLATIONS[name].title
        return Decision(claim, NOT_TESTABLE, reason=f"No records of the fits “{title}”.")
    worse, better, measured, ranges, said = 0, 0, [], [], []
    for model, (whole, less) in pairs.items():
        test = seeds.pairwise({"whole": whole, "less": less}).iloc[0]
        p = min(1.0, float(test["p"]) * len(pairs))
        shown = p < ALPHA
        worse += shown and test["difference"] > 0
        better += shown and test["difference"] < 0
        with_it, without = seeds.cell(whole), seeds.cell(less)
        measured.append(
            f"{TITLES[model]} {formats.percent(with_it.accuracy, 1)} with,"
            f" {formats.percent(without.accuracy, 1)} without"
        )
        ranges.append(
            f"{formats.interval(with_it.low, with_it.high)} and"
            f" {formats.interval(without.low, without.high)}"
        )
        n = len(whole)
        said.append(
            f"{TITLES[model]}: {formats.points(float(test['difference']), 1)} by it"
            f" ({formats.p_value(p)}, {formats.count(n)} seed{'s' if n > 1 else ''})."
        )
    if absent:
        said.append(f"Not fitted without it: {formats.listing(absent)}.")
    every = worse == len(pairs) and not absent
    verdict = CONFIRMED if every else PARTLY if worse else CONTRADICTED
    if not worse and not better:
        verdict = NOT_TESTABLE
        said.append("No difference is shown, so the tracks are too few to decide it.")
    return Decision(
        claim,
        verdict,
        "; ".join(measured),
        "; ".join(ranges),
        f"Under the fault-filtered split, tuned. {' '.join(said)}",
        ids(record for pair in pairs.values() for group in pair for record in group),
    )


def _seconds(evidence: Evidence, record: Record) -> float:
    """Training time of one fit, as long as the report's code would take on the same machine.

    Its frozen base runs in every epoch. Here it ran once for all fits, so its time is that of a
    picture, by the pictures of an epoch, by the epochs; the head takes seconds and is left out.
    """
    if record.model != "vgg16":
        return float(record.environment["duration_s"])
    split, _ = split_of(record, evidence.study.edition_record)
    epochs = record.history[record.history["stage"] == "fit"].groupby("fold")["epoch"].max()
    shown = sum(epochs[fold.name] * (len(fold.train) + len(fold.valid)) for fold in split.folds)
    return float(shown) * float(record.environment["base_seconds_per_track"])


def _mean_seconds(evidence: Evidence, records: list[Record]) -> float:
    return sum(_seconds(evidence, record) for record in records) / len(records)


def _where(record: Record) -> str:
    known = record.environment
    threads = int(known.get("threads", 1))
    return f"{known['device']}, {threads} thread{'s' if threads > 1 else ''}"


BASE = (
    "The report's code runs the frozen base in every epoch; here it ran once, and its time is"
    " counted for every epoch."
)


def minutes(claim: Claim, evidence: Evidence, model: str) -> Decision:
    """Set a stated training time beside ours; without the report's machine nothing decides it."""
    found = evidence.as_written(model)
    if found is None:
        return Decision(
            claim, NOT_TESTABLE, reason=f"No record of {TITLES[model]} as written; no time either."
        )
    records = found[1][model]
    return Decision(
        claim,
        NOT_TESTABLE,
        formats.duration(_mean_seconds(evidence, records)),
        _where(records[0]),
        "The report names no machine, and its times were typed in like its accuracies. Ours is"
        " that of the same recipe on the input of this edition."
        + (f" {BASE}" if model == "vgg16" else ""),
        ids(records),
    )


def faster(claim: Claim, evidence: Evidence, pair: str) -> Decision:
    """Ask whether one network trains faster than another, by more than times scatter."""
    one, two = pair.split(",")
    found = evidence.as_written(one, two)
    if found is None:
        return Decision(claim, NOT_TESTABLE, reason="No record of both as written.")
    protocol, groups = found
    first, second = (_mean_seconds(evidence, groups[name]) for name in (one, two))
    ratio = second / max(first, 1e-9)
    verdict = CONFIRMED if ratio > MARGIN else CONTRADICTED if ratio < 1 / MARGIN else NOT_TESTABLE
    return Decision(
        claim,
        verdict,
        f"{TITLES[one]} {formats.duration(first)}, {TITLES[two]} {formats.duration(second)}",
        f"times scatter by a factor of {MARGIN:g}",
        f"Training time as written, {evidence.protocol_title(protocol)} split,"
        f" {_where(groups[one][0])}; a GPU may order them otherwise."
        + (f" {BASE}" if "vgg16" in (one, two) else ""),
        ids([*groups[one], *groups[two]]),
    )


def latency(claim: Claim, evidence: Evidence, _: str) -> Decision:
    """Ask whether a clip of 30 s is done within the stated time; records of the mini set."""
    study = second_edition(evidence.study)
    results = study.results() if study else {}
    times = targets.timings(results).dropna(subset=["total"]) if results else pd.DataFrame()
    if times.empty:
        return Decision(claim, NOT_TESTABLE, reason="No record holds all the times of a clip.")
    goal = facts.report_targets()["latency"]
    within = times.loc[times["total"] <= goal, "title"].tolist()
    shown = [
        f"{t} {formats.duration(s)}" for t, s in zip(times["title"], times["total"], strict=True)
    ]
    verdict = CONFIRMED if len(within) == len(times) else PARTLY if within else CONTRADICTED
    return Decision(
        claim,
        verdict,
        "; ".join(shown),
        "one run each",
        "Features, base and prediction added up. Predictions were timed in batches, so this is"
        " what a clip takes among others. Reading and decoding the file is not in it.",
        ids(record for record in results.values() if isinstance(record, Record)),
    )
