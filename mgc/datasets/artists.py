"""Who plays on GTZAN's tracks: groups of tracks that share an artist, and five folds of groups.

A group joins tracks that share a performer, or in classical music a composer, in Sturm's index of
GTZAN (Sturm 2012, "An analysis of the GTZAN music genre dataset", ACM MIRUM) or in published
audio-fingerprint matches (Doh et al. 2023), and copies of one file. Joining errs on the side of
too large groups. The folds are those of scikit-learn 1.9.1's ``StratifiedGroupKFold(5)`` on the
ids in order, without shuffling; they are a table because releases of scikit-learn draw
differently. Thirty tracks without a name in either source stand in no fold.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import NamedTuple


class Place(NamedTuple):
    """Artist group of a track, and the fold (1 to 5) that tests the whole group."""

    group: str
    fold: int


@lru_cache(maxsize=1)
def artist_folds() -> Mapping[str, Place]:
    """Return group and fold of the 970 tracks of GTZAN whose artists are known.

    Returns
    -------
    folds : mapping of str to Place
        By track id.
    """
    source = files("mgc").joinpath("tables", "gtzan_artist_folds.csv")
    with source.open(encoding="utf-8") as lines:
        rows = csv.DictReader(lines)
        return MappingProxyType(
            {row["track_id"]: Place(row["group"], int(row["fold"])) for row in rows}
        )
