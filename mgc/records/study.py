"""One question put to one edition: the records that answer it, and the fits that are missing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from mgc.datasets.edition import Edition, is_archive
from mgc.datasets.opening import open_edition
from mgc.datasets.splits import ALL_PROTOCOLS, PROTOCOLS, Split, refuse_one_genre
from mgc.errors import DataError, MgcError
from mgc.features.names import feature_names, feature_version
from mgc.models import BASELINES, NAMES, TITLES
from mgc.models.recipe import ABLATIONS, VARIANTS
from mgc.records.config import configuration, fit_id
from mgc.records.editions import EditionRecord
from mgc.records.store import NotRun, Record, Store, default_root
from mgc.util.cache import cache_folder
from mgc.util.places import place

if TYPE_CHECKING:
    from mgc.features.arrays import Arrays

SEEDS = range(10)
"""Seeds that `Study.groups` looks for."""


def open_study(
    data: str | Path | Edition = "demo",
    *,
    records: str | Path | None = None,
    protocol: str = "cv5",
    variant: str = "quick",
    seeds: int | Sequence[int] = (0,),
    cache: str | Path = "",
) -> Study:
    """Open a question to an edition and its records; nothing is computed or written.

    Parameters
    ----------
    data : str, Path or Edition
        ``demo``, a folder in GTZAN's layout, an archive, or the name of an edition that has
        records: then nothing but its records is used, and neither audio nor TensorFlow is needed.
    records : str or Path, optional
        Folder of the records; by default `mgc.records.store.default_root`.
    protocol : str
        One of `mgc.datasets.splits.ALL_PROTOCOLS`.
    variant : str
        One of `mgc.models.recipe.VARIANTS` or `mgc.models.recipe.ABLATIONS`.
    seeds : int or sequence of int
    cache : str or Path
        Folder for features and finished folds; by default ``MGC_CACHE``, or ``~/.cache/mgc``.

    Returns
    -------
    study : Study

    Raises
    ------
    DataError
        If the data are neither a folder nor an edition with records, or are not described in the
        records yet, or a seed is no whole number.
    MgcError
        If protocol or variant are not known.
    """
    chosen = _check_question(protocol, variant, seeds)
    store = Store(records or default_root())
    edition = edition_at(data)
    record = store.edition(edition.key if edition else str(data))
    if record is None and edition is None:
        raise DataError(
            f"{data}: neither a folder of audio nor an edition with records in {store.root}; "
            "`mgc data where` says how to get the audio"
        )
    if record is None or (edition and record.feature_version != feature_version(edition)):
        raise DataError(
            f"edition {edition.key if edition else data}: {store.root} does not describe it yet;"
            " `mgc run` with this --data does so"
        )
    return Study(store, edition, record, protocol, variant, chosen, cache_folder(cache))


def prepare_study(
    data: str | Path | Edition = "demo",
    *,
    records: str | Path | None = None,
    protocol: str = "cv5",
    variant: str = "quick",
    seeds: int | Sequence[int] = (0,),
    cache: str | Path = "",
) -> Study:
    """Open a study as `open_study` does, after describing its edition where no record does.

    That measures all audio and extracts its features, which takes minutes, and keeps the
    description among the records. Commands that fit begin with it. Raises DataError before that
    for an edition of one genre alone.
    """
    chosen = _check_question(protocol, variant, seeds)
    source = edition_at(data) or data
    if isinstance(source, Edition):
        refuse_one_genre(source.genres)
        store = Store(records or default_root())
        record = store.edition(source.key)
        if record is None or record.feature_version != feature_version(source):
            store.save_edition(describe_edition(source, cache_folder(cache)))
    return open_study(
        source, records=records, protocol=protocol, variant=variant, seeds=chosen, cache=cache
    )


def _check_question(protocol: str, variant: str, seeds: Any) -> tuple[int, ...]:
    """Refuse what is no question, and give the seeds as they are listed."""
    if protocol not in ALL_PROTOCOLS:
        raise MgcError(f"no protocol {protocol!r}: choose one of {', '.join(PROTOCOLS)}")
    variants = (*VARIANTS, *ABLATIONS)
    if variant not in variants:
        raise MgcError(f"no variant {variant!r}: choose one of {', '.join(variants)}")
    chosen = tuple(seeds) if isinstance(seeds, Iterable) else (seeds,)
    if not chosen or not all(isinstance(seed, Integral) for seed in chosen):
        raise DataError(f"seeds={seeds!r}: give whole numbers, at least one")
    return chosen


def edition_at(data: str | Path | Edition) -> Edition | None:
    """Open the edition that lies at a place; None where `data` can only be a name of records."""
    if isinstance(data, Edition):
        return data
    there = str(data) == "demo" or place(data).is_dir() or is_archive(data)
    return open_edition(data) if there else None


def describe_edition(edition: Edition, cache: Path, *, progress: bool = True) -> EditionRecord:
    """Measure and clean an edition, and extract its features into the folder `cache`."""
    from mgc.datasets import quality
    from mgc.features.loading import load_arrays

    tracks = quality.measure(edition, progress=progress)
    left_out = quality.leave_out(quality.flag(tracks))
    arrays = load_arrays(edition, cache, leave_out=left_out, progress=progress)
    tabular = pd.DataFrame(arrays.tabular, columns=list(feature_names(edition)))
    tabular.insert(0, "track_id", arrays.track_id)
    return EditionRecord(
        name=edition.name,
        content_hash=edition.content_hash,
        n_tracks=edition.n_tracks,
        feature_version=feature_version(edition),
        missing_genres=edition.missing_genres,
        left_out=arrays.left_out,
        tracks=tracks,
        tabular=tabular,
    )


@dataclass(frozen=True)
class Study:
    """An edition, a protocol, a variant and seeds, with the store of their records.

    `edition` is None where only records are at hand; `cache` is the folder of features and of
    finished folds. `composed` holds pieces that a next step trains with, where they are at hand.
    """

    store: Store
    edition: Edition | None
    edition_record: EditionRecord
    protocol: str
    variant: str
    seeds: tuple[int, ...]
    cache: Path
    composed: Edition | None = None

    def results(
        self,
        variant: str | None = None,
        protocol: str | None = None,
        seed: int | None = None,
        models: Iterable[str] = NAMES,
    ) -> dict[str, Record | NotRun]:
        """Look up the record of each model, or why there is none, in the order of `models`.

        Variant, protocol and seed are those of the study where no others are named.
        """
        results: dict[str, Record | NotRun] = {}
        for model in models:
            config = self.config(model, variant, protocol, seed)
            record = self.store.get(fit_id(config))
            results[model] = record or NotRun(model, self._reason(config))
        return results

    def groups(
        self,
        variant: str | None = None,
        protocol: str | None = None,
        models: Iterable[str] = NAMES,
    ) -> dict[str, list[Record] | NotRun]:
        """Look up the records of each model over all of `SEEDS` that have one; see `results`."""
        groups: dict[str, list[Record] | NotRun] = {}
        for model in models:
            configs = [self.config(model, variant, protocol, seed) for seed in SEEDS]
            records = [self.store.get(fit_id(config)) for config in configs]
            known = [record for record in records if record is not None]
            groups[model] = known or NotRun(model, self._reason(configs[0]))
        return groups

    def tuned_further(self) -> Study:
        """Return a study of the networks whose recipes had as many trials as classical models.

        This one where it is not about tuned networks, or not all five have a record of that.
        """
        there = self.variant == "tuned" and not any(
            isinstance(found, NotRun) for found in self.groups("retuned").values()
        )
        return replace(self, variant="retuned") if there else self

    def with_audio(self) -> Study:
        """Return a study whose audio was measured: this one, unless its edition is an archive.

        Then it is that of the mini set if the store describes it, else that of the demo; raises
        DataError if it describes neither.
        """
        if self.edition_record.tracks["duration_s"].notna().any():
            return self
        record = self.store.edition("gtzan-mini") or self.store.edition("demo")
        if record is None:
            raise DataError(
                f"{self.store.root} describes no audio yet: `mgc run` on the demo does"
            )
        return replace(self, edition=None, edition_record=record)

    def baselines(self, seed: int | None = None) -> dict[str, Record | NotRun]:
        """Look up the records of the majority class and of logistic regression, as `results`."""
        return self.results(seed=seed, models=BASELINES)

    def config(
        self,
        model: str,
        variant: str | None = None,
        protocol: str | None = None,
        seed: int | None = None,
    ) -> dict[str, Any]:
        """Return the configuration of one fit; see `mgc.records.config.configuration`."""
        return configuration(
            self.edition_record.name,
            self.edition_record.content_hash,
            protocol or self.protocol,
            model,
            variant or self.variant,
            self.seeds[0] if seed is None else seed,
            self.edition_record.feature_version,
        )

    def split(self, protocol: str | None = None, seed: int | None = None) -> Split:
        """Draw the split of `EditionRecord.usable`, by default under the study's own question."""
        return self.edition_record.split(
            protocol or self.protocol, self.seeds[0] if seed is None else seed
        )

    def arrays(self, *, progress: bool = False) -> Arrays:
        """Features of the usable tracks, from the cache or computed; needs what `source` gives."""
        from mgc.features.loading import load_arrays

        return load_arrays(
            self.source(), self.cache, leave_out=self.edition_record.left_out, progress=progress
        )

    def source(self) -> Edition:
        """Return the edition itself; raises DataError if only its records are at hand."""
        if self.edition is None:
            raise DataError(
                f"edition {self.edition_record.name}: only its records are at hand; "
                "name the folder of its audio (--data) to compute what is missing"
            )
        return self.edition

    def note(self, config: Mapping[str, Any]) -> Path:
        """File that says why a fit could not run."""
        return self.store.root / "not_run" / f"{fit_id(config)}.json"

    def _reason(self, config: Mapping[str, Any]) -> str:
        """Why there is no record, as the run that tried noted it down."""
        try:
            return str(json.loads(self.note(config).read_text(encoding="utf-8"))["reason"])
        except (OSError, ValueError, KeyError, TypeError):
            title = TITLES[str(config["model"])]
            return f"no record of {title} for this edition and protocol; `mgc run` makes one"
