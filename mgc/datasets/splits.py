"""Protocols by name, the parts that a split has, and the proof that a split is sound."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mgc.errors import DataError
from mgc.typing import IntArray, StrArray

PROTOCOL_TITLES: Mapping[str, str] = {
    "leaky_segments": "leaky segments",
    "track_disjoint_segments": "track-disjoint segments",
    "random": "random",
    "cv5": "five folds",
    "fault_filtered": "fault-filtered",
    "artist_cv": "artist folds",
}
"""From the most leaky to the strictest, on GTZAN."""


PROTOCOLS = ("random", "fault_filtered", "leaky_segments", "track_disjoint_segments", "cv5")
ARTIST_CV = "artist_cv"
SEGMENTED = ("leaky_segments", "track_disjoint_segments")
"""Protocols whose examples are the ten segments of each track."""
LEAK_SHARES = tuple(f"leak_share_{share}" for share in (0, 25, 50, 75, 100))
"""Protocols of the page on leaks (`mgc.datasets.leak_splits`); no chapter compares by them."""
WATERFALL = tuple(f"waterfall_{rung}" for rung in ("random", "size", "clean", "copies", "artists"))
"""Rungs from random folds to artists kept apart, drawn by `mgc.datasets.waterfall`."""
FEWER_TRACKS = tuple(
    f"artist_cv_{kind}_{share}" for kind in ("tracks", "artists") for share in (25, 50)
)
"""Learning curves under artist_cv, drawn by `mgc.datasets.fewer_tracks`."""
REDUCED = (*WATERFALL[1:], *FEWER_TRACKS)
"""Protocols that leave some training tracks out of a fold, on purpose."""
TESTED_ONCE = ("cv5", ARTIST_CV, *WATERFALL, *FEWER_TRACKS)
"""Protocols whose folds test every track once."""
ALL_PROTOCOLS = (*PROTOCOLS, ARTIST_CV, *LEAK_SHARES, *WATERFALL, *FEWER_TRACKS)
BY_SEGMENT = (*SEGMENTED, *LEAK_SHARES)
"""Protocols whose examples are segments: all ten of a track, or the five of one side."""
LEAKING = ("leaky_segments", *LEAK_SHARES[1:])
"""Protocols under which pieces of test tracks train, on purpose."""
HOLDOUT = "holdout"  # name of the only fold of the protocols that have one


@dataclass(frozen=True, eq=False)
class Fold:
    """Three disjoint parts; each an ascending array of indices into the examples of a split."""

    name: str
    train: IntArray
    valid: IntArray
    test: IntArray


@dataclass(frozen=True, eq=False)
class Split:
    """The examples of a protocol and its folds.

    An example is what gets one prediction: a whole track (``example_segment`` -1) or one of the
    ten segments of a track (0 to 9). ``example_track`` holds positions in the track list that the
    split was made from; tracks that the protocol removes have no example.
    """

    protocol: str
    example_track: IntArray
    example_segment: IntArray
    folds: tuple[Fold, ...]


def refuse_one_genre(genres: Iterable[str]) -> None:
    """Raise DataError where all tracks are of one genre: there is nothing to tell apart."""
    if len(only := set(genres)) == 1:
        raise DataError(
            f"every track is {only.pop()}, and a classifier needs two genres or more; add a folder"
            " of another genre"
        )


def check(split: Split, artist: Sequence[str | None] | StrArray) -> None:
    """Prove that a split is disjoint and complete.

    In every fold the three parts share no example and together hold every example. Whole-track
    protocols hold each track once, and but for ``LEAKING`` no two parts share a track.
    In ``cv5`` the test parts of the five folds also divide the examples among them, and no known
    artist of a test part is heard in training or validation. In ``artist_cv`` no artist group
    stands in more than one part. `artist` is that of each track, empty or None where unknown.

    Raises
    ------
    DataError
        Names the protocol, the fold and what is wrong.
    """
    n_examples = len(split.example_track)
    whole = split.protocol not in BY_SEGMENT
    if whole and len(np.unique(split.example_track)) != n_examples:
        raise DataError(f"Split {split.protocol}: a track stands in it more than once.")
    names = np.asarray([name or "" for name in artist], dtype=np.str_)
    for fold in split.folds:
        where = f"Split {split.protocol}, fold {fold.name}"
        together = np.concatenate([fold.train, fold.valid, fold.test])
        if len(np.unique(together)) != len(together):
            raise DataError(f"{where}: training, validation and test parts overlap.")
        complete = np.array_equal(np.sort(together), np.arange(n_examples))
        if not complete and split.protocol not in REDUCED:
            raise DataError(f"{where}: the three parts do not hold every example exactly once.")
        if min(len(fold.train), len(fold.valid), len(fold.test)) == 0:
            raise DataError(f"{where}: one of the three parts is empty.")
        if split.protocol not in LEAKING:
            parts = [split.example_track[part] for part in (fold.train, fold.valid, fold.test)]
            apart = sum(len(np.unique(part)) for part in parts)
            if apart != len(np.unique(np.concatenate(parts))):
                raise DataError(f"{where}: pieces of a track stand in more than one part.")
        if split.protocol == "cv5":
            heard = names[split.example_track[np.concatenate([fold.train, fold.valid])]]
            shared = (set(heard) & set(names[split.example_track[fold.test]])) - {""}
            if shared:
                raise DataError(f"{where}: {sorted(shared)[0]} is in training and in test.")
    if split.protocol in TESTED_ONCE:
        tested = np.sort(np.concatenate([fold.test for fold in split.folds]))
        if not np.array_equal(tested, np.arange(n_examples)):
            raise DataError(
                f"Split {split.protocol}: the test parts do not hold every track exactly once."
            )
