"""Splits: what a reader relies on when a score is called a test score."""

import itertools
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mgc.datasets.artists import artist_folds
from mgc.datasets.gtzan import gtzan_table
from mgc.datasets.protocols import make_split
from mgc.datasets.splits import PROTOCOLS, SEGMENTED, Fold, Split, check
from mgc.datasets.tracks import GENRES, N_SEGMENTS
from mgc.errors import DataError

WHOLE_TRACKS = ("random", "cv5")


def tracks(per_genre, artists_per_genre=0, genres=GENRES):
    """Ids, genres and artists of a regular edition; no artists unless asked for."""
    rows = [
        (f"{g}.{i:05d}", g, f"{g}-{i % artists_per_genre}" if artists_per_genre else "")
        for g in genres
        for i in range(per_genre)
    ]
    return tuple(map(list, zip(*rows, strict=True)))


@st.composite
def editions(draw):
    """Editions of uneven genres; artists unknown, all known, or known here and there."""
    sizes = draw(st.lists(st.integers(5, 14), min_size=2, max_size=10))
    kind = draw(st.sampled_from(["none", "all", "some"]))
    rows = []
    for genre, size in zip(GENRES, sizes, strict=False):
        n_artists = draw(st.integers(3, 6))
        for i in range(size):
            known = kind == "all" or (kind == "some" and i % 2)
            rows.append((f"{genre}.{i:05d}", genre, f"{genre}{i % n_artists}" if known else ""))
    rows = draw(st.permutations(rows))
    return tuple(map(list, zip(*rows, strict=True)))


@settings(max_examples=60, deadline=None)
@given(editions(), st.integers(0, 1000), st.sampled_from(["random", *SEGMENTED, "cv5"]))
def test_parts_are_disjoint_complete_and_teach_every_genre(edition, seed, protocol):
    ids, genre, artist = edition
    split = make_split(protocol, ids, genre, artist, seed)
    segments = N_SEGMENTS if protocol in SEGMENTED else 1
    examples = set(zip(split.example_track.tolist(), split.example_segment.tolist(), strict=True))
    assert len(examples) == len(split.example_track) == len(ids) * segments
    for fold in split.folds:
        parts = [set(part.tolist()) for part in (fold.train, fold.valid, fold.test)]
        assert sum(map(len, parts)) == len(examples)
        assert set.union(*parts) == set(range(len(examples)))
        assert {genre[split.example_track[u]] for u in parts[0]} == set(genre)


@settings(max_examples=60, deadline=None)
@given(editions(), st.integers(0, 1000))
def test_cv5_tests_every_track_once_and_keeps_artists_together(edition, seed):
    ids, genre, artist = edition
    split = make_split("cv5", ids, genre, artist, seed)
    tested = [split.example_track[u] for fold in split.folds for u in fold.test]
    assert sorted(tested) == list(range(len(ids)))
    assert len(split.folds) == 5
    for fold in split.folds:
        names = [
            {artist[split.example_track[u]] for u in part} - {""}
            for part in (fold.train, fold.valid, fold.test)
        ]
        assert not names[0] & names[1]
        assert not names[0] & names[2]
        assert not names[1] & names[2]


@settings(max_examples=40, deadline=None)
@given(editions(), st.integers(0, 1000))
def test_random_is_stratified_within_one_track(edition, seed):
    ids, genre, _ = edition
    split = make_split("random", ids, genre, [""] * len(ids), seed)
    fold = split.folds[0]
    left = Counter(genre)
    # The test part is drawn from all tracks, the validation part from those that are left. The
    # total is raised to one track a genre in very small editions.
    for part in (fold.test, fold.valid):
        drawn = Counter(genre[split.example_track[u]] for u in part)
        assert all(drawn[name] >= 1 for name in left)
        for name, other in itertools.permutations(left, 2):
            if left[other] - drawn[other] > 1:  # the last track of a genre is left to train on
                assert (drawn[name] - 1) / left[name] <= drawn[other] / left[other] + 1e-12
        left -= drawn


@settings(max_examples=25, deadline=None)
@given(editions(), st.integers(0, 1000), st.sampled_from(PROTOCOLS), st.randoms())
def test_same_seed_same_parts_whatever_the_order(edition, seed, protocol, shuffler):
    if protocol == "fault_filtered":
        table = gtzan_table()
        edition = (list(table["track_id"]), list(table["genre"]), [""] * len(table))
    positions = list(range(len(edition[0])))
    shuffler.shuffle(positions)

    def parts(order):
        ids, genre, artist = ([column[i] for i in order] for column in edition)
        split = make_split(protocol, ids, genre, artist, seed)
        return [
            {
                (ids[split.example_track[u]], int(split.example_segment[u]), part)
                for part in ("train", "valid", "test")
                for u in getattr(fold, part)
            }
            for fold in split.folds
        ]

    assert parts(range(len(positions))) == parts(positions)


