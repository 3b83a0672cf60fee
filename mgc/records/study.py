"""One question put to one edition: the records that answer it, and the fits that are missing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from mgc.datasets.edition import Edition, is_archive
from mgc.datasets.opening import open_edition
from mgc.datasets.splits import ALL_PROTOCOLS, PROTOCOLS, Split
from mgc.errors import DataError, MgcError
from mgc.models import BASELINES, NAMES, TITLES
from mgc.models.recipe import ABLATIONS, VARIANTS
from mgc.records.config import fit_id
from mgc.records.editions import EditionRecord
from mgc.records.redraw import draw_split
from mgc.records.store import NotRun, Record, Store, default_root
from mgc.util.cache import cache_folder

if TYPE_CHECKING:
    from mgc.features.arrays import Arrays

SEEDS = range(10)
"""Seeds that `Study.groups` looks for."""


def open_study(
    data: str | Path = "demo",
    *,
    records: str | Path = "",
    protocol: str = "cv5",
    variant: str = "quick",
    seeds: Sequence[int] = (0,),
    cache: str | Path = "",
) -> Study:
    """Open the study that a chapter or a command is about; every chapter begins with it.

    Parameters
    ----------
    data : str or Path
        ``demo``, a folder in GTZAN's layout, or the name of an edition that has records: then
        nothing but its records is used, and neither audio nor TensorFlow is needed.
    records : str or Path
        Folder of the records; by default `mgc.records.store.default_root`.
    protocol : str
        One of `mgc.datasets.splits.ALL_PROTOCOLS`.
    variant : str
        One of `mgc.models.recipe.VARIANTS` or `mgc.models.recipe.ABLATIONS`.
    seeds : sequence of int
    cache : str or Path
        Folder for features and finished folds; by default ``MGC_CACHE``, or ``~/.cache/mgc``.

    Returns
    -------
    study : Study

    Raises
    ------
    DataError
        If the data are neither a folder nor an edition with records.
    MgcError
        If protocol or variant are not known.
    """
    if protocol not in ALL_PROTOCOLS:
        raise MgcError(f"no protocol {protocol!r}: choose one of {', '.join(PROTOCOLS)}")
    variants = (*VARIANTS, *ABLATIONS)
    if variant not in variants:
        raise MgcError(f"no variant {variant!r}: choose one of {', '.join(variants)}")
    store = Store(records or default_root())
    folder = cache_folder(cache)
    if str(data) != "demo" and not Path(data).is_dir() and not is_archive(data):
        record = store.edition(str(data))
        if record is None:
            raise DataError(
                f"{data}: neither a folder of audio nor an edition with records in {store.root}; "
                "`mgc data where` says how to get the audio"
            )
        return Study(store, None, record, protocol, variant, tuple(seeds), folder)
    from mgc.features.loading import feature_version

    edition = open_edition(data)
    record = store.edition(edition.key)
    if record is None or record.feature_version != feature_version(edition):
        record = describe_edition(edition, folder)
        store.save_edition(record)
    return Study(store, edition, record, protocol, variant, tuple(seeds), folder)


def describe_edition(edition: Edition, cache: Path, *, progress: bool = True) -> EditionRecord:
    """Measure, clean and describe an edition.

    Parameters
    ----------
    edition : Edition
    cache : Path
        Folder for the features.
    progress : bool
        Show bars on a terminal.

    Returns
    -------
    record : EditionRecord
        With the tracks that cleaning leaves out and why.
    """
    from mgc.datasets import quality
    from mgc.features.loading import feature_names, feature_version, load_arrays

    if edition.archive is None:
        tracks = quality.measure(edition, progress=progress)
        left_out = quality.leave_out(quality.flag(tracks))
    else:
        from mgc.datasets import quality

        tracks, left_out = quality.track_table(edition), {}
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

    Attributes
    ----------
    store : Store
    edition : Edition or None
        None when only records are at hand.
    edition_record : EditionRecord
    protocol, variant : str
    seeds : tuple of int
    cache : Path
    """

    store: Store
    edition: Edition | None
    edition_record: EditionRecord
    protocol: str
    variant: str
    seeds: tuple[int, ...]
    cache: Path

    def results(
        self,
        variant: str | None = None,
        protocol: str | None = None,
        seed: int | None = None,
        models: Iterable[str] = NAMES,
    ) -> dict[str, Record | NotRun]:
        """Look up the record of each model, or why there is none.

        Parameters
        ----------
        variant, protocol : str, optional
            Other ones than the study's.
        seed : int, optional
            The study's first by default.
        models : iterable of str
            The report's five by default.

        Returns
        -------
        results : dict of str to Record or NotRun
            In the order of `models`.
        """
        found: dict[str, Record | NotRun] = {}
        for model in models:
            config = self.config(model, variant, protocol, seed)
            record = self.store.get(fit_id(config))
            found[model] = record or NotRun(model, self._reason(config))
        return found

    def groups(
        self,
        variant: str | None = None,
        protocol: str | None = None,
        models: Iterable[str] = NAMES,
    ) -> dict[str, list[Record] | NotRun]:
        """Look up the records of each model over all seeds that have one.

        Parameters
        ----------
        variant, protocol : str, optional
            Other ones than the study's.
        models : iterable of str

        Returns
        -------
        groups : dict of str to list of Record, or NotRun
            Seeds ascend; in the order of `models`.
        """
        found: dict[str, list[Record] | NotRun] = {}
        for model in models:
            configs = [self.config(model, variant, protocol, seed) for seed in SEEDS]
            records = [self.store.get(fit_id(config)) for config in configs]
            there = [record for record in records if record is not None]
            found[model] = there or NotRun(model, self._reason(configs[0]))
        return found

    def with_audio(self) -> Study:
        """Return the study whose audio was measured; chapters 2 and 3 describe its tracks.

        Returns
        -------
        study : Study
            This one; or, where its edition is a spectrogram archive, that of the mini set if the
            store knows it, else that of the embedded demo edition.
        """
        if self.edition_record.tracks["duration_s"].notna().any():
            return self
        record = self.store.edition("gtzan-mini") or self.store.edition("demo")
        if record is None:
            record = open_study(records=self.store.root, cache=self.cache).edition_record
        return replace(self, edition=None, edition_record=record)

    def baselines(
        self, variant: str | None = None, protocol: str | None = None, seed: int | None = None
    ) -> dict[str, Record | NotRun]:
        """Look up the records of the majority class and of logistic regression, as `results`."""
        return self.results(variant, protocol, seed, BASELINES)

    def config(
        self,
        model: str,
        variant: str | None = None,
        protocol: str | None = None,
        seed: int | None = None,
    ) -> dict[str, object]:
        """Return the configuration of one fit, as `mgc.records.config.configuration` makes it."""
        from mgc.records.config import configuration

        return configuration(
            self.edition_record.name,
            self.edition_record.content_hash,
            protocol or self.protocol,
            model,
            variant or self.variant,
            self.seeds[0] if seed is None else seed,
            self.edition_record.feature_version,
        )

    def split(self) -> Split:
        """Divide the usable tracks by the study's protocol and first seed."""
        return draw_split(self.edition_record, self.protocol, self.seeds[0])[0]

    def arrays(self, *, progress: bool = False) -> Arrays:
        """Features of the usable tracks, from the cache or computed; needs the audio.

        Raises
        ------
        DataError
            If only records are at hand.
        """
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

    def note(self, config: Mapping[str, object]) -> Path:
        """File that says why a fit could not run."""
        return self.store.root / "not_run" / f"{fit_id(config)}.json"

    def _reason(self, config: dict[str, object]) -> str:
        """Why there is no record, as the run that tried noted it down."""
        try:
            return str(json.loads(self.note(config).read_text(encoding="utf-8"))["reason"])
        except (OSError, ValueError, KeyError, TypeError):
            title = TITLES[str(config["model"])]
            return f"no record of {title} for this edition and protocol; `mgc run` makes one"
