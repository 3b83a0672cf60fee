"""Claims about results: accuracies, ranks and targets, which model beats which, and genres."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from mgc.datasets import facts
from mgc.datasets.splits import PROTOCOL_TITLES
from mgc.display import formats
from mgc.evaluation.accuracy import accuracy_summary
from mgc.evaluation.significance import direction, fits_of, pairwise, statement
from mgc.models import NAMES, ON_PICTURES, ON_STATISTICS, REFERENCES, TITLES
from mgc.models.recipe import VARIANTS
from mgc.records.store import NotRun, Record
from mgc.report import genre_findings, model_findings
from mgc.report.claims import Claim, Decision, NotTestableError, Verdict
from mgc.report.evidence import FILTERED, MAIN, USUAL, Evidence, ids

Groups = Mapping[str, list[Record]]


def _measured(groups: Groups) -> tuple[str, str]:
    """Write the accuracy of each group of fits, by title, and the intervals."""
    found = {TITLES.get(name, name): accuracy_summary(group) for name, group in groups.items()}
    return (
        "; ".join(f"{title} {formats.percent(s.accuracy, 1)}" for title, s in found.items()),
        "; ".join(formats.interval(s.low, s.high, 1) for s in found.values()),
    )


def _fits(groups: Groups) -> tuple[str, ...]:
    return ids(record for group in groups.values() for record in group)


def accuracy(claim: Claim, evidence: Evidence, model: str) -> Decision:
    """Compare a stated accuracy with the intervals under a random split, which the report had."""
    groups = {
        VARIANTS[variant].title: group
        for variant in (evidence.variant(USUAL), "as_written")
        if (group := evidence.group(model, variant, USUAL))
    }
    if not groups:
        raise NotTestableError(f"No record of {TITLES[model]} under {USUAL}.")
    known = [accuracy_summary(group) for group in groups.values()]
    reason = "Under a random split, as the report describes."
    title = VARIANTS[evidence.variant()].title
    strict = {f"the network, {title}, reaches": evidence.group(model)}
    if all(strict.values()):
        reached, interval = _measured(strict)
        reason += f" With artists kept apart {reached} ({interval})."
    inside = [s.low <= claim.value / 100 <= s.high for s in known]
    # By one recipe and not by another is partly.
    split = any(inside) and not all(inside)
    return Decision(
        Verdict.PARTLY if split else Verdict.of_intervals(inside),
        reason,
        *_measured(groups),
        _fits(groups | strict),
    )


def rank(claim: Claim, evidence: Evidence, model: str) -> Decision:
    """Compare a stated rank with ours, under the random split, by mean accuracy over seeds."""
    groups = evidence.groups(NAMES, protocol=USUAL)
    others = {name: accuracy_summary(group) for name, group in groups.items()}
    own, stated = others.pop(model), int(claim.value)
    ours = 1 + sum(s.accuracy > own.accuracy for s in others.values())
    # A rank that the intervals leave open is neither right nor wrong.
    best = 1 + sum(s.low > own.high for s in others.values())
    worst = 1 + sum(s.high >= own.low for s in others.values())
    verdict = Verdict.COMPATIBLE if best <= stated <= worst else Verdict.CONTRADICTED
    return Decision(
        Verdict.CONFIRMED if best == stated == worst else verdict,
        f"{TITLES[model]}, {VARIANTS[evidence.variant(USUAL)].title}:"
        f" {formats.percent(own.accuracy, 1)} under a random split.",
        f"rank {ours}",
        f"rank {best} to {worst}, where intervals overlap" if best < worst else "",
        _fits(groups),
    )


def target(claim: Claim, evidence: Evidence, model: str) -> Decision:
    """Ask whether a tuned model, or the best of all, reaches an accuracy under both protocols."""
    best, measured, records = [], [], list[Record]()
    for protocol in (MAIN, USUAL):
        groups = evidence.groups((model,) if model else NAMES, protocol=protocol)
        known = {name: accuracy_summary(group) for name, group in groups.items()}
        top = max(known, key=lambda name: known[name].accuracy)
        best.append(known[top])
        share = formats.percent(known[top].accuracy, 1)
        title = VARIANTS[evidence.variant(protocol)].title
        measured.append(f"{TITLES[top]}, {title}, {share} ({PROTOCOL_TITLES[protocol]})")
        records += [record for group in groups.values() for record in group]
    goal = claim.value / 100
    reached = [s.low >= goal for s in best]
    missed = all(s.high < goal for s in best)
    known_elsewhere = facts.literature().nlargest(1, "accuracy").iloc[0]
    # A claim about any network at all is open where somebody's network reaches it.
    elsewhere = not model and known_elsewhere["accuracy"] > claim.value
    decided = any(reached) or (missed and not elsewhere)
    said = (
        f" The highest published figure, {known_elsewhere['accuracy']:g} ±"
        f" {known_elsewhere['spread']:g}\u00a0% ({known_elsewhere['system']}, random folds,"
        " trained on outside music), leaves open whether it can be had."
    )
    return Decision(
        Verdict.of_parts(reached) if decided else Verdict.NOT_SHOWN,
        ("" if model else "The best network under each protocol. ")
        + "Reached where the whole interval lies above it, missed where all of it lies below."
        + (said if elsewhere and missed else ""),
        "; ".join(measured),
        "; ".join(formats.interval(s.low, s.high, 1) for s in best),
        ids(records),
    )


def level(claim: Claim, evidence: Evidence, models: str) -> Decision:
    """Ask whether some models reach the lower end of a stated range under a random split."""
    groups = evidence.groups(models.split(","), protocol=USUAL)
    floor = float(claim.figure.partition("-")[0]) / 100
    known = [accuracy_summary(group) for group in groups.values()]
    return Decision(
        Verdict.CONFIRMED
        if all(s.low >= floor for s in known)
        else Verdict.of_intervals([s.high >= floor for s in known]),
        f"Under a random split, {VARIANTS[evidence.variant(USUAL)].title}. Confirmed where every"
        " interval lies above the lower end of the range, compatible where every interval reaches"
        " it.",
        *_measured(groups),
        _fits(groups),
    )


def state_of_the_art(claim: Claim, _: Evidence, protocol: str) -> Decision:
    """Compare a stated accuracy with the best published one on splits of the same kind."""
    known = facts.literature()
    known = known[known["protocol"].str.startswith(protocol)]
    (best,) = known.nlargest(1, "accuracy").to_dict("records")
    return Decision(
        Verdict.CONTRADICTED if best["accuracy"] > claim.value else Verdict.NOT_TESTABLE,
        f"Published for {best['system']} under {str(best['protocol']).replace('_', ' ')}:"
        f" {best['source']}.",
        f"{best['accuracy']:g}\u00a0%",
    )


def _against(
    evidence: Evidence, name: str, others: Sequence[str]
) -> tuple[Groups, list[int], str]:
    """Compare a tuned model with others: records of all, signs of the tests, and sentences."""
    groups = evidence.groups((name, *others))
    signs, said = model_findings.compared(evidence.tests, *((name, other) for other in others))
    return groups, [sign or 0 for sign in signs], said


def beats(claim: Claim, evidence: Evidence, pair: str) -> Decision:
    """Ask whether one model is shown to beat another; the combined test, Holm over all pairs."""
    name, other = pair.split(",")
    groups, signs, said = _against(evidence, name, [other])
    return Decision(
        Verdict.of_signs(*signs),
        f"{said} Artists kept apart, {VARIANTS[evidence.variant()].title}.",
        *_measured(groups),
        _fits(groups),
    )


def carries_over(claim: Claim, evidence: Evidence, name: str) -> Decision:
    """Ask whether weights learned from photographs beat random ones, all else being equal."""
    titles = {
        "tuned": "VGG16 with ImageNet's weights",
        "random_weights": "VGG16 with random weights",
    }
    groups = {titles[v]: evidence.group(name, v, FILTERED) for v in titles}
    if not all(groups.values()):
        raise NotTestableError("It takes the same network with random weights.")
    tests = pairwise(groups)
    photographs, random = groups
    said = statement(tests, photographs, random)
    return Decision(
        Verdict.of_signs(direction(tests, photographs, random) or 0),
        "The same layers, head and recipe, fault-filtered split,"
        f" {formats.seeds(len(groups[random]))}. {said}",
        *_measured(groups),
        _fits(groups),
    )


def competitive(claim: Claim, evidence: Evidence, name: str) -> Decision:
    """Ask to how many of the other networks a model is shown to lose."""
    others = [other for other in NAMES if other != name]
    groups, signs, said = _against(evidence, name, others)
    lost = signs.count(-1)
    return Decision(
        Verdict.of_parts([not lost, lost <= len(others) / 2]),
        said,
        *_measured({name: groups[name]}),
        _fits(groups),
    )


def model(claim: Claim, evidence: Evidence, name: str) -> Decision:
    """Take over a finding about models that rests on tests over all seeds."""
    judge, models = {
        "information": (
            model_findings.autoencoder_keeps_information, ("autoencoder", "cnn", "vgg16"),
        ),
        "mlp": (model_findings.mlp_suffices, ("mlp", "majority", ON_STATISTICS, "logistic")),
        "spectrograms": (
            model_findings.spectrograms_beat_features, ("cnn", "vgg16", "mlp", ON_PICTURES),
        ),
        "transfer": (model_findings.transfer_is_best, NAMES),
    }[name]  # fmt: skip
    variant, protocol, tests, where = evidence.variant(), MAIN, evidence.tests, ""
    if name == "information" and evidence.group("autoencoder", "as_written", FILTERED):
        # The report's code holds a whole track.
        variant, protocol = "as_written", FILTERED
        tests = pairwise(evidence.study.groups(variant, protocol))
        where = " As written, fault-filtered split."
    decision = judge(evidence.study.groups(variant, protocol, (*NAMES, *REFERENCES)), tests)
    decision = replace(decision, reason=decision.reason + where)
    return _taken(decision, [r for one in models for r in evidence.group(one, variant, protocol)])


def ratio(claim: Claim, evidence: Evidence, _: str) -> Decision:
    """Take over the finding about accuracy and size."""
    groups = evidence.tuned()
    return _taken(model_findings.transfer_has_best_ratio(groups), _every(groups))


def combination(claim: Claim, evidence: Evidence, models: str) -> Decision:
    """Take over the finding about some models combined."""
    groups = evidence.tuned(models.split(","))
    return _taken(model_findings.combination_helps(groups, list(groups)), _every(groups))


def _every(groups: Mapping[str, list[Record] | NotRun]) -> list[Record]:
    return [record for fits in fits_of(groups).values() for record in fits]


def genres(claim: Claim, evidence: Evidence, what: str) -> Decision:
    """Take over a finding about genres: ``easy``, ``hard`` or ``mixed``, then the genres."""
    kind, _, names = what.partition(" ")
    judges: Mapping[str, Callable[..., Decision]] = {
        "easy": genre_findings.genres_stand_out,
        "hard": genre_findings.genres_are_hard,
        "mixed": genre_findings.pair_is_mixed,
    }
    decision = judges[kind](evidence.pooled, *names.split(","))
    return _taken(decision, _every(evidence.tuned()))


def _taken(decision: Decision, records: Iterable[Record]) -> Decision:
    """Add the records to a finding of chapter 6."""
    return replace(decision, records=ids(records))
