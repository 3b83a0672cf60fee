"""Temperature scaling: finds what was done to probabilities, and undoes it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.metrics import log_loss

from mgc.inference import calibration


def drawn(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits, and classes that occur just as often as their softmax says."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1.5, (n, 10))
    cumulated = softmax(logits, axis=1).cumsum(axis=1)
    truth = (cumulated < rng.uniform(size=(n, 1))).sum(axis=1)
    return logits, np.minimum(truth, 9)


@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0])
def test_finds_the_temperature_that_probabilities_were_sharpened_by(factor: float) -> None:
    logits, truth = drawn(20_000, seed=1)
    given = softmax(logits * factor, axis=1)[:, None]
    assert calibration.temperature(given, truth) == pytest.approx(factor, rel=0.05)


def test_no_other_temperature_has_a_lower_log_loss_of_the_mean_over_crops() -> None:
    logits, truth = drawn(300, seed=2)
    noise = np.random.default_rng(3).normal(0, 2, (300, 5, 10))
    crops = softmax(3 * (logits[:, None] + noise), axis=2)
    best = calibration.temperature(crops, truth)

    def loss(temperature: float) -> float:
        mean = softmax(np.log(crops) / temperature, axis=2).mean(axis=1)
        return float(log_loss(truth, mean, labels=range(10)))

    assert loss(best) < min(loss(best * 0.9), loss(best * 1.1), loss(1.0))


def test_sharpened_keeps_order_and_sums_to_one() -> None:
    p = softmax(np.random.default_rng(4).normal(size=(7, 10)), axis=1)
    for temperature in (0.2, 1.0, 5.0):
        changed = calibration.sharpened(p, temperature)
        assert np.allclose(changed.sum(axis=1), 1)
        assert np.array_equal(changed.argsort(axis=1), p.argsort(axis=1))
    assert np.allclose(calibration.sharpened(p, 1.0), p)
