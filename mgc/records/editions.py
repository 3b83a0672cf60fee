"""What a replay needs to know of an edition: its facts, tracks and tabular features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from mgc.datasets.protocols import make_split
from mgc.datasets.splits import Split
from mgc.datasets.tracks import GENRES
from mgc.records.checks import check_known, need_columns
from mgc.util.atomic import whole_folder
from mgc.util.textfiles import csv_bytes, fail, json_bytes, read_csv, read_json

TEXT_COLUMNS = ("track_id", "genre", "artist", "identical_to", "spectral_descriptor", "error")
FACTS: Mapping[str, type] = {
    "name": str, "content_hash": str, "n_tracks": int, "feature_version": str,
    "missing_genres": list, "left_out": dict,
}  # fmt: skip
"""What ``edition.json`` holds."""


@dataclass(frozen=True, eq=False)
class EditionRecord:
    """What a replay needs to know of an edition without its audio.

    Attributes
    ----------
    name, content_hash, feature_version : str
    n_tracks : int
    missing_genres : tuple of str
    left_out : dict
        Track id to reason.
    tracks : DataFrame
        ``mgc.datasets.quality.measure``: one row a track.
    tabular : DataFrame
        track_id and one named column a feature.
    """

    name: str
    content_hash: str
    n_tracks: int
    feature_version: str
    missing_genres: tuple[str, ...]
    left_out: dict[str, str]
    tracks: pd.DataFrame
    tabular: pd.DataFrame

    @property
    def key(self) -> str:
        """Folder name: the edition's name and eight digits of its content hash."""
        return f"{self.name}-{self.content_hash[:8]}"

    @property
    def usable(self) -> pd.DataFrame:
        """Rows of `tracks` that have features, in the order of `tabular`; artist "" if unknown."""
        rows = self.tracks.set_index("track_id", drop=False).loc[self.tabular["track_id"]]
        return rows.fillna({"artist": ""}).reset_index(drop=True)

    def split(self, protocol: str, seed: int) -> Split:
        """Draw the split of the usable tracks; see `mgc.datasets.protocols.make_split`."""
        tracks = self.usable
        ids, genre, artist = (
            tracks[name].to_numpy(dtype=str) for name in ("track_id", "genre", "artist")
        )
        return make_split(protocol, ids, genre, artist, seed)


def load_edition(folder: Path) -> EditionRecord:
    """Read and check the folder of an edition. Raises RecordError that names the file."""
    file = folder / "edition.json"
    facts = read_json(file)
    for key, kind in FACTS.items():
        if not isinstance(facts, dict) or not isinstance(facts.get(key), kind):
            fail(file, f"{key} is missing or no {kind.__name__}")
    if any(genre not in GENRES for genre in facts["missing_genres"]):
        fail(file, "missing_genres names something that is no genre")
    if not all(isinstance(reason, str) for reason in facts["left_out"].values()):
        fail(file, "left_out holds a reason that is no text")
    tracks = check_tracks(
        read_csv(folder / "tracks.csv", TEXT_COLUMNS, blanks=True), folder / "tracks.csv"
    )
    table = read_csv(folder / "tabular.csv", ("track_id",))
    record = EditionRecord(
        **{key: facts[key] for key in FACTS} | {"missing_genres": tuple(facts["missing_genres"])},
        tracks=tracks,
        tabular=check_tabular(table, tracks, folder / "tabular.csv"),
    )
    if record.key != folder.name:
        fail(file, f"describes {record.key}, but the folder is called {folder.name}")
    return record


def write_edition(edition: EditionRecord, target: Path) -> None:
    """Write the folder of an edition, whole or not at all; an older one is replaced."""
    tracks = check_tracks(edition.tracks, target / "tracks.csv").sort_values("track_id")
    tabular = check_tabular(edition.tabular, tracks, target / "tabular.csv")
    facts = {key: getattr(edition, key) for key in FACTS}
    with whole_folder(target) as folder:
        (folder / "edition.json").write_bytes(json_bytes(facts))
        (folder / "tracks.csv").write_bytes(csv_bytes(tracks, "%.6g"))
        (folder / "tabular.csv").write_bytes(csv_bytes(tabular.sort_values("track_id"), "%.6g"))


def check_tracks(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Check the table of tracks of an edition."""
    need_columns(frame, ("track_id", "genre"), path)
    check_known(frame, "genre", frame["genre"].isin(GENRES), path, "genre")
    _refuse_twice(frame, path)
    return frame.reset_index(drop=True)


def _refuse_twice(frame: pd.DataFrame, path: Path) -> None:
    twice = frame["track_id"][frame["track_id"].duplicated()]
    if len(twice):
        fail(path, f"{twice.iloc[0]} occurs twice")


def check_tabular(frame: pd.DataFrame, tracks: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Check the table of features of an edition: known tracks, each once, finite numbers."""
    need_columns(frame, ("track_id",), path)
    unknown = frame[~frame["track_id"].isin(tracks["track_id"])]
    if len(unknown):
        fail(path, f"{unknown['track_id'].iloc[0]} is not among the tracks of the edition")
    _refuse_twice(frame, path)
    for column in frame.columns.drop("track_id"):
        try:
            finite = bool(np.isfinite(frame[column].astype(np.float64)).all())
        except (ValueError, TypeError, OverflowError):
            finite = False
        if not finite:
            fail(path, f"the column {column} holds something that is no number")
    return frame.reset_index(drop=True)
