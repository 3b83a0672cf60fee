"""Measures of one set of predictions: against scikit-learn, formulas and hand-made cases."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from mgc.datasets.tracks import GENRES
from mgc.errors import RecordError
from mgc.evaluation import metrics
from tests.helpers.records import PROBABILITIES, one_hot, predictions


def outcome(seed=0, **options):
    frame = predictions(seed, **options)
    return frame[frame["part"] == "test"].reset_index(drop=True)


seeds = st.integers(0, 10_000)


@settings(max_examples=30, deadline=None)
@given(seeds, st.floats(0, 3))
def test_measures_agree_with_scikit_learn(seed, skill):
    frame = outcome(seed, per_genre=4, skill=skill)
    y, p = frame["genre"], frame[PROBABILITIES].to_numpy()
    said = np.asarray(GENRES)[p.argmax(axis=1)]
    labels = list(GENRES)
    assert metrics.accuracy(frame) == pytest.approx(sk.accuracy_score(y, said))
    assert metrics.macro_f1(frame) == pytest.approx(sk.f1_score(y, said, average="macro"))
    assert metrics.log_loss(frame) == pytest.approx(sk.log_loss(y, p, labels=labels), rel=1e-6)
    squares = [(p[:, k] - (y == genre)) ** 2 for k, genre in enumerate(GENRES)]
    assert metrics.brier(frame) == pytest.approx(sum(squares).mean())
    counts = sk.confusion_matrix(y, said, labels=labels)
    assert (metrics.confusion(frame).to_numpy() == counts).all()
    report = sk.classification_report(y, said, output_dict=True, zero_division=0)
    table = metrics.per_genre(frame)
    for genre in GENRES:
        ours = table.loc[genre].rename({"f1": "f1-score"}).to_dict()
        assert ours == pytest.approx({key: report[genre][key] for key in ours})
    assert table["f1"].mean() == pytest.approx(metrics.macro_f1(frame))


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_measures_do_not_depend_on_the_order_of_rows_and_stay_in_range(seed):
    frame = outcome(seed)
    mixed = frame.sample(frac=1, random_state=seed)
    for measure in (metrics.accuracy, metrics.macro_f1, metrics.log_loss, metrics.brier):
        assert measure(frame) == pytest.approx(measure(mixed))
    assert 0 <= metrics.accuracy(frame) <= 1
    assert 0 <= metrics.brier(frame) <= 2
    assert metrics.confusion(frame).to_numpy().sum() == len(frame)
    assert 0 <= metrics.calibration(frame).ece <= 1


def test_a_case_worked_out_by_hand():
    answered = (("blues", "blues"), ("blues", "rock"), ("jazz", "jazz"), ("rock", "jazz"))
    frame = one_hot([(str(n), *genres) for n, genres in enumerate(answered)])
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
    assert confused.to_numpy().tolist() == [["rock", "jazz", 1, 1], ["blues", "rock", 1, 0.5]]
    assert len(metrics.most_confused(frame, 1)) == 1


def test_even_guessing_has_its_known_scores():
    frame = outcome()
    frame[PROBABILITIES] = 0.1
    assert metrics.log_loss(frame) == pytest.approx(math.log(10))
    assert metrics.brier(frame) == pytest.approx(0.9)
    assert metrics.accuracy(frame) == pytest.approx(0.1)
    assert metrics.calibration(frame).ece == pytest.approx(0)


def test_calibration_follows_its_definition():
    frame = outcome(3, per_genre=20)
    p = frame[PROBABILITIES].to_numpy()
    confidence, right = p.max(axis=1), metrics.correct(frame)
    gaps = 0.0
    bins, ece = metrics.calibration(frame)
    for k in range(10):
        inside = (confidence > k / 10) & (confidence <= (k + 1) / 10)
        assert bins.loc[k, "n"] == inside.sum()
        if inside.any():
            assert bins.loc[k, "accuracy"] == pytest.approx(right[inside].mean())
            gaps += inside.sum() * abs(right[inside].mean() - confidence[inside].mean())
    assert ece == pytest.approx(gaps / len(frame))


def test_no_rows_is_an_error_not_a_number():
    empty = outcome().iloc[:0]
    for measure in (metrics.accuracy, metrics.macro_f1, metrics.brier, metrics.calibration):
        with pytest.raises(RecordError, match="no rows"):
            measure(empty)
