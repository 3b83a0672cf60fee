"""What is known about each of the 1,000 tracks of GTZAN: checksums, lists and faults."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

WHOLE_GTZAN = ("gtzan", "gtzan-archive")
"""Names of the editions that hold all of GTZAN, as audio or as pictures."""
REPLOTTED = tuple(f"jazz.{number:05d}" for number in range(38))
"""Tracks whose published pictures were drawn by another version of the plotting library."""
FULL_SET_MINIMUM = 990
"""Known tracks from which an edition counts as all of GTZAN: copies lack some."""
FAULT_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "repeat": "repeated",
        "label": "wrong label",
        "distorted": "distorted",
        "unreadable": "unreadable",
        "excluded": "left out",
    }
)
"""Each kind of fault with the word that a badge shows, the gravest for a result first."""


class Fault(NamedTuple):
    """One fault of one track: its kind, one of `FAULT_KINDS`, and what to add to its word."""

    kind: str
    text: str


def gtzan_table() -> pd.DataFrame:
    """Load the table of all tracks.

    Returns
    -------
    DataFrame
        One row a track, sorted by id: ``track_id``, ``genre``, ``md5`` of the original .wav (as
        indexed by mirdata), ``fault_filtered`` (``train``, ``valid``, ``test``; empty for the 70
        tracks that Kereliuk, Sturm and Larsen 2015 leave out), ``identical_to`` (an earlier
        track with the same bytes, or empty), ``in_mini`` (bool).
    """
    import pandas as pd

    source = files("mgc").joinpath("tables", "gtzan_tracks.csv")
    with source.open(encoding="utf-8") as stream:
        table = pd.read_csv(stream, dtype=str, keep_default_na=False)
    table["in_mini"] = table["in_mini"] == "1"
    return table


def known_faults(edition: str) -> Mapping[str, tuple[Fault, ...]]:
    """List what is known to be wrong with single tracks of an edition.

    Parameters
    ----------
    edition : str
        Its name. Other editions than GTZAN's may use its ids for other music, so nothing is said
        of their tracks.

    Returns
    -------
    faults : mapping of str to tuple of Fault
        By track id, tracks without a known fault left out. Byte-identical copies, copies that
        bear two different labels (so that one must be wrong), files that do not decode or are
        distorted, and the tracks that Kereliuk, Sturm and Larsen (2015) left out of their split.
        Sturm (2013) counts more (`mgc.datasets.facts.gtzan_faults`), but of most of those our
        tables do not say which track is meant.
    """
    return _known_faults() if edition.startswith("gtzan") else {}


@lru_cache(maxsize=1)
def _known_faults() -> Mapping[str, tuple[Fault, ...]]:
    faults: dict[str, list[Fault]] = {}
    table = gtzan_table()
    genre = dict(zip(table["track_id"], table["genre"], strict=True))
    for track, first in zip(table["track_id"], table["identical_to"], strict=True):
        for this, copy in ((track, first), (first, track)) if first else ():
            faults.setdefault(this, []).append(Fault("repeat", f"the same file as {copy}"))
            if genre[this] != genre[copy]:
                text = "the copies bear different labels, so one of them is wrong"
                faults[this].append(Fault("label", text))
    for row in table_rows("gtzan_track_faults.csv"):
        faults.setdefault(row["track_id"], []).append(Fault(row["kind"], row["note"]))
    for track in table.loc[table["fault_filtered"] == "", "track_id"]:
        text = "by the fault-filtered split"
        faults.setdefault(str(track), []).append(Fault("excluded", text))
    order = list(FAULT_KINDS)
    return {
        track: tuple(sorted(faults[track], key=lambda fault: order.index(fault.kind)))
        for track in sorted(faults)
    }


def table_rows(table: str) -> list[dict[str, Any]]:
    """Read the rows of a table that comes with the package, all values as text."""
    with files("mgc").joinpath("tables", table).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))
