"""Claims that chapter 6 decides: findings about models and genres, taken over as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from mgc import evaluate, seeds, show
from mgc.audit.claims import Claim
from mgc.audit.decision import CONFIRMED, CONTRADICTED, NOT_TESTABLE, PARTLY, Decision, ids
from mgc.audit.evidence import MAIN, USUAL, Evidence
from mgc.models import NAMES, TITLES
from mgc.report import findings, genre_findings
from mgc.report.verdicts import NOT_SHOWN, Finding, direction

Judge = Callable[[Evidence], Finding]

MODELS: Mapping[str, Judge] = MappingProxyType(
    {
        "spectrograms": lambda e: findings.spectrograms_beat_features(e.first(), e.tests),
        "transfer": lambda e: findings.transfer_is_best(e.first(), e.tests),
        "ratio": lambda e: findings.transfer_has_best_ratio(e.first()),
        "information": lambda e: findings.autoencoder_keeps_information(e.first(), e.tests),
        "mlp": lambda e: findings.mlp_suffices(
            e.first() | e.study.baselines(protocol=MAIN), e.tests
        ),
        "ensemble": lambda e: findings.combination_helps(e.first(), ("cnn", "lstm")),
        "combination": lambda e: findings.combination_helps(e.first(), ("mlp", "vgg16")),
    }
)


def model(claim: Claim, evidence: Evidence, name: str) -> Decision:
    """Take over a finding about models. "Not shown" decides nothing."""
    return _taken(claim, evidence, MODELS[name](evidence))


def genres(claim: Claim, evidence: Evidence, what: str) -> Decision:
    """Take over a finding about genres: ``easy``, ``hard`` or ``mixed``, then the genres."""
    kind, _, names = what.partition(" ")
    wanted = names.split(",")
    if kind == "mixed":
        found = genre_findings.pair_is_mixed(evidence.pooled, wanted[0], wanted[1])
    else:
        judge = {"easy": genre_findings.genres_stand_out, "hard": genre_findings.genres_are_hard}
        found = judge[kind](evidence.pooled, wanted)
    return _taken(claim, evidence, found)


def _taken(claim: Claim, evidence: Evidence, found: Finding) -> Decision:
    verdict, reason = found.verdict, found.evidence
    if verdict == NOT_SHOWN:
        verdict, reason = NOT_TESTABLE, f"{reason} The tracks are too few to decide it."
    return Decision(claim, verdict, "", "", reason, ids(evidence.every()))


def beats(claim: Claim, evidence: Evidence, pair: str) -> Decision:
    """Ask whether one model is shown to beat another; the combined test, Holm over all pairs."""
    one, two = pair.split(",")
    sign = direction(evidence.tests, one, two)
    reason = evaluate.statement(evidence.tests, one, two, TITLES)
    verdict = {1: CONFIRMED, -1: CONTRADICTED, 0: NOT_TESTABLE, None: NOT_TESTABLE}[sign]
    if sign is None:
        return Decision(claim, verdict, reason=reason)
    cells = {name: seeds.cell(evidence.group(name, "tuned")) for name in (one, two)}
    return Decision(
        claim,
        verdict,
        "; ".join(f"{TITLES[n]} {show.percent(c.accuracy, 1)}" for n, c in cells.items()),
        "; ".join(show.interval(c.low, c.high, 1) for c in cells.values()),
        f"{reason} Under the fault-filtered split, tuned.",
        ids(evidence.every((one, two))),
    )


def level(claim: Claim, evidence: Evidence, models: str) -> Decision:
    """Ask whether some models reach the lower end of a stated range under a random split."""
    found = {name: evidence.group(name, "tuned", USUAL) for name in models.split(",")}
    if not all(found.values()):
        return Decision(claim, NOT_TESTABLE, reason="No record of them under a random split.")
    floor = float(claim.figure.partition("-")[0]) / 100
    cells = {name: seeds.cell(records) for name, records in found.items()}
    above = [cell.high >= floor for cell in cells.values()]
    return Decision(
        claim,
        CONFIRMED if all(above) else PARTLY if any(above) else CONTRADICTED,
        "; ".join(f"{TITLES[n]} {show.percent(c.accuracy, 1)}" for n, c in cells.items()),
        "; ".join(show.interval(c.low, c.high, 1) for c in cells.values()),
        "Under a random split, tuned. Confirmed where every interval reaches the range.",
        ids(record for records in found.values() for record in records),
    )


def learns(claim: Claim, evidence: Evidence, name: str) -> Decision:
    """Ask whether a model beats guessing and logistic regression, so that its features count."""
    signs = [direction(evidence.tests, name, other) for other in ("majority", "logistic")]
    if None in signs:
        return Decision(claim, NOT_TESTABLE, reason="No record of it or of the baselines.")
    verdict = CONFIRMED if signs == [1, 1] else PARTLY if signs[0] == 1 else CONTRADICTED
    cell = seeds.cell(evidence.group(name, "tuned"))
    return Decision(
        claim,
        verdict,
        f"{TITLES[name]} {show.percent(cell.accuracy, 1)}",
        show.interval(cell.low, cell.high, 1),
        " ".join(
            evaluate.statement(evidence.tests, name, other, TITLES)
            for other in ("majority", "logistic")
        ),
        ids(evidence.every((name,))),
    )


def every_model(claim: Claim, evidence: Evidence, _: str) -> Decision:
    """Count the networks of which there are records."""
    there = [name for name in NAMES if evidence.group(name, "tuned")]
    written = [name for name in NAMES if evidence.group(name, "as_written")]
    n = max(len(there), len(written))
    return Decision(
        claim,
        CONFIRMED if n == claim.value else PARTLY if n else CONTRADICTED,
        f"{n} networks",
        "",
        "All can be built and trained as the report describes them, once the mistakes that make a"
        " result meaningless are mended. The report itself trained them on random numbers.",
        ids(evidence.every()),
    )
