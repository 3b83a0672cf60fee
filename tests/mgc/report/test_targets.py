"""Targets are reached, missed or open as the measured numbers have it."""

import math

import numpy as np
import pytest

from mgc.report import targets
from tests.helpers.results import NOBODY, five, right, with_environment


def test_the_number_of_tracks_needed_gives_the_wanted_power():
    psi, delta = 0.3, 0.15
    n = round(targets.tracks_needed(psi, delta))
    rng = np.random.default_rng(0)
    draws = rng.multinomial(n, [(psi + delta) / 2, (psi - delta) / 2, 1 - psi], size=4000)
    b, c = draws[:, 0], draws[:, 1]
    statistic = (b - c) / np.sqrt(np.maximum(b + c, 1))
    assert np.mean(np.abs(statistic) > 1.96) == pytest.approx(0.8, abs=0.04)
    assert math.isnan(targets.tracks_needed(0.01, 0.05))


def test_targets_are_reached_by_the_whole_interval():
    gaps = targets.accuracy_gap(five(mlp=1.0, cnn=0.9, lstm=0.1), 0.92)
    assert gaps["Target reached"].tolist() == ["yes", "undecided", "no"]
    short = gaps["Short of the target by"].str.replace("\u00a0points", "")
    assert short.tolist() == ["−8", "2", "82"]


def test_speed_is_decided_only_when_every_step_was_timed():
    def timed(model, **seconds):
        known = {"feature_seconds_per_track": 0.05, "predict_seconds_per_track": 0.01}
        return targets.timings({model: with_environment(right(0.5), **known, **seconds)})

    def said(times):
        return " ".join(targets.speed(times, 0.1, 1e6))

    assert "Within 100" in said(timed("mlp"))
    assert timed("mlp")["a_day"][0] == pytest.approx(86_400 / 0.06)
    # The head alone says nothing about VGG16: without the time of its base there is no total.
    assert timed("vgg16")["total"].isna().all()
    assert "do not hold" in said(timed("vgg16"))
    slow = timed("vgg16", base_seconds_per_track=0.9)
    assert "Slower" in said(slow)
    assert len(targets.timing_table(slow)) == 1
    assert "nothing was timed" in said(targets.timings(NOBODY))


def test_sample_sizes_are_said_for_the_two_best():
    assert "two models" in targets.sample_sizes(five(mlp=0.5))[0]
    said = targets.sample_sizes(five(mlp=0.5, cnn=0.9, lstm=0.8), (0.05, 0.5))
    assert said[0].startswith("CNN and LSTM disagree in who is right on 10")
    assert "cannot differ" in said[2]
