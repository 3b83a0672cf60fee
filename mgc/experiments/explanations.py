"""What answers of the small CNN rest on, as `tools.explanations` measured it on its test tracks.

Maps of `mgc.inference.explanations` are judged by what happens when patches are taken away, or put
back, in their order. Two orders of the same patches could refute them: a random one, and the
loudest first, which needs no network.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from mgc.evaluation.clusters import artist_groups, count, interval
from mgc.evaluation.gain import Estimate
from mgc.util.textfiles import read_csv, read_json

FILE, FACTS = "explanations/explanations.csv", "explanations/explanations.json"
"""In the store of records."""

OCCLUSION, GRADIENTS = "occlusion", "integrated gradients"
LOUDEST, RANDOM = "loudest first", "random order"
MAPS, CONTROLS = (OCCLUSION, GRADIENTS), (LOUDEST, RANDOM)
TEXTS = ("track_id", "genre", "named", "method")


def load(root: str | Path) -> pd.DataFrame:
    """Read the table from a store; raises RecordError if it is missing or damaged.

    A row a track and ``method``: ``named`` by the network, whose mean probability is ``deletion``
    while patches are taken away in the order of the method, and ``insertion`` while they are put
    back. Of maps also rank correlations (Spearman): with ``loudness``, with the other map
    (``agreement``), and, of every third track, with that of the same network with random weights
    (``untrained``, and ``untrained_size`` without signs).
    """
    table = read_csv(Path(root) / FILE, TEXTS, blanks=True)
    return table.assign(gap=table["insertion"] - table["deletion"])


def load_facts(root: str | Path) -> dict[str, Any]:
    """Read what the table does not hold: settings, mean curves, and the tracks that are drawn.

    Raises RecordError as `load` does.
    """
    facts: dict[str, Any] = read_json(Path(root) / FACTS)
    return facts


def estimate(table: pd.DataFrame, measure: str, method: str, less: str = "") -> Estimate:
    """Average a measure of a method over tracks, or by how much it exceeds another method's.

    Parameters
    ----------
    table : DataFrame
        From `load`.
    measure : str
        A column, or ``gap``: insertion less deletion, the larger the better.
    method, less : str
    """
    wide = table.pivot_table(index=["track_id", "genre"], columns="method", values=measure)
    return averaged((wide[method] - (wide[less] if less else 0)).dropna())


def averaged(values: pd.Series) -> Estimate:
    """Average values of tracks of GTZAN, which are named by ``track_id`` and ``genre``."""
    frame = values.rename("right").reset_index()
    low, high = interval(count([frame], artist_groups("gtzan-archive")))
    return Estimate(float(values.mean()), low, high)
