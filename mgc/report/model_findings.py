"""Claims of the report's section 6 about models, each decided from records.

A finding holds the claim in a few words of our own, a verdict, and the sentence with the evidence
for it; the text follows the verdict, so that it stays true whatever data were run. Claims about
genres are in `mgc.report.genre_findings`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from mgc.datasets import facts
from mgc.datasets.gtzan import WHOLE_GTZAN
from mgc.display import formats
from mgc.evaluation import metrics, significance
from mgc.evaluation.accuracy import accuracy_summary
from mgc.evaluation.significance import direction
from mgc.evaluation.tracks import averaged, track_rows
from mgc.models import NAMES, TITLES
from mgc.records.store import NotRun, Record
from mgc.report.verdicts import (
    CONFIRMED,
    CONTRADICTED,
    NOT_SHOWN,
    NOT_TESTABLE,
    PARTLY,
    Finding,
    combine,
)

#: Timings of two runs differ by less than this factor for no reason at all.
TIMING_MARGIN: Final = 1.25
#: A code that keeps less of the variance between tracks than this has lost most of it.
HALF: Final = 0.5

Results = Mapping[str, Record | NotRun]


def _run(results: Results, *names: str) -> list[Record]:
    return [entry for name in names if isinstance(entry := results.get(name), Record)]


def _not_run(claim: str, results: Results, *names: str) -> Finding | None:
    """Return the finding for a claim about models of which one has no record, else None."""
    missing = [TITLES[name] for name in names if not _run(results, name)]
    if not missing:
        return None
    return Finding(claim, NOT_TESTABLE, f"There is no record of {formats.listing(missing)}.")


def accuracies_hold(results: Results) -> Finding:
    """Decide whether the report's accuracies lie within our 95 % intervals (over tracks).

    The report states them for a random split of all of GTZAN. Records of another edition or
    protocol are set beside them, but decide nothing.
    """
    claim = "the five stated accuracies"
    claims = facts.report_claims().set_index("model")["accuracy"].to_dict()
    texts, inside, run = [], 0, _run(results, *NAMES)
    for record in run:
        known = accuracy_summary(record)
        said = claims[record.model]
        inside += known.low <= said <= known.high
        side = "above" if said > known.high else "below" if said < known.low else "inside"
        texts.append(
            f"{TITLES[record.model]}: {formats.percent(said)} stated, {side} the"
            f" {formats.interval(known.low, known.high)} measured."
        )
    if not run:
        return Finding(claim, NOT_TESTABLE, "No model was run.")
    edition, protocol = str(run[0].config["edition"]), str(run[0].config["protocol"])
    if edition not in WHOLE_GTZAN or protocol != "random":
        texts.append(
            f"The report states them for a random split of all of GTZAN; these records are of"
            f" {edition} under {protocol}, so they cannot decide."
        )
        return Finding(claim, NOT_TESTABLE, " ".join(texts))
    verdict = CONTRADICTED if not inside else CONFIRMED if inside == len(NAMES) else PARTLY
    return Finding(claim, verdict, " ".join(texts))


def spectrograms_beat_features(results: Results, table: pd.DataFrame) -> Finding:
    """Decide whether CNN and VGG16, on spectrograms, beat the MLP on hand-crafted features."""
    claim = "models on spectrograms beat the one on hand-crafted features"
    pairs = [("cnn", "mlp"), ("vgg16", "mlp")]
    texts = [significance.statement(table, a, b, TITLES) for a, b in pairs]
    return Finding(claim, combine([direction(table, a, b) for a, b in pairs]), " ".join(texts))


def transfer_is_best(results: Results, table: pd.DataFrame) -> Finding:
    """Decide whether VGG16 beats each of the other four."""
    claim = "transfer learning from ImageNet is the most accurate"
    if missing := _not_run(claim, results, "vgg16"):
        return missing
    signs = {name: direction(table, "vgg16", name) for name in NAMES if name != "vgg16"}
    share = metrics.accuracy(metrics.test_rows(_run(results, "vgg16")[0]))
    texts = [f"{TITLES['vgg16']} reaches {formats.percent(share)}."]
    phrases = {
        1: "It is shown to beat {}.",
        -1: "It is shown to be beaten by {}.",
        0: "No difference from {} is shown.",
        None: "There is no record of {}.",
    }
    for sign, phrase in phrases.items():
        names = [TITLES[name] for name, found in signs.items() if found == sign]
        texts += [phrase.format(formats.listing(names))] if names else []
    return Finding(claim, combine(list(signs.values())), " ".join(texts))


def lstm_costs_more(results: Results) -> Finding:
    """Decide from the clock whether the LSTM takes longer to train than the CNN."""
    claim = "the LSTM costs more to train than the CNN"
    if missing := _not_run(claim, results, "lstm", "cnn"):
        return missing
    lstm, cnn = (float(r.environment["duration_s"]) for r in _run(results, "lstm", "cnn"))
    ratio = lstm / max(cnn, 1e-9)
    verdict = (
        CONFIRMED if ratio > TIMING_MARGIN
        else CONTRADICTED if ratio < 1 / TIMING_MARGIN
        else NOT_SHOWN
    )  # fmt: skip
    text = (
        f"All folds took {formats.duration(lstm)} for the LSTM and"
        f" {formats.duration(cnn)} for the CNN"
    )
    device = _run(results, "lstm")[0].environment["device"]
    return Finding(claim, verdict, f"{text} ({device}, one run each).")


def autoencoder_keeps_information(results: Results, table: pd.DataFrame) -> Finding:
    """Decide whether the code of the autoencoder holds what spectrograms tell about genre.

    The claim falls when a model that sees the same spectrograms is shown to do better, or when the
    rebuilt inputs hold less than half of the variance between them. Otherwise it is still not
    proven.
    """
    claim = "64 values keep nearly all information of the spectrogram"
    if missing := _not_run(claim, results, "autoencoder"):
        return missing
    known = _run(results, "autoencoder")[0].environment
    signs = [direction(table, name, "autoencoder") for name in ("cnn", "vgg16")]
    texts, kept = [], 1.0
    if "reconstruction_mse" in known and "reconstruction_variance" in known:
        error = float(known["reconstruction_mse"])
        kept = 1 - error / max(float(known["reconstruction_variance"]), 1e-12)
        texts.append(
            f"What is rebuilt from the code keeps {formats.percent(max(kept, 0.0))}"
            " of the variance"
            " between the inputs of the validation part."
        )
    texts += [
        significance.statement(table, name, "autoencoder", TITLES) for name in ("cnn", "vgg16")
    ]
    lost = 1 in signs or kept < HALF
    return Finding(claim, CONTRADICTED if lost else NOT_SHOWN, " ".join(texts))


def transfer_has_best_ratio(results: Results) -> Finding:
    """Decide which model has the most accuracy per million parameters, the report's included."""
    claim = "transfer learning has the best ratio of accuracy to size"
    if missing := _not_run(claim, results, "vgg16"):
        return missing
    run = {name: _run(results, name)[0] for name in NAMES if _run(results, name)}
    ratio = {
        name: 1e8 * metrics.accuracy(metrics.test_rows(record)) / max(record.parameters, 1)
        for name, record in run.items()
    }
    if len(ratio) < 2:
        return Finding(claim, NOT_TESTABLE, "No other model was run.")
    best = max(ratio, key=lambda name: ratio[name])
    claims = facts.report_claims().set_index("model")
    own = str((claims["accuracy"] / claims["parameters"]).idxmax())
    text = (
        f"{TITLES[best]} has the best ratio, {formats.number(ratio[best], 1)}"
        " points for each million"
        f" parameters; {TITLES['vgg16']} has"
        f" {formats.number(ratio['vgg16'], 1)}. By the report's own"
        f" table the best ratio belongs to {TITLES[own]}."
    )
    return Finding(claim, CONFIRMED if best == "vgg16" else CONTRADICTED, text)


