"""Who plays on GTZAN's tracks: groups of tracks that share an artist, and five folds of groups.

A group joins tracks that share a performer, or in classical music a composer, in Sturm's index of
GTZAN (Sturm 2012, "An analysis of the GTZAN music genre dataset", ACM MIRUM) or in published
audio-fingerprint matches (Doh et al. 2023), and copies of one file. Joining errs on the side of
too large groups. The folds are those of scikit-learn 1.9.1's ``StratifiedGroupKFold(5)`` on the
ids in order, without shuffling; they are a table because releases of scikit-learn draw
differently. Thirty tracks without a name in either source stand in no fold.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from mgc.datasets.gtzan import gtzan_table, table_rows


class Credit(NamedTuple):
    """What is known of one track's music.

    ``artist`` and ``title`` are those of Sturm's index; ``performer``, ``recording``, ``released``
    (year, often of a reissue) and ``store_genre`` (shop metadata) come from a fingerprint match.
    Each is empty where nothing is known; ``known`` says whether the track has any name.
    """

    track_id: str
    group: str
    known: bool
    artist: str
    title: str
    performer: str
    recording: str
    released: str
    store_genre: str


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
    rows = table_rows("gtzan_artist_folds.csv")
    return MappingProxyType(
        {row["track_id"]: Place(row["group"], int(row["fold"])) for row in rows}
    )


@lru_cache(maxsize=1)
def track_credits() -> Mapping[str, Credit]:
    """Return who plays what on each of the 1,000 tracks of GTZAN.

    Returns
    -------
    credits : mapping of str to Credit
        By track id.
    """
    rows = (row | {"known": row["known"] == "1"} for row in table_rows("gtzan_artists.csv"))
    return MappingProxyType({row["track_id"]: Credit(**row) for row in rows})


def recordings() -> Mapping[str, str]:
    """Name the recording that each track of GTZAN is cut from: copies bear one name.

    Returns
    -------
    recordings : mapping of str to str
        Track id to the id of the first track of its recording. Tracks are joined that are one
        file, that share artist and title in Sturm's index, or performer and recording in the
        fingerprint matches; versions of one song by one artist may count as one recording.
    """
    first: dict[str, str] = {}
    seen: dict[tuple[str, ...], str] = {}
    same_file = gtzan_table().set_index("track_id")["identical_to"]
    for name, credit in sorted(track_credits().items()):
        keys: list[tuple[str, ...]] = [("file", str(same_file[name]) or name)]
        if credit.artist and credit.title:
            keys.append(("index", _plain(credit.artist), _plain(credit.title)))
        if credit.performer and credit.recording:
            keys.append(("match", _plain(credit.performer), _plain(credit.recording)))
        joined = {first[seen[key]] for key in keys if key in seen}
        root = min(joined, default=name)
        first[name] = root
        first.update({other: root for other, old in first.items() if old in joined})
        for key in keys:
            seen.setdefault(key, name)
    return MappingProxyType(first)


def _plain(text: str) -> str:
    """Drop case, punctuation and what stands in brackets, in which sources differ."""
    return re.sub(r"[^a-z0-9]+", " ", re.sub(r"[(\[].*?[)\]]", "", text.lower())).strip()
