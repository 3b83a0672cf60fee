"""Results over all seeds, one row a model, variant and protocol.

The intervals cover tracks and seeds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from mgc.datasets.splits import PROTOCOL_TITLES
from mgc.evaluation import metrics
from mgc.evaluation.seeds import cell
from mgc.models import BASELINES, NAMES, TITLES
from mgc.models.recipe import VARIANTS
from mgc.records.store import NotRun, Record
from mgc.records.study import Study

Groups = Mapping[str, list[Record] | NotRun]

COLUMNS = (
    "key", "model", "variant", "protocol", "label", "n_seeds", "n_tracks", "accuracy", "sd", "low",
    "high", "covers", "macro_f1", "single",
)  # fmt: skip


def cells(groups: Groups, variant: str, protocol: str) -> pd.DataFrame:
    """Sum up each group of seeds; models without a record are left out.

    Parameters
    ----------
    groups : mapping of str to list of Record, or NotRun
        From `mgc.records.study.Study.groups`.
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
        single = tuple(metrics.accuracy(metrics.test_rows(record)) for record in records)
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
    """Collect a variant, the study's own or another, under every protocol.

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
