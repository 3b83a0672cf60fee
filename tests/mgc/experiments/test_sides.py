"""What the steps fit: each against a library, a hand-worked value, or what it must not do."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import scipy.signal
import soundfile
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import kneighbors_graph
from sklearn.preprocessing import StandardScaler

from mgc.datasets.artists import track_credits
from mgc.datasets.opening import open_edition
from mgc.datasets.splits import Fold, Split
from mgc.datasets.tracks import GENRES, P_COLUMNS
from mgc.errors import DataError
from mgc.experiments import (
    artists,
    attention,
    augmentation,
    coarse_first,
    composition,
    continual,
    decades,
    degraded,
    ensembles,
    federated,
    graph,
    harness,
    labels,
    metadata,
    perceptron,
    readout,
    search,
    views,
)
from mgc.features.statistics import picture_statistics
from mgc.records.config import fit_id
from mgc.records.study import open_study
from tests.helpers.outside import ROOT
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


def test_confident_learning_suspects_what_cleanlab_does():
    cleanlab = pytest.importorskip("cleanlab.filter")
    p = RNG.dirichlet(np.full(10, 0.3), 400)
    label = np.where(RNG.random(400) < 0.6, p.argmax(axis=1), RNG.integers(0, 10, 400))
    issues = cleanlab.find_label_issues(label, p, filter_by="confident_learning", n_jobs=1)
    np.testing.assert_array_equal(labels.confident(p, label), np.flatnonzero(issues))


def test_accuracy_by_block_counts_each_track_once():
    """Artists of one track, of one genre all right and of another all wrong."""
    groups = {name: credit.group for name, credit in track_credits().items()}
    rows = pd.DataFrame({"track_id": list(groups), "group": list(groups.values())})
    rows["genre"] = rows["track_id"].str.partition(".")[0]
    rows["n"] = rows.groupby(["genre", "group"])["track_id"].transform("size")
    kept = rows[rows["genre"].isin(["rock", "jazz"])]
    pairs = [(row.track_id, row.genre, "rock") for row in kept.itertuples()]
    table = artists.by_block([unsaved(one_hot(pairs), edition="gtzan-archive")])
    for row in table.itertuples():
        here = kept[kept["n"].between(row.least, row.most)]
        assert (row.tracks, row.artists) == (len(here), here.groupby(["genre", "group"]).ngroups)
        assert row.accuracy == pytest.approx((here["genre"] == "rock").mean())
        assert row.low <= row.accuracy <= row.high
    assert table["tracks"].sum() == len(kept)


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


def toy_material(**features):
    """Return what a fit looks up of `Material`, with made-up features."""
    material = {
        "genre": GENRE,
        "groups": np.asarray([f"artist {n // 2}" for n in range(len(GENRE))]),
        "split": Split("artist_cv", np.arange(len(GENRE)), np.full(len(GENRE), -1), (FOLD,)),
    }
    return SimpleNamespace(**material, **features)


def test_weights_over_time_are_those_by_which_the_network_averages():
    """What comes before the head is the mean of the columns by these weights."""
    from keras import Model, layers

    model = attention.pooled_by_attention((7, 12))
    rng = np.random.default_rng(4)
    model.get_layer("score").set_weights([rng.normal(size=(attention.WIDTH, 1))])
    columns = rng.normal(size=(5, 7, 12)).astype(np.float32)
    weights = attention.weights_over_time(model, columns)
    assert weights.shape == (5, 7)
    np.testing.assert_allclose(weights.mean(axis=1), 1)
    (pooled,) = (layer for layer in model.layers if isinstance(layer, layers.Flatten))
    found = Model(model.inputs, pooled.output).predict(columns, verbose=0)
    by_hand = (weights[..., None] * columns).mean(axis=1)
    np.testing.assert_allclose(found, by_hand, rtol=1e-4, atol=1e-5)


def test_half_of_the_weight_by_hand():
    """Ten columns: one that weighs as much as all others, and ten that weigh the same."""
    assert attention.half(np.array([[9.0] + [1.0] * 9, [2.0] * 10])).tolist() == [0.1, 0.5]


def test_attention_begins_at_the_mean():
    """At first all weights are alike, so the network is the published head on the mean."""
    pytest.importorskip("tensorflow")
    model = attention.pooled_by_attention((7, 12))
    columns = RNG.normal(size=(3, 7, 12)).astype(np.float32)
    head = model.layers[-1]
    np.testing.assert_allclose(model(columns), head(columns.mean(axis=1)), atol=1e-5)
    added = model.count_params() - head.count_params()
    assert added == (12 + 1) * attention.WIDTH + attention.WIDTH


def test_heaps_hold_whole_artists_and_about_as_many_tracks():
    groups = RNG.integers(0, 90, size=600).astype(str)
    heaps = perceptron.deal(groups, 5, np.random.default_rng(0))
    assert sorted(np.concatenate(heaps)) == list(range(600))
    assert max(map(len, heaps)) - min(map(len, heaps)) <= 10
    assert not set(groups[heaps[0]]) & set(groups[heaps[1]])


def test_skewed_clients_have_few_genres_and_whole_artists():
    groups = np.repeat([f"a{n:03d}" for n in range(300)], 2)
    genre = np.repeat(GENRES, 60)
    clients = federated.skewed(groups, genre, np.random.default_rng(1))
    assert sorted(np.concatenate(clients)) == list(range(600))
    assert all(len(set(genre[rows])) <= 4 for rows in clients)
    assert not set(groups[clients[3]]) & set(groups[clients[4]])


def test_weights_are_averaged_by_the_number_of_tracks():
    one, other = [np.ones((2, 2)), np.zeros(3)], [np.zeros((2, 2)), np.ones(3)]
    mean = federated.averaged([one, other], [30, 10])
    np.testing.assert_allclose(mean[0], 0.75)
    np.testing.assert_allclose(mean[1], 0.25)


@pytest.mark.parametrize(
    ("module", "how"),
    [
        (continual, continual.REPLAY),
        (continual, continual.SCRATCH),
        (federated, federated.SKEWED),
        (federated, federated.TOGETHER),
    ],
)
def test_learning_in_turns_and_in_places_does_not_read_test_labels(module, how, monkeypatch):
    monkeypatch.setattr(module, "PASSES", 4)
    monkeypatch.setattr(federated, "ROUNDS", 2)
    material = toy_material(table=X)
    answers = module._fit(material, FOLD, 0, how)
    np.testing.assert_allclose(answers.test.sum(axis=1), 1, atol=1e-6)
    assert len(answers.history) == {continual: 5, federated: 2}[module]
    wrong = GENRE.copy()
    wrong[FOLD.test] = "rock"
    other = module._fit(SimpleNamespace(**vars(material) | {"genre": wrong}), FOLD, 0, how)
    np.testing.assert_array_equal(other.test, answers.test)


def test_rounds_in_one_place_are_one_training():
    """Plain gradient descent remembers nothing, so that weights sent and put back change none."""
    material = toy_material(table=X)
    one, other = (perceptron.Learner(material, FOLD, 3) for _ in range(2))
    one.learn(FOLD.train, 4)
    for _ in range(2):
        other.set_weights(other.weights())
        other.learn(FOLD.train, 2)
    np.testing.assert_allclose(other.predict(FOLD.test), one.predict(FOLD.test), atol=1e-9)
    assert not np.allclose(one.weights()[0], one.fresh[0])


def test_noise_has_the_level_that_it_says():
    silent = np.full((1, 40, 500), -80.0, np.float32)
    heard = degraded.with_noise(silent, -30, np.random.default_rng(0))
    assert 10 * np.log10((10 ** (heard / 10)).mean()) == pytest.approx(-30, abs=0.1)
    loud = degraded.with_noise(silent + 80, -30, np.random.default_rng(0))
    np.testing.assert_allclose(loud, 0, atol=0.05)
    levels = degraded.stretched(RNG.normal(size=(2, 5, 6)).astype(np.float32))
    np.testing.assert_allclose(levels.min(axis=(1, 2)), -80, atol=1e-4)
    np.testing.assert_allclose(levels.max(axis=(1, 2)), 0, atol=1e-4)
    empty = RNG.normal(size=(3, 40, 50)).astype(np.float32)
    empty[:, 7] = -99
    assert (degraded.stretched(empty)[:, 7] == -80).all(), "exactly, in every picture"


def test_scaling_anew_undoes_a_shift_and_sees_no_test_track():
    """Columns that a domain moves and stretches alike are as good as new after it."""
    moved = X * 3 + 50
    material = toy_material(pictures=X)
    material.once = {degraded.KINDS["noise"]: moved}.__getitem__
    right = {}
    for how in (degraded.KEPT, degraded.RENEWED):
        _, test = degraded.arm("noise", how).fit(material, FOLD, 0)
        right[how] = (np.asarray(GENRES)[test.argmax(axis=1)] == GENRE[FOLD.test]).mean()
    assert right[degraded.RENEWED] > right[degraded.KEPT] + 0.15
    spoilt = moved.copy()
    spoilt[FOLD.test[0]] = 1e6
    material.once = {degraded.KINDS["noise"]: spoilt}.__getitem__
    _, other = degraded.arm("noise", degraded.RENEWED).fit(material, FOLD, 0)
    np.testing.assert_allclose(other[1:], test[1:])


def test_copies_are_what_they_are_called():
    picture = np.full((128, 200), -80.0, np.float32)
    picture[50] = 0
    rng = np.random.default_rng(3)
    widths = [augmentation.stretch(picture, rng).shape[1] for _ in range(50)]
    assert 180 <= min(widths) < 190 < 210 < max(widths) <= 220
    peaks = [int(augmentation.shift(picture, rng).mean(axis=1).argmax()) for _ in range(50)]
    low, high = 50 * 2 ** (-2 / 12), 50 * 2 ** (2 / 12)
    assert low - 1 <= min(peaks) < 47 < 53 < max(peaks) <= high + 1
    noisy = augmentation.noise(picture, rng)
    assert -80 < np.median(noisy) < -20
    hidden = [(augmentation.mask(picture, rng) == picture.mean()).mean() for _ in range(50)]
    assert 0 < np.mean(hidden) < max(hidden) <= 1 - 0.8**2


def test_a_track_and_its_copies_weigh_as_the_track_did():
    """Copies that are not altered change nothing."""
    material = toy_material(pictures=X)
    material.once = {augmentation.copies: dict.fromkeys(augmentation.KINDS, X)}.__getitem__
    valid, test = augmentation.arm("").fit(material, FOLD, 0)
    plain = readout.logistic(X, GENRE, FOLD)
    np.testing.assert_allclose(valid, plain[0], atol=2e-3)
    np.testing.assert_allclose(test, plain[1], atol=2e-3)


def test_copies_and_noise_are_drawn_anew_for_each_seed_and_the_first_as_before():
    asked = open_study("gtzan-archive", records=ROOT / "book/records", protocol="artist_cv")
    augmented = augmentation.STEP.comparisons[0].sides[0]
    noisy = degraded.STEP.comparisons[0].sides[1]
    for side, key, first in ((augmented, "copies_seed", 5), (noisy, "noise_seed", 17)):
        seeds = [side(asked, seed).settings[key] for seed in augmentation.SEEDS]
        assert seeds == [first, first + 1, first + 2]
    pictures = RNG.uniform(-80, 0, (3, 40, 60)).astype(np.float32)
    split = SimpleNamespace(example_track=np.arange(3))
    material = SimpleNamespace(arrays=SimpleNamespace(spectrogram=pictures), split=split)
    made = [draw(material) for draw in augmentation.DRAWS.values()]
    for kind in augmentation.KINDS:
        assert len({each[kind].tobytes() for each in made}) == len(augmentation.SEEDS)
        np.testing.assert_array_equal(augmentation.copies(material)[kind], made[0][kind])
    heard = {draw(material).tobytes() for draw in degraded.NOISES.values()}
    assert len(heard) == len(degraded.SEEDS)


def test_a_slower_time_scale_averages_neighbours():
    slow = views.averaged(np.arange(12, dtype=np.float32).reshape(1, 2, 6), 4)
    np.testing.assert_allclose(slow, [[[1.5], [7.5]]])


def test_views_keep_what_lasts_apart_from_what_strikes():
    picture = np.full((1, 128, 496), -80.0, np.float32)
    picture[0, 40] = 0  # a tone
    picture[0, :, 100] = 0  # a stroke
    split = SimpleNamespace(example_track=np.array([0]))
    material = SimpleNamespace(arrays=SimpleNamespace(spectrogram=picture), split=split)
    both = views.two_kinds(material)[0]
    lasting, striking = both[:128], both[896:1024]
    assert lasting.argmax() == 40
    assert lasting[40] > 60 > 20 > striking[40]


def test_trials_at_random_are_as_many_as_optuna_has_it():
    optuna = pytest.importorskip("optuna")
    assert optuna.samplers.TPESampler()._n_startup_trials == search.AT_RANDOM < search.TRIALS


def test_optuna_chooses_by_validation_and_keeps_its_trials():
    pytest.importorskip("optuna")
    material = toy_material(table=X)
    found = search._fit(material, FOLD, 0, "logistic_tuned", 5)
    losses = [row["val_loss"] for row in found.history]
    assert len(losses) == 5
    assert readout.loss(found.valid, GENRE[FOLD.valid]) == pytest.approx(min(losses))
    wrong = GENRE.copy()
    wrong[FOLD.test] = "rock"
    material.genre = wrong
    again = search._fit(material, FOLD, 0, "logistic_tuned", 5)
    np.testing.assert_array_equal(again.test, found.test)
    by_hand = search._fit(material, FOLD, 0, "logistic_tuned", 0)
    np.testing.assert_allclose(by_hand.test, readout.logistic(X, GENRE, FOLD)[1], atol=1e-6)


def composed(genre=GENRE[80:100], shift=0.0):
    """Stand in for composed pieces that sound like the tracks, moved by some of their spread."""
    numbers = np.asarray([GENRES.index(g) for g in genre])[:, None]
    x = np.random.default_rng(4).normal(size=(len(genre), 6)) + numbers + shift
    return composition.Pieces(x.astype(np.float32), np.asarray(genre))


def test_composed_pieces_train_beside_the_music_and_are_never_asked_about():
    pieces = composed()
    material = toy_material(pictures=X, once=lambda make: pieces)
    valid, test = composition.arm(composition.BESIDE, "", drawn := lambda _: pieces).fit(
        material, FOLD, 0
    )
    assert (len(valid), len(test)) == (20, 20)
    x, genre = np.concatenate([X, pieces.pictures]), np.concatenate([GENRE, pieces.genre])
    train = np.concatenate([FOLD.train, np.arange(120, 140)])
    plain = readout.logistic(x, genre, FOLD, views.PENALTIES, train=train)
    np.testing.assert_array_equal(test, plain[1])
    wrong = GENRE.copy()
    wrong[FOLD.test] = "rock"
    material.genre = wrong
    again = composition.arm(composition.BESIDE, "", drawn).fit(material, FOLD, 0)
    np.testing.assert_array_equal(again[1], test)


def test_without_music_no_training_track_teaches():
    material = toy_material(pictures=X, once=lambda make: composed())
    _, test = composition.arm(composition.ALONE, "", composed).fit(material, FOLD, 0)
    spoilt, wrong = X.copy(), GENRE.copy()
    spoilt[FOLD.train], wrong[FOLD.train] = 1e3, "rock"
    other = toy_material(pictures=spoilt, once=lambda make: composed())
    other.genre = wrong
    _, again = composition.arm(composition.ALONE, "", composed).fit(other, FOLD, 0)
    np.testing.assert_array_equal(again, test)


def test_pieces_with_genres_dealt_out_teach_nothing():
    pieces = composed(np.asarray(GENRES * 30))
    material = toy_material(pictures=X, once=lambda make: pieces)
    p = {
        (how, seed): composition.arm(how, "", lambda _: pieces).fit(material, FOLD, seed)[1]
        for how, seed in ((composition.ALONE, 0), (composition.DEALT, 0), (composition.DEALT, 1))
    }
    right = {
        key: (np.asarray(GENRES)[answer.argmax(axis=1)] == GENRE[FOLD.test]).mean()
        for key, answer in p.items()
    }
    assert right[composition.ALONE, 0] > 0.3 > max(right[composition.DEALT, n] for n in (0, 1))
    assert not np.allclose(p[composition.DEALT, 0], p[composition.DEALT, 1])


def test_a_composed_piece_is_drawn_as_the_archive_draws():
    """By scipy alone: defaults, logarithm, without the highest bin and the last frame."""
    demo = open_edition("demo")
    assert demo.content_hash == composition.DEMO
    one = replace(demo, tracks=demo.tracks[:2])
    samples, rate = soundfile.read(one.tracks[0].path)
    power = scipy.signal.spectrogram(samples, rate)[2][:128, :-1]
    frame = np.floor((np.arange(496) + 1) * (power.shape[1] / 496) - 1e-9).astype(int)
    level = np.log(np.maximum(power, power[power > 0].min()))
    grey = (level - level.min()) / (level.max() - level.min()) * 256
    spectrogram = np.minimum(np.floor(grey), 255)[:, frame] * 80 / 255 - 80
    pieces = composition.drawn(one)
    assert pieces.genre.tolist() == ["blues", "blues"]
    expected = picture_statistics(spectrogram[None].astype(np.float32))[0]
    np.testing.assert_allclose(pieces.pictures[0], expected, atol=1e-3)


def test_the_larger_edition_is_looked_up_where_it_is_not_at_hand():
    study = open_study("gtzan-archive", records=ROOT / "book" / "records", protocol="artist_cv")
    larger = [row for row in composition.STEP.comparisons if row.step.startswith("Five hundred")]
    for row in larger:
        record = row.sides[0](study, 0)
        assert record.config["recipe"]["composed"] == composition.LARGER
        there = replace(study, composed=open_edition("demo"))
        made = harness.configuration(study, row.sides[0](there, 0), "artist_cv", 0)
        assert fit_id(made) == record.fit_id
    with pytest.raises(DataError, match="not the 500 composed pieces"):
        composition.open_larger("demo")
