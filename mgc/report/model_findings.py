"""Claims of the report's section 6 about models, each decided from records.

The sentence follows the verdict, so that it stays true whatever data were run. Claims about genres
are in `mgc.report.genre_findings`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from mgc.datasets import facts
from mgc.datasets.gtzan import WHOLE_GTZAN
from mgc.display import formats
from mgc.evaluation.accuracy import accuracy_summary
from mgc.evaluation.clusters import artist_groups
from mgc.evaluation.metrics import accuracy, test_rows
from mgc.evaluation.significance import ALPHA, direction, only_run, paired_test, statement
from mgc.evaluation.tracks import averaged, track_rows
from mgc.models import NAMES, TITLES
from mgc.records.store import NotRun, Record
from mgc.report.claims import Decision, Verdict

#: Timings of two runs differ by less than this factor for no reason at all.
TIMING_MARGIN: Final = 1.25
#: A code that keeps less of the variance between tracks than this has lost most of it.
HALF: Final = 0.5

Results = Mapping[str, Record | NotRun]


def _missing(results: Results, *names: str) -> Decision | None:
    """Return the decision on a claim about models of which one has no record, else None."""
    missing = [TITLES[name] for name in names if not isinstance(results.get(name), Record)]
    if not missing:
        return None
    return Decision(Verdict.NOT_TESTABLE, f"There is no record of {formats.listing(missing)}.")


def accuracies_hold(results: Results) -> Decision:
    """Decide whether the report's accuracies lie within our 95 % intervals.

    The report states them for a random split of all of GTZAN. Records of another edition or
    protocol are set beside them, but decide nothing.
    """
    run = only_run(results)
    if not run:
        return Decision(Verdict.NOT_TESTABLE, "No model was run.")
    stated = facts.report_claims().set_index("model")["accuracy"]
    texts, inside = [], [False] * (len(NAMES) - len(run))
    for name, record in run.items():
        known = accuracy_summary(record)
        above, below = stated[name] > known.high, stated[name] < known.low
        side = "above" if above else "below" if below else "inside"
        inside.append(side == "inside")
        texts.append(
            f"{TITLES[name]}: {formats.percent(stated[name])} stated, {side} the"
            f" {formats.interval(known.low, known.high)} measured."
        )
    verdict = Verdict.of_intervals(inside)
    config = next(iter(run.values())).config
    if config["edition"] not in WHOLE_GTZAN or config["protocol"] != "random":
        verdict = Verdict.NOT_TESTABLE
        texts.append(
            "The report states them for a random split of all of GTZAN; these records are of"
            f" {config['edition']} under {config['protocol']}, so they cannot decide."
        )
    return Decision(verdict, " ".join(texts))


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


def spectrograms_beat_features(results: Results, tests: pd.DataFrame) -> Decision:
    """Decide whether CNN and VGG16, on spectrograms, beat the MLP on hand-crafted features."""
    signs, said = compared(tests, ("cnn", "mlp"), ("vgg16", "mlp"))
    return Decision(_of_directions(signs), said)


def transfer_is_best(results: Results, tests: pd.DataFrame) -> Decision:
    """Decide whether VGG16 beats each of the other four."""
    if missing := _missing(results, "vgg16"):
        return missing
    signs = {name: direction(tests, "vgg16", name) for name in NAMES if name != "vgg16"}
    share = accuracy(test_rows(only_run(results)["vgg16"]))
    texts = [f"{TITLES['vgg16']} reaches {formats.percent(share)}."]
    phrases = {
        1: "It is shown to beat {}.",
        -1: "It is shown to be beaten by {}.",
        0: "No difference from {} is shown.",
        None: "There is no record of {}.",
    }
    for sign, phrase in phrases.items():
        names = [TITLES[name] for name, own in signs.items() if own == sign]
        texts += [phrase.format(formats.listing(names))] if names else []
    return Decision(_of_directions(list(signs.values())), " ".join(texts))


def time_sign(shorter: float, longer: float) -> int:
    """Compare two durations: 1 where the second is longer by more than runs scatter, -1 or 0."""
    ratio = longer / max(shorter, 1e-9)
    return int(ratio > TIMING_MARGIN) - int(ratio < 1 / TIMING_MARGIN)


def lstm_costs_more(results: Results) -> Decision:
    """Decide from the clock whether the LSTM takes longer to train than the CNN."""
    if missing := _missing(results, "lstm", "cnn"):
        return missing
    run = only_run(results)
    lstm, cnn = (float(run[name].environment["duration_s"]) for name in ("lstm", "cnn"))
    return Decision(
        Verdict.of_signs(time_sign(cnn, lstm)),
        f"All folds took {formats.duration(lstm)} for the LSTM and {formats.duration(cnn)} for the"
        f" CNN ({run['lstm'].environment['device']}, one run each).",
    )


def autoencoder_keeps_information(results: Results, tests: pd.DataFrame) -> Decision:
    """Decide whether the code of the autoencoder holds what spectrograms tell about genre.

    The claim falls when a model that sees the same spectrograms is shown to do better, or when the
    rebuilt inputs hold less than half of the variance between them. Otherwise it is still not
    proven.
    """
    if missing := _missing(results, "autoencoder"):
        return missing
    known = only_run(results)["autoencoder"].environment
    texts, kept = [], 1.0
    if "reconstruction_mse" in known:
        kept = 1 - known["reconstruction_mse"] / max(known["reconstruction_variance"], 1e-12)
        texts.append(
            f"What is rebuilt from the code keeps {formats.percent(max(kept, 0.0))} of the"
            " variance between the inputs of the validation part."
        )
    signs, said = compared(tests, ("cnn", "autoencoder"), ("vgg16", "autoencoder"))
    verdict = Verdict.CONTRADICTED if 1 in signs or kept < HALF else Verdict.NOT_SHOWN
    return Decision(verdict, " ".join([*texts, said]))


def transfer_has_best_ratio(results: Results) -> Decision:
    """Decide which model has the most accuracy per million parameters, the report's included."""
    if missing := _missing(results, "vgg16"):
        return missing
    ratio = {
        name: 1e8 * accuracy(test_rows(record)) / max(record.parameters, 1)
        for name, record in only_run(results).items()
    }
    if len(ratio) < 2:
        return Decision(Verdict.NOT_TESTABLE, "No other model was run.")
    best = max(ratio, key=lambda name: ratio[name])
    claims = facts.report_claims().set_index("model")
    own = str((claims["accuracy"] / claims["parameters"]).idxmax())
    return Decision(
        Verdict.of_parts([best == "vgg16"]),
        f"{TITLES[best]} has the best ratio, {formats.number(ratio[best], 1)} points for each"
        f" million parameters; {TITLES['vgg16']} has {formats.number(ratio['vgg16'], 1)}. By the"
        f" report's own table the best ratio belongs to {TITLES[own]}.",
    )


