"""What a network costs: time, memory, parameters and operations, from its records alone."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from mgc.evaluation.significance import Groups, fits_of
from mgc.records.store import Record

Layer = Mapping[str, Any]
CONFIG = ("edition", "model", "variant", "protocol", "seed")


def flops(architecture: Sequence[Layer]) -> int:
    """Count the floating-point operations of one forward pass.

    `architecture` lists layers as a record holds them: type, output_shape, parameters. A
    multiplication and an addition count as two, as is usual (He et al. 2016 count them as one).
    Convolutions, dense and recurrent layers; what is left out (activations, pooling,
    normalisation) comes to about one part in a hundred. Of an autoencoder only the encoder and
    the classifier count, since the decoder is not used to name a genre.
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


def with_range(summary: pd.DataFrame, groups: Groups) -> pd.DataFrame:
    """Add ``least_minutes`` and ``most_minutes``, of the shortest and the longest fit of a model.

    `summary` is `mgc.evaluation.results.accuracy_table` of `groups`.
    """
    fits = fits_of(groups)
    minutes = {
        key: [float(record.environment["duration_s"]) / 60 for record in records]
        for key, records in fits.items()
    }
    ends = [minutes.get(key, [math.nan]) for key in summary["key"]]
    return summary.assign(least_minutes=[*map(min, ends)], most_minutes=[*map(max, ends)])


def table(records: Sequence[Record]) -> pd.DataFrame:
    """Collect what each fit cost, a row a record.

    `CONFIG`, ``device``, ``backend`` (that of Keras), ``minutes`` (wall time of the fit),
    ``peak_memory_mb`` (of its process), ``parameters``, ``flops`` (one forward pass), ``passes``
    (for one track), ``base_s`` (of a track in a frozen base or encoder before the head; NaN
    without one).
    """
    rows = [
        {name: record.config[name] for name in CONFIG}
        | {
            "device": record.environment["device"],
            "backend": record.backend,
            "minutes": float(record.environment["duration_s"]) / 60,
            "peak_memory_mb": float(record.environment["peak_memory_mb"]),
            "parameters": record.parameters,
            "flops": flops(record.architecture),
            "passes": float(record.environment.get("crops", 1)),
            "base_s": float(record.environment.get("base_seconds_per_track", math.nan)),
        }
        for record in records
    ]
    costs = (
        "device",
        "backend",
        "minutes",
        "peak_memory_mb",
        "parameters",
        "flops",
        "passes",
        "base_s",
    )
    return pd.DataFrame(rows, columns=[*CONFIG, *costs])
