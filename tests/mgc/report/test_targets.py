"""Targets are reached, missed or open as the measured numbers have it."""

import math

import numpy as np
import pytest

from mgc.errors import RecordError
from mgc.evaluation.speed import Bench, Figure
from mgc.report import targets
from tests.helpers.results import five


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
    assert targets.nearest(five(mlp=1.0, cnn=0.9), 0.92) == "MLP reaches the target."
    assert "open" in targets.nearest(five(cnn=0.9, lstm=0.1), 0.92)
    said = targets.nearest(five(lstm=0.1), 0.92)
    assert (
        said == "None of these networks reaches it. LSTM, the nearest, falls 82\u00a0points short."
    )


def test_speed_is_judged_by_the_record_and_said_in_full():
    """Each of the four targets has one line, by the one definition of speed."""
    figures = {"clip_p95": 86.0, "report_ms": 160.0, "genres_a_day": 2.5}
    bench = Bench({}, [Figure(k, k, "", v, v, v, 1) for k, v in figures.items()], [])
    known = targets.speed_targets(bench)
    goal = {"accuracy": 0.92, "latency": 0.1, "throughput": 1e6, "agreement": 0.85}
    accuracy, clip, day, users = targets.answers(five(mlp=1.0), goal, known).splitlines()
    assert "MLP reaches" in accuracy
    assert "Yes" in clip
    assert "86\u00a0ms" in clip
    assert "160\u00a0ms" in clip
    assert "Yes" in day
    assert "2,500,000" in day
    assert "Nobody can say" in users
    slower = targets.answers(five(), goal | {"latency": 0.05, "throughput": 1e7}, known)
    assert slower.count("No:") == 2
    with pytest.raises(RecordError, match="report_ms"):
        targets.speed_targets(Bench({}, bench.figures[:1], []))


def test_sample_sizes_are_said_for_the_two_best():
    assert "two models" in targets.sample_sizes(five(mlp=0.5))[0]
    said = targets.sample_sizes(five(mlp=0.5, cnn=0.9, lstm=0.8), (0.05, 0.5))
    assert said[0].startswith("CNN and LSTM disagree in who is right on 10")
    assert "cannot differ" in said[2]
