"""From claims to decisions: which decider judges which claim."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from mgc.errors import DataError
from mgc.report import (
    decide_accuracies,
    decide_dataset,
    decide_findings,
    decide_reading,
    decide_sizes,
    decide_training,
)
from mgc.report.claims import Claim
from mgc.report.decision import NOT_TESTABLE, VERDICTS, Decision
from mgc.report.evidence import Evidence

Decider = Callable[[Claim, Evidence, str], Decision]

DECIDERS: Mapping[str, Decider] = MappingProxyType(
    {
        "ablation": decide_training.ablation,
        "accuracy": decide_accuracies.accuracy,
        "alike": decide_dataset.alike,
        "arithmetic": decide_sizes.arithmetic,
        "beats": decide_findings.beats,
        "bright": decide_dataset.bright,
        "code": decide_reading.code,
        "competitive": decide_findings.competitive,
        "correlated": decide_dataset.correlated,
        "distinct": decide_dataset.distinct,
        "durations": decide_dataset.durations,
        "faster": decide_training.faster,
        "genres": decide_findings.genres,
        "labels": decide_dataset.labels,
        "latency": decide_training.latency,
        "learns": decide_findings.learns,
        "level": decide_findings.level,
        "minutes": decide_training.minutes,
        "model": decide_findings.model,
        "nothing": decide_reading.nothing,
        "parameters": decide_sizes.parameters,
        "rank": decide_accuracies.rank,
        "repetitions": decide_dataset.repetitions,
        "share": decide_dataset.share,
        "state_of_the_art": decide_accuracies.state_of_the_art,
        "target": decide_accuracies.target,
        "tracks": decide_dataset.tracks,
        "varied": decide_dataset.varied,
    }
)


def decide(claim: Claim, evidence: Evidence) -> Decision:
    """Judge one claim.

    Parameters
    ----------
    claim : Claim
    evidence : Evidence

    Returns
    -------
    decision : Decision

    Raises
    ------
    DataError
        The table names a decider that does not exist.
    """
    name, _, argument = claim.decider.partition(":")
    if name not in DECIDERS:
        raise DataError(
            f"claim {claim.id}: no decider {name!r}; choose one of {', '.join(DECIDERS)}"
        )
    if claim.evidence in ("record", "ablation") and not evidence.about_gtzan:
        edition = evidence.study.edition_record.name
        return Decision(
            claim,
            NOT_TESTABLE,
            reason=f"The report speaks of all of GTZAN, and these records are of {edition}.",
        )
    if claim.evidence == "measurement" and not evidence.heard_gtzan:
        return Decision(claim, NOT_TESTABLE, reason="No audio of GTZAN was measured.")
    found = DECIDERS[name](claim, evidence, argument)
    if claim.note and claim.note not in found.reason:
        found = replace(found, reason=f"{found.reason} {claim.note}")
    return found


def decide_all(claims: Sequence[Claim], evidence: Evidence) -> list[Decision]:
    """Judge all claims, in their order."""
    return [decide(claim, evidence) for claim in claims]


def counts(decisions: Sequence[Decision]) -> dict[str, int]:
    """Count decisions by verdict, in the order of `VERDICTS`."""
    return {v: sum(decision.verdict == v for decision in decisions) for v in VERDICTS}
