"""Claims about training: what a step is worth, and what training costs."""

from __future__ import annotations

from statistics import fmean

from mgc.datasets import facts
from mgc.datasets.splits import PROTOCOL_TITLES
from mgc.datasets.tracks import label
from mgc.display import formats
from mgc.errors import RecordError
from mgc.evaluation import speed
from mgc.evaluation.accuracy import accuracy_summary
from mgc.evaluation.open_table import only
from mgc.evaluation.significance import ALPHA, pairwise
from mgc.experiments import ledger, robustness
from mgc.models import TITLES
from mgc.models.recipe import ABLATIONS
from mgc.records.store import Record, split_of
from mgc.report import targets
from mgc.report.claims import Claim, Decision, NotTestableError, Verdict
from mgc.report.evidence import Evidence, ids
from mgc.report.model_findings import TIMING_MARGIN, time_sign

BASE = (
    " The report's code runs the frozen base in every epoch; here it ran once, and its time is"
    " counted for every epoch."
)


def ablation(claim: Claim, evidence: Evidence, what: str) -> Decision:
    """Compare fits with and without one step, model by model: combined test, Bonferroni.

    Confirmed where leaving the step out is shown to cost every model that the claim is about
    something, partly where some, contradicted where none and it is shown to help one. `what` names
    the step, the models and, where the claim is about some genres alone, these.
    """
    step, models, *of_genres = what.split()
    genres = of_genres[0].split(",") if of_genres else []
    pairs = {model: evidence.ablated(model, step) for model in models.split(",")}
    absent = [TITLES[model] for model, (_, less) in pairs.items() if not less]
    pairs = {model: pair for model, pair in pairs.items() if all(pair)}
    if not pairs:
        raise NotTestableError(f"No records of the fits “{ABLATIONS[step].title}”.")
    signs, measured, ranges = [0] * len(absent), [], []
    reason = ["Under the fault-filtered split, tuned."]
    if genres:
        pairs = {m: (only(w, genres), only(less, genres)) for m, (w, less) in pairs.items()}
        named = formats.listing([label(genre).lower() for genre in genres])
        reason = [f"Under the fault-filtered split, tuned, choosing between {named} alone."]
    for model, (whole, less) in pairs.items():
        (test,) = pairwise({"whole": whole, "less": less}).to_dict("records")
        gain, p = test["difference"], min(1.0, test["p"] * len(pairs))
        signs.append(0 if p >= ALPHA or not gain else 1 if gain > 0 else -1)
        known = {"with": accuracy_summary(whole), "without": accuracy_summary(less)}
        shares = [f"{formats.percent(s.accuracy, 1)} {name}" for name, s in known.items()]
        measured.append(f"{TITLES[model]} {', '.join(shares)}")
        ranges.append(" and ".join(formats.interval(s.low, s.high) for s in known.values()))
        known_by = f"{formats.p_value(p)}, {formats.seeds(len(whole))}"
        if round(100 * gain, 1):
            reason.append(f"{TITLES[model]}: {formats.points(gain, 1)} by it ({known_by}).")
        else:
            reason.append(f"{TITLES[model]} is right as often without it ({known_by}).")
    if absent:
        reason.append(f"Not fitted without it: {formats.listing(absent)}.")
    if not any(signs):
        reason.append(
            "No difference is shown. A small one may be there; it takes more tracks to see it."
        )
    return Decision(
        Verdict.of_signs(*signs),
        " ".join(reason),
        "; ".join(measured),
        "; ".join(ranges),
        ids(record for pair in pairs.values() for group in pair for record in group),
    )


def next_step(claim: Claim, evidence: Evidence, step: str) -> Decision:
    """Take over the verdict of the ledger of next steps, whose figures the audit recomputes."""
    table = ledger.load(evidence.study.store.root)
    rows = table[(table["step"] == step) & table["difference"].notna()]
    if rows.empty:
        raise NotTestableError(f"No record of the step “{step}”.")
    (row,) = rows.to_dict("records")
    sign = {ledger.HELPS: 1, ledger.HURTS: -1}.get(row["verdict"], 0)
    return Decision(
        Verdict.of_signs(sign),
        f"{row['step']}, against {row['control']}: {formats.p_value(row['p_holm'])} after Holm's"
        f" correction over all next steps, seeds {row['seeds']}, artists kept apart.",
        formats.points(row["difference"], 1),
        formats.points_interval(row["low"], row["high"], 1),
        tuple(sorted({*row["fits"].split(), *row["control_fits"].split()})),
    )


