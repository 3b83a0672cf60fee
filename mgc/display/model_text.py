"""Tables and sentences about one model, written from its record."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields

import pandas as pd

from mgc.datasets import facts
from mgc.datasets import tracks as tracks_module
from mgc.display import formats
from mgc.evaluation import metrics, significance
from mgc.models import NAMES, TITLES, recipe
from mgc.models.recipe import TunedRecipe
from mgc.records.store import NotRun, Record


def not_run(entry: NotRun) -> str:
    """Sentence that stands in place of a result: the reason and the remedy."""
    return f"**{TITLES.get(entry.model, entry.model)} was not run**: {entry.reason}."


def architecture(entry: Record | NotRun) -> pd.DataFrame:
    """List the layers of a network for a page.

    Parameters
    ----------
    entry : Record or NotRun

    Returns
    -------
    DataFrame
        ``Layer``, ``Output``, ``Parameters``, ``Trained``; layers without parameters and of
        unchanged shape (dropout) keep their row, a nested network is one row. Empty when the
        model was not run.
    """
    columns = ["Layer", "Output", "Parameters", "Trained"]
    if isinstance(entry, NotRun):
        return pd.DataFrame(columns=columns)
    rows: list[list[object]] = []
    nested: dict[str, int] = {}
    for layer in entry.architecture:
        base, inside, _ = str(layer["name"]).partition("/")
        shape = layer["output_shape"]
        output = " × ".join(str(n) for n in shape) if isinstance(shape, list) else str(shape)
        count = int(layer["parameters"])
        if inside and base in nested:
            row = rows[nested[base]]
            row[1], row[2] = output, int(str(row[2])) + count
            row[3] = bool(row[3]) or bool(layer["trainable"])
            continue
        if inside:
            nested[base] = len(rows)
        title = f"{base} (frozen base)" if inside else str(layer["type"])
        rows.append([title, output, count, bool(layer["trainable"])])
    table = pd.DataFrame(rows, columns=columns)
    table["Trained"] = [
        formats.MISSING if not count else "yes" if trained else "no"
        for count, trained in zip(table["Parameters"], table["Trained"], strict=True)
    ]
    table["Parameters"] = table["Parameters"].map(lambda n: formats.count(float(n)))
    return table


def about(entry: Record | NotRun) -> str:
    """Size and result of one model in a paragraph, or why it was not run."""
    return not_run(entry) if isinstance(entry, NotRun) else f"{size(entry)} {result(entry)}"


def compared_size(ratio: float) -> str:
    """Say how far off a stated size is, for a ratio of stated to real above 0."""
    if 0.95 <= ratio <= 1.05:
        return "which agrees to within five percent"
    factor = ratio if ratio > 1 else 1 / ratio
    shown = formats.number(factor, 1) if factor < 10 else formats.count(factor)
    return f"{shown} times {'as many' if ratio > 1 else 'fewer'}"


def size(entry: Record | NotRun) -> str:
    """Compare the number of parameters with what the report states."""
    if isinstance(entry, NotRun):
        return not_run(entry)
    trained = sum(int(la["parameters"]) for la in entry.architecture if la["trainable"])
    claims = facts.report_claims().set_index("model")["parameters"].to_dict()
    text = f"The network has {formats.count(entry.parameters)} parameters"
    if trained < entry.parameters:
        text += f"; {formats.count(trained)} lie in layers that are trained"
    if entry.model not in claims:
        return text + "."
    stated = float(claims[entry.model])
    return (
        f"{text}. The report states {formats.number(stated / 1e6, 1)} million,"
        f" {compared_size(stated / max(entry.parameters, 1))}."
    )


def result(entry: Record | NotRun) -> str:
    """Sum up the test part of one fit in sentences."""
    if isinstance(entry, NotRun):
        return not_run(entry)
    frame = metrics.test_rows(entry)
    unit = "segments" if (frame["segment"] >= 0).any() else "tracks"
    right, n = int(metrics.correct(frame).sum()), len(frame)
    low, high = significance.accuracy_interval(frame)
    text = [
        f"{TITLES[entry.model]} names the right genre for {formats.count(right)} of"
        f" {formats.count(n)} {unit}: {formats.percent(right / n)} (95 % interval"
        f" {formats.interval(low, high)})."
    ]
    mixed = metrics.most_confused(frame, 1)
    if len(mixed):
        row = mixed.iloc[0]
        said, true = (
            tracks_module.label(str(row["predicted"])),
            tracks_module.label(str(row["true"])),
        )
        text.append(
            f"Its most frequent single confusion: {true} taken for {said},"
            f" {formats.count(row['count'])} {unit if int(row['count']) != 1 else unit[:-1]}."
        )
    kept = entry.history[entry.history["stage"] == "fit"]
    if len(kept):
        best = kept.loc[kept.groupby("fold")["val_loss"].idxmin()]
        text.append(
            "At the kept epochs its accuracy was"
            f" {formats.percent(float(best['accuracy'].mean()))}"
            f" on what it was trained on and {formats.percent(float(best['val_accuracy'].mean()))}"
            " on the validation part (means over folds)."
        )
    return " ".join(text)


def recipes(names: Iterable[str] = NAMES) -> pd.DataFrame:
    """Tabulate the training recipes.

    Returns
    -------
    DataFrame
        One row a model: input, scaling, batch size, most epochs, first epoch that early stopping
        counts, and whether the learning rate falls on a plateau.
    """
    rows = []
    for name in names:
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


def hard_table(tracks: pd.DataFrame) -> pd.DataFrame:
    """Write the result of `mgc.evaluation.tracks.hardest` as texts for a page."""
    return pd.DataFrame(
        {
            "Track": tracks["track_id"],
            "Genre": [tracks_module.label(str(genre)) for genre in tracks["genre"]],
            "Models wrong": [
                f"{wrong} of {models}"
                for wrong, models in zip(tracks["wrong"], tracks["models"], strict=True)
            ],
            "Most often taken for": [
                tracks_module.label(str(genre)) for genre in tracks["taken_for"]
            ],
        }
    )


def overfitting(results: Mapping[str, Record | NotRun]) -> pd.DataFrame:
    """Compare training and validation accuracy at the epoch whose weights were kept.

    Parameters
    ----------
    results : mapping of str to Record or NotRun

    Returns
    -------
    DataFrame
        One row a model with learning curves: ``title``, ``epochs`` (mean over folds of the kept
        epoch), ``training`` and ``validation`` (mean accuracies, 0 to 1; training with dropout
        on) and ``gap``.
    """
    rows = []
    for name, record in significance.only_run(results).items():
        history = record.history[record.history["stage"] == "fit"]
        if history.empty:
            continue
        kept = history.loc[history.groupby("fold")["val_loss"].idxmin()]
        training, validation = float(kept["accuracy"].mean()), float(kept["val_accuracy"].mean())
        epochs = float(kept["epoch"].mean())
        rows.append((TITLES[name], epochs, training, validation, training - validation))
    return pd.DataFrame(rows, columns=["title", "epochs", "training", "validation", "gap"])


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


def tuned_recipes(names: Iterable[str] = NAMES) -> pd.DataFrame:
    """Tabulate the tuned recipes.

    Returns
    -------
    DataFrame
        One row a model: crop, batch, batches an epoch, epochs, learning rate, mixup, label
        smoothing, weight decay, and what belongs to one model alone.
    """
    rows = []
    for name in names:
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
    """Write the trials of `mgc.training.trials.table` as texts for a page.

    Returns
    -------
    DataFrame
        ``Model``, ``Settings`` (where they differ from the chosen ones), ``Validation accuracy``,
        ``Log loss``, ``Best epoch``, ``Minutes``; by model, best log loss first.
    """
    rows = []
    for entry in table.to_dict("records"):
        name = str(entry["model"])
        chosen = asdict(recipe(name, tuned=True))
        other = [
            _setting(one.name, entry[one.name])
            for one in fields(TunedRecipe)
            if entry[one.name] != chosen[one.name]
        ]
        rows.append(
            {
                "Model": TITLES[name],
                "Settings": ", ".join(other) if other else "as chosen",
                "Validation accuracy": formats.percent(entry["valid_accuracy"], 1),
                "Log loss": formats.number(entry["valid_log_loss"], 3),
                "Best epoch": f"{entry['best_epoch']} of {entry['epochs']}",
                "Minutes": formats.number(entry["minutes"], 1),
            }
        )
    columns = ["Model", "Settings", "Validation accuracy", "Log loss", "Best epoch", "Minutes"]
    return pd.DataFrame(rows, columns=columns)
