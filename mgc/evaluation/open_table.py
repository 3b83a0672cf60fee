"""The open table: the published networks, then the systems of others, all scored alike.

Other systems come as their answers, files that `mgc.evaluation.scoring.read_answers` takes, listed
in ``systems.csv`` in the store of records. Their scores are computed here and stated by nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from mgc.datasets.splits import ARTIST_CV
from mgc.datasets.tracks import GENRES, P_COLUMNS
from mgc.errors import DataError, RecordError
from mgc.evaluation import metrics
from mgc.evaluation.accuracy import AccuracySummary, accuracy_summary
from mgc.evaluation.scoring import as_record, published, read_answers, split_table
from mgc.models import TITLES
from mgc.records.store import Record
from mgc.records.study import Study
from mgc.util.textfiles import read_csv

PROTOCOLS = (ARTIST_CV, "fault_filtered")
"""Protocols of the table, the strictest first."""
FOLDER = "systems"
LIST = "systems.csv"
COLUMNS = ("system", "protocol", "answers", "outside", "source")
"""Of the list: title, protocol, file of answers, what it heard besides GTZAN, whose it is."""
PHOTOGRAPHS = "ImageNet (photographs)"


class System(NamedTuple):
    """A row's worth: the answers of one system to one protocol, a record for each seed."""

    title: str
    protocol: str
    outside: str
    source: str
    records: Sequence[Record]


def systems(study: Study) -> list[System]:
    """List the published models and the systems of others, protocol by protocol.

    Raises `DataError` where the answers of a system do not fit the split, and `RecordError` where
    the list is damaged.
    """
    listed = _listed(study.store.root)
    rows = []
    for protocol in PROTOCOLS:
        for title, fits in published(study, protocol).items():
            outside = PHOTOGRAPHS if title.startswith(TITLES["vgg16"]) else ""
            ids = " ".join(fit.fit_id for fit in fits)
            rows.append(System(title, protocol, outside, ids, fits))
        split = split_table(study.edition_record, protocol)
        for entry in listed[listed["protocol"] == protocol].itertuples():
            answers = read_answers(study.store.root / FOLDER / str(entry.answers), split)
            record = as_record(answers, study.edition_record, protocol)
            title, outside, source = map(str, (entry.system, entry.outside, entry.source))
            rows.append(System(title, protocol, outside, source, [record]))
    return rows


def _listed(root: Path) -> pd.DataFrame:
    file = root / FOLDER / LIST
    if not file.exists():
        return pd.DataFrame(columns=list(COLUMNS), dtype=str)
    table = read_csv(file, COLUMNS)
    if list(table.columns) != list(COLUMNS):
        raise RecordError(f"{file}: its columns are not {', '.join(COLUMNS)}")
    strange = table[~table["protocol"].isin(PROTOCOLS)]
    if len(strange):
        raise RecordError(f"{file}: {strange['protocol'].iloc[0]} is none of {PROTOCOLS}")
    return table


def open_table(rows: Sequence[System]) -> pd.DataFrame:
    """Score each system.

    Returns
    -------
    DataFrame
        ``system``, ``protocol``, ``outside`` (what it learned from besides GTZAN), then the fields
        of `AccuracySummary`, then ``source`` (ids of published fits, or whose system it is).
    """
    table = pd.DataFrame(
        [
            (row.title, row.protocol, row.outside, *accuracy_summary(row.records), row.source)
            for row in rows
        ],
        columns=["system", "protocol", "outside", *AccuracySummary._fields, "source"],
    )
    return table.drop(columns="sd")


def among(records: Sequence[Record], genres: Sequence[str]) -> AccuracySummary:
    """Sum up a system on the tracks of some genres, where it must choose among these alone.

    Raises `DataError` where one of them is no genre.
    """
    return accuracy_summary(only(records, genres))


def only(records: Sequence[Record], genres: Sequence[str]) -> list[Record]:
    """Keep the test tracks of some genres, with no probability for any other genre.

    Raises `DataError` where one of them is no genre.
    """
    strange = set(genres) - set(GENRES)
    if strange:
        raise DataError(f"{min(strange)!r} is none of {', '.join(GENRES)}")
    others = [column for column in P_COLUMNS if column.removeprefix("p_") not in genres]
    kept = []
    for record in records:
        frame = metrics.test_rows(record)
        frame = frame[frame["genre"].isin(genres)].copy()
        frame[others] = np.float64(0)
        kept.append(replace(record, predictions=frame))
    return kept
