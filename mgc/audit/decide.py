"""From claims to decisions: which decider judges which claim."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from mgc.audit import accuracies, dataset, findings, reading, sizes, training
from mgc.audit.claims import Claim
from mgc.audit.decision import VERDICTS, Decision
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
        "code": reading.code,
        "code_size": sizes.ratio,
        "correlated": dataset.correlated,
        "distinct": dataset.distinct,
        "durations": dataset.durations,
        "every_model": findings.every_model,
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
        "rule": dataset.rule,
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
    return DECIDERS[name](claim, evidence, argument)


def decide_all(claims: Sequence[Claim], evidence: Evidence) -> list[Decision]:
    """Judge all claims, in their order."""
    return [decide(claim, evidence) for claim in claims]


def counts(decisions: Sequence[Decision]) -> dict[str, int]:
    """Count decisions by verdict, in the order of `VERDICTS`."""
    return {v: sum(decision.verdict == v for decision in decisions) for v in VERDICTS}
