"""Claims about accuracies: values, ranks, targets."""

from __future__ import annotations

from mgc.datasets import facts
from mgc.display import formats
from mgc.evaluation.accuracy import accuracy_summary
from mgc.models import NAMES, TITLES
from mgc.models.recipe import VARIANTS
from mgc.records.store import Record
from mgc.report.claims import Claim
from mgc.report.decision import CONFIRMED, CONTRADICTED, NOT_TESTABLE, PARTLY, Decision, ids
from mgc.report.evidence import MAIN, USUAL, Evidence

ROWS = ("tuned", "as_written")


def accuracy(claim: Claim, evidence: Evidence, model: str) -> Decision:
    """Compare a stated accuracy with the intervals under a random split, which the report had.

    Confirmed where it lies in all intervals that there are, contradicted where in none.
    """
    found = {v: evidence.group(model, v, USUAL) for v in ROWS}
    found = {variant: records for variant, records in found.items() if records}
    if not found:
        return _no_record(claim, TITLES[model], USUAL)
    texts, inside = [], []
    for variant, records in found.items():
        value = accuracy_summary(records)
        inside.append(value.low <= claim.value / 100 <= value.high)
        texts.append((VARIANTS[variant].title, value))
    strict = evidence.group(model, "tuned")
    reason = "Under a random split, as the report describes."
    if strict:
        value = accuracy_summary(strict)
        reason += (
            f" Under the fault-filtered split the tuned network reaches"
            f" {formats.percent(value.accuracy, 1)}"
            f" ({formats.interval(value.low, value.high, 1)})."
        )
    return Decision(
        claim,
        CONFIRMED if all(inside) else PARTLY if any(inside) else CONTRADICTED,
        "; ".join(f"{title} {formats.percent(value.accuracy, 1)}" for title, value in texts),
        "; ".join(formats.interval(value.low, value.high, 1) for _, value in texts),
        reason,
        ids([r for records in found.values() for r in records] + strict),
    )


def _no_record(claim: Claim, what: str, protocol: str) -> Decision:
    return Decision(claim, NOT_TESTABLE, reason=f"No record of {what} under {protocol}.")


def rank(claim: Claim, evidence: Evidence, model: str) -> Decision:
    """Compare a stated rank with ours, under the random split, by mean accuracy over seeds."""
    groups = {name: evidence.group(name, "tuned", USUAL) for name in NAMES}
    missing = [TITLES[name] for name, records in groups.items() if not records]
    if missing:
        return _no_record(claim, formats.listing(missing), USUAL)
    cells = {name: accuracy_summary(records) for name, records in groups.items()}
    ours = 1 + sum(cells[name].accuracy > cells[model].accuracy for name in NAMES)
    # A rank that the intervals leave open is neither right nor wrong.
    best = 1 + sum(cells[name].low > cells[model].high for name in NAMES)
    worst = 1 + sum(cells[name].high >= cells[model].low for name in NAMES if name != model)
    stated = int(claim.value)
    verdict = PARTLY if best <= stated <= worst else CONTRADICTED
    if best == stated == worst:
        verdict = CONFIRMED
    return Decision(
        claim,
        verdict,
        f"rank {ours}",
        f"rank {best} to {worst}, where intervals overlap" if best < worst else "",
        f"{TITLES[model]}, tuned: {formats.percent(cells[model].accuracy, 1)}"
        " under a random split.",
        ids(record for records in groups.values() for record in records),
    )


def target(claim: Claim, evidence: Evidence, model: str) -> Decision:
    """Ask whether a tuned model, or the best of all, reaches an accuracy under both protocols."""
    names = (model,) if model else NAMES
    records, best = list[Record](), []
    for protocol in (MAIN, USUAL):
        groups = {name: evidence.group(name, "tuned", protocol) for name in names}
        missing = [TITLES[name] for name, group in groups.items() if not group]
        if missing:
            return _no_record(claim, formats.listing(missing), protocol)
        cells = {name: accuracy_summary(group) for name, group in groups.items()}
        top = max(cells, key=lambda key: cells[key].accuracy)
        best.append((protocol, top, cells[top]))
        records += [record for group in groups.values() for record in group]
    goal = claim.value / 100
    reached = [value.low >= goal for _, _, value in best]
    missed = [value.high < goal for _, _, value in best]
    verdict = PARTLY if any(reached) else NOT_TESTABLE
    if all(reached) or all(missed):
        verdict = CONFIRMED if all(reached) else CONTRADICTED
    return Decision(
        claim,
        verdict,
        "; ".join(
            f"{TITLES[name]} {formats.percent(value.accuracy, 1)}"
            f" ({evidence.protocol_title(protocol)})"
            for protocol, name, value in best
        ),
        "; ".join(formats.interval(value.low, value.high, 1) for _, _, value in best),
        ("Tuned." if model else "The best tuned network under each protocol.")
        + " Reached where the whole interval lies above it, missed where all of it lies below.",
        ids(records),
    )


def state_of_the_art(claim: Claim, _: Evidence, protocol: str) -> Decision:
    """Compare a stated accuracy with the best published one on splits of the same kind."""
    known = facts.literature()
    known = known[known["protocol"].str.startswith(protocol)]
    best = known.sort_values("accuracy").iloc[-1]
    return Decision(
        claim,
        CONTRADICTED if best["accuracy"] > claim.value else NOT_TESTABLE,
        f"{best['accuracy']:g}\u00a0%",
        "",
        f"Published for {best['system']} under {str(best['protocol']).replace('_', ' ')}:"
        f" {best['source']}.",
    )
