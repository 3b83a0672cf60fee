"""Tables of what a fit and an answer cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from mgc.datasets import facts
from mgc.display import formats
from mgc.models import TITLES
from mgc.models.recipe import VARIANTS

TRAINING = ["Model", "Fits", "Training", "Report", "Parameters", "Report's parameters"]
ANSWER = ["Model", "Measured on", "Operations of a pass", "Passes a track", "Base, a track"]
BY = ["model", "variant", "device", "backend"]


def networks_table(costs: pd.DataFrame) -> pd.DataFrame:
    """Write `mgc.evaluation.cost.table` as texts, a row a model and variant, beside the report's.

    Fits on different devices or backends stand in rows of their own, since their times do not
    compare. Training is the mean over the fits of a row. `TRAINING` and `ANSWER` name the columns
    of two tables that fit a page.
    """
    claims = facts.report_claims().set_index("model").to_dict("index")
    rows = []
    for key, part in costs.groupby(BY, sort=False):
        model, variant, device, backend = map(str, key)
        claim = claims.get(model)
        title = f"{TITLES[model]}, {VARIANTS[variant].title}" if variant else TITLES[model]
        rows.append(
            {
                "Model": title,
                "Measured on": f"{device}, {backend}",
                "Fits": f"{formats.count(len(part))} on {device}, {backend}",
                "Training": formats.duration(60 * part["minutes"].mean()),
                "Report": _claimed(claim, "minutes"),
                "Base, a track": formats.duration(float(part["base_s"].median())),
                "Parameters": formats.count(part["parameters"].max()),
                "Report's parameters": _claimed(claim, "parameters"),
                "Operations of a pass": formats.operations(part["flops"].max()),
                "Passes a track": formats.count(part["passes"].max()),
            }
        )
    return pd.DataFrame(rows, columns=[*TRAINING, *ANSWER[1:]])


def _claimed(claim: Mapping[Any, Any] | None, what: str) -> str:
    if claim is None:
        return formats.MISSING
    value = float(claim[what])
    return formats.duration(60 * value) if what == "minutes" else formats.count(value)
