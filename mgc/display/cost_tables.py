"""Tables of what a fit and an answer cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from mgc.datasets import facts
from mgc.display import formats
from mgc.models import TITLES
from mgc.models.recipe import ABLATIONS, VARIANTS


def networks_table(costs: pd.DataFrame) -> pd.DataFrame:
    """Write `mgc.evaluation.cost.table` as texts, a row a model and variant, beside the report's.

    Training is the mean over the fits of a row, memory the largest.
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
                "Operations of a pass": formats.operations(part["flops"].max()),
                "Passes a track": formats.count(part["passes"].max()),
            }
        )
    return pd.DataFrame(rows)


def fits_table(costs: pd.DataFrame) -> pd.DataFrame:
    """Write `mgc.evaluation.cost.table` as texts, a row a fit."""
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
            "Operations of a pass": costs["flops"].map(formats.operations),
        }
    )


def _claimed(claim: Mapping[Any, Any] | None, what: str) -> str:
    if claim is None:
        return formats.MISSING
    value = float(claim[what])
    return formats.duration(60 * value) if what == "minutes" else formats.count(value)
