"""What the steps fit: each against a library, a hand-worked value, or what it must not do."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import kneighbors_graph
from sklearn.preprocessing import StandardScaler

from mgc.datasets.artists import track_credits
from mgc.datasets.splits import Fold
from mgc.datasets.tracks import GENRES, P_COLUMNS
from mgc.experiments import (
    artists,
    coarse_first,
    decades,
    ensembles,
    graph,
    labels,
    metadata,
    readout,
)
from tests.helpers.records import one_hot, unsaved

RNG = np.random.default_rng(0)
GENRE = np.asarray(GENRES * 12)
X = (
    RNG.normal(size=(len(GENRE), 6)) + np.asarray([GENRES.index(g) for g in GENRE])[:, None]
).astype(np.float32)
FOLD = Fold("fold1", np.arange(0, 80), np.arange(80, 100), np.arange(100, 120))


def test_the_read_out_is_scikit_learns_on_columns_scaled_by_training_alone():
    valid, test = readout.logistic(X, GENRE, FOLD, (0.5,))
    scaler = StandardScaler().fit(X[FOLD.train])
    model = LogisticRegression(C=0.5, max_iter=5000)
    model.fit(scaler.transform(X[FOLD.train]), GENRE[FOLD.train])
    np.testing.assert_allclose(
        valid, model.predict_proba(scaler.transform(X[FOLD.valid])), atol=1e-3
    )
    np.testing.assert_allclose(
        test, model.predict_proba(scaler.transform(X[FOLD.test])), atol=1e-3
    )


def test_a_penalty_is_chosen_by_validation_tracks_and_never_by_test_tracks():
    penalties = (1e-4, 1e-2, 1.0)
    valid, test = readout.logistic(X, GENRE, FOLD, penalties)
    singly = [readout.logistic(X, GENRE, FOLD, (c,)) for c in penalties]
    losses = [readout.loss(v, GENRE[FOLD.valid]) for v, _ in singly]
    best = int(np.argmin(losses))
    np.testing.assert_array_equal(test, singly[best][1])
    np.testing.assert_array_equal(valid, singly[best][0])
    wrong = GENRE.copy()
    wrong[FOLD.test] = "rock"
    np.testing.assert_array_equal(readout.logistic(X, wrong, FOLD, penalties)[1], test)


def test_labels_spread_as_the_matrix_inverse_has_it():
    """Zhou et al. (2004): F = (I - a S)^-1 Y, each row then divided by its sum."""
    weights = graph.edges(X, 5)
    near = kneighbors_graph(X, 5).toarray()
    np.testing.assert_array_equal(weights, (near + near.T) / 2)
    root = 1 / np.sqrt(weights.sum(axis=1))
    known = np.zeros((len(GENRE), len(GENRES)))
    for row in FOLD.train:
        known[row, GENRES.index(GENRE[row])] = 1
    spread = np.linalg.inv(np.eye(len(GENRE)) - 0.8 * root[:, None] * weights * root[None, :])
    expected = spread @ known
    expected /= expected.sum(axis=1, keepdims=True)
    p = graph.spread(weights, GENRE, FOLD.train, 0.8)
    np.testing.assert_allclose(p, expected, atol=1e-4)


def test_the_labels_of_test_tracks_do_not_spread():
    weights = graph.edges(X, 5, np.repeat(["a", "b", "c"], 40))
    p = graph.spread(weights, GENRE, FOLD.train, 0.5)
    wrong = GENRE.copy()
    wrong[FOLD.test] = "rock"
    np.testing.assert_array_equal(graph.spread(weights, wrong, FOLD.train, 0.5), p)
    assert (np.diag(weights) == 0).all()
    cut = graph.without_unlabelled(weights, FOLD.train)
    assert not cut[80:, 80:].any()
    np.testing.assert_array_equal(cut[:80], weights[:80])


def test_a_family_and_the_genre_within_it_make_a_probability():
    p = coarse_first.in_two_steps(X, GENRE, FOLD.train)
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-6)
    assert sorted(name for family in coarse_first.FAMILIES for name in family) == sorted(GENRES)
    family = [GENRES.index(name) for name in coarse_first.FAMILIES[0]]
    model = LogisticRegression(C=readout.PENALTY, max_iter=5000)
    lookup = {g: n for n, names in enumerate(coarse_first.FAMILIES) for g in names}
    model.fit(X[FOLD.train], [lookup[g] for g in GENRE[FOLD.train]])
    np.testing.assert_allclose(p[:, family].sum(axis=1), model.predict_proba(X)[:, 0], atol=1e-6)


def test_artists_of_a_genre_weigh_alike_and_genres_as_before():
    genre = np.asarray(["blues"] * 4 + ["rock"] * 2)
    group = np.asarray(["a", "a", "a", "b", "a", "c"])
    weight = artists.alike(genre, group)
    np.testing.assert_allclose(weight, [2 / 3, 2 / 3, 2 / 3, 2, 1, 1])


def test_recall_is_counted_by_artist():
    pairs = [("reggae.00000", "reggae", "reggae"), ("reggae.00001", "reggae", "rock")]
    rows = artists.recalls([unsaved(one_hot(pairs), edition="gtzan-archive")])
    known = {track_credits()[name].group for name, *_ in pairs}
    assert set(rows["group"]) == known
    assert (rows["recall"] * rows["tracks"]).sum() == 1
    table = pd.DataFrame({"tracks": [5] * 20, "recall": np.arange(20) / 20})
    assert artists.worst_tenth(table) == pytest.approx(0.025)


def test_cleanlab_suspects_what_was_mislabelled():
    names = GENRE[:100].copy()
    names[3], names[57] = "rock", "blues"
    group = np.asarray([f"artist {n // 2}" for n in range(100)])
    clear = np.eye(10, dtype=np.float32)[[GENRES.index(g) for g in GENRE[:100]]] * 8
    found = labels.suspects(clear + np.random.default_rng(0).normal(size=(100, 10)), names, group)
    assert set(found[:2]) == {3, 57}


def test_precision_orders_labels_as_cleanlab_scores_them():
    rank = pytest.importorskip("cleanlab.rank")
    listed = sorted(labels.removed_by_others())[:10]
    others = [name for name in sorted(track_credits()) if name not in labels.removed_by_others()]
    ids = listed + others[:90]
    p = RNG.dirichlet(np.ones(10), 100)
    genre = [name.partition(".")[0] for name in ids]
    frame = pd.DataFrame(p, columns=list(P_COLUMNS)).assign(
        track_id=ids, segment=-1, part="test", fold="fold1", genre=genre
    )
    table = labels.precision(unsaved(frame))
    scores = rank.get_label_quality_scores(np.asarray([GENRES.index(g) for g in genre]), p)
    top = np.asarray(ids)[np.argsort(scores)][:20]
    assert table.set_index("k").loc[20, "listed"] == np.isin(top, listed).mean()
    assert table["listed"].iloc[-1] == pytest.approx(0.1)


def test_facts_name_what_is_unknown_and_artists_stand_alone():
    ids = np.asarray(["reggae.00086", "blues.00000", "blues.00001"])
    columns = metadata.facts(ids)
    assert np.isfinite(columns).all()
    assert columns[0, 0] == metadata.UNKNOWN["tempo"], "nobody tapped this one"
    assert columns[1, 0] == pytest.approx(np.log2(125.87 / 60), abs=1e-4)
    assert columns[1, 1] == pytest.approx(0.6), "1966"
    who = metadata.artists(ids)
    np.testing.assert_array_equal(who[1], who[2])
    np.testing.assert_array_equal(who.sum(axis=1), 1)


def test_members_are_read_in_the_order_of_the_fold():
    ids = np.asarray(["rock.00001", "blues.00000"])
    rows = one_hot([("blues.00000", "blues", "jazz"), ("rock.00001", "rock", "pop")])
    material = type("Material", (), {"track_id": ids})()
    fold = Fold("fold1", np.array([], int), np.array([], int), np.array([0, 1]))
    p = ensembles.part_probabilities([unsaved(rows)], material, fold, "test")
    assert [GENRES[k] for k in p[0].argmax(axis=1)] == ["pop", "jazz"]


def test_a_mean_of_members_is_a_mean():
    valid, test = RNG.dirichlet(np.ones(10), (3, 4)), RNG.dirichlet(np.ones(10), (3, 5))
    averaged = ensembles.mean(None, valid, test, GENRE[:4], FOLD)
    np.testing.assert_allclose(averaged[1], (test[0] + test[1] + test[2]) / 3)


def test_time_is_compared_within_genres():
    """One genre is all right and all old, the other half right on both sides: no difference."""
    dated = {n: float(c.released) for n, c in track_credits().items() if c.released}
    pairs = []
    for genre in ("rock", "pop"):
        for after in (False, True):
            here = [n for n, y in dated.items() if n.startswith(genre) and (y >= 1990) == after]
            for number, name in enumerate(here[: len(here) // 2 * 2]):
                pairs.append((name, genre, genre if genre == "rock" or number % 2 else "blues"))
    known = decades.turn([unsaved(one_hot(pairs), edition="gtzan-archive")])
    assert known.difference == pytest.approx(0, abs=1e-9)
    assert known.low <= 0 <= known.high
    assert set(known.genres) <= {"rock", "pop"}
