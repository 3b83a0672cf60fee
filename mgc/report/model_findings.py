"""Claims of the report's section 6 about models, each decided from records.

The sentence follows the verdict, so that it stays true whatever data were run. Claims about genres
are in `mgc.report.genre_findings`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from mgc.datasets import facts
from mgc.datasets.gtzan import WHOLE_GTZAN
from mgc.display import formats
from mgc.display.comparison import WORDS
from mgc.evaluation.accuracy import accuracy_summary
from mgc.evaluation.combining import combine
from mgc.evaluation.significance import ALPHA, Groups, direction, fits_of, pairwise, statement
from mgc.models import NAMES, ON_PICTURES, ON_STATISTICS, TITLES
from mgc.records.store import Record
from mgc.report.claims import Decision, Plot, Row, Verdict

#: Timings of two runs differ by less than this factor for no reason at all.
TIMING_MARGIN: Final = 1.25
#: A code that keeps less of the variance between tracks than this has lost most of it.
HALF: Final = 0.5


def _missing(groups: Groups, *names: str) -> Decision | None:
    """Return the decision on a claim about models of which one has no record, else None."""
    missing = [TITLES[name] for name in names if name not in fits_of(groups)]
    if not missing:
        return None
    return Decision(Verdict.NOT_TESTABLE, f"There is no record of {formats.listing(missing)}.")


def accuracies_hold(groups: Groups) -> Decision:
    """Decide whether the report's accuracies lie within our 95 % intervals.

    The report states them for a random split of all of GTZAN. Records of another edition or
    protocol are set beside them, but decide nothing.
    """
    run = {name: fits for name, fits in fits_of(groups).items() if name in NAMES}
    if not run:
        return Decision(Verdict.NOT_TESTABLE, "No model was run.")
    stated = facts.report_claims().set_index("model")["accuracy"]
    texts, rows, inside = [], [], [False] * (len(NAMES) - len(run))
    for name, fits in run.items():
        known = accuracy_summary(fits)
        above, below = stated[name] > known.high, stated[name] < known.low
        side = "above" if above else "below" if below else "inside"
        inside.append(side == "inside")
        rows.append(Row(TITLES[name], known.accuracy, known.low, known.high, float(stated[name])))
        texts.append(
            f"{TITLES[name]}: {formats.percent(stated[name])} stated, {side} the"
            f" {formats.interval(known.low, known.high)} measured."
        )
    verdict = Verdict.of_intervals(inside)
    config = next(iter(run.values()))[0].config
    if config["edition"] not in WHOLE_GTZAN or config["protocol"] != "random":
        verdict = Verdict.NOT_TESTABLE
        texts.append(
            "The report states them for a random split of all of GTZAN; these records are of"
            f" {config['edition']} under {config['protocol']}, so they cannot decide."
        )
    within = [row.label for row in rows if row.low <= row.stated <= row.high]
    number = WORDS[len(within)].capitalize() if within else "None"
    plain = (
        f"{number} of the {WORDS[len(inside)]} stated figures"
        f" {'lies' if len(within) == 1 else 'lie'} within what was measured"
        + (f": {formats.listing(within)}. An interval holds much else, too." if within else ".")
    )
    return Decision(
        verdict, " ".join(texts), plain=plain, plot=Plot("accuracy, random split", tuple(rows))
    )


def _accuracies(groups: Groups, *names: str) -> Plot:
    """Draw the accuracies of some models, as far as they were run."""
    run = fits_of(groups)
    known = {name: accuracy_summary(run[name]) for name in names if name in run}
    rows = [Row(TITLES[name], one.accuracy, one.low, one.high) for name, one in known.items()]
    return Plot("accuracy", tuple(rows))


def _of_directions(signs: Sequence[int | None]) -> Verdict:
    """Judge "the first beats the second" for some pairs; None stands for one without records."""
    known = [sign for sign in signs if sign is not None]
    if not known:
        return Verdict.NOT_TESTABLE
    if -1 in known:
        return Verdict.CONTRADICTED
    return Verdict.of_signs(*(sign or 0 for sign in signs))


def compared(tests: pd.DataFrame, *pairs: tuple[str, str]) -> tuple[list[int | None], str]:
    """Give direction and statement of the test of each pair of models."""
    signs = [direction(tests, *pair) for pair in pairs]
    return signs, " ".join(statement(tests, *pair, TITLES) for pair in pairs)


def plainly(signs: Mapping[str, int | None], name: str = "It") -> str:
    """Say whom a model is shown to be better than, whom worse, and whom neither."""
    phrases = {
        1: "{} is shown to be better than {}.",
        -1: "{} is shown to be worse than {}.",
        0: "The tests do not tell {} from {}.",
        None: "There is no record of {1}.",
    }
    said = []
    for sign, phrase in phrases.items():
        others = [TITLES[other] for other, own in signs.items() if own == sign]
        own = name.lower() if name == "It" and sign == 0 else name
        said += [phrase.format(own, formats.listing(others))] if others else []
    return " ".join(said)


def spectrograms_beat_features(groups: Groups, tests: pd.DataFrame) -> Decision:
    """Decide whether CNN and VGG16 beat what reads hand-crafted features.

    That is the MLP, and the best classical model where it was run: simple statistics of the same
    pictures are hand-crafted, too.
    """
    others = ["mlp", *([ON_PICTURES] if ON_PICTURES in fits_of(groups) else [])]
    pairs = [(name, other) for other in others for name in ("cnn", "vgg16")]
    signs, said = compared(tests, *pairs)
    by_pair = dict(zip(pairs, signs, strict=True))
    plain = [
        plainly({other: by_pair[name, other] for other in others}, TITLES[name])
        for name in ("vgg16", "cnn")
    ]
    return Decision(
        _of_directions(signs),
        said,
        plain=" ".join(plain),
        plot=_accuracies(groups, "vgg16", "cnn", *others),
    )


def transfer_is_best(groups: Groups, tests: pd.DataFrame) -> Decision:
    """Decide whether VGG16 beats each of the other four."""
    if missing := _missing(groups, "vgg16"):
        return missing
    signs = {name: direction(tests, "vgg16", name) for name in NAMES if name != "vgg16"}
    share = accuracy_summary(fits_of(groups)["vgg16"]).accuracy
    return Decision(
        _of_directions(list(signs.values())),
        f"{TITLES['vgg16']} reaches {formats.percent(share)}. {plainly(signs)}",
        plot=_accuracies(groups, "vgg16", *signs),
    )


def time_sign(first: Sequence[float], second: Sequence[float]) -> int:
    """Compare the durations of fits: 1 where each second one is longer than each first, -1 or 0.

    A busy machine may take three times as long for the same fit, so that means of few fits say
    little; and alone two runs still differ by `TIMING_MARGIN`.
    """
    longer = min(second) > TIMING_MARGIN * max(first)
    shorter = TIMING_MARGIN * max(second) < min(first)
    return int(longer) - int(shorter)


def lstm_costs_more(groups: Groups) -> Decision:
    """Decide from the clock whether the LSTM takes longer to train than the CNN."""
    if missing := _missing(groups, "lstm", "cnn"):
        return missing
    run = fits_of(groups)
    names = ("lstm", "cnn")
    if len({fit.ran_on for name in names for fit in run[name]}) > 1:
        return Decision(
            Verdict.NOT_TESTABLE,
            "Their fits ran on different machines, whose times do not compare.",
        )
    seconds = [[float(fit.environment["duration_s"]) for fit in run[name]] for name in names]
    lstm, cnn = (formats.duration(float(np.mean(each))) for each in seconds)
    took = f"A fit took {lstm} for the LSTM and {cnn} for the CNN"
    rows = [
        Row(TITLES[name], float(np.mean(each)) / 60, min(each) / 60, max(each) / 60)
        for name, each in zip(names, seconds, strict=True)
    ]
    return Decision(
        Verdict.of_signs(time_sign(seconds[1], seconds[0])),
        f"{took} ({run['lstm'][0].environment['device']}, {formats.seeds(len(run['lstm']))} and"
        f" {formats.seeds(len(run['cnn']))}).",
        plain=f"{took}, on average.",
        plot=Plot("minutes a fit, range over seeds", tuple(rows), shares=False),
    )


def order_said(by_order: Mapping[str, Sequence[Record]]) -> list[str]:
    """Say what fits lose whose frames came in another order than those of the first.

    Fits without a record are passed over; nothing is said where two are not left.
    """
    known = {name: list(records) for name, records in by_order.items() if records}
    first, *others = known or [""]
    said, lost = [], False
    for test in pairwise(known, [(first, other) for other in others]).to_dict("records"):
        lost = lost or (test["significant"] and test["difference"] > 0)
        said.append(
            f"Over all genres, frames that are {test['second']} change the accuracy by"
            f" {formats.points(-test['difference'], 1)} ({formats.p_value(test['p_holm'])})."
        )
    if said and not lost:
        said.append(
            "So nothing shows that this LSTM hears more than which sounds occur: their order, it"
            " could do without."
        )
    return said


def _mean(fits: Sequence[Record], key: str) -> float:
    """Average what was measured of each fit."""
    return float(np.mean([float(record.environment[key]) for record in fits]))


def autoencoder_keeps_information(groups: Groups, tests: pd.DataFrame) -> Decision:
    """Decide whether the code of the autoencoder holds what spectrograms tell about genre.

    The claim falls when the rebuilt inputs hold less than half of the variance between them.
    Otherwise it is still not proven. Models that see spectrograms are set beside it; where they do
    better, its code tells this classifier less of genre, and what it holds stays open.
    """
    if missing := _missing(groups, "autoencoder"):
        return missing
    fits = fits_of(groups)["autoencoder"]
    texts, kept = [], 1.0
    if all("reconstruction_mse" in record.environment for record in fits):
        variance = max(_mean(fits, "reconstruction_variance"), 1e-12)
        kept = 1 - _mean(fits, "reconstruction_mse") / variance
        texts.append(
            f"What is rebuilt from the code keeps {formats.percent(max(kept, 0.0))} of the"
            " variance between the inputs of the validation part."
        )
    signs, said = compared(tests, ("cnn", "autoencoder"), ("vgg16", "autoencoder"))
    verdict = Verdict.CONTRADICTED if kept < HALF else Verdict.NOT_SHOWN
    others = dict(zip(("cnn", "vgg16"), (sign and -sign for sign in signs), strict=True))
    plain = " ".join([*texts, plainly(others, TITLES["autoencoder"])])
    plot = _accuracies(groups, "autoencoder", *others)
    return Decision(verdict, " ".join([*texts, said]), plain=plain, plot=plot)


def transfer_has_best_ratio(groups: Groups) -> Decision:
    """Decide which model has the most accuracy per million parameters, the report's included."""
    if missing := _missing(groups, "vgg16"):
        return missing
    run = {name: fits for name, fits in fits_of(groups).items() if name in NAMES}
    known = {name: accuracy_summary(fits) for name, fits in run.items()}
    share = {name: summary.accuracy for name, summary in known.items()}
    size = {name: fits[0].parameters for name, fits in run.items()}
    ratio = {name: share[name] / max(size[name], 1) for name in run}
    if len(ratio) < 2:
        return Decision(Verdict.NOT_TESTABLE, "No other model was run.")
    best = max(ratio, key=lambda name: ratio[name])
    claims = facts.report_claims().set_index("model")
    own = str((claims["accuracy"] / claims["parameters"]).idxmax())
    plain = (
        f"The best ratio is that of {TITLES[best]}, and in the report's own table that of"
        f" {TITLES[own]}."
    )
    rows = [
        Row(
            f"{TITLES[name]}, {formats.count(size[name])}",
            *(known[name].accuracy, known[name].low, known[name].high),
        )
        for name in sorted(run, key=size.__getitem__)
    ]
    reached = [
        f"{TITLES[name]} reaches {formats.percent(share[name])} with"
        f" {formats.count(size[name])} parameters."
        for name in dict.fromkeys((best, "vgg16"))
    ]
    return Decision(
        Verdict.of_parts([best == "vgg16"]),
        " ".join([*reached, plain]),
        plain=plain,
        plot=Plot("accuracy, from few parameters to many", tuple(rows)),
    )


