"""What is known to be wrong with single tracks of GTZAN, for the pages that list tracks.

Sturm (2013) counts more faults than this: his counts are in `mgc.datasets.facts.gtzan_faults`, but
of most of them the tables of this project do not say which track is meant.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import NamedTuple

from mgc.datasets.gtzan import gtzan_table

KINDS: Mapping[str, str] = MappingProxyType(
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
    """One fault of one track: its kind, one of `KINDS`, and what to add to the badge's word."""

    kind: str
    text: str


def of_edition(name: str) -> Mapping[str, tuple[Fault, ...]]:
    """List the known faults of an edition's tracks.

    Parameters
    ----------
    name : str
        Name of the edition. Other editions than GTZAN's may use its ids for other music, so
        nothing is said of their tracks.

    Returns
    -------
    mapping of str to tuple of Fault
        By track id, tracks without a known fault left out. Byte-identical copies, copies that
        bear two different labels (so that one must be wrong), files that do not decode or are
        distorted, and the tracks that Kereliuk, Sturm and Larsen (2015) left out of their split.
    """
    return _gtzan() if name.startswith("gtzan") else {}


@lru_cache(maxsize=1)
def _gtzan() -> Mapping[str, tuple[Fault, ...]]:
    found: dict[str, list[Fault]] = {}
    table = gtzan_table()
    genre = dict(zip(table["track_id"], table["genre"], strict=True))
    for one, other in zip(table["track_id"], table["identical_to"], strict=True):
        if not other:
            continue
        for this, copy in ((one, other), (other, one)):
            found.setdefault(this, []).append(Fault("repeat", f"the same file as {copy}"))
            if genre[this] != genre[copy]:
                text = "the copies bear different labels, so one of them is wrong"
                found[this].append(Fault("label", text))
    with files("mgc").joinpath("tables", "gtzan_track_faults.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            found.setdefault(row["track_id"], []).append(Fault(row["kind"], row["note"]))
    for track in table.loc[table["fault_filtered"] == "", "track_id"]:
        text = "by the fault-filtered split"
        found.setdefault(str(track), []).append(Fault("excluded", text))
    order = list(KINDS)
    return {
        track: tuple(sorted(found[track], key=lambda fault: order.index(fault.kind)))
        for track in sorted(found)
    }
