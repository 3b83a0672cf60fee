"""What is on record of the network that learned tags elsewhere; `tools.genre_head` wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from mgc.errors import RecordError
from mgc.records.store import Record, Store
from mgc.util.textfiles import read_csv, read_json

FOLDS_FILE, READ_OUT_FILE, AGREEMENT_FILE, NONE_FILE, FACTS_FILE = (
    "transfer/folds.csv",
    "transfer/read_out.csv",
    "transfer/agreement.csv",
    "transfer/none.csv",
    "transfer/head.json",
)
"""In the store of records."""


@dataclass(frozen=True)
class Transfer:
    """The record of the head and of how it was chosen.

    ``record`` holds what the head of the file says of the published tag probabilities: of test
    tracks, and of training tracks while a head of the same form learned from other artists.
    ``folds`` has a row a form that was tried: ``reads``, ``fitted_on``, ``C``, ``n_windows``,
    ``accuracy``, ``sd`` over draws of the folds, ``log_loss``. ``read_out`` has what the tag of
    a genre's name says without any training (``track_id``, ``genre``, ``said``), ``agreement`` the
    ``correlation`` of the network's tags with the published ones (``track_id``). ``none`` has a
    row a ``kind`` of sounds: the share of ``n`` that is called none of the genres, ``none``, and
    where no sound of the kind was known before, ``none_if_unknown``.
    """

    record: Record
    facts: dict[str, Any]
    folds: pd.DataFrame
    read_out: pd.DataFrame
    agreement: pd.DataFrame
    none: pd.DataFrame


def load(root: str | Path) -> Transfer:
    """Read the record from a store; raises RecordError if it is missing or damaged."""
    folder = Path(root)
    records = Store(folder).transfer.find()
    if len(records) != 1:
        raise RecordError(f"{folder / 'transfer'}: {len(records)} records of the head; keep one")
    return Transfer(
        records[0],
        read_json(folder / FACTS_FILE),
        read_csv(folder / FOLDS_FILE, ("reads", "fitted_on")),
        read_csv(folder / READ_OUT_FILE, ("track_id", "genre", "said")),
        read_csv(folder / AGREEMENT_FILE, ("track_id",)),
        read_csv(folder / NONE_FILE, ("kind",)),
    )
