"""A network is made, its probabilities calibrated, and its file is what the record is about."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.special import softmax
from sklearn.metrics import log_loss

from mgc.cli.main import main
from mgc.datasets.tracks import P_COLUMNS
from mgc.features.archive_picture import CLIP_SAMPLES, picture
from mgc.inference import network_file
from mgc.inference.make_network import temperature as best_temperature
from mgc.inference.picture_network import crop_probabilities
from mgc.models import cnn
from mgc.records.store import Store
from tests.helpers.outside import invoke


@pytest.mark.slow
def test_train_writes_a_network_and_a_record_of_what_it_says(
    small_edition: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cnn, "TUNED", replace(cnn.TUNED, epochs=1, steps=2))
    target = tmp_path / "my.keras"
    done = invoke(main, "train", target, "--data", small_edition, "--protocol", "random")
    assert done.exit_code == 0, done.output
    (record,) = Store(tmp_path / "records").networks.find()
    assert f"Record: {record.path}" in done.stdout
    assert record.environment["network_sha256"] == network_file.sha256(target)
    rows = record.predictions
    assert set(rows["part"]) == {"valid", "test"}
    model = network_file.open_network(target)
    for _, row in rows[rows["part"] == "test"].head(3).iterrows():
        samples, _ = soundfile.read(small_edition / row["genre"] / f"{row['track_id']}.wav")
        padded = np.pad(samples.astype(np.float32), (0, CLIP_SAMPLES - len(samples)))
        (p,) = crop_probabilities(model, [picture(padded)])
        assert np.allclose(row[list(P_COLUMNS)].to_numpy(float), p.mean(axis=0), atol=1e-5)


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
    assert best_temperature(given, truth) == pytest.approx(factor, rel=0.05)


def test_no_other_temperature_has_a_lower_log_loss_of_the_mean_over_crops() -> None:
    logits, truth = drawn(300, seed=2)
    noise = np.random.default_rng(3).normal(0, 2, (300, 5, 10))
    crops = softmax(3 * (logits[:, None] + noise), axis=2)
    best = best_temperature(crops, truth)

    def loss(temperature: float) -> float:
        mean = softmax(np.log(crops) / temperature, axis=2).mean(axis=1)
        return float(log_loss(truth, mean, labels=range(10)))

    assert loss(best) < min(loss(best * 0.9), loss(best * 1.1), loss(1.0))
