"""Draw the split of a record or an edition again, from the ids of its tracks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mgc.datasets.protocols import make_split
from mgc.datasets.splits import Split
from mgc.records.editions import EditionRecord
from mgc.records.store import Record


def split_of(record: Record, edition: EditionRecord) -> tuple[Split, npt.NDArray[np.str_]]:
    """Draw the split of a record again, which proves itself; and the ids of its tracks."""
    return draw_split(edition, str(record.config["protocol"]), int(record.config["seed"]))


def draw_split(
    edition: EditionRecord, protocol: str, seed: int
) -> tuple[Split, npt.NDArray[np.str_]]:
    """Divide the usable tracks of an edition by a protocol; with the ids of these tracks."""
    tracks = edition.tracks.set_index("track_id").loc[edition.tabular["track_id"]]
    ids = tracks.index.to_numpy(dtype=str)
    artist = tracks["artist"].fillna("").to_numpy(dtype=str)
    return make_split(protocol, ids, tracks["genre"].to_numpy(dtype=str), artist, seed), ids