@pytest.mark.parametrize("protocol", ["random", *SEGMENTED, "cv5"])
def test_another_seed_draws_other_test_parts(protocol):
    edition = tracks(10)
    drawn = {tuple(make_split(protocol, *edition, seed).folds[0].test) for seed in range(5)}
    assert len(drawn) == 5


def test_random_on_full_gtzan_is_exactly_70_15_15_of_each_genre():
    ids, genre, artist = tracks(100)
    fold = make_split("random", ids, genre, artist, 3).folds[0]
    for part, count in ((fold.train, 70), (fold.valid, 15), (fold.test, 15)):
        assert Counter(genre[u] for u in part) == dict.fromkeys(GENRES, count)


def test_fault_filtered_is_the_published_list():
    table = gtzan_table()
    ids, genre = list(table["track_id"]), list(table["genre"])
    split = make_split("fault_filtered", ids, genre, [""] * len(ids), 0)
    fold = split.folds[0]
    assert (len(fold.train), len(fold.valid), len(fold.test)) == (443, 197, 290)
    listed = defaultdict(set)
    for name, part in zip(ids, table["fault_filtered"], strict=True):
        listed[part].add(name)
    for part in ("train", "valid", "test"):
        assert {ids[split.example_track[u]] for u in getattr(fold, part)} == listed[part]
    assert set(split.example_segment.tolist()) == {-1}


def test_fault_filtered_needs_the_tracks_of_the_list():
    mini = gtzan_table().query("in_mini")
    with pytest.raises(DataError, match=r"443/197/290.*40/49/4"):
        make_split("fault_filtered", mini["track_id"], mini["genre"], [""] * len(mini), 0)
    with pytest.raises(DataError, match="0/0/0"):
        make_split("fault_filtered", ["x.1", "y.1"], ["blues", "rock"], ["", ""], 0)


def test_gtzan_mini_in_five_folds_has_two_test_tracks_of_each_genre():
    ids, genre, artist = tracks(10)
    for fold in make_split("cv5", ids, genre, artist, 0).folds:
        assert Counter(genre[u] for u in fold.test) == dict.fromkeys(GENRES, 2)
        assert (len(fold.train), len(fold.valid)) == (64, 16)
        assert set(Counter(genre[u] for u in fold.valid).values()) <= {1, 2}


def test_demo_in_five_folds_holds_out_artists_of_different_genres():
    ids, genre, artist = tracks(9, artists_per_genre=3)
    for seed in range(5):
        for fold in make_split("cv5", ids, genre, artist, seed).folds:
            held_out = {artist[u] for u in fold.test}
            assert 5 <= len(held_out) <= 7
            assert len({genre[u] for u in fold.test}) == len(held_out)
            assert len(fold.test) == 3 * len(held_out)
            assert len(fold.valid) == 15


def test_track_disjoint_segments_are_those_of_the_random_tracks():
    edition = tracks(9)
    whole = make_split("random", *edition, 3)
    cut = make_split("track_disjoint_segments", *edition, 3)
    leaky = make_split("leaky_segments", *edition, 3)
    # The same pieces in the same order, so that what is computed of one serves the other.
    np.testing.assert_array_equal(cut.example_track, leaky.example_track)
    np.testing.assert_array_equal(cut.example_segment, leaky.example_segment)
    for part in ("train", "valid", "test"):
        rows = getattr(cut.folds[0], part)
        assert set(cut.example_track[rows]) == set(
            whole.example_track[getattr(whole.folds[0], part)]
        )
        assert Counter(cut.example_segment[rows].tolist()) == dict.fromkeys(
            range(N_SEGMENTS), len(rows) // N_SEGMENTS
        )


def test_leaky_segments_leak_and_whole_tracks_do_not():
    ids, genre, artist = tracks(9)
    leaky = make_split("leaky_segments", ids, genre, artist, 0)
    fold = leaky.folds[0]
    heard = set(leaky.example_track[fold.train].tolist())
    tested = set(leaky.example_track[fold.test].tolist())
    assert len(tested & heard) > 0.9 * len(tested)
    assert (len(fold.train), len(fold.valid), len(fold.test)) == (630, 135, 135)
    for protocol in WHOLE_TRACKS:
        split = make_split(protocol, ids, genre, artist, 0)
        assert len(np.unique(split.example_track)) == len(ids)


