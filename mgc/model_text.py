"""Tables and sentences about one model, written from its record. Used in chapters 4 and 5."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields

import pandas as pd

from mgc import evaluate, show
from mgc.figures import style
from mgc.models import NAMES, TITLES, TunedRecipe, recipe
from mgc.records import NotRun, Record
from mgc.report import facts

__all__ = [
    "about",
    "architecture",
    "compared_size",
    "hard_table",
    "not_run",
    "overfitting",
    "recipes",
    "result",
    "size",
    "trials",
    "tuned_recipes",
]


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
        model was not run. Used in chapter 4.
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
        show.MISSING if not count else "yes" if trained else "no"
        for count, trained in zip(table["Parameters"], table["Trained"], strict=True)
    ]
    table["Parameters"] = table["Parameters"].map(lambda n: show.count(float(n)))
    return table


def about(entry: Record | NotRun) -> str:
    """Size and result of one model in a paragraph, or why it was not run. Used in chapter 4."""
    return not_run(entry) if isinstance(entry, NotRun) else f"{size(entry)} {result(entry)}"


def compared_size(ratio: float) -> str:
    """Say how far off a stated size is, for a ratio of stated to real above 0."""
    if 0.95 <= ratio <= 1.05:
        return "which agrees to within five percent"
    factor = ratio if ratio > 1 else 1 / ratio
    shown = show.number(factor, 1) if factor < 10 else show.count(factor)
    return f"{shown} times {'as many' if ratio > 1 else 'fewer'}"


def size(entry: Record | NotRun) -> str:
    """Compare the number of parameters with what the report states. Used in chapter 4."""
    if isinstance(entry, NotRun):
        return not_run(entry)
    trained = sum(int(la["parameters"]) for la in entry.architecture if la["trainable"])
    claims = facts.report_claims().set_index("model")["parameters"].to_dict()
    text = f"The network has {show.count(entry.parameters)} parameters"
    if trained < entry.parameters:
        text += f"; {show.count(trained)} lie in layers that are trained"
    if entry.model not in claims:
        return text + "."
    stated = float(claims[entry.model])
    return (
        f"{text}. The report states {show.number(stated / 1e6, 1)} million,"
        f" {compared_size(stated / max(entry.parameters, 1))}."
    )


def result(entry: Record | NotRun) -> str:
    """Sum up the test part of one fit in sentences. Used in chapter 4."""
    if isinstance(entry, NotRun):
        return not_run(entry)
    frame = evaluate.test_rows(entry)
    unit = "segments" if (frame["segment"] >= 0).any() else "tracks"
    right, n = int(evaluate.correct(frame).sum()), len(frame)
    low, high = evaluate.accuracy_interval(frame)
    text = [
        f"{TITLES[entry.model]} names the right genre for {show.count(right)} of"
        f" {show.count(n)} {unit}: {show.percent(right / n)} (95 % interval"
        f" {show.interval(low, high)})."
    ]
    mixed = evaluate.most_confused(frame, 1)
    if len(mixed):
        row = mixed.iloc[0]
        said, true = style.label(str(row["predicted"])), style.label(str(row["true"]))
        text.append(
            f"Its most frequent single confusion: {true} taken for {said},"
            f" {show.count(row['count'])} {unit if int(row['count']) != 1 else unit[:-1]}."
        )
    kept = entry.history[entry.history["stage"] == "fit"]
    if len(kept):
        best = kept.loc[kept.groupby("fold")["val_loss"].idxmin()]
        text.append(
            f"At the kept epochs its accuracy was {show.percent(float(best['accuracy'].mean()))}"
            f" on what it was trained on and {show.percent(float(best['val_accuracy'].mean()))}"
            " on the validation part (means over folds)."
        )
    return " ".join(text)


def recipes(names: Iterable[str] = NAMES) -> pd.DataFrame:
    """Tabulate the training recipes. Used in chapter 4.

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
    """Write the result of `mgc.outcomes.hardest` as texts for a page. Used in chapter 4."""
    return pd.DataFrame(
        {
            "Track": tracks["track_id"],
            "Genre": [style.label(str(genre)) for genre in tracks["genre"]],
            "Models wrong": [
                f"{wrong} of {models}"
                for wrong, models in zip(tracks["wrong"], tracks["models"], strict=True)
            ],
            "Most often taken for": [style.label(str(genre)) for genre in tracks["taken_for"]],
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
        on) and ``gap``. Used in chapter 4.
    """
    rows = []
    for name, record in evaluate.only_run(results).items():
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
    """Tabulate the tuned recipes. Used in chapter 4.

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
                "Crop": show.duration(plan.crop_s) if plan.crop_s else "whole tracks",
                "Batch": plan.batch_size,
                "Batches an epoch": plan.steps,
                "Epochs": plan.epochs,
                "Learning rate": f"{plan.learning_rate:g}",
                "Mixup": f"{plan.mixup:g}",
                "Label smoothing": f"{plan.label_smoothing:g}",
                "Weight decay": f"{plan.weight_decay:g}",
                "Its own": ", ".join(own) or show.MISSING,
            }
        )
    return pd.DataFrame(rows)


def about_trials(n_trials: int) -> str:
    """Say how far the trials carry. Used in chapter 4."""
    if not n_trials:
        return "The trials are kept with the published records; this store has none."
    return (
        f"{show.count(n_trials)} trials are few, and the validation part is small: two settings"
        " that differ by a few points there may be equally good. The choice is not tuned to the"
        " test part, but neither is it the best that could be found."
    )


def trials(table: pd.DataFrame) -> pd.DataFrame:
    """Write the trials of `mgc.tuning.table` as texts for a page. Used in chapter 4.

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
                "Validation accuracy": show.percent(entry["valid_accuracy"], 1),
                "Log loss": show.number(entry["valid_log_loss"], 3),
                "Best epoch": f"{entry['best_epoch']} of {entry['epochs']}",
                "Minutes": show.number(entry["minutes"], 1),
            }
        )
    columns = ["Model", "Settings", "Validation accuracy", "Log loss", "Best epoch", "Minutes"]
    return pd.DataFrame(rows, columns=columns)
