"""The protocol of the page on leaks: only the leak grows, everything else stays."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mgc.datasets.gtzan import gtzan_table
from mgc.datasets.leak_splits import SHARES, leaked_tracks, share_of
from mgc.datasets.protocols import make_split
from mgc.datasets.splits import LEAK_SHARES, LEAKING, PROTOCOLS, Split, check
from mgc.datasets.tracks import N_SEGMENTS
from mgc.errors import DataError

TABLE = gtzan_table()
PART_OF = dict(zip(TABLE["track_id"], TABLE["fault_filtered"], strict=True))


@st.composite
def editions(draw):
    """Parts of GTZAN with at least as many training as test tracks of each genre, shuffled."""
    chosen = []
    for _, rows in TABLE.groupby("genre"):
        ids = {
            part: rows.loc[rows["fault_filtered"] == part, "track_id"].tolist()
            for part in ("train", "valid", "test", "")
        }
        n_test = draw(st.integers(1, 6))
        sizes = {
            "test": n_test,
            "train": draw(st.integers(n_test, 9)),
            "valid": draw(st.integers(1, 3)),
            "": draw(st.integers(0, 2)),
        }
        for part, size in sizes.items():
            chosen += ids[part][:size]
    chosen = draw(st.permutations(chosen))
    return chosen, [name.split(".")[0] for name in chosen]


def splits_of(edition, seed):
    """Draw every share of an edition."""
    ids, genre = edition
    return [make_split(protocol, ids, genre, [""] * len(ids), seed) for protocol in LEAK_SHARES]


def pieces(split, part, ids):
    """Return the pieces of a part as pairs of track id and number."""
    examples = getattr(split.folds[0], part)
    tracks, numbers = (
        split.example_track[examples].tolist(),
        split.example_segment[examples].tolist(),
    )
    return {(ids[track], number) for track, number in zip(tracks, numbers, strict=True)}


@settings(max_examples=40, deadline=None)
@given(editions(), st.integers(0, 1000))
def test_only_the_leak_grows(edition, seed):
    """The tested pieces, the size of training and each larger share follow from the page's words.

    Test and validation are the odd pieces of the published lists, whatever leaks. Training pieces
    are exchanged one for one, within a genre. What leaks keeps leaking at a larger share, and
    what made way does not come back. The share of leaked tracks is as near to the name of the
    protocol as whole tracks of each genre allow.
    """
    ids, genre = edition
    listed = {
        part: {(name, k) for name in ids if PART_OF[name] == part for k in (1, 3, 5, 7, 9)}
        for part in ("valid", "test")
    }
    tested = Counter(g for name, g in zip(ids, genre, strict=True) if PART_OF[name] == "test")
    sizes, trained = [], []
    for share, split in zip(SHARES, splits_of(edition, seed), strict=True):
        train, valid, test = (pieces(split, part, ids) for part in ("train", "valid", "test"))
        assert (valid, test) == (listed["valid"], listed["test"])
        assert not train & test, "a piece is used once"
        assert not {name for name, _ in valid} & {name for name, _ in train}
        sizes.append(Counter(name.split(".")[0] for name, _ in train))
        trained.append({name for name, _ in train})
        leaked = Counter(genre[track] for track in leaked_tracks(split))
        assert leaked == Counter(g.split(".")[0] for g in trained[-1] if PART_OF[g] == "test")
        for name, count in tested.items():
            assert abs(leaked[name] - share * count / 100) <= 0.5
    assert all(size == sizes[0] for size in sizes)
    assert sum(sizes[0].values()) == 5 * sum(PART_OF[name] == "train" for name in ids)
    for smaller, larger in pairwise(trained):
        assert {name for name in smaller if PART_OF[name] == "test"} <= larger
        assert {name for name in larger if PART_OF[name] == "train"} <= smaller


@settings(max_examples=20, deadline=None)
@given(editions(), st.integers(0, 1000), st.randoms())
def test_the_order_of_tracks_does_not_matter(edition, seed, random):
    """The same ids get the same parts."""
    ids, genre = edition
    other = random.sample(range(len(ids)), len(ids))
    again = [ids[k] for k in other], [genre[k] for k in other]
    for one, two in zip(splits_of(edition, seed), splits_of(again, seed), strict=True):
        for part in ("train", "valid", "test"):
            assert pieces(one, part, ids) == pieces(two, part, again[0])


def test_all_of_gtzan_and_seeds_that_choose_anew():
    """The published lists suffice for the exchange, and each seed leaks other tracks."""
    ids, genre = TABLE["track_id"].tolist(), TABLE["genre"].tolist()
    half = [make_split("leak_share_50", ids, genre, [""] * len(ids), seed) for seed in range(3)]
    for split in half:
        fold = split.folds[0]
        assert (len(fold.train), len(fold.valid), len(fold.test)) == (5 * 443, 5 * 197, 5 * 290)
        assert set(split.example_segment.tolist()) == set(range(N_SEGMENTS))
    assert len({tuple(leaked_tracks(split).tolist()) for split in half}) == 3


def test_a_leak_under_the_name_of_no_leak_is_refused():
    """The check that runs before every fit holds `leak_share_0` to its word."""
    ids, genre = TABLE["track_id"].tolist(), TABLE["genre"].tolist()
    leaky = make_split("leak_share_25", ids, genre, [""] * len(ids), 0)
    clean = Split("leak_share_0", leaky.example_track, leaky.example_segment, leaky.folds)
    with pytest.raises(DataError, match="pieces of a track stand in more than one part"):
        check(clean, [""] * len(ids))


def test_what_cannot_be_exchanged_or_is_another_protocol_is_refused():
    """The message names the genre or the choices."""
    few = [
        name
        for _, rows in TABLE.groupby(["genre", "fault_filtered"])["track_id"]
        for name in rows.tolist()[: 1 if PART_OF[rows.iloc[0]] == "train" else 2]
    ]
    with pytest.raises(DataError, match="2 test tracks and only 1 training tracks to exchange"):
        make_split("leak_share_0", few, [n.split(".")[0] for n in few], [""] * len(few), 0)
    with pytest.raises(DataError, match="no share of leaked tracks"):
        share_of("random")


def test_chapters_compare_by_other_protocols():
    """None of these is among the protocols that chapter 5 lists; only shares above 0 leak."""
    assert not set(LEAK_SHARES) & set(PROTOCOLS)
    assert set(LEAKING) - set(PROTOCOLS) == set(LEAK_SHARES[1:])
    assert np.array_equal([share_of(name) for name in LEAK_SHARES], SHARES)
