"""One record in words: what was fitted, on what, when, how long, with what, and what followed."""

from __future__ import annotations

from mgc.datasets.splits import LEAK_SHARES
from mgc.display import formats
from mgc.evaluation import cost, metrics
from mgc.evaluation.accuracy import accuracy_summary
from mgc.models import BASELINES, TITLES
from mgc.models.recipe import ABLATIONS, VARIANTS
from mgc.records.store import Record, Store

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
    size = (
        f"{formats.count(record.parameters)} parameters" if record.parameters else "no parameters"
    )
    return (
        f"{record.fit_id} is a fit of {TITLES[record.model]} ({kind}), seed {config['seed']}:"
        f" {size}, {formats.operations(cost.flops(record.architecture))}"
        " floating-point operations in one"
        " forward pass."
    )


def _on_what(record: Record, store: Store) -> str:
    config = record.config
    edition = store.edition(record.edition_key)
    size = (
        f", {formats.count(edition.n_tracks)} tracks" if edition else ", which has no record here"
    )
    protocol = str(config["protocol"])
    tested = metrics.test_rows(record)
    known = record.predictions[record.predictions["part"] == "valid"]
    return (
        f"It was fitted on {config['edition']} (content {str(config['edition_hash'])[:8]}{size})"
        f" under the protocol {protocol}: {RULES[protocol]}. Validation:"
        f" {formats.count(len(known))} predictions; test: {formats.count(len(tested))}, of"
        f" {formats.count(tested['track_id'].nunique())} tracks."
    )


def _how(record: Record) -> str:
    known = record.environment
    packages = known.get("packages", {})
    versions = formats.listing(
        [f"{name} {packages[name]}" for name in USED if packages.get(name, "")[:1].isdigit()]
    )
    epochs = record.history[record.history["stage"] == "fit"].groupby("fold")["epoch"].max()
    length = (
        f"{formats.listing([formats.count(n) for n in epochs])} epochs, " if len(epochs) else ""
    )
    settings = record.config["recipe"]
    chosen = [f"{name} {value}" for name, value in sorted(settings.items()) if value]
    told = f" Settings: {', '.join(chosen)}." if chosen else ""
    return (
        f"It took {length}{formats.duration(float(known['duration_s']))} on {known['device']}"
        f" ({known.get('platform', 'an unnamed system')}, threads:"
        f" {known.get('threads', '?')}),"
        f" and {formats.count(float(known['peak_memory_mb']))} MB of memory at"
        " its peak, with Python"
        f" {known.get('python', '?')}, {versions}, at commit {known.get('commit', '?')}.{told}"
    )


def _result(record: Record) -> str:
    rows = metrics.test_rows(record)
    known = accuracy_summary(record)
    return (
        "It names the right genre for"
        f" {formats.percent(known.accuracy, 1)} of the test part"
        f" (95 % interval over tracks {formats.interval(known.low, known.high, 1)}); macro F1"
        f" {formats.number(known.macro_f1)}, log loss"
        f" {formats.number(metrics.log_loss(rows))}, calibration error"
        f" {formats.number(metrics.calibration(rows).ece)}."
    )


def _again(record: Record) -> str:
    config = record.config
    variant = f" --variant {config['variant']}" if config["variant"] else ""
    return (
        f"To fit it again: mgc run --data PATH --protocol {config['protocol']}{variant}"
        f" --models {record.model} --seeds {config['seed']} --records FOLDER. The last digits"
        " depend on the machine."
    )
