"""Tables and sentences about one model, written from its record."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any
from urllib.parse import urlencode

import pandas as pd

from mgc.datasets import facts
from mgc.datasets import tracks as tracks_module
from mgc.display import formats
from mgc.display.notebook import Html, file_link
from mgc.evaluation import metrics
from mgc.evaluation.accuracy import accuracy_summary
from mgc.evaluation.significance import Groups, fits_of
from mgc.models import NAMES, TITLES, recipe
from mgc.models.recipe import ABLATIONS, VARIANTS, TunedRecipe
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


BETWEEN: Mapping[str, str] = {
    "Dropout": "dropout",
    "BatchNormalization": "batch norm",
    "MaxPooling2D": "pooling",
    "GlobalAveragePooling2D": "mean of all cells",
}
"""Layers that are drawn as part of the one before."""


def drawing(entry: Record | NotRun) -> Html | None:
    """Draw a network as a row of blocks, the wider a layer the higher, with its layers as CSV.

    A list that wraps on a narrow screen; nothing where the model was not run.
    """
    table = architecture(entry)
    if table.empty or isinstance(entry, NotRun):
        return None
    blocks: list[str] = []
    for layer in table.to_dict("records"):
        if (after := BETWEEN.get(str(layer["Layer"]))) and blocks:
            blocks[-1] += f"<small>{after}</small>"
            continue
        width = int(str(layer["Output"]).rsplit(" ", 1)[-1])
        name = str(layer["Layer"]).replace("vgg16 (frozen base)", "VGG16 base")
        look = "" if layer["Trained"] == "yes" else ' class="mgc-frozen"'
        blocks.append(
            f'<i style="height: {math.cbrt(width):.1f}em"></i><b>{name}</b>'
            f"<span{look}>{layer['Output']}</span><small>{layer['Parameters']} parameters</small>"
        )
    items = "".join(f"<li>{block}</li>" for block in blocks)
    title = html.escape(TITLES[entry.model])
    link = file_link(table, f"layers-{entry.model}.csv", f"Layers of {TITLES[entry.model]} (CSV)")
    return Html(f'<ol class="mgc-layers" aria-label="Layers of {title}">{items}</ol><p>{link}</p>')


def insight(entry: Record | NotRun) -> str:
    """Say what a model takes for what, and how much better it knows what it was trained on."""
    if isinstance(entry, NotRun):
        return f"**{TITLES.get(entry.model, entry.model)} was not run**: {entry.reason}."
    frame = metrics.test_rows(entry)
    example = "piece" if (frame["segment"] >= 0).any() else "track"
    pairs = [
        f"{tracks_module.label(row['true'])} taken for {tracks_module.label(row['predicted'])}"
        f" ({formats.counted(row['count'], example)})"
        for row in metrics.most_confused(frame, 3).to_dict("records")
    ]
    names = ("edition", "protocol", "variant", "model")
    state = html.escape(urlencode({name: entry.config[name] for name in names}))
    told = [
        *_memory(entry),
        *([f"Its most frequent mistakes: {formats.listing(pairs)}."] if pairs else []),
        f'The <a href="explorer.html#{state}">explorer</a> has its whole confusion matrix, with'
        " the tracks behind each cell.",
    ]
    return " ".join(told)


def _memory(record: Record) -> list[str]:
    """Compare training and validation accuracy at the kept epochs, where it learns in epochs."""
    kept = metrics.kept_epochs(record)
    if kept.empty:
        return []
    known, new = (formats.percent(kept[part].mean()) for part in ("accuracy", "val_accuracy"))
    recipe = record.config["recipe"]
    blended = f"the blended {'pieces' if recipe.get('crop_s') else 'tracks'} that"
    what = blended if recipe.get("mixup") else "what"
    return [
        f"At the kept epochs it is right on {known} of {what} it was trained on"
        f" and on {new} of the validation part."
    ]


READS: Mapping[str, str] = {
    "tabular": "statistics",
    "sequence": "cepstra, frame by frame",
    "spectrogram": "pictures",
}
"""What a network reads, by the representation of its recipe."""


def networks(groups: Mapping[str, list[Record]]) -> pd.DataFrame:
    """Set the networks side by side as texts: what they read, their size and what they reach.

    Training and validation accuracy are those of the kept epochs, means over folds and seeds.
    """
    stated = facts.report_claims().set_index("model")["parameters"]
    rows = []
    for name, fits in groups.items():
        summary, kept = accuracy_summary(fits), pd.concat(map(metrics.kept_epochs, fits))
        rows.append(
            {
                "Network": TITLES[name],
                "Reads": READS[recipe(name).representation],
                "Parameters": formats.count(fits[0].parameters),
                "The report says": formats.count(stated.get(name)),
                "Accuracy (95 % interval)": formats.accuracy(
                    summary.accuracy, summary.low, summary.high
                ),
                "Training, validation": ", ".join(
                    formats.percent(kept[part].mean()) for part in ("accuracy", "val_accuracy")
                ),
            }
        )
    return pd.DataFrame(rows)


def what_is_read(groups: Groups) -> list[str]:
    """Say how much of what VGG16 gains by its tuned recipe is the choice of blocks that it reads.

    Groups go by the titles of variants; nothing is said where one of the three was not run.
    """
    fits = fits_of(groups)
    titles = [VARIANTS["tuned"].title, ABLATIONS["block5"].title, VARIANTS["as_written"].title]
    if not all(title in fits for title in titles):
        return []
    tuned, last_block, written = (fits[title] for title in titles)
    share, less, least = (accuracy_summary(each).accuracy for each in (tuned, last_block, written))
    before, after = (
        formats.count(
            sum(layer["parameters"] for layer in each[0].architecture if layer["trainable"])
        )
        for each in (last_block, tuned)
    )
    return [
        f"Between *as written* and *tuned* lie {_gap(share - least)}; {_gap(share - less)} lie"
        " between reading block 5 alone and reading three blocks. So that choice is"
        f" {'most' if share - less > (share - least) / 2 else 'a part'} of what the tuned recipe"
        f" gains. With it the head grows from {before} to {after} weights; what the further"
        " blocks say and what a larger head learns cannot be told apart here.",
    ]


def _gap(difference: float) -> str:
    return formats.points(difference, 1).lstrip("+")


def by_setting(table: pd.DataFrame) -> pd.DataFrame:
    """Turn a table with a row a model: a row a setting, a column a model."""
    turned = table.set_index("Model").T.rename_axis(index="Setting", columns=None)
    return turned.reset_index()


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


def setting(name: str, value: object) -> str:
    """Write one setting of a recipe with its title."""
    title = SETTING_TITLES.get(name, name.replace("_", " "))
    if isinstance(value, bool):
        return f"{'with' if value else 'no'} {title}"
    if name == "block":
        value = str(value).replace("_pool", "").replace("+", " and ") or "the last"
    return f"{title} {value:g}" if isinstance(value, float) else f"{title} {value}"


def tuned_recipes(variant: str = "tuned") -> pd.DataFrame:
    """Tabulate the recipes of ``tuned`` or ``retuned``, a row a model."""
    rows = []
    for name in NAMES:
        plan = replace(recipe(name, tuned=True), **VARIANTS[variant].changed(name))
        assert isinstance(plan, TunedRecipe)
        own = [] if plan.dropout else ["no dropout"]
        own += [
            setting(field, getattr(plan, field))
            for field in ("batch_norm_momentum", "mask", "block", "code_size")
            if getattr(plan, field)
        ]
        rows.append(
            {
                "Model": TITLES[name],
                "Crop": formats.duration(plan.crop_s) if plan.crop_s else "whole tracks",
                "Batch": plan.batch_size,
                "Batches per epoch": plan.steps,
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
        other = [setting(name, entry[name]) for name in chosen if entry[name] != chosen[name]]
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
