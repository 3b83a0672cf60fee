"""The monitor's statistics are those of SciPy, and its limits keep what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2_contingency, ks_2samp

from mgc.errors import DataError
from mgc.evaluation.drift import HORIZON, RATE, Detector
from mgc.typing import Double

COLUMNS = ("blues", "jazz", "rock", "tag loud")


def rows(n: int, seed: int, tilt: float = 1.0) -> Double:
    """Answers, with the first genre `tilt` times as strong; rounded, so that some are tied."""
    rng = np.random.default_rng(seed)
    genres = rng.dirichlet([2 * tilt, 2, 1], n)
    return np.round(np.column_stack([genres, rng.uniform(size=n)]), 2)


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector(rows(300, 0), COLUMNS, 3, 40)


def test_both_statistics_are_those_of_scipy(detector: Detector) -> None:
    reference, window = rows(300, 0), rows(40, 1, 1.5)
    _, change = detector.look(window)
    distances = [ks_2samp(a, b).statistic for a, b in zip(reference.T, window.T, strict=True)]
    assert change.distance == pytest.approx(max(distances))
    assert change.column == COLUMNS[int(np.argmax(distances))]
    most = int(np.argmax(distances))
    assert change.before == pytest.approx(reference[:, most].mean())
    assert change.after == pytest.approx(window[:, most].mean())
    counts = [np.bincount(t[:, :3].argmax(axis=1), minlength=3) for t in (reference, window)]
    assert change.chi_square == pytest.approx(chi2_contingency(counts, correction=False).statistic)


def test_a_stream_is_looked_at_as_its_windows_are(detector: Detector) -> None:
    stream = np.concatenate([rows(100, 2), rows(100, 3, 5)])
    looked = [n for n in range(40, 201, detector.step) if detector.look(stream[n - 40 : n])[0]]
    assert looked == detector.alarms(stream).tolist()
    assert 100 < looked[0] <= 140


def test_false_alarms_are_as_rare_as_promised() -> None:
    """References and streams of one population, all drawn anew."""
    alarms = []
    for seed in range(5):
        detector = Detector(rows(400, 1000 + seed), COLUMNS, 3, 40)
        alarms += [len(detector.alarms(rows(HORIZON, 20 * seed + k))) > 0 for k in range(20)]
    assert np.mean(alarms) <= 3 * RATE  # of a hundred streams


def test_a_reference_shorter_than_a_window_is_refused() -> None:
    with pytest.raises(DataError, match="39 tracks, fewer than a window of 40"):
        Detector(rows(39, 0), COLUMNS, 3, 40)
