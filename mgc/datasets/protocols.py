"""The protocols: which tracks (or segments) train, validate and test a model.

Every split is drawn from the track ids and a seed alone, so that it can be drawn again by
whoever audits a record. :func:`check` proves a split before anything is fitted on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from mgc.datasets import fewer_tracks, waterfall
from mgc.datasets.artists import artist_folds
from mgc.datasets.gtzan import gtzan_table
from mgc.datasets.splits import (
    ALL_PROTOCOLS,
    ARTIST_CV,
    FEWER_TRACKS,
    HOLDOUT,
    LEAK_SHARES,
    PROTOCOLS,
    SEGMENTED,
    WATERFALL,
    Fold,
    Split,
    check,
    refuse_one_genre,
)
from mgc.datasets.tracks import N_SEGMENTS
from mgc.errors import DataError
from mgc.typing import IntArray, StrArray

N_FOLDS = 5
LOST_TRACKS = 10  # that a copy of the whole GTZAN may lack under artist_cv
TEST_SHARE = VALID_SHARE = 0.15
CV_VALID_SHARE = 0.20


def make_split(
    protocol: str,
    track_id: Sequence[str] | StrArray,
    genre: Sequence[str] | StrArray,
    artist: Sequence[str | None] | StrArray,
    seed: int,
) -> Split:
    """Draw the split of one protocol.

    Parameters
    ----------
    protocol : str
        One of ``ALL_PROTOCOLS``. ``artist_cv``: five folds of GTZAN's artist groups
        (:func:`mgc.datasets.artists.artist_folds`); fold k tests, the next validates, the other
        three train; the seed plays no part in it, and tracks of unknown artists have no example.
        ``random``: 70/15/15 stratified by genre, as the original report describes.
        ``fault_filtered``: the published list of 443/197/290 tracks; the seed plays no part in it.
        ``leaky_segments``: ten segments a track, shuffled before a 70/15/15 split, so that pieces
        of one track stand on both sides; wrong on purpose. ``track_disjoint_segments``: the same
        segments, but the tracks are divided first, as under ``random`` with the same seed; what
        leaks is the difference between the two. ``cv5``: five stratified folds of whole tracks,
        grouped by artist where artists are known, with 20 % of the training tracks held out for
        validation in the same manner. One of ``LEAK_SHARES``: see :mod:`mgc.datasets.leak_splits`.
    track_id, genre, artist : sequences of str, length n_tracks
        Artist is empty or None where unknown. The order of tracks does not matter: the same
        ids get the same parts.
    seed : int
        0 or more.

    Returns
    -------
    Split
        Already passed through :func:`check`.

    Raises
    ------
    DataError
        Unknown protocol, ids that repeat, tracks of one genre alone, or too few tracks of some
        genre for the protocol.

    Notes
    -----
    Fault-filtered list: Kereliuk, Sturm and Larsen (2015), "Deep learning and music
    adversaries", IEEE Transactions on Multimedia 17(11).
    """
    ids = np.asarray(list(track_id), dtype=np.str_)
    genres = np.asarray(list(genre), dtype=np.str_)
    artists = np.asarray([name or "" for name in artist], dtype=np.str_)
    _check_arguments(protocol, ids, genres, artists, seed)
    # Drawing in the order of ids makes the split independent of the caller's order.
    order = np.argsort(ids).astype(np.int64)
    split = _draw_split(protocol, ids, genres, artists, order, np.random.default_rng(seed))
    _check_genres(split, genres)
    check(split, artists)
    return split


def _check_arguments(
    protocol: str, ids: StrArray, genres: StrArray, artists: StrArray, seed: object
) -> None:
    """Refuse what no split can be drawn from, with the remedy."""
    if protocol not in ALL_PROTOCOLS:
        raise DataError(f"Unknown protocol {protocol!r}; choose one of {', '.join(PROTOCOLS)}.")
    if not len(ids) == len(genres) == len(artists):
        raise DataError(
            f"Split {protocol}: {len(ids)} track ids, {len(genres)} genres and "
            f"{len(artists)} artists; give one of each for every track."
        )
    if len(ids) == 0:
        raise DataError(f"Split {protocol}: the edition holds no tracks.")
    if len(np.unique(ids)) != len(ids):
        twice = Counter(ids.tolist()).most_common(1)[0][0]
        raise DataError(f"Split {protocol}: track id {twice} occurs more than once.")
    refuse_one_genre(genres.tolist())
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise DataError(f"Split {protocol}: the seed is {seed!r}; use a whole number from 0 on.")
    least = {"random": 3, "track_disjoint_segments": 3, "cv5": N_FOLDS}.get(protocol, 1)
    for name, count in sorted(Counter(genres.tolist()).items()):
        if count < least:
            raise DataError(
                f"Split {protocol} needs {least} tracks of every genre, and {name} has {count}; "
                "add tracks of it or leave the genre out."
            )


def _check_genres(split: Split, genres: StrArray) -> None:
    """Refuse a fold whose model would have to name a genre that it never heard."""
    every = set(genres[split.example_track].tolist())
    for fold in split.folds:
        lacking = every - set(genres[split.example_track[fold.train]].tolist())
        if lacking:
            raise DataError(
                f"Split {split.protocol}, fold {fold.name}: no training track is left of "
                f"{', '.join(sorted(lacking))}; the edition needs more artists of it."
            )


def _draw_split(
    protocol: str,
    ids: StrArray,
    genres: StrArray,
    artists: StrArray,
    order: IntArray,
    rng: np.random.Generator,
) -> Split:
    """Draw the examples and folds of a protocol, tracks taken in the given order."""
    if protocol == "fault_filtered":
        return _fault_filtered(ids, genres, order)
    if protocol == ARTIST_CV:
        return _artist_cv(ids, order)
    if protocol in WATERFALL:
        _artist_cv(ids, order)  # refuses what is not the whole GTZAN
        return waterfall.draw(protocol, ids, genres, rng)
    if protocol in FEWER_TRACKS:
        return fewer_tracks.draw(protocol, _artist_cv(ids, order), ids, genres, rng)
    if protocol in LEAK_SHARES:
        from mgc.datasets.leak_splits import draw  # which builds on this module

        return draw(protocol, _fault_filtered(ids, genres, order), genres, rng)
    repeat = N_SEGMENTS if protocol in SEGMENTED else 1
    example_track = np.repeat(order, repeat)
    example_segment = (
        np.tile(np.arange(N_SEGMENTS), len(order)) if repeat > 1 else np.full(len(order), -1)
    ).astype(np.int64)
    labels = genres[example_track]
    if protocol == "cv5":
        folds = _cv_folds(labels, artists[example_track], rng)
    elif protocol == "track_disjoint_segments":
        folds = (_pieces(_holdout(genres[order], rng)),)
    else:
        folds = (_holdout(labels, rng),)
    return Split(protocol, example_track, example_segment, folds)


def _fault_filtered(ids: StrArray, genres: StrArray, order: IntArray) -> Split:
    """Sort the tracks into the published lists; tracks on none of them have no example."""
    table = gtzan_table()
    part_of = dict(zip(table["track_id"].astype(str), table["fault_filtered"], strict=True))
    part = np.asarray([str(part_of.get(str(name), "")) for name in ids[order]], dtype=np.str_)
    kept = np.isin(part, ("train", "valid", "test"))
    example_track, part = order[kept], part[kept]
    train, valid, test = (
        np.flatnonzero(part == name).astype(np.int64) for name in ("train", "valid", "test")
    )
    every = set(genres.tolist())
    for rows in (train, valid, test):
        if set(genres[example_track[rows]].tolist()) != every:
            raise DataError(
                f"Split fault_filtered: of its 443/197/290 tracks the edition holds {len(train)}/"
                f"{len(valid)}/{len(test)}, not enough for every genre in every part; use the "
                "full GTZAN, or another protocol."
            )
    example_segment = np.full(len(example_track), -1, dtype=np.int64)
    return Split(
        "fault_filtered", example_track, example_segment, (Fold(HOLDOUT, train, valid, test),)
    )


def _artist_cv(ids: StrArray, order: IntArray) -> Split:
    """Look up the fold of each track; tracks of unknown artists have no example."""
    table = artist_folds()
    example_track = order[[str(name) in table for name in ids[order]]]
    if len(example_track) < len(table) - LOST_TRACKS:
        raise DataError(
            f"Split artist_cv: of GTZAN's {len(table)} tracks with a known artist the edition "
            f"holds {len(example_track)}; use the whole GTZAN, or another protocol."
        )
    places = [table[str(name)] for name in ids[example_track]]
    number = np.asarray([place.fold for place in places], dtype=np.int64)
    group = np.asarray([place.group for place in places], dtype=np.str_)
    folds = []
    for test in range(1, N_FOLDS + 1):
        valid = test % N_FOLDS + 1
        part = np.where(number == test, "test", np.where(number == valid, "valid", "train"))
        if len(set(zip(group.tolist(), part.tolist(), strict=True))) != len(set(group.tolist())):
            raise DataError(f"Split artist_cv, fold{test}: an artist stands in two parts.")
        rows = (np.flatnonzero(part == name) for name in ("train", "valid", "test"))
        folds.append(Fold(f"fold{test}", *(row.astype(np.int64) for row in rows)))
    whole = np.full(len(example_track), -1, dtype=np.int64)
    return Split(ARTIST_CV, example_track, whole, tuple(folds))


def _holdout(labels: StrArray, rng: np.random.Generator) -> Fold:
    """70/15/15, stratified; at least one example of every genre in each part."""
    n_examples, n_genres = len(labels), len(set(labels.tolist()))
    alone = np.arange(n_examples)
    test = _draw(labels, alone, max(round(TEST_SHARE * n_examples), n_genres), rng)
    rest = np.setdiff1d(alone, test)
    target = max(round(VALID_SHARE * n_examples), n_genres)
    valid = rest[_draw(labels[rest], rest, target, rng)]
    return Fold(HOLDOUT, np.setdiff1d(rest, valid), valid, test)


def _pieces(fold: Fold) -> Fold:
    """Turn parts of tracks into parts of their segments, ten for each track in a row."""
    parts = (
        (part[:, None] * N_SEGMENTS + np.arange(N_SEGMENTS)).reshape(-1).astype(np.int64)
        for part in (fold.train, fold.valid, fold.test)
    )
    return Fold(fold.name, *parts)


def _cv_folds(labels: StrArray, artists: StrArray, rng: np.random.Generator) -> tuple[Fold, ...]:
    """Five folds; an unknown artist counts as an artist of its own."""
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    n_examples = len(labels)
    known = artists != ""
    codes = np.unique(artists, return_inverse=True)[1]
    group = np.where(known, codes, codes.max() + 1 + np.arange(n_examples)).astype(np.int64)
    if len(np.unique(group)) < N_FOLDS:
        raise DataError(f"Split cv5 needs {N_FOLDS} artists or more, to keep each in one fold.")
    kind = StratifiedGroupKFold if known.any() else StratifiedKFold
    splitter = kind(n_splits=N_FOLDS, shuffle=True, random_state=int(rng.integers(2**31)))
    parts = splitter.split(np.zeros(n_examples), labels, group if known.any() else None)
    folds = []
    for number, (rest, test) in enumerate(parts, 1):
        target = round(CV_VALID_SHARE * len(rest))
        valid = rest[_draw(labels[rest], group[rest], target, rng)].astype(np.int64)
        train = np.setdiff1d(rest, valid).astype(np.int64)
        folds.append(Fold(f"fold{number}", train, valid, test.astype(np.int64)))
    return tuple(folds)


def _draw(labels: StrArray, group: IntArray, target: int, rng: np.random.Generator) -> IntArray:
    """Draw whole groups until `target` examples are taken, always from the genre drawn from least.

    No genre is ahead of another in its share by more than one group, so counts are proportional
    to about one; where the target is hardly more than the number of genres, to a little more
    than one. A group is passed over when it is the last
    of its genre, so that something is left to train on. Returns ascending positions.
    """
    size = Counter(labels.tolist())
    members: dict[int, list[int]] = {}
    for position, key in enumerate(group.tolist()):
        members.setdefault(key, []).append(position)
    inside = {key: Counter(labels[rows].tolist()) for key, rows in members.items()}
    queue: dict[str, list[int]] = {name: [] for name in sorted(size)}
    for key in rng.permutation(sorted(members)).tolist():
        for name in inside[key]:
            queue[name].append(key)
    left = {name: len(waiting) for name, waiting in queue.items()}
    rank = {name: int(r) for name, r in zip(sorted(size), rng.permutation(len(size)), strict=True)}
    drawn: Counter[str] = Counter()
    taken: dict[int, None] = {}
    while sum(drawn.values()) < target:
        waiting = [name for name in queue if queue[name]]
        if not waiting:
            break
        least = min(waiting, key=lambda name: (drawn[name] / size[name], rank[name]))
        key = queue[least].pop()
        if key in taken or any(left[name] <= 1 for name in inside[key]):
            continue
        taken[key] = None
        drawn.update(inside[key])
        for name in inside[key]:
            left[name] -= 1
    rows = [row for key in taken for row in members[key]]
    return np.asarray(sorted(rows), dtype=np.int64)
