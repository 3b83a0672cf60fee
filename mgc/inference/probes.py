"""What the shipped network said of sounds that are not GTZAN; `tools.probes` asked it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from mgc.util.textfiles import read_csv

FILE, CROPS_FILE = "networks/probes.csv", "networks/examples.csv"
"""In the store of records."""

EXAMPLES = ("disco.00000", "jazz.00008", "metal.00000")
"""Clips whose crops are kept: one named rightly, one without being sure, one wrongly."""

TEXTS = ("name", "kind", "genre", "said", "verdict")


def load(root: str | Path) -> pd.DataFrame:
    """Read the answers from a store; raises RecordError if they are missing or damaged.

    Columns are ``name``, ``kind`` (``composed`` or ``no music``), ``genre`` (the true one, if
    any), ``said``, ``verdict`` and the ten probabilities.
    """
    return read_csv(Path(root) / FILE, TEXTS, blanks=True)


def load_crops(root: str | Path) -> pd.DataFrame:
    """Read ``name`` and the ten probabilities of each crop of the examples, in order of time.

    Raises RecordError as `load` does.
    """
    return read_csv(Path(root) / CROPS_FILE, ("name",))
