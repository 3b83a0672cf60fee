"""Draw the split of a record again, from the ids of its predictions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mgc.datasets.protocols import make_split
from mgc.datasets.splits import Split
from mgc.records.editions import EditionRecord
from mgc.records.store import Record


def split_of(record: Record, edition: EditionRecord) -> tuple[Split, npt.NDArray[np.str_]]:
    """Draw the split of a record again, which proves itself; and the ids of its tracks."""
    tracks = edition.tracks.set_index("track_id").loc[edition.tabular["track_id"]]
    ids = tracks.index.to_numpy(dtype=str)
    artist = tracks["artist"].fillna("").to_numpy(dtype=str)
    genre = tracks["genre"].to_numpy(dtype=str)
    seed = int(record.config["seed"])
    return make_split(str(record.config["protocol"]), ids, genre, artist, seed), ids
