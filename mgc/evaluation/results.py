"""The results of a study, looked up and summed up: one fit, all seeds, all variants, protocols."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd

from mgc.datasets.gtzan import WHOLE_GTZAN
from mgc.datasets.splits import PROTOCOL_TITLES, WATERFALL
from mgc.datasets.waterfall import clean_tracks
from mgc.evaluation import metrics
from mgc.evaluation.accuracy import accuracy_summary
from mgc.evaluation.significance import Groups, fits_of, only_run
from mgc.evaluation.tracks import track_rows
from mgc.models import BASELINES, CLASSICAL, NAMES, REFERENCES, TITLES
from mgc.models.recipe import ABLATIONS, VARIANTS
from mgc.records.store import NotRun, Record, Store
from mgc.records.study import Study

COLUMNS = (
    "key", "model", "variant", "protocol", "label", "n_seeds", "n_tracks", "n_groups", "accuracy",
    "macro_f1", "sd", "low", "high", "single", "parameters", "minutes", "status",
)  # fmt: skip


def accuracy_table(groups: Groups, labels: Mapping[str, str] = TITLES) -> pd.DataFrame:
    """Sum up each model in one row, in the order given; `labels` name the keys of `groups`.

    Returns
    -------
    DataFrame
        ``key`` (of `groups`), ``model``, ``variant``, ``protocol``, ``label``, the fields of
        `mgc.evaluation.accuracy.AccuracySummary`, ``single`` (tuple: the accuracy of each seed),
        ``parameters``, ``minutes`` (wall time of a fit with all folds, mean over seeds) and
        ``status``: "run" or "not run: <reason>". Of a model that was not run the numbers are
        missing.
    """
    return pd.DataFrame(_accuracy_rows(groups, labels), columns=list(COLUMNS)).astype(
        # Counts stay whole numbers even where a model that was not run leaves a gap.
        dict.fromkeys(("n_seeds", "n_tracks", "n_groups", "parameters"), "Int64")
        | dict.fromkeys(("accuracy", "macro_f1", "sd", "low", "high", "minutes"), "float64")
    )


def _accuracy_rows(groups: Groups, labels: Mapping[str, str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    fits = fits_of(groups)
    for key, entry in groups.items():
        row: dict[str, Any] = {"key": key, "label": labels[key]}
        if isinstance(entry, NotRun):
            row |= {"model": entry.model, "single": (), "status": f"not run: {entry.reason}"}
        else:
            records = fits[key]
            minutes = [float(record.environment["duration_s"]) / 60 for record in records]
            row |= accuracy_summary(records)._asdict()
            row |= {name: records[0].config[name] for name in ("model", "variant", "protocol")}
            row["single"] = tuple(metrics.accuracy(metrics.test_rows(r)) for r in records)
            row["parameters"] = records[0].parameters
            row["minutes"] = sum(minutes) / len(minutes)
            row["status"] = "run"
        rows.append(row)
    return rows


@dataclass(frozen=True)
class Results:
    """The records of a study by model, looked up once for all that a chapter shows.

    ``first_seed`` holds the five networks in the study's variant, protocol and first seed.
    """

    study: Study
    first_seed: dict[str, Record | NotRun]

    @property
    def records(self) -> dict[str, Record]:
        """Networks of the first seed that have a record."""
        return only_run(self.first_seed)

    @property
    def n_tracks(self) -> int:
        """Test tracks of the first seed; 0 where no network was run."""
        record = next(iter(self.records.values()), None)
        return 0 if record is None else len(track_rows(record))

    @cached_property
    def networks(self) -> dict[str, list[Record] | NotRun]:
        """The five networks in the study's variant, over all seeds that have a record."""
        return self.study.groups()

    @cached_property
    def baselines(self) -> dict[str, list[Record] | NotRun]:
        """The baselines and the classical models that were run, over all seeds with a record."""
        classical = fits_of(self.study.groups(models=CLASSICAL))
        return self.study.groups(models=BASELINES) | classical

    @cached_property
    def own(self) -> dict[str, list[Record] | NotRun]:
        """The networks in the study's variant, and the baselines."""
        return self.networks | self.baselines

    @property
    def learned(self) -> dict[str, list[Record] | NotRun]:
        """The networks in the study's variant, and logistic regression."""
        return self.networks | {"logistic": self.baselines["logistic"]}

    def fits(self, *variants: str) -> list[Record]:
        """All records of the networks in some variants."""
        groups = [self.variants.get(variant, {}) for variant in dict.fromkeys(variants)]
        return [record for group in groups for fits in fits_of(group).values() for record in fits]

    @cached_property
    def variants(self) -> dict[str, dict[str, list[Record] | NotRun]]:
        """The five networks of each variant that has a record, the study's own first."""
        names = dict.fromkeys((self.study.variant, *VARIANTS))
        every = {name: self.study.groups(name) for name in names}
        return {n: groups for n, groups in every.items() if fits_of(groups)} or {
            self.study.variant: self.networks
        }

    @cached_property
    def groups(self) -> dict[str, list[Record] | NotRun]:
        """All variants and the baselines, by the name of the model.

        A variant that is not the study's own stands in the key, too: ``"mlp as_written"``.
        """
        own = self.study.variant
        return {
            name if variant == own else f"{name} {variant}": group
            for variant, groups in self.variants.items()
            for name, group in groups.items()
        } | self.baselines

    @cached_property
    def labels(self) -> dict[str, str]:
        """Each key of `groups` with its title, which names the variant where there are several."""
        titles = {}
        for key in self.groups:
            model, _, variant = key.partition(" ")
            named = len(self.variants) > 1 and model in NAMES
            suffix = f", {VARIANTS[variant or self.study.variant].title}" if named else ""
            titles[key] = TITLES[model] + suffix
        return titles

    @cached_property
    def table(self) -> pd.DataFrame:
        """`accuracy_table` of those `groups` that were run."""
        return _run(accuracy_table(self.groups, self.labels))


