"""What the deciders may look at: the published studies and what is computed from them once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from mgc.datasets.gtzan import WHOLE_GTZAN
from mgc.datasets.splits import ARTIST_CV
from mgc.display import formats
from mgc.evaluation.significance import pairwise
from mgc.models import NAMES, REFERENCES, TITLES
from mgc.records.editions import EditionRecord
from mgc.records.store import NotRun, Record
from mgc.records.study import Study
from mgc.report.claims import NotTestableError
from mgc.report.genre_findings import Pool, pool

MAIN, USUAL, FILTERED = ARTIST_CV, "random", "fault_filtered"
"""The protocol that verdicts prefer, that of the report, and that of the ablations."""
EVERY = (MAIN, USUAL, FILTERED)


@dataclass(frozen=True)
class Evidence:
    """Records and tables of one audit.

    Attributes
    ----------
    study : Study
        Of the edition that the verdicts are about.
    further : bool
        Whether networks that were tuned further speak for all, where all five have records.
    """

    study: Study
    further: bool = True

    def variant(self, protocol: str = MAIN) -> str:
        """Name the variant of tuned networks whose recipes had the most trials, if all have it."""
        return self._variants[protocol]

    @cached_property
    def _variants(self) -> dict[str, str]:
        asked = {p: replace(self.study, protocol=p, variant="tuned") for p in EVERY}
        return {
            protocol: study.tuned_further().variant if self.further else study.variant
            for protocol, study in asked.items()
        }

    @cached_property
    def first_recipes(self) -> Evidence:
        """The same evidence, of the recipes that were chosen first."""
        return replace(self, further=False)

    def group(self, model: str, variant: str = "", protocol: str = MAIN) -> list[Record]:
        """Look up a model's records over all seeds, of `variant` by default; empty without any."""
        asked = variant or self.variant(protocol)
        found = self.study.groups(asked, protocol, (model,))[model]
        return [] if isinstance(found, NotRun) else found

    def groups(
        self, models: Iterable[str], variant: str = "", protocol: str = MAIN
    ) -> dict[str, list[Record]]:
        """Look up the records of each model; raises NotTestableError where one has none."""
        found = {name: self.group(name, variant, protocol) for name in models}
        if missing := [TITLES[name] for name, records in found.items() if not records]:
            raise NotTestableError(f"No record of {formats.listing(missing)} under {protocol}.")
        return found

    def as_written(self, *models: str) -> tuple[str, dict[str, list[Record]]]:
        """Look up fits of models as written, under the first protocol that has them all.

        That is the fault-filtered split, which was fitted with several seeds.
        """
        try:
            return FILTERED, self.groups(models, "as_written", FILTERED)
        except NotTestableError:
            return USUAL, self.groups(models, "as_written", USUAL)

    def ablated(self, model: str, ablation: str) -> tuple[list[Record], list[Record]]:
        """Look up fault-filtered records with and without one step, of the same seeds."""
        whole, less = (self.group(model, name, FILTERED) for name in ("tuned", ablation))
        with_seed, without = ({r.config["seed"]: r for r in group} for group in (whole, less))
        seeds = sorted(with_seed.keys() & without.keys())
        return [with_seed[seed] for seed in seeds], [without[seed] for seed in seeds]

    def tuned(self, models: Iterable[str] = NAMES) -> dict[str, list[Record] | NotRun]:
        """Look up the tuned fits of some models over all seeds, under the main protocol."""
        return self.study.groups(self.variant(), MAIN, models)

    @cached_property
    def tests(self) -> pd.DataFrame:
        """Combined tests of all pairs of tuned models and baselines under the main protocol."""
        return pairwise(self.tuned((*NAMES, *REFERENCES)))

    @cached_property
    def pooled(self) -> Pool:
        """What the five models predicted, all seeds, main protocol."""
        return pool(self.tuned())

    @cached_property
    def heard(self) -> EditionRecord:
        """The edition whose audio was measured."""
        return self.study.with_audio().edition_record

    def check(self, kind: str) -> None:
        """Raise NotTestableError where evidence of a kind is about other music than GTZAN."""
        edition = self.study.edition_record.name
        if kind in ("record", "ablation") and edition not in WHOLE_GTZAN:
            raise NotTestableError(
                f"The report speaks of all of GTZAN, and these records are of {edition}."
            )
        if kind == "measurement":
            measured = self.heard.tracks["duration_s"].notna().any()
            if not measured or not self.heard.name.startswith("gtzan"):
                raise NotTestableError("No audio of GTZAN was measured.")


def ids(records: Iterable[Record]) -> tuple[str, ...]:
    """Fit ids of records, sorted and without repetition."""
    return tuple(sorted({record.fit_id for record in records}))
