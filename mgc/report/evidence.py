"""What the deciders may look at: the published studies and what is computed from them once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from mgc.datasets import splits
from mgc.datasets.gtzan import WHOLE_GTZAN
from mgc.evaluation.significance import pairwise
from mgc.models import BASELINES, NAMES
from mgc.records.editions import EditionRecord
from mgc.records.store import NotRun, Record
from mgc.records.study import Study
from mgc.report.genre_findings import Pool, pool

MAIN, USUAL = "fault_filtered", "random"
"""The protocol that the verdicts prefer, and the one that the report describes."""


@dataclass(frozen=True)
class Evidence:
    """Records and tables of one audit.

    Attributes
    ----------
    study : Study
        Of the edition that the verdicts are about.
    """

    study: Study

    def group(self, model: str, variant: str, protocol: str = MAIN) -> list[Record]:
        """Look up the records of a model over all seeds; empty without any."""
        found = self.study.groups(variant, protocol, (model,))[model]
        return [] if isinstance(found, NotRun) else found

    def as_written(self, *models: str) -> tuple[str, dict[str, list[Record]]] | None:
        """Look up fits of models as written, all under one protocol; None where one is missing."""
        for protocol in (USUAL, MAIN):
            found = {name: self.group(name, "as_written", protocol) for name in models}
            if all(found.values()):
                return protocol, found
        return None

    def ablated(self, model: str, ablation: str) -> tuple[list[Record], list[Record]]:
        """Look up records with and without one step, of the same seeds."""
        whole, less = self.group(model, "tuned"), self.group(model, ablation)
        seeds_of = {r.config["seed"] for r in whole} & {r.config["seed"] for r in less}
        return (
            [r for r in whole if r.config["seed"] in seeds_of],
            [r for r in less if r.config["seed"] in seeds_of],
        )

    def groups(self, protocol: str = MAIN) -> dict[str, list[Record] | NotRun]:
        """Look up the records of the five tuned models and the baselines."""
        return self.study.groups("tuned", protocol, (*NAMES, *BASELINES))

    def first(self, protocol: str = MAIN) -> dict[str, Record | NotRun]:
        """Look up the first seed of the five tuned models."""
        return self.study.results("tuned", protocol)

    @cached_property
    def tests(self) -> pd.DataFrame:
        """Combined tests of all pairs under the main protocol."""
        return pairwise(self.groups())

    @cached_property
    def pooled(self) -> Pool:
        """What the five models named, first seed, main protocol."""
        return pool(self.first())

    @cached_property
    def heard(self) -> EditionRecord:
        """The edition whose audio was measured."""
        return self.study.with_audio().edition_record

    def every(self, models: Iterable[str] = NAMES) -> list[Record]:
        """All records of some tuned models and baselines under the main protocol."""
        return [
            record
            for name, group in self.groups().items()
            if name in tuple(models) and not isinstance(group, NotRun)
            for record in group
        ]

    @property
    def about_gtzan(self) -> bool:
        """Whether the records are of all of GTZAN, of which the report speaks."""
        return self.study.edition_record.name in WHOLE_GTZAN

    @property
    def heard_gtzan(self) -> bool:
        """Whether the audio that was measured is GTZAN's."""
        measured = self.heard.tracks["duration_s"].notna().any()
        return bool(measured) and self.heard.name.startswith("gtzan")

    def protocol_title(self, protocol: str) -> str:
        """Name of a protocol for sentences."""
        return splits.PROTOCOL_TITLES[protocol]
