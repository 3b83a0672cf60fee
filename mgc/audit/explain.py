"""One record in words: what was fitted, on what, when, how long, with what, and what followed."""

from __future__ import annotations

from mgc import cost, evaluate, show
from mgc.models import ABLATIONS, BASELINES, TITLES, VARIANTS
from mgc.records import Record, Store
from mgc.splits import LEAK_SHARES

RULES = {
    "random": "70 % of the tracks train, 15 % choose the epoch and 15 % test, drawn by the seed",
    "fault_filtered": "the published list without known repetitions, no artist on both sides",
    "leaky_segments": "tenths of tracks are shuffled before the split, so neighbours of nearly"
    " every test piece train: wrong on purpose",
    "track_disjoint_segments": "tracks are divided as under random, and then cut into tenths, each"
    " of which is named",
    "cv5": "five folds of whole tracks; each track is tested once",
    **{
        name: "every second tenth of the fault-filtered tracks, where those between the test"
        f" pieces train for {name.rpartition('_')[2]} % of the test tracks, in exchange for"
        " training tracks of the same genres"
        for name in LEAK_SHARES
    },
}
USED = ("tensorflow", "keras", "numpy", "scikit-learn", "librosa", "mgc")


def explain(record: Record, store: Store) -> str:
    """Tell what a record holds; `mgc audit RECORD` prints it.

    Parameters
    ----------
    record : Record
    store : Store
        Where it lies; its edition is described too if it is there.

    Returns
    -------
    text : str
        Paragraphs of full sentences.
    """
    return "\n\n".join(
        [_what(record), _on_what(record, store), _how(record), _result(record), _again(record)]
    )


def _what(record: Record) -> str:
    config = record.config
    variant = str(config["variant"])
    title = {**VARIANTS, **ABLATIONS}[variant].title if variant else ""
    kind = "a baseline" if record.model in BASELINES else f"variant “{title}”"
    size = f"{show.count(record.parameters)} parameters" if record.parameters else "no parameters"
    return (
        f"{record.fit_id} is a fit of {TITLES[record.model]} ({kind}), seed {config['seed']}:"
        f" {size}, {cost.scaled(cost.flops(record.architecture))} floating-point operations in one"
        " forward pass."
    )


def _on_what(record: Record, store: Store) -> str:
    config = record.config
    edition = store.edition(record.edition_key)
    size = f", {show.count(edition.n_tracks)} tracks" if edition else ", which has no record here"
    protocol = str(config["protocol"])
    tested = evaluate.test_rows(record)
    known = record.predictions[record.predictions["part"] == "valid"]
    return (
        f"It was fitted on {config['edition']} (content {str(config['edition_hash'])[:8]}{size})"
        f" under the protocol {protocol}: {RULES[protocol]}. Validation:"
        f" {show.count(len(known))} predictions; test: {show.count(len(tested))}, of"
        f" {show.count(tested['track_id'].nunique())} tracks."
    )


def _how(record: Record) -> str:
    known = record.environment
    packages = known.get("packages", {})
    versions = show.listing(
        [f"{name} {packages[name]}" for name in USED if packages.get(name, "")[:1].isdigit()]
    )
    epochs = record.history[record.history["stage"] == "fit"].groupby("fold")["epoch"].max()
    length = f"{show.listing([show.count(n) for n in epochs])} epochs, " if len(epochs) else ""
    settings = record.config["recipe"]
    chosen = [f"{name} {value}" for name, value in sorted(settings.items()) if value]
    told = f" Settings: {', '.join(chosen)}." if chosen else ""
    return (
        f"It took {length}{show.duration(float(known['duration_s']))} on {known['device']}"
        f" ({known.get('platform', 'an unnamed system')}, threads: {known.get('threads', '?')}),"
        f" and {show.count(float(known['peak_memory_mb']))} MB of memory at its peak, with Python"
        f" {known.get('python', '?')}, {versions}, at commit {known.get('commit', '?')}.{told}"
    )


def _result(record: Record) -> str:
    rows = evaluate.test_rows(record)
    low, high = evaluate.accuracy_interval(rows)
    return (
        f"It names the right genre for {show.percent(evaluate.accuracy(rows), 1)} of the test part"
        f" (95 % interval over tracks {show.interval(low, high, 1)}); macro F1"
        f" {show.number(evaluate.macro_f1(rows))}, log loss"
        f" {show.number(evaluate.log_loss(rows))}, calibration error"
        f" {show.number(evaluate.calibration(rows).ece)}."
    )


def _again(record: Record) -> str:
    config = record.config
    variant = f" --variant {config['variant']}" if config["variant"] else ""
    return (
        f"To fit it again: mgc run --data PATH --protocol {config['protocol']}{variant}"
        f" --models {record.model} --seeds {config['seed']} --records FOLDER. The last digits"
        " depend on the machine."
    )
