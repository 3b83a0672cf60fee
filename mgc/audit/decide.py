"""From claims to decisions: which decider judges which claim."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from mgc.audit import accuracies, dataset, findings, reading, sizes, training
from mgc.audit.claims import Claim
from mgc.audit.decision import NOT_TESTABLE, VERDICTS, Decision
from mgc.audit.evidence import Evidence
from mgc.errors import DataError

Decider = Callable[[Claim, Evidence, str], Decision]

DECIDERS: Mapping[str, Decider] = MappingProxyType(
    {
        "ablation": training.ablation,
        "accuracy": accuracies.accuracy,
        "alike": dataset.alike,
        "arithmetic": sizes.arithmetic,
        "beats": findings.beats,
        "bright": dataset.bright,
        "code": reading.code,
        "competitive": findings.competitive,
        "correlated": dataset.correlated,
        "distinct": dataset.distinct,
        "durations": dataset.durations,
        "faster": training.faster,
        "genres": findings.genres,
        "labels": dataset.labels,
        "latency": training.latency,
        "learns": findings.learns,
        "level": findings.level,
        "minutes": training.minutes,
        "model": findings.model,
        "nothing": reading.nothing,
        "parameters": sizes.parameters,
        "rank": accuracies.rank,
        "repetitions": dataset.repetitions,
        "share": dataset.share,
        "state_of_the_art": accuracies.state_of_the_art,
        "target": accuracies.target,
        "tracks": dataset.tracks,
        "varied": dataset.varied,
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
