"""Tables of accuracy over seeds, variants and protocols."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from mgc.datasets import tracks
from mgc.datasets.splits import PROTOCOL_TITLES
from mgc.display import formats
from mgc.evaluation import metrics
from mgc.evaluation.results import Groups
from mgc.models import BASELINES, NAMES, TITLES
from mgc.records.store import NotRun


def as_table(table: pd.DataFrame) -> pd.DataFrame:
    """Write cells as texts for a page."""
    ends = zip(table["low"], table["high"], strict=True)
    return pd.DataFrame(
        {
            "Model": table["label"],
            "Accuracy": [formats.percent(value, 1) for value in table["accuracy"]],
            "95 % interval": [formats.interval(low, high, 1) for low, high in ends],
            "Spread over seeds": [
                formats.MISSING if pd.isna(sd) else f"{formats.number(100 * sd, 1)} points"
                for sd in table["sd"]
            ],
            "Macro F1": [formats.number(value) for value in table["macro_f1"]],
            "Seeds": [formats.count(n) for n in table["n_seeds"]],
            "Test tracks": [formats.count(n) for n in table["n_tracks"]],
        }
    )


def protocol_table(table: pd.DataFrame) -> pd.DataFrame:
    """Set the protocols side by side, a row a model: accuracy and interval."""
    numbers = table[["accuracy", "low", "high"]].to_numpy(dtype=float)
    text = [
        f"{formats.percent(share, 1)} ({formats.interval(low, high)})"
        for share, low, high in numbers
    ]
    wide = table.assign(text=text).pivot_table("text", "model", "protocol", aggfunc="first")
    order = [name for name in PROTOCOL_TITLES if name in wide.columns]
    models = [name for name in (*NAMES, *BASELINES) if name in wide.index]
    wide = wide.loc[models, order].fillna(formats.MISSING).rename(columns=PROTOCOL_TITLES)
    wide.insert(0, "Model", [TITLES[name] for name in models])
    return wide.reset_index(drop=True).rename_axis(columns=None)


def calibration_table(groups: Groups) -> pd.DataFrame:
    """Write calibration error, Brier score and log loss of each model: mean, range over seeds."""
    rows = []
    for name, records in groups.items():
        if isinstance(records, NotRun):
            continue
        frames = [metrics.test_rows(record) for record in records]
        measures = {
            "Calibration error": [metrics.calibration(frame).ece for frame in frames],
            "Brier score": [metrics.brier(frame) for frame in frames],
            "Log loss": [metrics.log_loss(frame) for frame in frames],
        }
        rows.append({"Model": TITLES[name]} | {k: _ranged(v) for k, v in measures.items()})
    return pd.DataFrame(rows, columns=["Model", "Calibration error", "Brier score", "Log loss"])


def _ranged(values: Sequence[float]) -> str:
    middle = formats.number(sum(values) / len(values), 3)
    if len(values) == 1:
        return middle
    return f"{middle} ({formats.number(min(values), 3)}–{formats.number(max(values), 3)})"


def hard_table(hard: pd.DataFrame) -> pd.DataFrame:
    """Write the result of `mgc.evaluation.seeds.always_wrong` as texts for a page."""
    return pd.DataFrame(
        {
            "Track": hard["track_id"],
            "Genre": [tracks.label(str(genre)) for genre in hard["genre"]],
            "Most often taken for": [tracks.label(str(genre)) for genre in hard["named"]],
            "Known fault": hard["known_fault"].replace("", formats.MISSING),
        }
    )


def beside(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Set the protocols of two editions side by side, a row a model."""
    one, two = protocol_table(first), protocol_table(second)
    two = two.rename(columns={name: f"mini, {name}" for name in two.columns if name != "Model"})
    titles = [TITLES[name] for name in (*NAMES, *BASELINES)]
    both = one.set_index("Model").join(two.set_index("Model"), how="outer").fillna(formats.MISSING)
    return both.reindex([title for title in titles if title in both.index]).reset_index()