def mlp_suffices(results: Results, table: pd.DataFrame) -> Finding:
    """Decide whether the MLP does better than guessing, and than logistic regression."""
    claim = "a simple MLP is enough for basic genre detection"
    if missing := _not_run(claim, results, "mlp"):
        return missing
    guess, linear = direction(table, "mlp", "majority"), direction(table, "mlp", "logistic")
    text = " ".join(
        significance.statement(table, "mlp", b, TITLES) for b in ("majority", "logistic")
    )
    if guess is None:
        return Finding(claim, NOT_TESTABLE, "There is no record of the majority class.")
    if guess < 1:
        return Finding(claim, NOT_SHOWN if guess == 0 else CONTRADICTED, text)
    if linear == 1:
        return Finding(claim, CONFIRMED, text)
    return Finding(claim, PARTLY, f"{text} It learns, but its depth is not shown to help.")


def combination_helps(results: Results, names: Sequence[str], alpha: float = 0.05) -> Finding:
    """Decide whether averaged probabilities of some models beat the best single one of them.

    Parameters
    ----------
    results : mapping of str to Record or NotRun
    names : sequence of str
        Two models or more.
    alpha : float
        Level of the one exact McNemar test. The single model is the one with the highest test
        accuracy, which makes the test hard on the combination.

    Returns
    -------
    Finding
    """
    titles = [TITLES[name] for name in names]
    claim = f"combining {formats.listing(titles)} helps"
    if missing := _not_run(claim, results, *names):
        return missing
    together = averaged(_run(results, *names))
    single = {name: track_rows(_run(results, name)[0]) for name in names}
    best = max(single, key=lambda name: metrics.accuracy(single[name]))
    test = significance.mcnemar(together, single[best])
    text = (
        "The mean of their probabilities is right for"
        f" {formats.percent(metrics.accuracy(together))}"
        f" of the tracks, {TITLES[best]} alone for"
        f" {formats.percent(metrics.accuracy(single[best]))} ({formats.p_value(test.p)})."
    )
    if test.p >= alpha:
        return Finding(claim, NOT_SHOWN, text)
    return Finding(claim, CONFIRMED if test.b > test.c else CONTRADICTED, text)


def untestable() -> list[Finding]:
    """List the claims that need fits which no record holds, with what would decide them."""
    return [
        Finding(
            "time structure tells jazz from blues",
            NOT_TESTABLE,
            "It takes the same model with the order of frames kept and shuffled.",
        ),
        Finding(
            "models must be compressed for telephones",
            NOT_TESTABLE,
            "Nothing here was run on a telephone.",
        ),
    ]


def as_table(findings: Sequence[Finding]) -> pd.DataFrame:
    """Write findings as texts for a page."""
    return pd.DataFrame(
        {
            "The report says": [finding.claim for finding in findings],
            "Verdict": [finding.verdict for finding in findings],
        }
    )