def mlp_suffices(groups: Groups, tests: pd.DataFrame) -> Decision:
    """Decide whether the MLP beats guessing, and logistic regression on the same statistics.

    That is the one whose setting was chosen on validation, where it was run. How it stands to the
    best classical model, on richer statistics, is said and decides nothing.
    """
    if missing := _missing(groups, "mlp"):
        return missing
    other = ON_STATISTICS if ON_STATISTICS in fits_of(groups) else "logistic"
    (guess, linear), said = compared(tests, ("mlp", "majority"), ("mlp", other))
    if guess is None:
        return Decision(Verdict.NOT_TESTABLE, "There is no record of the majority class.")
    known = {"majority": guess, other: linear}
    if ON_PICTURES in fits_of(groups):
        (known[ON_PICTURES],), also = compared(tests, ("mlp", ON_PICTURES))
        said = f"{said} {also}"
    plain = plainly(known, TITLES["mlp"])
    plot = _accuracies(groups, "mlp", *known)
    if guess < 1 or linear == 1:
        return Decision(Verdict.of_signs(guess), said, plain=plain, plot=plot)
    depth = "It learns, but its depth is not shown to help."
    return Decision(Verdict.PARTLY, f"{said} {depth}", plain=f"{plain} {depth}", plot=plot)


