"""Draw the split of a record again, from the ids of its edition."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from mgc.datasets.protocols import make_split
from mgc.datasets.splits import Split
from mgc.records.editions import EditionRecord
from mgc.records.store import Record


def draw_split(edition: EditionRecord, protocol: str, seed: int) -> tuple[Split, pd.DataFrame]:
    """Draw the split of a protocol, which proves itself; and the tracks that it counts."""
    tracks = edition.tracks.set_index("track_id", drop=False).loc[edition.tabular["track_id"]]
    tracks["artist"] = tracks["artist"].fillna("")
    ids, genre, artist = (tracks[c].to_numpy(dtype=str) for c in ("track_id", "genre", "artist"))
    return make_split(protocol, ids, genre, artist, seed), tracks


def split_of(record: Record, edition: EditionRecord) -> tuple[Split, npt.NDArray[np.str_]]:
    """Draw the split of a record again; and the ids of its tracks."""
    config = record.config
    split, tracks = draw_split(edition, str(config["protocol"]), int(config["seed"]))
    return split, tracks["track_id"].to_numpy(dtype=str)
