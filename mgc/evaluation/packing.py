"""How far pictures that are drawn from audio agree with the published ones, and answers to them.

`tools.packing` packs the mini set by the rule of the published archive, compares its pictures cell
by cell with those of the archive, and asks two models about both.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from mgc.datasets.tracks import GENRES
from mgc.errors import RecordError
from mgc.util.textfiles import read_csv, read_json

FILE, TRACKS_FILE = "packing/packing.json", "packing/packing.csv"
"""In the store of records: what was packed and how; a row a track."""
MODELS = {"cnn": "the small CNN that ships", "logistic": "logistic regression, artist folds"}
SHARES = ("equal", "near")
ANSWERS = ("cnn_archive", "cnn_audio", "logistic_archive", "logistic_audio")
TEXTS = ("track_id", "genre", *ANSWERS)


class Packed(NamedTuple):
    """The record: facts of its making, and a row a track.

    ``tracks`` has ``track_id``, ``genre``; ``equal`` and ``near`` (shares of its cells with the
    same grey level, and with one at most one from it); ``apart`` (mean difference in grey levels);
    and the answers of each of `MODELS` to the published picture (``cnn_archive``) and to the one
    drawn from audio (``cnn_audio``), empty where a model was not asked.
    """

    facts: dict[str, Any]
    tracks: pd.DataFrame


def load(root: str | Path) -> Packed:
    """Read the record from a store; raises RecordError if it is missing or damaged."""
    facts, tracks = read_json(Path(root) / FILE), read_csv(Path(root) / TRACKS_FILE, TEXTS)
    sound = isinstance(facts, dict) and {*TEXTS, *SHARES, "apart"} <= set(tracks.columns)
    if not sound or not tracks[["genre", *ANSWERS]].isin([*GENRES, ""]).to_numpy().all():
        raise RecordError(f"{Path(root) / TRACKS_FILE}: holds no such table; run tools.packing")
    return Packed(facts, tracks)


def by_genre(tracks: pd.DataFrame) -> pd.DataFrame:
    """Sum up the cells: ``genre``, ``n``, means of ``equal``, ``near`` and ``apart``."""
    groups = tracks.groupby("genre")
    return groups[[*SHARES, "apart"]].mean().assign(n=groups.size()).reset_index()


def by_model(tracks: pd.DataFrame) -> pd.DataFrame:
    """Sum up the answers.

    Returns
    -------
    DataFrame
        ``model`` (of `MODELS`), ``n`` (tracks it was asked about), ``same`` (share whose two
        answers are one), ``archive`` and ``audio`` (share of right answers to each picture).
    """
    rows = []
    for model in MODELS:
        archive, audio = f"{model}_archive", f"{model}_audio"
        asked = tracks[(tracks[archive] != "") & (tracks[audio] != "")]
        same = (asked[archive] == asked[audio]).mean()
        right = [(asked[name] == asked["genre"]).mean() for name in (archive, audio)]
        rows.append((model, len(asked), same, *right))
    return pd.DataFrame(rows, columns=["model", "n", "same", "archive", "audio"])
