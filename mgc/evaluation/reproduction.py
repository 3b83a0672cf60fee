"""Fit a published record again, and say how the two compare."""

from __future__ import annotations

import math
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mgc.datasets.edition import Edition
from mgc.datasets.tracks import P_COLUMNS
from mgc.errors import RecordError
from mgc.evaluation import metrics
from mgc.evaluation.significance import EXAMPLE
from mgc.records.store import NotRun, Record, Store
from mgc.records.study import prepare_study
from mgc.training.fits import fit_all


@dataclass(frozen=True)
class Reproduction:
    """How a second fit of one configuration compares with the first.

    Attributes
    ----------
    equal : float
        Share of test examples with the same answer, 0 to 1.
    largest : float
        Largest difference of a probability, 0 to 1.
    published, again : float
        Accuracies, 0 to 1.
    spread : float
        Largest difference between the accuracies of the published seeds; NaN where there is one.
    """

    equal: float
    largest: float
    published: float
    again: float
    spread: float

    @property
    def within(self) -> bool | None:
        """Whether the accuracies differ no more than those of the seeds; None where there is one.

        Equal accuracies are within any spread.
        """
        if self.published == self.again:
            return True
        return None if math.isnan(self.spread) else abs(self.again - self.published) <= self.spread


def fit_again(record: Record, edition: Edition, *, jobs: int | None = None) -> Record:
    """Fit the configuration of a record from scratch, in a store of its own.

    Parameters
    ----------
    record : Record
    edition : Edition
        The data that the record was fitted on.
    jobs : int, optional
        Processes, one a core by default.

    Raises
    ------
    RecordError
        The edition is another, the package makes another fit of this configuration today, or
        the fit cannot run.
    """
    config = record.config
    if edition.content_hash != config["edition_hash"]:
        raise RecordError(
            f"record {record.fit_id} was fitted on {record.edition_key}, not on {edition.key};"
            " name the data that it was fitted on"
        )
    with tempfile.TemporaryDirectory() as folder:
        study = prepare_study(
            edition,
            records=folder,
            protocol=str(config["protocol"]),
            variant=str(config["variant"]) or "tuned",
            seeds=(int(config["seed"]),),
            cache=Path(folder) / "cache",
        )
        result = fit_all(study, (record.model,), jobs=jobs)[record.model]
        if isinstance(result, NotRun):
            raise RecordError(f"record {record.fit_id} cannot be fitted here: {result.reason}")
    if result.fit_id != record.fit_id:
        changed = sorted(key for key in config if result.config.get(key) != config[key])
        raise RecordError(
            f"record {record.fit_id}: the package of today fits something else; what differs is"
            f" {', '.join(changed) or 'the list of settings'}"
        )
    return result


def compare(record: Record, again: Record, store: Store) -> Reproduction:
    """Compare two fits of one configuration, and both with the seeds that a store holds."""
    first, second = (
        metrics.test_rows(fit).set_index(EXAMPLE).sort_index() for fit in (record, again)
    )
    if not first.index.equals(second.index):
        raise RecordError(f"record {record.fit_id}: the second fit was tested on other tracks")
    p, q = (rows[list(P_COLUMNS)].to_numpy(dtype=np.float64) for rows in (first, second))
    alike = {key: record.config[key] for key in ("edition", "edition_hash", "protocol", "model")}
    seeds = [
        metrics.accuracy(metrics.test_rows(fit))
        for fit in store.find(**alike, variant=record.config["variant"])
    ]
    return Reproduction(
        equal=float(np.mean(p.argmax(axis=1) == q.argmax(axis=1))),
        largest=float(np.abs(p - q).max()),
        published=metrics.accuracy(first),
        again=metrics.accuracy(second),
        spread=float(np.ptp(seeds)) if len(seeds) > 1 else math.nan,
    )
