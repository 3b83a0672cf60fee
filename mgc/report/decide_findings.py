"""Claims that chapter 6 decides: findings about models and genres, taken over as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from mgc.display import formats
from mgc.evaluation import significance
from mgc.evaluation.accuracy import AccuracySummary, accuracy_summary
from mgc.evaluation.significance import direction
from mgc.models import BASELINES, NAMES, TITLES
from mgc.records.store import Record
from mgc.report import genre_findings, model_findings
from mgc.report.claims import Claim
from mgc.report.decision import CONFIRMED, CONTRADICTED, NOT_TESTABLE, PARTLY, Decision, ids
from mgc.report.evidence import MAIN, USUAL, Evidence
from mgc.report.verdicts import NOT_SHOWN, Finding

Judge = Callable[[Evidence], Finding]


def _information(evidence: Evidence) -> Finding:
    variant = _code_variant(evidence)
    groups = evidence.study.groups(variant, MAIN)
    first = evidence.study.results(variant, MAIN)
    return model_findings.autoencoder_keeps_information(first, significance.pairwise(groups))


def _code_variant(evidence: Evidence) -> str:
    """Variant whose code is asked about: the report's, which holds a whole track, if there."""
    return "as_written" if evidence.group("autoencoder", "as_written") else "tuned"


MODELS: Mapping[str, tuple[Judge, tuple[str, ...]]] = MappingProxyType(
    {
        "spectrograms": (
            lambda e: model_findings.spectrograms_beat_features(e.first(), e.tests),
            ("cnn", "vgg16", "mlp"),
        ),
        "transfer": (lambda e: model_findings.transfer_is_best(e.first(), e.tests), NAMES),
        "ratio": (lambda e: model_findings.transfer_has_best_ratio(e.first()), NAMES),
        "information": (_information, ("autoencoder", "cnn", "vgg16")),
        "mlp": (
            lambda e: model_findings.mlp_suffices(
                e.first() | e.study.baselines(protocol=MAIN), e.tests
            ),
            ("mlp", *BASELINES),
        ),
        "ensemble": (
            lambda e: model_findings.combination_helps(e.first(), ("cnn", "lstm")),
            ("cnn", "lstm"),
        ),
        "combination": (
            lambda e: model_findings.combination_helps(e.first(), ("mlp", "vgg16")),
            ("mlp", "vgg16"),
        ),
    }
)
"""How a claim about models is judged, and which models the judgement looks at."""

ONE_SEED = ("ratio", "ensemble", "combination")
"""These look at the first seed alone."""


def model(claim: Claim, evidence: Evidence, name: str) -> Decision:
    """Take over a finding about models. "Not shown" decides nothing."""
    judge, models = MODELS[name]
    variant = _code_variant(evidence) if name == "information" else "tuned"
    records = [record for one in models for record in evidence.group(one, variant)]
    if name in ONE_SEED:
        records = [record for record in records if record.config["seed"] == 0]
    return _taken(claim, judge(evidence), records)


def genres(claim: Claim, evidence: Evidence, what: str) -> Decision:
    """Take over a finding about genres: ``easy``, ``hard`` or ``mixed``, then the genres."""
    kind, _, names = what.partition(" ")
    wanted = names.split(",")
    if kind == "mixed":
        found = genre_findings.pair_is_mixed(evidence.pooled, wanted[0], wanted[1])
    else:
        judge = {"easy": genre_findings.genres_stand_out, "hard": genre_findings.genres_are_hard}
        found = judge[kind](evidence.pooled, wanted)
    return _taken(claim, found, significance.only_run(evidence.first()).values())


def _taken(claim: Claim, found: Finding, records: Iterable[Record]) -> Decision:
    verdict, reason = found.verdict, found.evidence
    if verdict == NOT_SHOWN:
        verdict, reason = NOT_TESTABLE, f"{reason} That does not decide it."
    return Decision(claim, verdict, "", "", reason, ids(records))


def _told(cells: Mapping[str, AccuracySummary]) -> tuple[str, str]:
    """Write the accuracies of some models, and their intervals."""
    return (
        "; ".join(f"{TITLES[n]} {formats.percent(c.accuracy, 1)}" for n, c in cells.items()),
        "; ".join(formats.interval(c.low, c.high, 1) for c in cells.values()),
    )


def beats(claim: Claim, evidence: Evidence, pair: str) -> Decision:
    """Ask whether one model is shown to beat another; the combined test, Holm over all pairs."""
    one, two = pair.split(",")
    sign = direction(evidence.tests, one, two)
    reason = significance.statement(evidence.tests, one, two, TITLES)
    verdict = {1: CONFIRMED, -1: CONTRADICTED, 0: NOT_TESTABLE, None: NOT_TESTABLE}[sign]
    if sign is None:
        return Decision(claim, verdict, reason=reason)
    cells = {name: accuracy_summary(evidence.group(name, "tuned")) for name in (one, two)}
    return Decision(
        claim,
        verdict,
        *_told(cells),
        f"{reason} Under the fault-filtered split, tuned.",
        ids(evidence.every((one, two))),
    )


def level(claim: Claim, evidence: Evidence, models: str) -> Decision:
    """Ask whether some models reach the lower end of a stated range under a random split."""
    found = {name: evidence.group(name, "tuned", USUAL) for name in models.split(",")}
    if not all(found.values()):
        return Decision(claim, NOT_TESTABLE, reason="No record of them under a random split.")
    floor = float(claim.figure.partition("-")[0]) / 100
    cells = {name: accuracy_summary(records) for name, records in found.items()}
    above = [cell.high >= floor for cell in cells.values()]
    return Decision(
        claim,
        CONFIRMED if all(above) else PARTLY if any(above) else CONTRADICTED,
        *_told(cells),
        "Under a random split, tuned. Confirmed where every interval reaches the range.",
        ids(record for records in found.values() for record in records),
    )


def learns(claim: Claim, evidence: Evidence, name: str) -> Decision:
    """Ask whether a model beats guessing, and logistic regression on plain statistics too."""
    signs = [direction(evidence.tests, name, other) for other in ("majority", "logistic")]
    if None in signs:
        return Decision(claim, NOT_TESTABLE, reason="No record of it or of the baselines.")
    verdict = {-1: CONTRADICTED, 0: NOT_TESTABLE}.get(signs[0] or 0, PARTLY)
    if signs == [1, 1]:
        verdict = CONFIRMED
    elif signs == [1, -1]:
        verdict = CONTRADICTED
    return _beside(claim, evidence, verdict, name, ("majority", "logistic"))


def competitive(claim: Claim, evidence: Evidence, name: str) -> Decision:
    """Ask to how many of the other networks a model is shown to lose."""
    others = [other for other in NAMES if other != name]
    signs = [direction(evidence.tests, name, other) for other in others]
    if None in signs:
        return Decision(claim, NOT_TESTABLE, reason="No record of all five networks.")
    lost = signs.count(-1)
    verdict = CONTRADICTED if lost > len(others) / 2 else PARTLY if lost else CONFIRMED
    return _beside(claim, evidence, verdict, name, others)


def _beside(
    claim: Claim, evidence: Evidence, verdict: str, name: str, others: Sequence[str]
) -> Decision:
    """Decide about one model by its tests against others."""
    cells = {name: accuracy_summary(evidence.group(name, "tuned"))}
    said = [significance.statement(evidence.tests, name, other, TITLES) for other in others]
    return Decision(
        claim,
        verdict,
        *_told(cells),
        " ".join(said),
        ids(evidence.every((name, *others))),
    )
