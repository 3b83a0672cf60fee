"""Fits: repeatable, resumable, blind to the test part; small networks on made-up features."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mgc.datasets.protocols import make_split
from mgc.datasets.tracks import GENRES, P_COLUMNS
from mgc.errors import MgcError
from mgc.evaluation import metrics
from mgc.models import BASELINES, cnn
from mgc.models.recipe import ABLATIONS, VARIANTS
from mgc.records import config as config_module
from mgc.records.store import Record, load_record
from mgc.training import folds, inputs
from mgc.util import cache
from tests.helpers.arrays import make_arrays, one_fold
from tests.helpers.fits import conclude, first_fold


def fit(model: str, folder: Path, **options: Any) -> Record:
    return conclude(first_fold(model, folder, **options))


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize(
    "model",
    [
        "mlp",
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("cnn", "lstm", "autoencoder")),
        *BASELINES,
    ],
)
def test_the_same_fit_twice_gives_the_same_files(model: str, tmp_path: Path) -> None:
    first, second = fit(model, tmp_path / "a"), fit(model, tmp_path / "b")
    assert first.fit_id == second.fit_id
    for name in ("config.json", "architecture.json", "history.csv", "predictions.csv"):
        assert (first.path / name).read_bytes() == (second.path / name).read_bytes(), name
    assert not list((tmp_path / "a" / "cache" / "folds").iterdir())


@pytest.mark.usefixtures("short", "vgg16_weights")
def test_vgg16_fits_on_the_real_base_and_repeats(tmp_path: Path) -> None:
    # Three genres are enough: the base takes a second a track.
    first, second = (
        fit("vgg16", tmp_path / name, arrays=make_arrays(n_genres=3)) for name in "ab"
    )
    a, b = ((r.path / "predictions.csv").read_bytes() for r in (first, second))
    assert a == b
    assert first.parameters == 15_111_242
    assert first.environment["base_seconds_per_track"] > 0
    assert len(first.environment["weights_sha256"]) == 64


@pytest.mark.usefixtures("short")
def test_another_seed_is_another_fit(tmp_path: Path) -> None:
    first, second = fit("mlp", tmp_path, seed=0), fit("mlp", tmp_path, seed=1)
    assert first.fit_id != second.fit_id
    assert not first.predictions[list(P_COLUMNS)].equals(second.predictions[list(P_COLUMNS)])


@pytest.mark.slow
def test_the_mlp_learns_what_can_be_learnt(tmp_path: Path) -> None:
    record = fit("mlp", tmp_path)
    assert metrics.accuracy(metrics.test_rows(record)) >= 0.7
    assert record.config["recipe"]["epochs"] == 100
    curve = record.history["val_loss"]
    assert len(curve) - (curve.argmin() + 1) <= 10  # patience


@pytest.mark.usefixtures("short")
def test_the_test_part_does_not_touch_the_fit(tmp_path: Path) -> None:
    arrays = make_arrays()
    spoilt = replace(arrays, tabular=arrays.tabular.copy())
    spoilt.tabular[one_fold(arrays).folds[0].test] = 1e6
    first, second = (
        fit("mlp", tmp_path / name, arrays=source)
        for name, source in (("a", arrays), ("b", spoilt))
    )
    assert first.history.equals(second.history)
    valid = first.predictions["part"] == "valid"
    assert first.predictions[valid].equals(second.predictions[valid])


def test_logistic_regression_is_scikit_learns(tmp_path: Path) -> None:
    record, arrays = fit("logistic", tmp_path), make_arrays()
    fold = one_fold(arrays).folds[0]
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=5000))
    model.fit(arrays.tabular[fold.train].astype(float), arrays.genre[fold.train])
    expected = model.predict_proba(arrays.tabular[fold.test].astype(float))
    rows = metrics.test_rows(record).set_index("track_id").loc[arrays.track_id[fold.test]]
    np.testing.assert_allclose(rows[list(P_COLUMNS)], expected, atol=1e-3)


def test_majority_gives_the_training_shares(tmp_path: Path) -> None:
    rows = metrics.test_rows(fit("majority", tmp_path))
    np.testing.assert_allclose(rows[list(P_COLUMNS)], 0.1)


@pytest.mark.usefixtures("short")
def test_a_finished_fold_is_not_fitted_again(tmp_path: Path) -> None:
    fold = first_fold("mlp", tmp_path)
    epochs: list[int] = []
    for _ in range(2):
        folds.fit_fold(replace(fold, on_epoch=lambda _, epoch, *__: epochs.append(epoch)))
    assert epochs == [1, 2, 3]
    # A damaged entry is no entry.
    entry = folds.fold_entry(fold.config, fold.fold, fold.settings)
    entry.write_bytes(entry.read_bytes()[:-1])
    folds.fit_fold(fold)
    assert cache.read(entry) is not None


@pytest.mark.usefixtures("short")
def test_an_interrupted_fit_leaves_nothing_half_done(tmp_path: Path) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        folds.fit_fold(replace(first_fold("mlp", tmp_path), on_epoch=interrupt))
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


@pytest.mark.usefixtures("short")
def test_segments_get_one_row_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cnn, "RECIPE", replace(cnn.RECIPE, epochs=1))
    arrays = make_arrays(n_frames=1292, per_genre=2)
    split = make_split("leaky_segments", arrays.track_id, arrays.genre, arrays.artist, 0)
    record = fit("cnn", tmp_path, arrays=arrays, split=split)
    shapes = [layer["output_shape"] for layer in record.architecture]
    assert shapes[0] == [126, 62, 32]  # 129 frames pooled by two: 64 are the least
    assert sorted(metrics.test_rows(record)["segment"].unique()) == list(range(10))


@pytest.mark.usefixtures("short")
def test_copies_are_trained_on_and_never_predicted(tmp_path: Path) -> None:
    arrays = make_arrays()
    wrong = replace(arrays, tabular=np.full_like(arrays.tabular, 5.0))
    plain, copied = (
        fit("mlp", tmp_path / str(len(copies)), variant="quick_augmented", copies=copies)
        for copies in ((), (wrong,))
    )
    assert len(plain.predictions) == len(copied.predictions) == 20
    assert not plain.history["loss"].equals(copied.history["loss"])


@pytest.mark.usefixtures("short")
def test_the_record_says_what_it_cost_and_where(tmp_path: Path) -> None:
    record = fit("autoencoder", tmp_path)
    environment = record.environment
    assert environment["device"] == "CPU"
    assert environment["peak_memory_mb"] > 100
    assert environment["packages"]["keras"] != "not installed"
    assert environment["feature_seconds_per_track"] > 0
    assert 0 < environment["reconstruction_mse"] < 1
    assert set(record.history["stage"]) == {"autoencoder", "fit"}
    saved = json.loads((record.path / "architecture.json").read_text())
    cells = 128 * 64
    assert [layer["output_shape"][-1] for layer in saved][:8] == [
        512, 256, 128, 64, 128, 256, 512, cells
    ]  # fmt: skip
    assert load_record(record.path).parameters == record.parameters


def test_scaling_uses_the_training_rows_alone() -> None:
    rng = np.random.default_rng(0)
    x = rng.uniform(3, 9, (8, 5)).astype(np.float32)
    train_rows = np.array([0, 2, 5])
    expected = StandardScaler().fit(x[train_rows]).transform(x)
    np.testing.assert_allclose(inputs.scale(x, train_rows, "per column"), expected, rtol=1e-4)
    sequences = rng.uniform(3, 9, (8, 7, 2)).astype(np.float32)
    flat = sequences[train_rows].reshape(-1, 2)
    expected = (sequences - flat.mean(0)) / flat.std(0)
    np.testing.assert_allclose(
        inputs.scale(sequences, train_rows, "per coefficient"), expected, rtol=1e-4, atol=1e-5
    )


def test_scalings_of_spectrograms() -> None:
    x = np.random.default_rng(0).uniform(-80, 0, (3, 4, 6)).astype(np.float32)
    x[2] = -80  # silence
    track = inputs.scale(x, np.array([0]), "per track")
    assert track.shape == (3, 4, 6, 1)
    np.testing.assert_allclose(track[:2].mean(axis=(1, 2, 3)), 0, atol=1e-5)
    np.testing.assert_allclose(track[:2].std(axis=(1, 2, 3)), 1, rtol=1e-4)
    assert not track[2].any()
    unit = inputs.scale(x, np.array([0]), "unit")
    assert unit.shape == (3, 24)
    assert unit.min() == 0
    assert unit.max() <= 1
    with pytest.raises(MgcError, match="scaling"):
        inputs.scale(x, np.array([0]), "by magic")


def test_pooling_averages_neighbours_and_keeps_enough() -> None:
    x = np.arange(1292, dtype=np.float32)[None]
    pooled = inputs.pool_frames(x, 8)
    assert pooled.shape == (1, 161)
    assert pooled[0, 0] == np.mean(np.arange(8))
    assert inputs.pool_frames(x[:, :129], 8).shape == (1, 64)
    assert inputs.pool_frames(x, 1) is x


def test_targets_follow_the_order_of_genres() -> None:
    targets = inputs.one_hot(np.array(["rock", "blues"]))
    assert targets.argmax(axis=1).tolist() == [GENRES.index("rock"), 0]
    assert targets.sum() == 2


def test_an_ablation_changes_one_setting_of_the_models_it_names() -> None:
    """What the audit compares differs in the step that it judges, and in nothing else."""
    for name, ablation in {**ABLATIONS, "retuned": VARIANTS["retuned"]}.items():
        for model in {model for model, _, _ in ablation.changes}:
            whole = config_module.configuration("e", "h", "random", model, "tuned", 0)["recipe"]
            less = config_module.configuration("e", "h", "random", model, name, 0)["recipe"]
            # A field that came later stands only where it differs.
            differing = [key for key in less if key not in whole or whole[key] != less[key]]
            assert sorted(differing) == sorted(
                field for one, field, _ in ablation.changes if one == model
            )
    with pytest.raises(MgcError, match="does not apply to mlp"):
        config_module.configuration("e", "h", "random", "mlp", "no_log", 0)


def test_power_is_what_decibels_were_made_of() -> None:
    """-10 dB is a tenth of the power; by hand for two cells, standardised within the track."""
    scaled = inputs.scale(np.array([[[0.0, -10.0]]], np.float32), np.array([0]), "power per track")
    assert scaled.ravel() == pytest.approx([1.0, -1.0])
    raw = np.array([[[0.0, -10.0, -20.0]]], np.float32)
    power = inputs.scale(raw, np.array([0]), "power per track").ravel()
    by_hand = np.array([1.0, 0.1, 0.01])
    assert power == pytest.approx((by_hand - by_hand.mean()) / by_hand.std(), rel=1e-5)
    assert inputs.scale(raw, np.array([0]), "decibels").ravel() == pytest.approx([0, -10, -20])
