"""From random folds to artists kept apart, one step at a time, on the same tracks.

Every rung divides GTZAN's tracks of known artists into five folds: fold k tests, the next one
validates, the other three train. From rung to rung one thing changes:

- ``waterfall_random``: folds at random, stratified by genre; all tracks of known artists.
- ``waterfall_size``: the same folds; the training parts are cut to the size that they have at
  the last rung, genre by genre.
- ``waterfall_clean``: tracks that the fault-filtered split leaves out are gone from all parts.
- ``waterfall_copies``: copies and versions of one recording stand in one fold.
- ``waterfall_artists``: the folds of `mgc.datasets.artists`, less the faulty tracks.

From the second rung on, a fold trains on the same number of tracks of each genre at every rung,
so that neither size nor balance is what changes. To compare rungs, score the tracks without known
faults, which every rung tests once.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mgc.datasets.artists import artist_folds, recordings
from mgc.datasets.gtzan import gtzan_table
from mgc.datasets.splits import WATERFALL, Fold, Split
from mgc.typing import IntArray, StrArray

N_FOLDS = 5


def draw(protocol: str, ids: StrArray, genres: StrArray, rng: np.random.Generator) -> Split:
    """Draw one rung; with the same random numbers, rungs differ in their step alone.

    Parameters
    ----------
    protocol : str
        One of `mgc.datasets.splits.WATERFALL`.
    ids, genres : ndarray [shape=(n_tracks,)], str
        Of all tracks of GTZAN, in any order.
    rng : numpy.random.Generator

    Returns
    -------
    split : Split
    """
    table = artist_folds()
    clean = clean_tracks()
    order = np.argsort(ids)
    known = order[[str(name) in table for name in ids[order]]]
    names, genre = ids[known], genres[known]
    faultless = np.asarray([str(name) in clean for name in names])
    at_random = _random_folds(genre, rng)
    first = recordings()
    position = {str(name): i for i, name in enumerate(names)}
    # A copy goes where the first track of its recording is; where that is not at hand, it stays.
    lead = [position.get(first[str(name)], i) for i, name in enumerate(names)]
    rungs = {
        "waterfall_random": (at_random, np.ones(len(names), dtype=bool)),
        "waterfall_size": (at_random, np.ones(len(names), dtype=bool)),
        "waterfall_clean": (at_random, faultless),
        "waterfall_copies": (at_random[lead], faultless),
        "waterfall_artists": (np.asarray([table[str(n)].fold for n in names]), faultless),
    }
    fold_of, there = rungs[protocol]
    rank = rng.permutation(len(names))  # which training tracks go first is the same at all rungs
    kept = np.flatnonzero(there)
    back = np.full(len(names), -1)
    back[kept] = np.arange(len(kept))
    folds = []
    for test in range(1, N_FOLDS + 1):
        valid = test % N_FOLDS + 1
        train = np.flatnonzero(there & (fold_of != test) & (fold_of != valid))
        if protocol != WATERFALL[0]:
            train = _cut(train, genre, rank, _sizes(rungs, genre, test))
        rows = (train, np.flatnonzero(there & (fold_of == valid)))
        parts = (*rows, np.flatnonzero(there & (fold_of == test)))
        folds.append(Fold(f"fold{test}", *(back[part].astype(np.int64) for part in parts)))
    whole = np.full(len(kept), -1, dtype=np.int64)
    return Split(protocol, known[kept].astype(np.int64), whole, tuple(folds))


def clean_tracks() -> frozenset[str]:
    """Return the ids of the tracks of known artists that the fault-filtered split keeps."""
    table = gtzan_table()
    kept = set(table.loc[table["fault_filtered"] != "", "track_id"].astype(str))
    return frozenset(kept & artist_folds().keys())


def _random_folds(genre: StrArray, rng: np.random.Generator) -> IntArray:
    """Deal the tracks of each genre to the folds in turn, in random order."""
    folds = np.zeros(len(genre), dtype=np.int64)
    for name in np.unique(genre):
        rows = rng.permutation(np.flatnonzero(genre == name))
        folds[rows] = 1 + (np.arange(len(rows)) + rng.integers(N_FOLDS)) % N_FOLDS
    return folds


def _sizes(
    rungs: Mapping[str, tuple[IntArray, np.ndarray]], genre: StrArray, test: int
) -> dict[str, int]:
    """Count the training tracks of each genre that every rung after the first can give."""
    valid = test % N_FOLDS + 1
    counts = []
    for fold_of, there in list(rungs.values())[1:]:
        train = genre[there & (fold_of != test) & (fold_of != valid)]
        counts.append({str(name): int((train == name).sum()) for name in np.unique(genre)})
    return {name: min(count[name] for count in counts) for name in counts[0]}


def _cut(rows: IntArray, genre: StrArray, rank: IntArray, sizes: Mapping[str, int]) -> IntArray:
    """Keep so many rows of each genre, those of lowest rank."""
    kept = []
    for name, size in sizes.items():
        of_genre = rows[genre[rows] == name]
        kept.append(of_genre[np.argsort(rank[of_genre])][:size])
    return np.sort(np.concatenate(kept))
