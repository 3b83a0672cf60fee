"""How far a spectrogram archive agrees with the published one, told from a small table.

The table holds of each published picture a checksum and the grey levels of 48 of its 63,488
cells, the same places in each. A picture whose checksum is the same is the same. Of another, the
share of its sampled cells that agree estimates the share of all; nothing can be drawn from them.
"""

from __future__ import annotations

import base64
import hashlib
from typing import NamedTuple

import numpy as np
import pandas as pd

from mgc.datasets.archive import Archive
from mgc.datasets.gtzan import table_rows
from mgc.typing import Grey, IntArray

TABLE = "gtzan_archive_fingerprint.csv"
SHAPE = (128, 496)
"""Bins and columns of a published picture."""
N_CELLS = 48
DIGITS = 16
NEAR = 1
"""Grey levels, of 256, by which a cell may differ and be near."""


class Agreement(NamedTuple):
    """What of an archive is published, and how far it agrees.

    ``tracks`` has a row for each track that is in both: ``track_id``; ``same`` (bool: the picture
    is the published one); ``equal`` and ``near`` (shares of its sampled cells with the same level,
    and with one at most `NEAR` from it). ``missing`` and ``extra`` name the published tracks that
    the archive lacks, and those that it has besides.
    """

    tracks: pd.DataFrame
    missing: tuple[str, ...]
    extra: tuple[str, ...]


def cells() -> tuple[IntArray, IntArray]:
    """Rows and columns of the cells that are kept [shape=(48,)], spread evenly (Roberts 2018).

    Multiples of powers of the plastic number, modulo one: they need no random numbers, whose
    releases may differ.
    """
    plastic = 1.32471795724474602596
    steps = np.arange(1, N_CELLS + 1)
    places = [(0.5 + steps / plastic**power) % 1 for power in (1, 2)]
    row, column = ((place * n).astype(np.int64) for place, n in zip(places, SHAPE, strict=True))
    return row, column


def fingerprint(archive: Archive) -> pd.DataFrame:
    """Make the table of an archive.

    Parameters
    ----------
    archive : Archive
        Pictures of `SHAPE`.

    Returns
    -------
    DataFrame
        ``track_id``, ``sha256`` (its first 16 hexadecimal digits), ``cells`` (Base64 of the 48
        grey levels).
    """
    row, column = cells()
    levels = archive.log_power[:, row, column]
    return pd.DataFrame(
        {
            "track_id": archive.track_id,
            "sha256": [_digest(picture) for picture in archive.log_power],
            "cells": [base64.b64encode(kept.tobytes()).decode() for kept in levels],
        }
    )


def agreement(archive: Archive) -> Agreement | None:
    """Compare an archive with the published one; None where its pictures are of another shape."""
    if archive.log_power.shape[1:] != SHAPE:
        return None
    published = {entry["track_id"]: entry for entry in table_rows(TABLE)}
    row, column = cells()
    found = []
    for name, picture in zip(archive.track_id.tolist(), archive.log_power, strict=True):
        if name not in published:
            continue
        entry = published[name]
        theirs = np.frombuffer(base64.b64decode(entry["cells"]), dtype=np.uint8).astype(np.int64)
        apart = np.abs(picture[row, column].astype(np.int64) - theirs)
        same = _digest(picture) == entry["sha256"]
        found.append((name, same, float((apart == 0).mean()), float((apart <= NEAR).mean())))
    names = set(archive.track_id.tolist())
    return Agreement(
        pd.DataFrame(found, columns=["track_id", "same", "equal", "near"]),
        tuple(sorted(set(published) - names)),
        tuple(sorted(names - set(published))),
    )


def _digest(picture: Grey) -> str:
    return hashlib.sha256(np.ascontiguousarray(picture).tobytes()).hexdigest()[:DIGITS]
