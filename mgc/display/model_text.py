"""Tables and sentences about one model, written from its record."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from mgc.datasets import facts
from mgc.datasets import tracks as tracks_module
from mgc.display import formats
from mgc.evaluation import metrics
from mgc.evaluation.accuracy import accuracy_summary
from mgc.models import NAMES, TITLES, recipe
from mgc.models.recipe import TunedRecipe
from mgc.records.store import NotRun, Record


def architecture(entry: Record | NotRun) -> pd.DataFrame:
    """List the layers of a network as texts, a nested network in one row; empty if not run."""
    rows: list[dict[str, Any]] = []
    nested: dict[str, dict[str, Any]] = {}
    for layer in () if isinstance(entry, NotRun) else entry.architecture:
        base, inside, _ = str(layer["name"]).partition("/")
        row = nested.get(base)
        if row is None:
            title = f"{base} (frozen base)" if inside else str(layer["type"])
            row = {"Layer": title, "Parameters": 0, "Trained": False}
            rows.append(row)
        if inside:
            nested[base] = row
        shape = layer["output_shape"]
        row["Output"] = " × ".join(map(str, shape)) if isinstance(shape, list) else str(shape)
        row["Parameters"] += int(layer["parameters"])
        row["Trained"] |= bool(layer["trainable"])
    for row in rows:
        trained = "yes" if row["Trained"] else "no"
        row["Trained"] = trained if row["Parameters"] else formats.MISSING
        row["Parameters"] = formats.count(row["Parameters"])
    return pd.DataFrame(rows, columns=["Layer", "Output", "Parameters", "Trained"])


def about(entry: Record | NotRun) -> str:
    """Size and result of one model in a paragraph, or why it was not run."""
    if isinstance(entry, NotRun):
        return f"**{TITLES.get(entry.model, entry.model)} was not run**: {entry.reason}."
    return f"{size(entry)} {result(entry)}"


def compared_size(ratio: float) -> str:
    """Say how far off a stated size is, for a ratio of stated to real above 0."""
    if 0.95 <= ratio <= 1.05:
        return "which agrees to within five percent"
    factor = ratio if ratio > 1 else 1 / ratio
    shown = formats.number(factor, 1) if factor < 10 else formats.count(factor)
    return f"{shown} times {'as many' if ratio > 1 else 'fewer'}"


def size(record: Record) -> str:
    """Compare the number of parameters with what the report states."""
    trained = sum(int(la["parameters"]) for la in record.architecture if la["trainable"])
    claims = facts.report_claims().set_index("model")["parameters"].to_dict()
    text = f"The network has {formats.count(record.parameters)} parameters"
    if trained < record.parameters:
        text += f"; {formats.count(trained)} lie in layers that are trained"
    if record.model not in claims:
        return text + "."
    stated = float(claims[record.model])
    return (
        f"{text}. The report states {formats.number(stated / 1e6, 1)} million,"
        f" {compared_size(stated / max(record.parameters, 1))}."
    )


def result(record: Record) -> str:
    """Sum up the test part of one fit in sentences."""
    frame = metrics.test_rows(record)
    example = "segment" if (frame["segment"] >= 0).any() else "track"
    right, n = int(metrics.correct(frame).sum()), len(frame)
    summary = accuracy_summary(record)
    text = [
        f"{TITLES[record.model]} names the right genre for {formats.count(right)} of"
        f" {formats.count(n)} {example}s: {formats.percent(summary.accuracy)} (95 % interval"
        f" {formats.interval(summary.low, summary.high)})."
    ]
    for row in metrics.most_confused(frame, 1).to_dict("records"):
        true, predicted = (tracks_module.label(row[name]) for name in ("true", "predicted"))
        text.append(
            f"Its most frequent single confusion: {true} taken for {predicted},"
            f" {formats.count(row['count'])} {example}{'s' if row['count'] != 1 else ''}."
        )
    kept = metrics.kept_epochs(record)
    if len(kept):
        text.append(
            "At the kept epochs its accuracy was"
            f" {formats.percent(float(kept['accuracy'].mean()))}"
            f" on what it was trained on and {formats.percent(float(kept['val_accuracy'].mean()))}"
            " on the validation part (means over folds)."
        )
    return " ".join(text)


def recipes() -> pd.DataFrame:
    """Tabulate the report's training recipes, a row a model."""
    rows = []
    for name in NAMES:
        plan = recipe(name)
        falls = not math.isclose(plan.plateau_factor, 1.0)
        rows.append(
            {
                "Model": TITLES[name],
                "Input": plan.representation,
                "Scaled": plan.scaling,
                "Batch": plan.batch_size,
                "Epochs at most": plan.epochs,
                "Stops after": f"{plan.patience} without a gain",
                "Counts from": plan.warm_up + 1,
                "Rate on a plateau": (
                    f"× {plan.plateau_factor:g} after {plan.plateau_patience}" if falls else "kept"
                ),
            }
        )
    return pd.DataFrame(rows)