def combination_helps(groups: Groups, names: Sequence[str]) -> Decision:
    """Decide whether a combination of some models beats the best single one of them.

    Weights are chosen on validation tracks, seed by seed (`mgc.evaluation.combining`), and all
    seeds are tested together. The single model is the one with the highest test accuracy, which
    makes the test hard on the combination.
    """
    if missing := _missing(groups, *names):
        return missing
    by_seed = [
        {int(record.config["seed"]): record for record in fits_of(groups)[name]} for name in names
    ]
    seeds = sorted(set.intersection(*(set(fits) for fits in by_seed)))
    made = [combine([fits[seed] for fits in by_seed]) for seed in seeds]
    single = {
        name: [fits[seed] for seed in seeds] for name, fits in zip(names, by_seed, strict=True)
    }
    known = {name: accuracy_summary(fits) for name, fits in single.items()}
    best = max(known, key=lambda name: known[name].accuracy)
    together = [record for record, _ in made]
    (test,) = pairwise({"": together, best: single[best]}).to_dict("records")
    weights = np.mean([weights for _, weights in made], axis=0)
    parts = [
        f"{formats.number(weight, 2)} {TITLES[name]}"
        for name, weight in zip(names, weights, strict=True)
    ]
    combined, alone = accuracy_summary(together), known[best]
    lucky = "no more than luck explains" if test["p"] >= ALPHA else "more than luck explains"
    plain = (
        f"Together they are right for {formats.percent(combined.accuracy, 1)} of the tracks,"
        f" {TITLES[best]} alone for {formats.percent(alone.accuracy, 1)}: {lucky}."
    )
    rows = (
        Row("together", combined.accuracy, combined.low, combined.high),
        Row(f"{TITLES[best]} alone", alone.accuracy, alone.low, alone.high),
    )
    return Decision(
        Verdict.of_signs((test["p"] < ALPHA) * (1 if test["difference"] > 0 else -1)),
        f"Combined ({formats.listing(parts)}, chosen on validation tracks, mean over seeds), they"
        f" are right for {formats.percent(combined.accuracy, 1)} of the tracks,"
        f" {TITLES[best]} alone for {formats.percent(alone.accuracy, 1)}"
        f" ({formats.p_value(test['p'])}, {formats.seeds(len(seeds))}).",
        plain=plain,
        plot=Plot("accuracy", rows),
    )


def findings_table(findings: Mapping[str, Decision]) -> pd.DataFrame:
    """Write findings, by what the report says, as texts for a page."""
    verdicts = [str(decision.verdict) for decision in findings.values()]
    return pd.DataFrame({"The report says": list(findings), "Verdict": verdicts})
