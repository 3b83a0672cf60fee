"""How answers about sound hold when it is degraded, as `tools.robustness` measured it.

Each track of the mini set is degraded as sound, drawn as a picture by the rule of the archive, and
predicted by the model of the one fold that tests it. Blues, classical, reggae and rock have one
artist group each in that set, so intervals are wide, and no strength was chosen by an answer.
The weakest cell of a picture is its level 0: what changes that one cell moves all levels, so part
of a loss is the rule's and not the ear's (``level_changes`` of the facts). Tracks that give new
scales are of other folds, and lack the four genres whose only artist is tested.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from mgc.datasets.tracks import GENRES
from mgc.errors import RecordError
from mgc.evaluation.clusters import artist_groups, count, interval
from mgc.evaluation.gain import Estimate, summed_up
from mgc.experiments.explanations import averaged
from mgc.util.textfiles import read_csv, read_json

FILE, FACTS = "robustness/robustness.csv", "robustness/robustness.json"
"""In the store of records."""

NONE, TIME, PITCH, NOISE, MP3, TELEPHONE = (
    "none", "time stretch", "pitch shift", "white noise", "MP3", "telephone band",
)  # fmt: skip
STRENGTHS: Mapping[str, tuple[float, ...]] = {
    NONE: (0.0,),
    TIME: (0.8, 0.9, 1.0, 1.1, 1.25),
    PITCH: (-4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0),
    NOISE: (40.0, 30.0, 20.0, 10.0, 0.0),
    MP3: (128.0, 64.0, 32.0),
    TELEPHONE: (0.0,),
}
"""Times the tempo, semitones, decibels of signal to noise, and kbit/s; 0 where there is one."""
NEUTRAL: Mapping[str, float] = {NONE: 0.0, TIME: 1.0, PITCH: 0.0}
"""Strengths that leave sound as it was, but for what the method itself does to it."""

PLAIN, COPIES, ANEW = "no copies", "altered copies", "scaled anew"
WAYS = (PLAIN, COPIES, ANEW)
"""Fitted without and with altered copies; the first with columns scaled by degraded tracks."""
TEXTS = ("kind", "model", "track_id", "genre", "named")


class Condition(NamedTuple):
    """What sound went through, how far, and who was asked."""

    kind: str = NONE
    strength: float = 0.0
    way: str = PLAIN


def degradations() -> list[tuple[str, float]]:
    """List kinds and strengths that do degrade, in the order of `STRENGTHS`."""
    pairs = [(kind, strength) for kind, known in STRENGTHS.items() for strength in known]
    return [(kind, strength) for kind, strength in pairs if NEUTRAL.get(kind) != strength]


def load(root: str | Path) -> pd.DataFrame:
    """Read the table from a store; raises RecordError if it is missing or damaged.

    A row a ``kind``, ``strength``, ``model`` (of `WAYS`) and track: its ``genre``, the one that is
    ``named``, and ``p``, the probability of its genre.
    """
    table = read_csv(Path(root) / FILE, TEXTS)
    sound = {*TEXTS, "strength", "p"} <= set(table.columns) and len(table) > 0
    if not sound or not table[["genre", "named"]].isin(GENRES).to_numpy().all():
        raise RecordError(f"{Path(root) / FILE}: holds no such table; run tools.robustness")
    return table


def load_facts(root: str | Path) -> dict[str, Any]:
    """Read settings, versions and what controls gave; raises RecordError as `load` does."""
    facts: dict[str, Any] = read_json(Path(root) / FACTS)
    return facts


def estimate(table: pd.DataFrame, asked: Condition, less: Condition | None = None) -> Estimate:
    """Estimate the accuracy under a condition, or by how much it exceeds that under another.

    Parameters
    ----------
    table : DataFrame
        From `load`.
    asked, less : Condition
        Of two, the answers about each track are paired.

    Raises
    ------
    RecordError
        If the table has no such rows.
    """
    rows = _right(table, asked)
    groups = artist_groups("gtzan-archive")
    if less is None:
        return Estimate(float(rows["right"].mean()), *interval(count([rows], groups)))
    other = _right(table, less).set_index("track_id")["right"]
    ahead = rows.assign(right=rows["right"].astype(int) - rows["track_id"].map(other).astype(int))
    return summed_up([ahead], groups)


def gain_by_copies(table: pd.DataFrame, kinds: Collection[str]) -> Estimate:
    """Estimate what altered copies change where sound is degraded, mean over kinds' strengths."""
    pairs = [pair for pair in degradations() if pair[0] in kinds]
    right = [
        pd.concat([_right(table, Condition(*pair, way)) for pair in pairs])
        .groupby(["track_id", "genre"])["right"]
        .mean()
        for way in (COPIES, PLAIN)
    ]
    return averaged(right[0] - right[1])


def _right(table: pd.DataFrame, asked: Condition) -> pd.DataFrame:
    here = table[
        (table["kind"] == asked.kind)
        & (table["strength"] == asked.strength)
        & (table["model"] == asked.way)
    ]
    if here.empty:
        raise RecordError(f"robustness: nothing on record of {asked}; run tools.robustness")
    return here[["track_id", "genre"]].assign(right=here["named"] == here["genre"])