def mlp_suffices(results: Results, tests: pd.DataFrame) -> Decision:
    """Decide whether the MLP does better than guessing, and than logistic regression."""
    if missing := _missing(results, "mlp"):
        return missing
    (guess, linear), said = compared(tests, ("mlp", "majority"), ("mlp", "logistic"))
    if guess is None:
        return Decision(Verdict.NOT_TESTABLE, "There is no record of the majority class.")
    if guess < 1 or linear == 1:
        return Decision(Verdict.of_signs(guess), said)
    return Decision(Verdict.PARTLY, f"{said} It learns, but its depth is not shown to help.")


def combination_helps(results: Results, names: Sequence[str]) -> Decision:
    """Decide whether averaged probabilities of some models beat the best single one of them.

    By one paired test over artists. The single model is the one with the highest test accuracy,
    which makes the test hard on the combination.
    """
    if missing := _missing(results, *names):
        return missing
    run = only_run(results)
    together = averaged([run[name] for name in names])
    single = {name: track_rows(run[name]) for name in names}
    best = max(single, key=lambda name: accuracy(single[name]))
    artists = artist_groups(str(run[best].config["edition"]))
    test = paired_test(together, single[best], artists)
    shown = test.p < ALPHA
    return Decision(
        Verdict.of_signs(shown * (1 if test.b > test.c else -1)),
        f"The mean of their probabilities is right for {formats.percent(accuracy(together))} of"
        f" the tracks, {TITLES[best]} alone for {formats.percent(accuracy(single[best]))}"
        f" ({formats.p_value(test.p)}).",
    )


def sentence(claim: str, decision: Decision) -> str:
    """Write verdict, claim and reason in Markdown."""
    return f"**{decision.verdict.capitalize()}:** {claim}. {decision.reason}"


def findings_table(findings: Mapping[str, Decision]) -> pd.DataFrame:
    """Write findings, by what the report says, as texts for a page."""
    verdicts = [str(decision.verdict) for decision in findings.values()]
    return pd.DataFrame({"The report says": list(findings), "Verdict": verdicts})
