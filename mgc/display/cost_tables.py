"""Tables of what a fit and an answer cost."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from mgc.datasets import facts
from mgc.display import formats
from mgc.models import TITLES
from mgc.models.recipe import ABLATIONS, VARIANTS


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
                "Fits": formats.count(len(part)),
                "Training": formats.duration(60 * part["minutes"].mean()),
                "Report": _claimed(claim, "minutes"),
                "Base, a track": formats.duration(float(part["base_s"].median())),
                "Peak memory": f"{formats.count(part['peak_memory_mb'].max())}\u00a0MB",
                "Parameters": formats.count(part["parameters"].max()),
                "Report's parameters": _claimed(claim, "parameters"),
                "Operations of a pass": scaled(part["flops"].max()),
                "Passes a track": formats.count(part["passes"].max()),
            }
        )
    return pd.DataFrame(rows)


def every_run(costs: pd.DataFrame) -> pd.DataFrame:
    """Write the cost of each fit as texts, a row a record.

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
                {**VARIANTS, **ABLATIONS}[name].title if name else formats.MISSING
                for name in costs["variant"]
            ],
            "Seed": costs["seed"].map(formats.count),
            "Device": costs["device"],
            "Time": [formats.duration(60 * minutes) for minutes in costs["minutes"]],
            "Peak memory": [f"{formats.count(size)}\u00a0MB" for size in costs["peak_memory_mb"]],
            "Parameters": costs["parameters"].map(formats.count),
            "Operations of a pass": costs["flops"].map(scaled),
        }
    )


def _claimed(claim: Mapping[Any, Any] | None, what: str) -> str:
    if claim is None:
        return formats.MISSING
    value = float(claim[what])
    return formats.duration(60 * value) if what == "minutes" else formats.count(value)


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
