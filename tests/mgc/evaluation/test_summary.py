"""Measures, intervals and tests: against scikit-learn, scipy, formulas and hand-made cases."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn import metrics as sk

from mgc.datasets.tracks import GENRES
from mgc.errors import RecordError
from mgc.evaluation import metrics, significance, summary
from mgc.records.store import NotRun, Store
from tests.helpers.records import ENVIRONMENT, PROBABILITIES, one_hot, predictions, save, unsaved


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


def outcome(seed=0, **options):
    frame = predictions(seed, **options)
    return frame[frame["part"] == "test"].reset_index(drop=True)


def verdicts(right, genre="blues", wrong="rock"):
    """One track for each verdict, right or wrong."""
    return one_hot(
        [(f"{genre}.{i:05d}", genre, genre if r else wrong) for i, r in enumerate(right)]
    )


seeds = st.integers(0, 10_000)


# --- measures of one set of predictions ---------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(seeds, st.floats(0, 3))
def test_measures_agree_with_scikit_learn(seed, skill):
    frame = outcome(seed, per_genre=4, skill=skill)
    y, p = frame["genre"], frame[PROBABILITIES].to_numpy()
    said = np.asarray(GENRES)[p.argmax(axis=1)]
    labels = list(GENRES)
    assert metrics.accuracy(frame) == pytest.approx(sk.accuracy_score(y, said))
    assert metrics.macro_f1(frame) == pytest.approx(sk.f1_score(y, said, average="macro"))
    assert metrics.top_k(frame, 2) == pytest.approx(
        sk.top_k_accuracy_score(y, p, k=2, labels=labels)
    )
    assert metrics.log_loss(frame) == pytest.approx(sk.log_loss(y, p, labels=labels), rel=1e-6)
    assert (
        metrics.confusion(frame).to_numpy() == sk.confusion_matrix(y, said, labels=labels)
    ).all()
    report = sk.classification_report(y, said, output_dict=True, zero_division=0)
    table = metrics.per_genre(frame)
    for genre in GENRES:
        ours = table.loc[genre].rename({"f1": "f1-score"}).to_dict()
        assert ours == pytest.approx({key: report[genre][key] for key in ours})
    assert table["f1"].mean() == pytest.approx(metrics.macro_f1(frame))


@settings(max_examples=30, deadline=None)
@given(seeds, st.integers(1, 10))
def test_measures_do_not_depend_on_the_order_of_rows_and_stay_in_range(seed, k):
    frame = outcome(seed)
    mixed = frame.sample(frac=1, random_state=seed)
    for measure in (metrics.accuracy, metrics.macro_f1, metrics.log_loss, metrics.brier):
        assert measure(frame) == pytest.approx(measure(mixed))
    assert 0 <= metrics.accuracy(frame) <= metrics.top_k(frame, k) <= 1
    assert metrics.top_k(frame, 1) == metrics.accuracy(frame)
    assert metrics.top_k(frame, 10) == 1
    assert 0 <= metrics.brier(frame) <= 2
    assert metrics.confusion(frame).to_numpy().sum() == len(frame)
    assert 0 <= metrics.calibration(frame).ece <= 1


def test_a_case_worked_out_by_hand():
    frame = one_hot(
        [
            ("blues.00000", "blues", "blues"),
            ("blues.00001", "blues", "rock"),
            ("jazz.00000", "jazz", "jazz"),
            ("rock.00000", "rock", "jazz"),
        ]
    )
    assert metrics.accuracy(frame) == 0.5
    # F1: blues 2·1·½/(1½) = 2/3, jazz 2·½·1/(1½) = 2/3, rock 0; mean over the three that occur.
    assert metrics.macro_f1(frame) == pytest.approx(4 / 9)
    table = metrics.per_genre(frame)
    assert table.loc["blues"].tolist() == pytest.approx([1, 0.5, 2 / 3, 2])
    assert table.loc["rock"].tolist() == [0, 0, 0, 1]
    assert table.loc["pop"].isna().tolist() == [True, True, True, False]
    assert metrics.confusion(frame).loc["rock", "jazz"] == 1
    # Certain and wrong: squared distance 1 + 1 each; certain and right: 0.
    assert metrics.brier(frame) == 1.0
    # Two of four rows cost -ln of the least probability that is told from zero.
    assert metrics.log_loss(frame) == pytest.approx(-math.log(5e-7) / 2, abs=1e-5)
    # All sure, half right: one bin, its gap is one half.
    bins, ece = metrics.calibration(frame)
    assert ece == 0.5
    assert bins["n"].tolist() == [0] * 9 + [4]
    assert bins.loc[9, ["confidence", "accuracy"]].tolist() == [1.0, 0.5]
    confused = metrics.most_confused(frame, 5)
    assert confused.to_numpy().tolist() == [
        ["rock", "jazz", 1, 1.0],
        ["blues", "rock", 1, 0.5],
    ]
    assert len(metrics.most_confused(frame, 1)) == 1


def test_even_guessing_has_its_known_scores():
    frame = outcome()
    frame[PROBABILITIES] = 0.1
    assert metrics.log_loss(frame) == pytest.approx(math.log(10))
    assert metrics.brier(frame) == pytest.approx(0.9)
    assert metrics.accuracy(frame) == pytest.approx(0.1)
    assert metrics.calibration(frame).ece == pytest.approx(0)
    # Ties go to the first in the alphabet, in both.
    assert metrics.top_k(frame, 3) == pytest.approx(0.3)


def test_brier_agrees_with_a_loop_and_calibration_with_its_definition():
    frame = outcome(3, per_genre=20)
    p = frame[PROBABILITIES].to_numpy()
    total = sum(
        (p[i, k] - (genre == name)) ** 2
        for i, genre in enumerate(frame["genre"])
        for k, name in enumerate(GENRES)
    )
    assert metrics.brier(frame) == pytest.approx(total / len(frame))
    confidence, right = p.max(axis=1), metrics.correct(frame)
    gaps = 0.0
    bins, ece = metrics.calibration(frame, bins=5)
    for k in range(5):
        inside = (confidence > k / 5) & (confidence <= (k + 1) / 5)
        assert bins.loc[k, "n"] == inside.sum()
        if inside.any():
            assert bins.loc[k, "accuracy"] == pytest.approx(right[inside].mean())
            gaps += inside.sum() * abs(right[inside].mean() - confidence[inside].mean())
    assert ece == pytest.approx(gaps / len(frame))


def test_no_rows_is_an_error_not_a_number():
    empty = outcome().iloc[:0]
    for measure in (
        metrics.accuracy,
        metrics.macro_f1,
        significance.accuracy_interval,
        metrics.brier,
        metrics.calibration,
    ):
        with pytest.raises(RecordError, match="no rows"):
            measure(empty)
    with pytest.raises(RecordError, match="no predictions"):
        significance.wilson(0, 0)


# --- intervals ----------------------------------------------------------------------------


@settings(deadline=None)
@given(st.integers(1, 1000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_the_score_interval(case):
    k, n = case
    ours = significance.wilson(k, n)
    theirs = binomtest(k, n).proportion_ci(method="wilson")
    assert ours == pytest.approx((theirs.low, theirs.high), abs=1e-9)
    assert 0 <= ours.low <= k / n <= ours.high <= 1


def test_wilson_value_known_from_the_formula():
    # 160 of 290: centre and half-width of Wilson's formula with z = 1.959964.
    z, n, p = 1.959964, 290, 160 / 290
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    assert significance.wilson(160, 290) == pytest.approx((centre - half, centre + half), abs=1e-6)
    # "With 290 test tracks the half-width is 5 to 6 points near 55 %."
    assert 0.05 < half < 0.06


def test_interval_of_whole_tracks_is_wilson_and_narrows_with_more_tracks():
    frame = verdicts([True] * 30 + [False] * 10)
    assert significance.accuracy_interval(frame) == pytest.approx(significance.wilson(30, 40))
    more = significance.accuracy_interval(verdicts(([True] * 30 + [False] * 10) * 4))
    assert more.high - more.low < 0.6 * (
        significance.wilson(30, 40).high - significance.wilson(30, 40).low
    )
    wide = significance.accuracy_interval(frame, level=0.99)
    assert wide.low < significance.wilson(30, 40).low
    assert wide.high > significance.wilson(30, 40).high


def segments(per_track):
    """Rows of segments from a list of verdicts a track."""
    frames = [
        verdicts(right).assign(track_id=f"blues.{t:05d}", segment=range(len(right)))
        for t, right in enumerate(per_track)
    ]
    return pd.concat(frames, ignore_index=True)


def test_segments_that_agree_within_a_track_count_as_one():
    alike = segments([[t < 30] * 10 for t in range(40)])
    # All ten segments alike: the information of 40 tracks, but for n - 1 in the variance.
    assert significance.accuracy_interval(alike) == pytest.approx(
        significance.wilson(30, 40), abs=0.005
    )
    # Every track has the same share right: no more is claimed than for independent rows.
    mixed = segments([[i < 5 for i in range(10)] for _ in range(40)])
    assert significance.accuracy_interval(mixed) == pytest.approx(significance.wilson(20, 40))
    independent = np.random.default_rng(0).random((40, 10)) < 0.75
    frame = segments(independent.tolist())
    low, high = significance.accuracy_interval(frame)
    plain = significance.wilson(independent.sum(), 400)
    assert 0.99 * (plain.high - plain.low) <= high - low < 1.4 * (plain.high - plain.low)
    assert significance.accuracy_interval(segments([[True] * 10])) == pytest.approx(
        significance.wilson(1, 1)
    )


def test_spread_over_seeds(store):
    frames = [verdicts([True] * k + [False] * (10 - k)) for k in (5, 6, 7)]
    records = [save(store, frame, seed=seed) for seed, frame in enumerate(frames)]
    spread = significance.seed_spread(records)
    # Mean 0.6, sd 0.1, t(0.975, 2) = 4.302653.
    assert spread[:3] == pytest.approx((3, 0.6, 0.1))
    half = 4.302653 * 0.1 / math.sqrt(3)
    assert spread[3:] == pytest.approx((0.6 - half, 0.6 + half), abs=1e-6)
    alone = significance.seed_spread(records[:1])
    assert alone[:2] == (1, 0.5)
    assert all(math.isnan(value) for value in alone[2:])
    with pytest.raises(RecordError, match="no records"):
        significance.seed_spread([])


# --- paired tests -------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_mcnemar_is_the_exact_binomial_test_and_symmetric(pairs):
    a, b = verdicts([x for x, _ in pairs]), verdicts([y for _, y in pairs])
    only_a = sum(x and not y for x, y in pairs)
    only_b = sum(y and not x for x, y in pairs)
    test = significance.mcnemar(a, b.sample(frac=1, random_state=0))
    assert test[:2] == (only_a, only_b)
    n = only_a + only_b
    assert test.p == pytest.approx(binomtest(only_a, n).pvalue if n else 1.0)
    assert significance.mcnemar(b, a) == pytest.approx((only_b, only_a, test.p))


def test_mcnemar_by_hand():
    # 8 against 1: p = 2 (1 + 9) / 2^9.
    a = verdicts([True] * 8 + [False] + [True] * 5)
    b = verdicts([False] * 8 + [True] + [True] * 5)
    assert significance.mcnemar(a, b) == pytest.approx((8, 1, 20 / 512))


def test_mcnemar_counts_tracks_where_rows_are_segments():
    a = segments([[True] * 10] * 4 + [[False] * 10])
    b = segments([[True] * 9 + [False]] * 4 + [[True] + [False] * 9])
    assert significance.mcnemar(a, b) == pytest.approx((4, 1, binomtest(4, 5).pvalue))


def test_models_tested_on_other_tracks_cannot_be_compared(store):
    a = verdicts([True, False])
    with pytest.raises(RecordError, match="not tested on the same tracks"):
        significance.mcnemar(a, verdicts([True]))
    with pytest.raises(RecordError, match="genre"):
        significance.mcnemar(a, a.assign(genre="rock"))
    one, other = save(store), save(store, protocol="random", model="cnn")
    with pytest.raises(RecordError, match="one edition and protocol"):
        significance.pairwise({"mlp": one, "cnn": other})
    fewer = save(store, verdicts([True]), model="lstm")
    for table in (summary.agreement, summary.hardest_tracks):
        with pytest.raises(RecordError, match="lstm was not tested on the same tracks"):
            table({"mlp": one, "lstm": fewer})
        with pytest.raises(RecordError, match="None of the models"):
            table({"mlp": NotRun("mlp", "no time")})


def three_models(store):
    """Return a ahead of b by 12 to 0 tracks, c behind b by 0 to 2, and one that was not run."""
    right = {"a": [True] * 16 + [False] * 4, "b": [True] * 4 + [False] * 16}
    right["c"] = [True] * 2 + [False] * 18
    records = {name: save(store, verdicts(r), model=name) for name, r in right.items()}
    return records | {"d": NotRun("d", "no ImageNet weights")}


def test_holm_by_hand(store):
    table = significance.pairwise(three_models(store)).set_index("pair")
    assert list(table.index) == ["a – b", "a – c", "b – c"]
    assert table["difference"].tolist() == pytest.approx([0.6, 0.7, 0.1])
    assert table[["b", "c"]].to_numpy().tolist() == [[12, 0], [14, 0], [2, 0]]
    p = [2 / 2**12, 2 / 2**14, 0.5]
    assert table["p"].tolist() == pytest.approx(p)
    # Smallest times three, next times two, largest as it is, never falling.
    assert table["p_holm"].tolist() == pytest.approx([2 * p[0], 3 * p[1], 0.5])
    assert table["significant"].tolist() == [True, True, False]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(st.booleans(), min_size=12, max_size=12), min_size=2, max_size=5))
def test_holm_never_lowers_p_and_follows_its_definition(rights):
    records = {f"m{i}": unsaved(verdicts(r), model=f"m{i}") for i, r in enumerate(rights)}
    table = significance.pairwise(records).sort_values("p", kind="stable")
    m, running = len(table), 0.0
    for rank, (p, holm) in enumerate(zip(table["p"], table["p_holm"], strict=True)):
        running = max(running, min(1.0, (m - rank) * p))
        assert holm == pytest.approx(running)
    assert (table["significant"] == (table["p_holm"] <= 0.05)).all()


def test_statement_says_what_the_test_shows(store):
    table = significance.pairwise(three_models(store))
    assert significance.statement(table, "b", "a") == "a beats b by 60.0 points (Holm p < 0.001)."
    assert significance.statement(table, "a", "b") == significance.statement(table, "b", "a")
    titles = {"b": "CNN", "c": "LSTM"}
    assert significance.statement(table, "b", "c", titles) == (
        "No difference between CNN and LSTM is shown (10.0 points apart, Holm p = 0.500)."
    )
    assert significance.statement(table, "a", "d") == (
        "a and d cannot be compared: one of them was not run."
    )
    swapped = table.iloc[:1].assign(b=0, c=12, difference=-0.6, p_holm=0.0123)
    assert (
        significance.statement(swapped, "a", "b") == "b beats a by 60.0 points (Holm p = 0.012)."
    )


def test_pairwise_of_fewer_than_two_models_is_empty(store):
    table = significance.pairwise({"a": save(store), "d": NotRun("d", "no weights")})
    assert table.empty
    assert list(table.columns) == [
        "first", "second", "pair", "difference", "b", "c", "p", "p_holm", "significant",
    ]  # fmt: skip


# --- tables over models -------------------------------------------------------------------


def test_summary_has_a_row_for_each_model_run_or_not(store):
    records = {
        "vgg16": NotRun("vgg16", "no ImageNet weights"),
        "mlp": save(store),
        "cnn": save(store, predictions(1), model="cnn"),
    }
    table = summary.summary(records)
    assert list(table.index) == ["vgg16", "mlp", "cnn"]
    assert list(table.columns) == list(summary.SUMMARY_COLUMNS)
    mlp, frame = table.loc["mlp"], metrics.test_rows(records["mlp"])
    assert set(frame["part"]) == {"test"}
    assert len(frame) == mlp["n"] == 20
    assert mlp["accuracy"] == metrics.accuracy(frame)
    assert (mlp["low"], mlp["high"]) == significance.accuracy_interval(frame)
    assert mlp["top2"] == metrics.top_k(frame, 2)
    assert mlp["log_loss"] == metrics.log_loss(frame)
    assert mlp["brier"] == metrics.brier(frame)
    assert mlp["ece"] == metrics.calibration(frame).ece
    assert mlp["macro_f1"] == metrics.macro_f1(frame)
    assert mlp["minutes"] == ENVIRONMENT["duration_s"] / 60
    assert (mlp["parameters"], mlp["peak_memory_mb"]) == (75, 512.5)
    assert (mlp["device"], mlp["status"]) == ("CPU", "run")
    vgg = table.loc["vgg16"]
    assert vgg["status"] == "not run: no ImageNet weights"
    assert vgg.drop(["status", "device"]).isna().all()
    assert len(summary.summary({})) == 0


def test_genre_recall_is_the_recall_of_each_model(store):
    records = three_models(store)
    table = summary.genre_recall(records)
    assert list(table.index) == list(GENRES)
    assert table.loc["blues"].to_dict() == {"a": 0.8, "b": 0.2, "c": 0.1}
    assert table.drop("blues").isna().all(axis=None)


def test_agreement_is_symmetric_and_counts_equal_answers(store):
    records = {
        "a": save(store, verdicts([True, True, False, False]), model="a"),
        "b": save(store, verdicts([True, False, False, False]), model="b"),
        "c": save(store, verdicts([True, False, True, True], wrong="pop"), model="c"),
    }
    table = summary.agreement(records)
    assert (table.to_numpy() == table.to_numpy().T).all()
    assert np.diag(table).tolist() == [1, 1, 1]
    assert table.loc["a", "b"] == 0.75
    # Both wrong, but with another genre, is no agreement.
    assert table.loc["b", "c"] == 0.25


def test_hardest_tracks_are_those_that_most_models_miss(store):
    tracks = [("jazz.00000", "jazz"), ("pop.00000", "pop"), ("rock.00000", "rock")]
    said = {
        "a": ["blues", "rock", "rock"],
        "b": ["blues", "disco", "metal"],
        "c": ["metal", "pop", "rock"],
    }
    records = {
        name: save(store, one_hot([(*t, g) for t, g in zip(tracks, s, strict=True)]), model=name)
        for name, s in said.items()
    }
    table = summary.hardest_tracks(records)
    assert table.to_numpy().tolist() == [
        ["jazz.00000", "jazz", 3, 3, "blues"],
        ["pop.00000", "pop", 2, 3, "disco"],
    ]
    # Half of two models is not most of them.
    assert summary.hardest_tracks({k: records[k] for k in "bc"})["track_id"].tolist() == [
        "jazz.00000"
    ]


def test_hardest_tracks_of_segments_go_by_the_greater_part(store):
    frame = segments([[True] * 4 + [False] * 6, [True] * 5 + [False] * 5])
    record = save(store, frame, protocol="leaky_segments")
    assert summary.hardest_tracks({"mlp": record})["track_id"].tolist() == ["blues.00000"]
