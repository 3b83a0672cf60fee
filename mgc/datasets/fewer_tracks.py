"""Learning curves: the folds of `artist_cv` with a part of their training tracks.

Under ``artist_cv_tracks_25`` a quarter of the training tracks of each genre is drawn track by
track, so that most artists stay. Under ``artist_cv_artists_25`` as many tracks are drawn artist
by artist, so that few stay. Validation and test parts are those of ``artist_cv``.
"""

from __future__ import annotations

import numpy as np

from mgc.datasets.artists import artist_folds
from mgc.datasets.splits import Fold, Split
from mgc.typing import IntArray, StrArray


def draw(
    protocol: str, base: Split, ids: StrArray, genres: StrArray, rng: np.random.Generator
) -> Split:
    """Draw a part of the training tracks of each fold.

    Parameters
    ----------
    protocol : str
        One of `mgc.datasets.splits.FEWER_TRACKS`.
    base : Split
        That of ``artist_cv``.
    ids, genres : ndarray [shape=(n_tracks,)], str
    rng : numpy.random.Generator

    Returns
    -------
    split : Split
        Tracks that no fold trains on are still tested.
    """
    kind, share = protocol.removeprefix("artist_cv_").split("_")
    table = artist_folds()
    names = ids[base.example_track]
    genre = genres[base.example_track]
    group = np.asarray([table[str(name)].group for name in names], dtype=np.str_)
    folds = []
    for fold in base.folds:
        kept = []
        for name in np.unique(genre[fold.train]):
            rows = rng.permutation(fold.train[genre[fold.train] == name])
            if kind == "artists":
                rows = _by_group(rows, group[rows], rng)
            kept.append(rows[: max(1, round(int(share) / 100 * len(rows)))])
        folds.append(Fold(fold.name, np.sort(np.concatenate(kept)), fold.valid, fold.test))
    return Split(protocol, base.example_track, base.example_segment, tuple(folds))


def _by_group(rows: IntArray, group: StrArray, rng: np.random.Generator) -> IntArray:
    """Put the rows of a group next to each other, groups in random order."""
    rank = {name: i for i, name in enumerate(rng.permutation(np.unique(group)).tolist())}
    order = np.argsort([rank[str(name)] for name in group], kind="stable")
    return rows[order]
