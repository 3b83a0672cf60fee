"""The leak, by degrees: the same test pieces while more and more of their tracks train.

Every track of the fault-filtered split is cut into ten pieces of three seconds. Of a training
track the five even ones (0, 2, 4, 6, 8) train; of a validation or test track the five odd ones
are predicted. Under ``leak_share_25`` the even pieces of a quarter of the test tracks train as
well, and those of as many training tracks of the same genres do not. So the number of training
pieces and tracks stays the same, in every genre, and so do the test pieces: only the leak grows.

Even and odd pieces alternate because the usual leaky practice, a shuffle of all pieces, puts the
neighbours of nearly every test piece into the training part. Validation never leaks, so that the
epoch whose weights are kept is chosen in the same way under every share.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mgc.datasets.splits import HOLDOUT, LEAK_SHARES, Fold, Split
from mgc.datasets.tracks import N_SEGMENTS
from mgc.errors import DataError
from mgc.typing import IntArray, StrArray

SHARES = tuple(int(name.rpartition("_")[2]) for name in LEAK_SHARES)
"""Per cent of the test tracks whose even pieces train."""
EVEN = np.arange(0, N_SEGMENTS, 2)
ODD = np.arange(1, N_SEGMENTS, 2)


def share_of(protocol: str) -> int:
    """Read the share, 0 to 100 per cent, back from a protocol; DataError for one without."""
    if protocol not in LEAK_SHARES:
        raise DataError(
            f"{protocol} has no share of leaked tracks; choose one of {', '.join(LEAK_SHARES)}."
        )
    return SHARES[LEAK_SHARES.index(protocol)]


def draw(protocol: str, base: Split, genres: StrArray, rng: np.random.Generator) -> Split:
    """Draw the pieces of one share from a split of whole tracks.

    Parameters
    ----------
    protocol : str
        One of `mgc.datasets.splits.LEAK_SHARES`.
    base : Split
        Of whole tracks, with one fold.
    genres : ndarray [shape=(n_tracks,)], str
        Of the tracks that `base` was made from.
    rng : numpy.random.Generator
        Alike for all shares: then a larger share leaks the tracks of a smaller one and more.

    Returns
    -------
    split : Split
        Examples are the pieces that are used; the others of their tracks have none.

    Raises
    ------
    DataError
        A genre has fewer training than test tracks, so that no exchange is possible.
    """
    share = share_of(protocol)
    (fold,) = base.folds
    train, valid, test = (base.example_track[part] for part in (fold.train, fold.valid, fold.test))
    gone, leaked = [], []
    for genre in sorted(set(genres[test].tolist())):
        from_test = rng.permutation(test[genres[test] == genre])
        from_train = rng.permutation(train[genres[train] == genre])
        if len(from_train) < len(from_test):
            raise DataError(
                f"Split {protocol}: {genre} has {len(from_test)} test tracks and only "
                f"{len(from_train)} training tracks to exchange for them; use the full GTZAN."
            )
        n_leaked = round(share * len(from_test) / 100)
        leaked.append(from_test[:n_leaked])
        gone.append(from_train[:n_leaked])
    trained = np.sort(np.concatenate([np.setdiff1d(train, np.concatenate(gone)), *leaked]))
    pieces = [_pieces(trained, EVEN), _pieces(valid, ODD), _pieces(test, ODD)]
    example_track, example_segment = (
        np.concatenate(column) for column in zip(*pieces, strict=True)
    )
    ends = np.cumsum([len(tracks) for tracks, _ in pieces])
    parts = np.split(np.arange(ends[-1], dtype=np.int64), ends[:-1])
    return Split(protocol, example_track, example_segment, (Fold(HOLDOUT, *parts),))


def leaked_tracks(split: Split) -> IntArray:
    """Return the test tracks of which other pieces train, ascending."""
    (fold,) = split.folds
    both: NDArray[np.int64] = np.intersect1d(
        split.example_track[fold.train], split.example_track[fold.test]
    )
    return both


def _pieces(tracks: IntArray, segments: NDArray[np.int64]) -> tuple[IntArray, IntArray]:
    return np.repeat(tracks, len(segments)), np.tile(segments, len(tracks)).astype(np.int64)
