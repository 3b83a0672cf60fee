"""Intervals over artists cover what they promise, and tests swap whole artists."""

import numpy as np
import pandas as pd
import pytest

from mgc.evaluation.clusters import (
    artist_groups,
    count,
    group_weights,
    interval,
    net_by_group,
    resample,
)
from mgc.evaluation.significance import sign_flip

GENRES = ("blues", "jazz", "rock")


def frame(rights, per_artist=5):
    """Tracks of artists, `per_artist` each; `rights` holds genre by artist by track."""
    rows = [
        (f"{genre}.{a}.{t}", genre, bool(right))
        for genre, artists in zip(GENRES, rights, strict=False)
        for a, tracks in enumerate(artists)
        for t, right in enumerate(tracks)
    ]
    return pd.DataFrame(rows, columns=["track_id", "genre", "right"])


def groups(frame):
    return {name: name.rsplit(".", 1)[0] for name in frame["track_id"]}


def test_tracks_of_one_artist_that_agree_count_as_one():
    rng = np.random.default_rng(1)
    answers = rng.random((3, 20, 1)) < 0.6
    alike = frame(np.repeat(answers, 5, axis=2))
    by_artist = interval(count([alike], groups(alike)))
    by_track = interval(count([alike], {}))
    assert by_artist[1] - by_artist[0] > 1.9 * (by_track[1] - by_track[0])
    single = frame(answers)
    assert interval(count([single], groups(single))) == pytest.approx(by_artist, abs=1e-12)


def test_independent_tracks_lose_little_by_being_grouped():
    rng = np.random.default_rng(2)
    loose = frame(rng.random((3, 40, 5)) < 0.6)
    by_artist = interval(count([loose], groups(loose)))
    by_track = interval(count([loose], {}))
    assert by_artist[1] - by_artist[0] == pytest.approx(by_track[1] - by_track[0], rel=0.25)


def test_the_spread_is_that_of_a_ratio_worked_out_by_hand():
    """Equal artists: the variance is that of a stratified mean of artists, n - 1 in it."""
    rng = np.random.default_rng(3)
    rates = rng.random((3, 12))
    answers = frame(rng.random((3, 12, 5)) < rates[:, :, None])
    shares = answers["right"].to_numpy().reshape(3, 12, 5).mean(axis=2)
    expected = np.sqrt((shares.var(axis=1, ddof=1) / 12).sum()) / 3
    assert resample(count([answers], groups(answers))).std() == pytest.approx(expected, rel=0.03)


def test_the_interval_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(4)
    held, trials = 0, 120
    for _ in range(trials):
        rates = rng.beta(2, 2, size=(3, 12))  # an artist is easy or hard; the mean is one half
        seen = frame(rng.random((3, 12, 5)) < rates[:, :, None])
        low, high = interval(count([seen], groups(seen)))
        held += low <= 0.5 <= high
    assert 0.90 <= held / trials <= 0.98


def test_seeds_widen_the_interval_and_draws_are_fixed():
    rng = np.random.default_rng(5)
    seeds = [frame(rng.random((3, 30, 4)) < rate) for rate in (0.4, 0.6, 0.5)]
    known = groups(seeds[0])
    low, high = interval(count(seeds, known))
    assert (low, high) == interval(count(seeds, known))
    alone = [interval(count([one], known)) for one in seeds]
    assert high - low > np.mean([b - a for a, b in alone])


def test_genres_with_one_artist_count_together_and_unknown_artists_alone():
    few = frame([[[1, 0, 1]], [[1, 1, 1]], [[0, 0, 1], [1, 0, 0]]])
    clusters = count([few], groups(few))
    weights = group_weights(clusters.genre)
    # Two genres have one artist each: these two are drawn as the two of the third genre are.
    assert (
        weights[:, :2].sum(axis=1).tolist() == weights[:, 2:].sum(axis=1).tolist() == [2] * 10_000
    )
    low, high = interval(clusters)
    assert low < high
    assert len(count([few], {}).genre) == len(few)


def test_gtzans_artists_come_from_the_table_and_those_of_the_demo_from_its_manifest():
    found = artist_groups("gtzan-archive")
    assert found["blues.00000"] == found["blues.00001"] == "john-lee-hooker"
    assert found["jazz.00054"] == "unknown-jazz.00054"
    own = artist_groups("demo")
    assert len(own) == 90
    assert 1 < len(set(own.values())) < 90
    assert artist_groups("own-music") == {}


def test_a_paired_test_swaps_whole_artists():
    """Ten tracks of one artist are one coin: p is 2 / 2^1 capped at 1, not 2 / 2^10."""
    net = pd.Series(1, index=[f"jazz.{i:05d}" for i in range(10)])
    one = net_by_group(net, dict.fromkeys(net.index, "one artist"))
    assert one.tolist() == [10]
    assert sign_flip(one) == 1.0
    assert sign_flip(net_by_group(net, {})) == pytest.approx(2 / 2**10)
