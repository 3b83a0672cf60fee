"""One record in words: what was fitted, on what, when, how long, with what, and what followed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mgc.datasets.splits import LEAK_SHARES
from mgc.display import formats
from mgc.evaluation import cost, metrics
from mgc.evaluation.accuracy import accuracy_summary
from mgc.models import REFERENCES, TITLES
from mgc.models.recipe import ABLATIONS, VARIANTS
from mgc.records.store import Record, Store

RULES = {
    "random": "70 % of the tracks train, 15 % choose the epoch and 15 % test, drawn by the seed",
    "fault_filtered": "the published list without known repetitions, most artists on one side",
    "leaky_segments": "tenths of tracks are shuffled before the split, so neighbours of nearly"
    " every test piece train: wrong on purpose",
    "track_disjoint_segments": "tracks are divided as under random, and then cut into tenths, each"
    " of which is named",
    "cv5": "five folds of whole tracks; each track is tested once",
    "artist_cv": "five folds of the tracks whose artist is known, all tracks of an artist in one",
    **{
        name: "every second tenth of the fault-filtered tracks, where those between the test"
        f" pieces train for {name.rpartition('_')[2]} % of the test tracks, in exchange for"
        " training tracks of the same genres"
        for name in LEAK_SHARES
    },
    "waterfall_random": "five folds at random of the tracks whose artist is known",
    "waterfall_size": "five folds at random of the tracks whose artist is known, with training"
    " parts as small as artists kept apart leave them",
    "waterfall_clean": "as waterfall_size, without the tracks that have known faults",
    "waterfall_copies": "as waterfall_clean, all copies and versions of a recording in one fold",
    "waterfall_artists": "as waterfall_clean, all tracks of an artist in one fold",
    **{
        f"artist_cv_{unit}s_{share}": f"as artist_cv, but only {share} % of the training tracks"
        f" train, drawn {unit} by {unit}"
        for unit in ("track", "artist")
        for share in (25, 50)
    },
}
USED = ("tensorflow", "jax", "keras", "numpy", "scikit-learn", "librosa", "mgc")
OFF = {
    "frame_pool": 1, "precision": "float32", "weights": "imagenet", "frequency": "linear",
    "frames": "kept", "dropout": True,
}  # fmt: skip
"""Values by which a setting changes nothing, beside those that are empty or 0."""
STOPPING = ("patience", "warm_up")
PLATEAU = ("plateau_factor", "plateau_patience", "min_learning_rate")
OF_ONE_MODEL = {
    "batch_norm_momentum": "cnn", "mask": "cnn", "block": "vgg16", "code_size": "autoencoder",
}  # fmt: skip
"""Settings that the networks of other models have no part for."""


def explain(record: Record, store: Store) -> str:
    """Tell in paragraphs what a record holds, and what its store knows of its edition."""
    parts = (_what(record), _on_what(record, store), _how(record), _result(record), _again(record))
    return "\n\n".join(parts)


def _what(record: Record) -> str:
    kind = "a baseline"
    if record.model not in REFERENCES:
        kind = f"variant “{({**VARIANTS, **ABLATIONS})[record.config['variant']].title}”"
    size = formats.count(record.parameters) if record.parameters else "no"
    operations = formats.operations(cost.flops(record.architecture))
    return (
        f"{record.fit_id} is a fit of {TITLES[record.model]} ({kind}), seed"
        f" {record.config['seed']}: {size} parameters, {operations} floating-point operations in"
        " one forward pass."
    )


def _on_what(record: Record, store: Store) -> str:
    config, edition = record.config, store.edition(record.edition_key)
    size = f"{formats.count(edition.n_tracks)} tracks" if edition else "which has no record here"
    tested = metrics.test_rows(record)
    n_valid = len(record.predictions) - len(tested)
    return (
        f"It was fitted on {config['edition']} (content {config['edition_hash'][:8]}, {size})"
        f" under the protocol {config['protocol']}: {RULES[config['protocol']]}. Validation:"
        f" {formats.count(n_valid)} predictions; test: {formats.count(len(tested))}, of"
        f" {formats.count(tested['track_id'].nunique())} tracks."
    )


def acting_settings(config: Mapping[str, Any]) -> dict[str, Any]:
    """Select the settings of a fit that its trainer reads and that are not switched off.

    A configuration holds every field of its recipe, since its hash does. A tuned fit runs all its
    epochs while its rate falls along a cosine, so what stops a fit or lowers its rate does not
    act; nor does what cuts or averages frames, where the input is a table of statistics. The
    configuration of a baseline has no settings.
    """
    settings = config["recipe"]
    idle = [name for name, model in OF_ONE_MODEL.items() if model != config["model"]]
    if "steps" in settings:
        idle += [*STOPPING, *PLATEAU, "frame_pool", "augment"]
    elif settings.get("plateau_factor") == 1:
        idle += PLATEAU
    if settings.get("representation") == "tabular":
        idle += ["frame_pool", "frame_rate", "crop_s"]
    if settings.get("scaling") == "picture":  # which says what is read, with every frame
        idle += ["representation", "frame_pool"]
    idle += [name for name, value in OFF.items() if settings.get(name) == value]
    return {
        name: value
        for name, value in sorted(settings.items())
        if (value or name in OFF) and name not in idle
    }


def _how(record: Record) -> str:
    known, packages = record.environment, record.environment["packages"]
    versions = [
        f"{name} {packages[name]}" for name in USED if packages.get(name, "")[:1].isdigit()
    ]
    epochs = record.history[record.history["stage"] == "fit"].groupby("fold")["epoch"].max()
    length = f"{formats.listing([formats.count(n) for n in epochs])} epochs, "
    settings = [f"{name} {value}" for name, value in acting_settings(record.config).items()]
    return (
        f"It took {length if len(epochs) else ''}{formats.duration(known['duration_s'])} on"
        f" {known['device']} ({known['platform']}, threads: {known['threads']}), and"
        f" {formats.count(known['peak_memory_mb'])} MB of memory at its peak, with Python"
        f" {known['python']}, {formats.listing(versions)}, at commit {known['commit']}."
        + (f" Settings: {', '.join(settings)}." if settings else "")
    )


def _result(record: Record) -> str:
    rows = metrics.test_rows(record)
    known = accuracy_summary(record)
    return (
        "It names the right genre for"
        f" {formats.percent(known.accuracy, 1)} of the test part"
        f" (95 % interval over artists {formats.interval(known.low, known.high, 1)}); macro F1"
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