def load_results(study: Study) -> Results:
    """Look up the results that a study has records of; nothing is trained or summed up yet."""
    return Results(study, study.results())


def by_protocol(study: Study, variant: str | None = None) -> pd.DataFrame:
    """Collect a variant, the study's own or another, under every protocol, as `accuracy_table`.

    Model by model, protocols in the order of `PROTOCOL_TITLES`; what was not run is left out.
    """
    names = (*NAMES, *REFERENCES)
    # Where artists can be kept apart, folds that do not are one leaky protocol too many.
    apart = study.protocol != "cv5" and study.edition_record.name in WHOLE_GTZAN
    shown = [p for p in PROTOCOL_TITLES if not (apart and p == "cv5")]
    tables = [_run(accuracy_table(study.groups(variant, p, names))) for p in shown]
    table = pd.concat([t for t in tables if len(t)] or tables[:1], ignore_index=True)
    return table.sort_values(
        "model", key=lambda models: models.map(names.index), kind="stable", ignore_index=True
    )


def controls(study: Study, model: str, *variants: str) -> dict[str, list[Record] | NotRun]:
    """Look up one model's fits of several variants and ablations, by the title of each."""
    titles = {name: variant.title for name, variant in {**VARIANTS, **ABLATIONS}.items()}
    return {titles[v]: study.groups(v, models=(model,))[model] for v in variants}


def restricted(groups: Groups, tracks: Collection[str]) -> dict[str, list[Record]]:
    """Keep of the models that were run the predictions of some tracks alone."""
    return {
        key: [
            replace(
                record, predictions=record.predictions[record.predictions["track_id"].isin(tracks)]
            )
            for record in records
        ]
        for key, records in fits_of(groups).items()
    }


def waterfall(study: Study) -> pd.DataFrame:
    """Collect tuned networks and what learns beside them on each rung of `mgc.datasets.waterfall`.

    A network that was tuned further has a second row on each rung that it was run on.

    As `accuracy_table`, rung by rung, on the tracks without known faults, which every rung tests;
    what was not run is left out.
    """
    rungs, titles = waterfall_fits(study)
    return pd.concat([accuracy_table(fits, titles) for fits in rungs.values()], ignore_index=True)


def waterfall_fits(study: Study) -> tuple[dict[str, dict[str, list[Record]]], dict[str, str]]:
    """Look up the fits of `waterfall`, rung by rung, and the title of each key.

    Their predictions are those for the tracks without known faults alone.
    """
    beside = replace(study, store=Store(study.store.root / "waterfall"))
    learn = [name for name in (*NAMES, *REFERENCES) if name != "majority"]
    titles = dict(TITLES)
    rungs = {}
    for rung in WATERFALL:
        groups = dict(beside.groups("tuned", rung, learn))
        for name, fits in fits_of(beside.groups("retuned", rung)).items():
            key = f"{name} retuned"
            groups[key], titles[key] = fits, f"{TITLES[name]}, {VARIANTS['retuned'].title}"
        rungs[rung] = restricted(groups, clean_tracks())
    return rungs, titles


def _run(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["status"] == "run"].reset_index(drop=True)


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
    there = fits_of(mini.groups(models=BASELINES))
    return mini if there or _n_networks(mini) else None


def _n_networks(study: Study) -> int:
    return len(fits_of(study.groups()))
