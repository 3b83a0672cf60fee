"""Combined models: weights come from validation tracks, and the test part is only predicted."""

import numpy as np
import pytest
from sklearn.metrics import log_loss

from mgc.datasets.tracks import GENRES, P_COLUMNS
from mgc.errors import RecordError
from mgc.evaluation.combining import combine
from mgc.evaluation.metrics import probabilities, truth
from tests.helpers.records import predictions, unsaved


def fit(seed, **changes):
    return unsaved(predictions(seed, per_genre=8, **changes))


def test_the_weights_are_the_best_of_all_tenths_on_validation_tracks():
    strong, weak = fit(0, skill=1.5), fit(1, skill=1.2)
    _, weights = combine([strong, weak])
    parts = [record.predictions.query("part == 'valid'") for record in (strong, weak)]
    p, q = map(probabilities, parts)
    losses = [
        log_loss(truth(parts[0]), w * p + (1 - w) * q, labels=range(len(GENRES)))
        for w in np.arange(11) / 10
    ]
    assert weights == pytest.approx((np.argmin(losses) / 10, 1 - np.argmin(losses) / 10))
    assert 0.5 < weights[0] < 1


def test_the_test_part_chooses_nothing_and_is_mixed_by_the_weights():
    one, two = fit(2, skill=1.5), fit(3, skill=1.0)
    made, weights = combine([one, two])
    assert set(made.predictions["part"]) == {"test"}
    tested = [r.predictions.query("part == 'test'").sort_values("track_id") for r in (one, two)]
    mixed = sum(w * probabilities(rows) for w, rows in zip(weights, tested, strict=True))
    found = made.predictions.sort_values("track_id")[list(P_COLUMNS)].to_numpy()
    np.testing.assert_allclose(found, mixed, atol=1e-12)
    spoiled = one.predictions.copy()
    spoiled.loc[spoiled["part"] == "test", list(P_COLUMNS)] = 0.1
    assert combine([unsaved(spoiled), two])[1] == weights


def test_fits_of_other_tracks_are_not_combined():
    with pytest.raises(RecordError, match="different tracks"):
        combine([fit(0), unsaved(predictions(0, per_genre=4))])
