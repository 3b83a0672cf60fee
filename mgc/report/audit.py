"""The audit: which decider judges which claim, and the decisions as tables and files."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from mgc.display import formats
from mgc.errors import DataError
from mgc.report import decide_dataset, decide_results, decide_training, own_figures
from mgc.report.claims import (
    EVIDENCE,
    Claim,
    Decision,
    NotTestableError,
    Verdict,
    of_both_recipes,
)
from mgc.report.evidence import Evidence
from mgc.util.atomic import write_whole
from mgc.util.textfiles import csv_bytes

Decisions = Mapping[Claim, Decision]

DECIDERS: Mapping[str, Callable[[Claim, Evidence, str], Decision]] = MappingProxyType(
    {
        decider.__name__: decider
        for decider in (
            decide_dataset.alike,
            decide_dataset.bright,
            decide_dataset.correlated,
            decide_dataset.distinct,
            decide_dataset.durations,
            decide_dataset.labels,
            decide_dataset.repetitions,
            decide_dataset.share,
            decide_dataset.tracks,
            decide_dataset.varied,
            decide_results.accuracy,
            decide_results.beats,
            decide_results.carries_over,
            decide_results.combination,
            decide_results.competitive,
            decide_results.genres,
            decide_results.level,
            decide_results.model,
            decide_results.rank,
            decide_results.ratio,
            decide_results.state_of_the_art,
            decide_results.target,
            decide_training.ablation,
            decide_training.copies,
            decide_training.faster,
            decide_training.latency,
            decide_training.minutes,
            decide_training.next_step,
            decide_training.throughput,
            own_figures.arithmetic,
            own_figures.code,
            own_figures.nothing,
            own_figures.parameters,
        )
    }
)
"""By the name that the table of claims gives; each is called with what stands after the colon."""

ON_NETWORKS = frozenset({"beats", "combination", "competitive", "model"})
"""Deciders that compare networks with others, which should hold by more than one recipe."""

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem; }
table { border-collapse: collapse; }
th, td { border-bottom: 1px solid #8888; padding: .3rem .6rem; text-align: left;
  vertical-align: top; }
"""


def decide(claim: Claim, evidence: Evidence) -> Decision:
    """Judge one claim; raises DataError where its decider does not exist."""
    name, _, argument = claim.decider.partition(":")
    if name not in DECIDERS:
        raise DataError(
            f"claim {claim.id}: no decider {name!r}; choose one of {', '.join(DECIDERS)}"
        )
    try:
        evidence.check(claim.evidence)
        decision = DECIDERS[name](claim, evidence, argument)
    except NotTestableError as fault:
        return Decision(Verdict.NOT_TESTABLE, str(fault))
    if name in ON_NETWORKS and evidence.variant() != evidence.first_recipes.variant():
        # Recipes that were not run leave the decision as it is.
        with suppress(NotTestableError):
            first = DECIDERS[name](claim, evidence.first_recipes, argument)
            decision = of_both_recipes(decision, first)
    if claim.note not in decision.reason:
        decision = replace(decision, reason=f"{decision.reason} {claim.note}")
    return decision


def decide_all(claims: Sequence[Claim], evidence: Evidence) -> dict[Claim, Decision]:
    """Judge all claims, in their order."""
    return {claim: decide(claim, evidence) for claim in claims}


def counts(decisions: Decisions) -> dict[Verdict, int]:
    """Count decisions by verdict."""
    verdicts = [decision.verdict for decision in decisions.values()]
    return {one: verdicts.count(one) for one in Verdict}


def table(decisions: Decisions) -> pd.DataFrame:
    """Give one row a claim: what is stated, the verdict, what was measured, and why."""
    return pd.DataFrame(
        [
            {
                "id": claim.id,
                "section": claim.section,
                "claim": claim.claim,
                "stated": claim.stated,
                "verdict": decision.verdict,
                "measured": decision.measured,
                "uncertainty": decision.uncertainty,
                "reason": decision.reason,
                "evidence": claim.evidence,
                "records": " ".join(decision.records),
            }
            for claim, decision in decisions.items()
        ]
    )


def changed(decisions: Decisions, before: pd.DataFrame) -> pd.DataFrame:
    """List the claims whose verdict is another than it was, with the reason.

    Parameters
    ----------
    decisions : mapping
        Of today, by claim.
    before : DataFrame
        ``id`` of a claim, its verdict ``before``, and ``why`` it changed.

    Raises
    ------
    DataError
        `before` names a claim that does not exist.
    """
    now = {claim.id: (claim, made.verdict) for claim, made in decisions.items()}
    if unknown := sorted(set(before["id"]) - set(now)):
        raise DataError(f"verdicts_before.csv: no claim {', '.join(unknown)}")
    rows = [
        {"Claim": claim.claim, "Before": row["before"], "Now": str(verdict), "Why": row["why"]}
        for row in before.to_dict("records")
        for claim, verdict in [now[str(row["id"])]]
        if row["before"] != str(verdict)
    ]
    return pd.DataFrame(rows)


def evidence_table(decisions: Decisions) -> pd.DataFrame:
    """Count claims by the kind of evidence, and in words what became of them."""
    kinds: dict[str, Decisions] = {
        title: {claim: made for claim, made in decisions.items() if claim.evidence == kind}
        for kind, title in EVIDENCE.items()
    }
    kinds["all"] = decisions
    return pd.DataFrame(
        [
            {
                "Evidence": title,
                "Claims": formats.count(len(judged)),
                "Verdicts": ", ".join(
                    f"{n} {verdict}" for verdict, n in counts(judged).items() if n
                ),
            }
            for title, judged in kinds.items()
            if judged
        ]
    )


def _html(decisions: Decisions) -> str:
    """Write a page of its own, which needs no other file."""
    shown = table(decisions).drop(columns=["section", "evidence"])
    with pd.option_context("display.max_colwidth", None):
        body = shown.to_html(index=False, border=0)
    tally = "".join(f"<li>{verdict}: {n}</li>\n" for verdict, n in counts(decisions).items())
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Audit of the original report</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<h1>Audit of the original report</h1>\n<ul>\n{tally}</ul>\n<div>{body}</div>\n"
        "</body>\n</html>\n"
    )


def write_all(decisions: Decisions, folder: str | Path) -> list[Path]:
    """Write ``audit.csv``, ``audit.json`` and ``audit.html``, each whole or not at all.

    The folder is made if it is not there; the files are returned.
    """
    described = {
        "counts": counts(decisions),
        "decisions": [asdict(claim) | asdict(made) for claim, made in decisions.items()],
    }
    contents = {
        "audit.csv": csv_bytes(table(decisions)),
        "audit.json": (json.dumps(described, indent=1, ensure_ascii=False) + "\n").encode(),
        "audit.html": _html(decisions).encode(),
    }
    Path(folder).mkdir(parents=True, exist_ok=True)
    files = []
    for name, content in contents.items():
        write_whole(file := Path(folder) / name, content)
        files.append(file)
    return files
