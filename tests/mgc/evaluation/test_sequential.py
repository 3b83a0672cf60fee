"""The sequential test errs as rarely as it promises, however often it is looked at."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from mgc.evaluation.sequential import POWER, decision, e_values, groups_needed, rates
from mgc.evaluation.significance import ALPHA, sign_flip


def test_the_evidence_is_the_mean_over_all_other_chances() -> None:
    net = np.array([1, 0, -2, 3, 1, 0, 1])
    b, c = 4, 1
    expected = quad(lambda p: p**b * (1 - p) ** c, 0, 1)[0] / 0.5 ** (b + c)
    assert e_values(net)[-1] == pytest.approx(expected)
    assert e_values(net)[0] == pytest.approx(1)  # one group alone says nothing of direction
    np.testing.assert_allclose(e_values(-net), e_values(net))


def test_it_decides_for_ten_of_ten_and_not_for_six_of_ten() -> None:
    assert decision(np.ones(20, np.int64)) == 8
    assert decision(np.array([1, -1, 1, 1, -1, 1, -1, 1, -1, 1])) is None


@pytest.mark.parametrize("n_groups", [30, 300])
def test_without_a_difference_it_errs_rarely_and_peeking_often(n_groups: int) -> None:
    rng = np.random.default_rng(n_groups)
    net = rng.choice([-3, -1, 0, 1, 2], size=n_groups)
    found = rates(net, np.ones(n_groups, np.int64), runs=4000)
    assert found.false_sequential <= ALPHA
    assert found.false_peeking > 2 * ALPHA


def test_a_clear_difference_is_found_before_the_end() -> None:
    net = np.r_[np.ones(40, np.int64), np.zeros(60, np.int64)]
    found = rates(net, np.full(100, 3), runs=500)
    assert found.decided == 1
    assert 24 <= found.median_tracks < 100


def test_so_many_groups_give_the_paired_test_its_power() -> None:
    values, chances = np.array([2, 1, 0, -1]), np.array([0.05, 0.25, 0.55, 0.15])
    sample = np.repeat(values, np.round(1000 * chances).astype(int))
    n_groups = round(groups_needed(sample))
    rng = np.random.default_rng(0)
    drawn = rng.choice(values, size=(1500, n_groups), p=chances)
    found = np.mean([sign_flip(net) <= ALPHA for net in drawn])
    assert found == pytest.approx(POWER, abs=0.05)
    assert groups_needed(np.array([1, -1])) == float("inf")
