"""The rungs from random folds to artists kept apart: each differs from the last in its step."""

from collections import Counter

import numpy as np
import pytest

from mgc.datasets.artists import artist_folds, recordings, track_credits
from mgc.datasets.gtzan import gtzan_table
from mgc.datasets.protocols import make_split
from mgc.datasets.splits import FEWER_TRACKS, WATERFALL
from mgc.datasets.waterfall import clean_tracks

TABLE = gtzan_table()
IDS, GENRE = list(TABLE["track_id"]), list(TABLE["genre"])


def rung(protocol, seed=0):
    return make_split(protocol, IDS, GENRE, [""] * len(IDS), seed)


def names(split, rows):
    return {IDS[split.example_track[row]] for row in rows}


def test_every_rung_tests_every_faultless_track_once():
    for protocol in WATERFALL:
        split = rung(protocol)
        tested = Counter(
            IDS[split.example_track[row]] for fold in split.folds for row in fold.test
        )
        assert all(tested[name] == 1 for name in clean_tracks())
        assert set(tested) <= set(artist_folds())
    assert len(clean_tracks()) == 900


def test_after_the_first_rung_folds_train_on_as_many_tracks_of_each_genre():
    counts = []
    for protocol in WATERFALL[1:]:
        split = rung(protocol)
        counts.append(
            [
                Counter(GENRE[split.example_track[row]] for row in fold.train)
                for fold in split.folds
            ]
        )
    assert all(other == counts[0] for other in counts)


def test_faults_go_first_then_copies_then_artists():
    clean, first, places = clean_tracks(), recordings(), artist_folds()
    shared = {}
    for protocol in WATERFALL:
        split = rung(protocol)
        train = [names(split, fold.train) for fold in split.folds]
        test = [names(split, fold.test) for fold in split.folds]
        if protocol in WATERFALL[2:]:
            assert set.union(*train, *test) <= clean
        copies = sum(
            len({first[name] for name in a} & {first[name] for name in b})
            for a, b in zip(train, test, strict=True)
        )
        artists = sum(
            len({places[name].group for name in a} & {places[name].group for name in b})
            for a, b in zip(train, test, strict=True)
        )
        shared[protocol] = copies, artists
    assert shared["waterfall_clean"][0] > 0
    assert shared["waterfall_copies"][0] == 0
    assert shared["waterfall_copies"][1] > 100
    assert shared["waterfall_artists"] == (0, 0)


def test_the_size_rung_changes_the_size_alone():
    full, cut = rung("waterfall_random"), rung("waterfall_size")
    for one, other in zip(full.folds, cut.folds, strict=True):
        assert np.array_equal(one.test, other.test)
        assert set(other.train) < set(one.train)


def test_copies_are_one_file_one_title_or_one_match():
    first = recordings()
    assert first["metal.00058"] == first["rock.00016"]  # byte-identical, across genres
    assert first["blues.00024"] == first["blues.00028"]  # Traveling Riverside Blues, two takes
    assert first["blues.00000"] == "blues.00000"
    groups = {}
    for name, root in first.items():
        groups.setdefault(root, set()).add(track_credits()[name].group)
    assert all(len(group) == 1 for group in groups.values())


@pytest.mark.parametrize("protocol", FEWER_TRACKS)
def test_fewer_tracks_by_artist_keep_fewer_artists_of_as_many_tracks(protocol):
    split, whole, places = rung(protocol), rung("artist_cv"), artist_folds()
    share = int(protocol[-2:]) / 100
    for fold, full in zip(split.folds, whole.folds, strict=True):
        assert np.array_equal(fold.test, full.test)
        assert set(fold.train) < set(full.train)
        assert len(fold.train) == pytest.approx(share * len(full.train), abs=5)
    artists = [len({places[n].group for n in names(split, fold.train)}) for fold in split.folds]
    if "_artists_" in protocol:
        other = rung(protocol.replace("artists", "tracks"))
        more = [len({places[n].group for n in names(other, fold.train)}) for fold in other.folds]
        assert all(a < b for a, b in zip(artists, more, strict=True))
