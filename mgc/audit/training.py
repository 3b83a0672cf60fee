"""Claims about training: what a step is worth, and what training costs."""

from __future__ import annotations

from mgc import seeds, show
from mgc.audit.claims import Claim
from mgc.audit.decision import CONFIRMED, CONTRADICTED, NOT_TESTABLE, PARTLY, Decision, ids
from mgc.audit.evidence import MAIN, USUAL, Evidence
from mgc.compare import ALPHA
from mgc.models import ABLATIONS, TITLES
from mgc.records import Record
from mgc.report import targets

MARGIN = 1.25
"""Times of two runs differ by less than this factor for no reason at all."""


def ablation(claim: Claim, evidence: Evidence, what: str) -> Decision:
    """Compare fits with and without one step, model by model; combined test, Holm over models.

    Confirmed where leaving the step out is shown to cost every model that was tried something,
    partly where some, contradicted where none.
    """
    name, _, models = what.partition(" ")
    pairs = {model: evidence.ablated(model, name) for model in models.split(",")}
    pairs = {model: pair for model, pair in pairs.items() if pair[0]}
    if not pairs:
        title = ABLATIONS[name].title
        return Decision(claim, NOT_TESTABLE, reason=f"No records of the fits “{title}”.")
    worse, measured, ranges, said = 0, [], [], []
    better = 0
    for model, (whole, less) in pairs.items():
        test = seeds.pairwise({"whole": whole, "less": less}).iloc[0]
        # Bonferroni over the models of this claim, which is Holm's first step for each.
        p = min(1.0, float(test["p"]) * len(pairs))
        shown = p < ALPHA
        worse += shown and test["difference"] > 0
        better += shown and test["difference"] < 0
        with_it, without = seeds.cell(whole), seeds.cell(less)
        measured.append(
            f"{TITLES[model]} {show.percent(with_it.accuracy, 1)} with,"
            f" {show.percent(without.accuracy, 1)} without"
        )
        ranges.append(
            f"{show.interval(with_it.low, with_it.high)} and"
            f" {show.interval(without.low, without.high)}"
        )
        said.append(
            f"{TITLES[model]}: {show.points(float(test['difference']), 1)} by it"
            f" ({show.p_value(p)}, {show.count(len(whole))} seeds)."
        )
    verdict = CONFIRMED if worse == len(pairs) else PARTLY if worse else CONTRADICTED
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


def _as_written(evidence: Evidence, model: str) -> list[Record]:
    return evidence.group(model, "as_written", USUAL) or evidence.group(model, "as_written", MAIN)


def _minutes(records: list[Record]) -> float:
    return sum(float(r.environment["duration_s"]) for r in records) / len(records) / 60


def minutes(claim: Claim, evidence: Evidence, model: str) -> Decision:
    """Set a stated training time beside ours; without the report's machine nothing decides it."""
    records = _as_written(evidence, model)
    if not records:
        return Decision(
            claim, NOT_TESTABLE, reason=f"No record of {TITLES[model]} as written; no time either."
        )
    device = str(records[0].environment["device"])
    return Decision(
        claim,
        NOT_TESTABLE,
        show.duration(60 * _minutes(records)),
        f"{device}, one thread",
        "The report names no machine, and its times were typed in like its accuracies. Ours is"
        " that of the same recipe on a spectrogram of fewer frames.",
        ids(records),
    )


def faster(claim: Claim, evidence: Evidence, pair: str) -> Decision:
    """Ask whether one network trains faster than another, by more than times scatter."""
    one, two = pair.split(",")
    first, second = _as_written(evidence, one), _as_written(evidence, two)
    if not first or not second:
        return Decision(claim, NOT_TESTABLE, reason="No record of both as written.")
    ratio = _minutes(second) / max(_minutes(first), 1e-9)
    verdict = CONFIRMED if ratio > MARGIN else CONTRADICTED if ratio < 1 / MARGIN else PARTLY
    return Decision(
        claim,
        verdict,
        f"{TITLES[one]} {show.duration(60 * _minutes(first))}, {TITLES[two]}"
        f" {show.duration(60 * _minutes(second))}",
        f"times scatter by a factor of {MARGIN:g}",
        "Mean training time as written, on two cores of a CPU without a GPU; a GPU may order them"
        " otherwise.",
        ids([*first, *second]),
    )


def latency(claim: Claim, evidence: Evidence, _: str) -> Decision:
    """Ask whether a clip of 30 s is done within the stated time; records of the mini set."""
    from mgc.results import second_edition

    study = second_edition(evidence.study) or evidence.study
    results = study.results()
    times = targets.timings(results).dropna(subset=["total"])
    if times.empty:
        return Decision(claim, NOT_TESTABLE, reason="No record holds all the times of a clip.")
    goal = targets.report_targets()["latency"]
    within = times.loc[times["total"] <= goal, "title"].tolist()
    shown = [
        f"{t} {show.duration(s)}" for t, s in zip(times["title"], times["total"], strict=True)
    ]
    verdict = CONFIRMED if len(within) == len(times) else PARTLY if within else CONTRADICTED
    return Decision(
        claim,
        verdict,
        "; ".join(shown),
        "one run each",
        "Features, base and prediction added up; reading and decoding the file is not in it.",
        ids(record for record in results.values() if isinstance(record, Record)),
    )