@pytest.mark.parametrize(
    ("protocol", "tracks", "train", "valid", "test", "artists", "fault"),
    [
        ("random", [0, 1, 2, 3], [0, 1], [1], [2, 3], "....", "overlap"),
        ("random", [0, 1, 2, 3], [0], [1], [2], "....", "every example exactly once"),
        ("random", [0, 1, 2, 3], [0, 1], [], [2, 3], "....", "empty"),
        ("random", [0, 1, 1, 2], [0, 1], [2], [3], "...", "more than once"),
        ("track_disjoint_segments", [0, 0, 1, 1], [0, 1], [2], [3], "..", "in more than one part"),
        ("cv5", [0, 1, 2, 3], [0, 1], [2], [3], "ABCA", "A is in training and in test"),
        ("cv5", [0, 1, 2, 3], [0, 1], [2], [3], "....", "every track exactly once"),
    ],
)
def test_check_finds_what_is_wrong(protocol, tracks, train, valid, test, artists, fault):
    fold = Fold("f", *(np.array(part, int) for part in (train, valid, test)))
    names = [name.strip(".") for name in artists]
    segments = np.arange(4) % 2 if protocol in SEGMENTED else np.full(4, -1)
    with pytest.raises(DataError, match=fault):
        check(Split(protocol, np.array(tracks), segments, (fold,)), names)


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("weekly", *tracks(9), 0), "Unknown protocol 'weekly'"),
        (("random", *tracks(9), -1), "seed is -1"),
        (("random", *tracks(9), 0.5), "seed is 0.5; use a whole number"),
        (("random", *tracks(9), "0"), "seed is '0'"),
        (("random", [], [], [], 0), "holds no tracks"),
        (("leaky_segments", *tracks(9, genres=("pop",)), 0), "every track is pop"),
        (("random", ["a", "a", "b"], ["pop"] * 3, [""] * 3, 0), "track id a occurs more"),
        (("random", ["a", "b"], ["pop"] * 3, [""] * 3, 0), "2 track ids, 3 genres"),
        (("random", *tracks(2), 0), "needs 3 tracks of every genre, and blues has 2"),
        (("cv5", *tracks(4), 0), "needs 5 tracks of every genre, and blues has 4"),
        (("cv5", *tracks(9, artists_per_genre=1), 0), "no training track is left of"),
        (("cv5", *tracks(9, artists_per_genre=2, genres=("pop", "rock")), 0), "needs 5 artists"),
    ],
)
def test_what_cannot_be_split_is_refused_with_the_reason(arguments, fault):
    with pytest.raises(DataError, match=fault):
        make_split(*arguments)


@pytest.mark.parametrize(
    ("protocol", "least"),
    [("random", 3), ("leaky_segments", 1), ("track_disjoint_segments", 3), ("cv5", 5)],
)
def test_smallest_editions_work(protocol, least):
    assert make_split(protocol, *tracks(least), 0).protocol == protocol


def whole_gtzan():
    table = gtzan_table()
    return list(table["track_id"]), list(table["genre"]), [""] * len(table)


def test_artist_cv_keeps_every_group_of_the_table_on_one_side():
    ids, genre, artist = whole_gtzan()
    split = make_split("artist_cv", ids, genre, artist, 5)
    places = artist_folds()
    assert {ids[i] for i in split.example_track} == set(places)
    assert len(places) == 970
    assert len({place.group for place in places.values()}) == 241
    for number, fold in enumerate(split.folds, 1):
        groups = [
            {places[ids[split.example_track[u]]].group for u in part}
            for part in (fold.train, fold.valid, fold.test)
        ]
        assert sum(map(len, groups)) == len(set.union(*groups))
        for part, tested in ((fold.test, number), (fold.valid, number % 5 + 1)):
            assert {places[ids[split.example_track[u]]].fold for u in part} == {tested}
            assert {genre[split.example_track[u]] for u in part} == set(GENRES)


def test_artist_cv_draws_the_same_parts_whatever_the_seed_and_refuses_a_part_of_gtzan():
    edition = whole_gtzan()
    one, two = (make_split("artist_cv", *edition, seed) for seed in (0, 1))
    for fold, other in zip(one.folds, two.folds, strict=True):
        assert np.array_equal(fold.train, other.train)
        assert np.array_equal(fold.test, other.test)
    some = [column[::3] for column in edition]
    with pytest.raises(DataError, match="970 tracks with a known artist"):
        make_split("artist_cv", *some, 0)
