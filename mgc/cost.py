"""What a network costs: time, memory, parameters and operations, from its records alone.

Used in chapter 5, beside what the report states.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from mgc import show
from mgc.models import ABLATIONS, TITLES, VARIANTS
from mgc.records import Record
from mgc.report import facts

Layer = Mapping[str, Any]


def flops(architecture: Sequence[Layer]) -> int:
    """Count the floating-point operations of one forward pass. Chapter 5.

    Parameters
    ----------
    architecture : sequence of dict
        Layers as a record holds them: type, output_shape, parameters.

    Returns
    -------
    operations : int
        A multiplication and an addition count as two, as is usual (He et al. 2016 count them as
        one). Convolutions, dense and recurrent layers; what is left out (activations, pooling,
        normalisation) comes to about one part in a hundred. Of an autoencoder only the encoder
        and the classifier count, since the decoder is not used to name a genre.
    """
    total, n_frames = 0, 1
    for layer in _used(architecture):
        shape, parameters = layer["output_shape"], int(layer["parameters"])
        kind = layer["type"]
        if kind == "Conv2D":
            total += 2 * (parameters - shape[-1]) * shape[0] * shape[1]
        elif kind == "Dense":
            total += 2 * (parameters - shape[-1])
        elif kind == "LSTM":
            # A layer that returns its last state only runs over as many frames as the one before.
            n_frames = shape[0] if len(shape) == 2 else n_frames
            total += 2 * (parameters - 4 * shape[-1]) * n_frames
    return total


def _used(architecture: Sequence[Layer]) -> list[Layer]:
    """Leave out the decoder: what follows the code, up to the layer as wide as the input."""
    names = [layer["name"] for layer in architecture]
    if "code" not in names:
        return list(architecture)
    first, code = architecture[0], names.index("code")
    width = int(first["parameters"]) // first["output_shape"][0] - 1
    end = next(
        (i for i in range(code + 1, len(names)) if architecture[i]["output_shape"] == [width]),
        code,
    )
    return [*architecture[: code + 1], *architecture[end + 1 :]]


def table(records: Sequence[Record]) -> pd.DataFrame:
    """Collect what each fit cost, a row a record. Chapter 5.

    Parameters
    ----------
    records : sequence of Record

    Returns
    -------
    DataFrame
        ``edition``, ``model``, ``variant``, ``protocol``, ``seed``, ``device``, ``minutes`` (wall
        time of the fit), ``peak_memory_mb`` (of its process), ``parameters``, ``flops`` (one
        forward pass), ``passes`` (for one track),
        ``base_s`` (of a track in a frozen base or encoder before the head; NaN without one).
    """
    rows = [
        {
            "edition": record.config["edition"],
            "model": record.config["model"],
            "variant": record.config["variant"],
            "protocol": record.config["protocol"],
            "seed": record.config["seed"],
            "device": record.environment["device"],
            "minutes": float(record.environment["duration_s"]) / 60,
            "peak_memory_mb": float(record.environment["peak_memory_mb"]),
            "parameters": record.parameters,
            "flops": flops(record.architecture),
            "passes": float(record.environment.get("crops", 1)),
            "base_s": float(record.environment.get("base_seconds_per_track", math.nan)),
        }
        for record in records
    ]
    columns = ["edition", "model", "variant", "protocol", "seed", "device", "minutes",
               "peak_memory_mb", "parameters", "flops", "passes", "base_s"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def as_table(costs: pd.DataFrame) -> pd.DataFrame:
    """Write costs as texts, a row a model and variant, beside the report's figures.

    Parameters
    ----------
    costs : DataFrame
        From `table`; minutes and memory are means over the fits of a row.
    """
    claims = facts.report_claims().set_index("model").to_dict("index")
    rows = []
    for key, part in costs.groupby(["model", "variant"], sort=False):
        model, variant = map(str, key)
        claim = claims.get(model)
        title = f"{TITLES[model]}, {VARIANTS[variant].title}" if variant else TITLES[model]
        rows.append(
            {
                "Model": title,
                "Device": ", ".join(sorted(set(part["device"]))),
                "Fits": show.count(len(part)),
                "Training": show.duration(60 * part["minutes"].mean()),
                "Report": _claimed(claim, "minutes"),
                "Base, a track": show.duration(float(part["base_s"].median())),
                "Peak memory": f"{show.count(part['peak_memory_mb'].max())}\u00a0MB",
                "Parameters": show.count(part["parameters"].max()),
                "Report's parameters": _claimed(claim, "parameters"),
                "Operations of a pass": scaled(part["flops"].max()),
                "Passes a track": show.count(part["passes"].max()),
            }
        )
    return pd.DataFrame(rows)


def every_run(costs: pd.DataFrame) -> pd.DataFrame:
    """Write the cost of each fit as texts, a row a record. Chapter 5.

    Parameters
    ----------
    costs : DataFrame
        From `table`.
    """
    return pd.DataFrame(
        {
            "Edition": costs["edition"],
            "Protocol": costs["protocol"].str.replace("_", " "),
            "Model": costs["model"].map(TITLES),
            "Variant": [
                {**VARIANTS, **ABLATIONS}[name].title if name else show.MISSING
                for name in costs["variant"]
            ],
            "Seed": costs["seed"].map(show.count),
            "Device": costs["device"],
            "Time": [show.duration(60 * minutes) for minutes in costs["minutes"]],
            "Peak memory": [f"{show.count(size)}\u00a0MB" for size in costs["peak_memory_mb"]],
            "Parameters": costs["parameters"].map(show.count),
            "Operations of a pass": costs["flops"].map(scaled),
        }
    )


def _claimed(claim: Mapping[Any, Any] | None, what: str) -> str:
    if claim is None:
        return show.MISSING
    value = float(claim[what])
    return show.duration(60 * value) if what == "minutes" else show.count(value)


def scaled(operations: float) -> str:
    """Write a number of operations with two digits and a unit: ``"330 million"``."""
    if not operations > 0:
        return "0"
    digits = math.floor(math.log10(operations))
    rounded = round(operations, 1 - digits)
    for scale, unit in ((1e9, "billion"), (1e6, "million"), (1e3, "thousand")):
        if rounded >= scale:
            return f"{rounded / scale:.3g}\u00a0{unit}"
    return f"{rounded:.0f}"
