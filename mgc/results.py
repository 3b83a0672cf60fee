"""Results over all seeds, one row a model, variant and protocol.

The intervals cover tracks and seeds. Used in chapter 5, on the front page and in README.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from mgc import evaluate, show
from mgc.figures import style
from mgc.models import BASELINES, NAMES, TITLES, VARIANTS
from mgc.records import NotRun, Record
from mgc.seeds import cell
from mgc.study import Study

Groups = Mapping[str, list[Record] | NotRun]

PROTOCOL_TITLES: Mapping[str, str] = {
    "leaky_segments": "leaky segments",
    "track_disjoint_segments": "track-disjoint segments",
    "random": "random",
    "cv5": "five folds",
    "fault_filtered": "fault-filtered",
}
"""From the most leaky to the strictest, on GTZAN."""

COLUMNS = (
    "key", "model", "variant", "protocol", "label", "n_seeds", "n_tracks", "accuracy", "sd", "low",
    "high", "covers", "macro_f1", "single",
)  # fmt: skip


def cells(groups: Groups, variant: str, protocol: str) -> pd.DataFrame:
    """Sum up each group of seeds; models without a record are left out.

    Parameters
    ----------
    groups : mapping of str to list of Record, or NotRun
        From `mgc.study.Study.groups`.
    variant, protocol : str
        For the columns of that name.

    Returns
    -------
    DataFrame
        ``key``, ``model``, ``variant``, ``protocol``, ``label``, ``n_seeds``, ``n_tracks``,
        ``accuracy`` (mean over seeds, 0 to 1), ``sd`` (over seeds), ``low``, ``high`` (95 %),
        ``covers``, ``macro_f1``, ``single`` (tuple: the accuracy of each seed).
    """
    rows = []
    for name, records in groups.items():
        if isinstance(records, NotRun):
            continue
        found = cell(records)
        single = tuple(evaluate.accuracy(evaluate.test_rows(record)) for record in records)
        rows.append(
            (name, name, variant, protocol, TITLES[name], found.n_seeds, found.n_tracks,
             found.accuracy, found.sd, found.low, found.high, found.covers, found.macro_f1,
             single)
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def headline(study: Study) -> tuple[pd.DataFrame, dict[str, list[Record] | NotRun]]:
    """Collect every variant and baseline under the study's protocol.

    Parameters
    ----------
    study : Study

    Returns
    -------
    table : DataFrame
        As `cells`; the label names the variant where there are several.
    groups : dict of str to list of Record, or NotRun
        By ``key``, for the tests: the name of the model, and for other variants than the
        study's that of the variant too.
    """
    variants = [
        name
        for name in dict.fromkeys((study.variant, *VARIANTS))
        if any(not isinstance(g, NotRun) for g in study.groups(name).values())
    ]
    parts = [(name, study.groups(name)) for name in variants or [study.variant]]
    tables, groups = [], dict[str, list[Record] | NotRun]()
    for variant, found in [*parts, ("", study.groups(models=BASELINES))]:
        table = cells(found, variant, study.protocol)
        several = len(parts) > 1 and bool(variant)
        table["label"] += f", {VARIANTS[variant].title}" if several else ""
        suffix = "" if variant in ("", study.variant) else f" {variant}"
        table["key"] += suffix
        tables.append(table)
        groups |= {name + suffix: records for name, records in found.items()}
    return pd.concat(tables, ignore_index=True), groups


def by_protocol(study: Study, variant: str | None = None) -> pd.DataFrame:
    """Collect a variant, the study's own or another, under every protocol; chapter 5.

    Returns
    -------
    DataFrame
        As `cells`, model by model, protocols in the order of `PROTOCOL_TITLES`.
    """
    tables = [
        cells(
            study.groups(variant, protocol, (*NAMES, *BASELINES)),
            variant or study.variant,
            protocol,
        )
        for protocol in PROTOCOL_TITLES
    ]
    found = pd.concat([t for t in tables if len(t)] or tables[:1], ignore_index=True)
    place = {name: number for number, name in enumerate((*NAMES, *BASELINES))}
    return found.sort_values(
        "model", key=lambda names: names.map(place), kind="stable", ignore_index=True
    )


def as_table(table: pd.DataFrame) -> pd.DataFrame:
    """Write cells as texts for a page."""
    ends = zip(table["low"], table["high"], strict=True)
    return pd.DataFrame(
        {
            "Model": table["label"],
            "Accuracy": [show.percent(value, 1) for value in table["accuracy"]],
            "95 % interval": [show.interval(low, high, 1) for low, high in ends],
            "Spread over seeds": [
                show.MISSING if pd.isna(sd) else f"{show.number(100 * sd, 1)} points"
                for sd in table["sd"]
            ],
            "Macro F1": [show.number(value) for value in table["macro_f1"]],
            "Seeds": [show.count(n) for n in table["n_seeds"]],
            "Test tracks": [show.count(n) for n in table["n_tracks"]],
        }
    )


def protocol_table(table: pd.DataFrame) -> pd.DataFrame:
    """Set the protocols side by side, a row a model: accuracy and interval."""
    numbers = table[["accuracy", "low", "high"]].to_numpy(dtype=float)
    text = [
        f"{show.percent(share, 1)} ({show.interval(low, high)})" for share, low, high in numbers
    ]
    wide = table.assign(text=text).pivot_table("text", "model", "protocol", aggfunc="first")
    order = [name for name in PROTOCOL_TITLES if name in wide.columns]
    models = [name for name in (*NAMES, *BASELINES) if name in wide.index]
    wide = wide.loc[models, order].fillna(show.MISSING).rename(columns=PROTOCOL_TITLES)
    wide.insert(0, "Model", [TITLES[name] for name in models])
    return wide.reset_index(drop=True).rename_axis(columns=None)


def calibration_table(groups: Groups) -> pd.DataFrame:
    """Write calibration error, Brier score and log loss of each model: mean, range over seeds."""
    rows = []
    for name, records in groups.items():
        if isinstance(records, NotRun):
            continue
        frames = [evaluate.test_rows(record) for record in records]
        measures = {
            "Calibration error": [evaluate.calibration(frame).ece for frame in frames],
            "Brier score": [evaluate.brier(frame) for frame in frames],
            "Log loss": [evaluate.log_loss(frame) for frame in frames],
        }
        rows.append({"Model": TITLES[name]} | {k: _ranged(v) for k, v in measures.items()})
    return pd.DataFrame(rows, columns=["Model", "Calibration error", "Brier score", "Log loss"])


def _ranged(values: Sequence[float]) -> str:
    middle = show.number(sum(values) / len(values), 3)
    if len(values) == 1:
        return middle
    return f"{middle} ({show.number(min(values), 3)}–{show.number(max(values), 3)})"


def hard_table(hard: pd.DataFrame) -> pd.DataFrame:
    """Write the result of `mgc.seeds.always_wrong` as texts for a page."""
    return pd.DataFrame(
        {
            "Track": hard["track_id"],
            "Genre": [style.label(str(genre)) for genre in hard["genre"]],
            "Most often taken for": [style.label(str(genre)) for genre in hard["named"]],
            "Known fault": hard["known_fault"].replace("", show.MISSING),
        }
    )


def second_edition(study: Study) -> Study | None:
    """Return the study of the mini set with audio, where the store has its records.

    Its protocol is `cv5`, its variant the one of most networks with a record, the study's own
    where several have as many. None where the study is itself about audio, or there are none.
    """
    other = study.with_audio()
    if other is study:
        return None
    minis = [
        replace(other, protocol="cv5", variant=variant)
        for variant in dict.fromkeys((study.variant, *VARIANTS))
    ]
    mini = max(minis, key=_n_networks)
    there = mini.groups(models=BASELINES).values()
    none = not _n_networks(mini) and all(isinstance(group, NotRun) for group in there)
    return None if none else mini


def _n_networks(study: Study) -> int:
    return sum(not isinstance(group, NotRun) for group in study.groups().values())


def beside(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Set the protocols of two editions side by side, a row a model."""
    one, two = protocol_table(first), protocol_table(second)
    two = two.rename(columns={name: f"mini, {name}" for name in two.columns if name != "Model"})
    titles = [TITLES[name] for name in (*NAMES, *BASELINES)]
    both = one.set_index("Model").join(two.set_index("Model"), how="outer").fillna(show.MISSING)
    return both.reindex([title for title in titles if title in both.index]).reset_index()
