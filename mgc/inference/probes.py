"""What the networks that ship said of sounds that are not GTZAN; `tools.probes` asked them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from mgc.util.textfiles import read_csv

FILE, CROPS_FILE = "probes.csv", "examples.csv"
"""In the store of a network's records."""

EXAMPLES = ("jazz.00008", "disco.00000", "metal.00000")
"""Clips whose crops are kept: of the network that ships one is named rightly, one without being
sure, and one called none of the genres."""

TEXTS = ("name", "kind", "genre", "said", "verdict")


def load(root: str | Path) -> pd.DataFrame:
    """Read the answers from a store; raises RecordError if they are missing or damaged.

    Columns are ``name``, ``kind`` (``composed``, ``no music``, or
    ``speech``, whose names are a voice and a number), ``genre`` (the true one, if
    any), ``said``, ``verdict`` and the ten probabilities.
    """
    return read_csv(Path(root) / FILE, TEXTS, blanks=True)


def load_crops(root: str | Path) -> pd.DataFrame:
    """Read ``name`` and the ten probabilities of each crop of the examples, by name and time.

    Raises RecordError as `load` does.
    """
    return read_csv(Path(root) / CROPS_FILE, ("name",))