def copies(claim: Claim, evidence: Evidence, kinds: str) -> Decision:
    """Ask whether a model that altered copies were shown to is better on degraded sound."""
    table = robustness.load(evidence.study.store.root)
    gain = robustness.gain_by_copies(table, kinds.split(","))
    return Decision(
        Verdict.of_interval(gain.low, gain.high, 0.0),
        f"{formats.count(table['track_id'].nunique())} tracks, {kinds.replace(',', ' and ')} at"
        " all measured strengths together, interval over artists.",
        formats.points(gain.mean, 1),
        formats.points_interval(gain.low, gain.high, 1),
    )


def _seconds(evidence: Evidence, records: list[Record]) -> list[float]:
    """Training time of each fit, as long as the report's code would take on the same machine.

    Its frozen base runs in every epoch. Here it ran once for all fits, so its time is that of a
    picture, by the pictures of an epoch, by the epochs; the head takes seconds and is left out.
    """
    found = []
    for record in records:
        if record.model != "vgg16":
            found.append(float(record.environment["duration_s"]))
            continue
        split, _ = split_of(record, evidence.study.edition_record)
        epochs = record.history[record.history["stage"] == "fit"].groupby("fold")["epoch"].max()
        shown = sum(
            epochs[fold.name] * (len(fold.train) + len(fold.valid)) for fold in split.folds
        )
        found.append(float(shown * record.environment["base_seconds_per_track"]))
    return found


def _machine(record: Record) -> str:
    threads = record.environment["threads"]
    return f"{record.environment['device']}, {threads} thread{'s' if threads > 1 else ''}"


def minutes(claim: Claim, evidence: Evidence, model: str) -> Decision:
    """Set a stated training time beside ours; without the report's machine nothing decides it."""
    _, groups = evidence.as_written(model)
    return Decision(
        Verdict.NOT_TESTABLE,
        "The report names no machine, and its times were typed in like its accuracies. Ours is"
        " that of the same recipe on the input of this edition."
        + (BASE if model == "vgg16" else ""),
        formats.duration(fmean(_seconds(evidence, groups[model]))),
        _machine(groups[model][0]),
        ids(groups[model]),
    )


def faster(claim: Claim, evidence: Evidence, pair: str) -> Decision:
    """Ask whether one network trains faster than another, by more than times scatter."""
    protocol, groups = evidence.as_written(*pair.split(","))
    seconds = {name: _seconds(evidence, records) for name, records in groups.items()}
    records = [record for group in groups.values() for record in group]
    return Decision(
        Verdict.of_signs(time_sign(*seconds.values())),
        f"Training time as written, {PROTOCOL_TITLES[protocol]} split, {_machine(records[0])};"
        " a GPU may order them otherwise." + (BASE if "vgg16" in seconds else ""),
        ", ".join(f"{TITLES[name]} {formats.duration(fmean(s))}" for name, s in seconds.items()),
        f"every fit against every fit, by a factor of {TIMING_MARGIN:g}",
        ids(records),
    )


def latency(claim: Claim, evidence: Evidence, _: str) -> Decision:
    """Ask whether a clip of 30 s is done within the stated time, from file to genre."""
    known, goal = _speed(evidence), facts.report_targets()["latency"]
    own = "reaches it, too" if known.report_s <= goal else "misses it"
    return Decision(
        Verdict.of_parts([known.clip_s <= goal]),
        "From file to genre, decoding included, one request at a time, one thread, by the network"
        " that ships: nineteen in twenty are faster. The report's CNN on its own spectrogram"
        f" {own}, with {formats.duration(known.report_s)} (half are faster).",
        formats.duration(known.clip_s),
        "one machine",
    )


def throughput(claim: Claim, evidence: Evidence, _: str) -> Decision:
    """Ask whether a folder on two cores is done at the stated rate, from files to genres."""
    known, goal = _speed(evidence), facts.report_targets()["throughput"]
    return Decision(
        Verdict.of_parts([known.clips_a_day >= goal]),
        "The rate of a folder of a thousand clips on two cores, decoding included, times the"
        " length of a day. The rate was measured; nobody waited for the day.",
        f"{formats.count(known.clips_a_day)} a day",
        "one machine, an estimate",
    )


def _speed(evidence: Evidence) -> targets.SpeedTargets:
    try:
        return targets.speed_targets(speed.load(evidence.study.store.root / speed.FILE))
    except RecordError as error:
        raise NotTestableError("There is no record of speed.") from error
