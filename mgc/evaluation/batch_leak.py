"""What features know of their neighbours where batch normalisation uses the batch to predict.

`tools.batch_norm` feeds networks the same tracks in batches of several kinds, and keeps the
answers of one classifier on the features of each kind. Here they become accuracies.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from mgc.datasets.tracks import GENRES
from mgc.errors import RecordError
from mgc.evaluation.clusters import artist_groups, count, interval
from mgc.util.textfiles import read_csv, read_json

FILE, ANSWERS_FILE = "batch_norm/batch_norm.json", "batch_norm/batch_norm.csv"
"""In the store of records: what was asked and how; each answer."""
KINDS = {
    "published": "as published",
    "stored": "stored statistics",
    "alone": "one track at a time",
    "shuffled": "shuffled batches",
    "ordered": "batches in the order of the files",
    "genre": "batches of one genre",
}
"""Titles of the ways to feed a network."""
NETWORKS = {"choi2017": "network of Choi et al.", "cnn": "our CNN"}
TEXTS = ("network", "kind", "track_id", "genre", "answer")


class Measured(NamedTuple):
    """The record: facts of its making, and an answer a row."""

    facts: dict[str, Any]
    answers: pd.DataFrame


def load(root: str | Path) -> Measured:
    """Read the record from a store; raises RecordError if it is missing or damaged."""
    facts, answers = read_json(Path(root) / FILE), read_csv(Path(root) / ANSWERS_FILE, TEXTS)
    known = {
        "network": NETWORKS, "kind": KINDS, "genre": GENRES, "answer": GENRES,
    }  # fmt: skip
    sound = isinstance(facts, dict) and {*TEXTS, "size", "seed"} <= set(answers.columns)
    if not sound or any(not answers[name].isin(list(of)).all() for name, of in known.items()):
        raise RecordError(f"{Path(root) / ANSWERS_FILE}: holds no answers; run tools.batch_norm")
    return Measured(facts, answers)


def label(kind: str, size: int) -> str:
    """Title of a way to feed a network, with the tracks of a batch."""
    counted = size > 1 and kind in ("shuffled", "ordered", "genre")
    return f"{KINDS[kind]}, {size} tracks each" if counted else KINDS[kind]


def accuracies(answers: pd.DataFrame) -> pd.DataFrame:
    """Sum up the answers by network, kind of batch and size, over seeds.

    Returns
    -------
    DataFrame
        ``network``, ``kind``, ``size`` (tracks a batch, 0 where batches play no part), ``label``,
        ``n`` (tracks), ``accuracy`` (mean over seeds), ``low``, ``high`` (95 %, artists and seeds
        resampled), in the order of `KINDS`.
    """
    artists = artist_groups("gtzan-archive")
    rows = []
    ordered = answers.assign(kind=pd.Categorical(answers["kind"], list(KINDS)))
    for key, every in ordered.groupby(["network", "kind", "size"], observed=True):
        frames = [
            rows_.assign(right=rows_["answer"] == rows_["genre"])
            for _, rows_ in every.groupby("seed")
        ]
        share = float(np.mean([frame["right"].mean() for frame in frames]))
        low, high = interval(count(frames, artists))
        rows.append((*key, every["track_id"].nunique(), share, low, high))
    columns = ["network", "kind", "size", "n", "accuracy", "low", "high"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(label=[*map(label, table["kind"], table["size"])])
