"""What smaller forms of the networks that ship cost, as `tools.compression` measured it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from mgc.util.textfiles import read_csv

FILE = "transfer/compression.csv"
"""In the store of records."""


def load(root: str | Path) -> pd.DataFrame:
    """Read the table from a store; raises RecordError if it is missing or damaged.

    A row a ``network`` and ``form``: ``bytes`` of the file, ``packed`` as gzip packs it for a
    page, ``time`` as a multiple of the form that ships (medians of calls in turn, one thread),
    ``kept`` and ``change`` of its answers (`mgc.evaluation.stability.stability`), ``accuracy`` on
    the same ``n`` tracks.
    """
    return read_csv(Path(root) / FILE, ("network", "form"))