SETTING_TITLES: Mapping[str, str] = {
    "crop_s": "crop (s)",
    "frame_rate": "frames a second, at most",
    "batch_size": "batch",
    "steps": "batches an epoch",
    "batch_norm_momentum": "batch-norm momentum",
    "code_size": "code",
    "block": "layers read",
}
"""Settings of a tuned recipe whose names need words; the others lose their underscores."""


def _setting(name: str, value: object) -> str:
    title = SETTING_TITLES.get(name, name.replace("_", " "))
    if name == "block":
        value = str(value).replace("_pool", "").replace("+", " and ") or "the last"
    return f"{title} {value:g}" if isinstance(value, float) else f"{title} {value}"


def tuned_recipes() -> pd.DataFrame:
    """Tabulate the tuned recipes, a row a model."""
    rows = []
    for name in NAMES:
        plan = recipe(name, tuned=True)
        assert isinstance(plan, TunedRecipe)
        own = [
            _setting(field, getattr(plan, field))
            for field in ("batch_norm_momentum", "mask", "block", "code_size")
            if getattr(plan, field)
        ]
        rows.append(
            {
                "Model": TITLES[name],
                "Crop": formats.duration(plan.crop_s) if plan.crop_s else "whole tracks",
                "Batch": plan.batch_size,
                "Batches an epoch": plan.steps,
                "Epochs": plan.epochs,
                "Learning rate": f"{plan.learning_rate:g}",
                "Mixup": f"{plan.mixup:g}",
                "Label smoothing": f"{plan.label_smoothing:g}",
                "Weight decay": f"{plan.weight_decay:g}",
                "Its own": ", ".join(own) or formats.MISSING,
            }
        )
    return pd.DataFrame(rows)


def classical_trials(table: pd.DataFrame) -> pd.DataFrame:
    """Write the result of `mgc.training.trials.classical_table` as texts."""
    return pd.DataFrame(
        {
            "Model": table["model"].map(TITLES),
            "C": table["C"].map("{:g}".format),
            "Kernel width": [f"{gamma:g}" if gamma else "" for gamma in table["gamma"]],
            "Trials": table["trials"],
            "Validation accuracy": table["valid_accuracy"].map(formats.percent),
            "Validation log loss": table["valid_log_loss"].map(formats.number),
        }
    )


def about_trials(n_trials: int) -> str:
    """Say how far the trials carry."""
    if not n_trials:
        return "The trials are kept with the published records; this store has none."
    return (
        f"{formats.count(n_trials)} trials are few, and the validation part is small: two settings"
        " that differ by a few points there may be equally good. The choice is not tuned to the"
        " test part, but neither is it the best that could be found."
    )


def trials(table: pd.DataFrame) -> pd.DataFrame:
    """Write `mgc.training.trials.table` as texts, settings where they differ from the chosen."""
    rows = []
    for entry in table.to_dict("records"):
        model = str(entry["model"])
        chosen = asdict(recipe(model, tuned=True))
        other = [_setting(name, entry[name]) for name in chosen if entry[name] != chosen[name]]
        rows.append(
            {
                "Model": TITLES[model],
                "Settings": ", ".join(other) if other else "as chosen",
                "Validation accuracy": formats.percent(entry["valid_accuracy"], 1),
                "Log loss": formats.number(entry["valid_log_loss"]),
                "Best epoch": f"{entry['best_epoch']} of {entry['epochs']}",
                "Minutes": formats.number(entry["minutes"], 1),
            }
        )
    columns = ["Model", "Settings", "Validation accuracy", "Log loss", "Best epoch", "Minutes"]
    return pd.DataFrame(rows, columns=columns)
