"""Tuned fits: repeatable, blind to the test part, crops as long as the recipe says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mgc.datasets.protocols import make_split
from mgc.datasets.splits import Fold, Split
from mgc.errors import MgcError
from mgc.features.arrays import Arrays
from mgc.features.names import ARCHIVE_VERSION
from mgc.models import NAMES, recipe, vgg16
from mgc.models.recipe import VARIANTS, TunedRecipe, as_settings
from mgc.records import config as config_module
from mgc.records.store import Store
from mgc.training import crops, folds, trainer, transfer, trials
from mgc.training.fold_fit import Fitted, FoldFit, Settings
from mgc.training.tuned_recipes import TunedPolicy
from mgc.typing import Float
from tests.helpers.arrays import make_arrays, one_fold

# What reads the batches is compiled all the same, of which TensorFlow warns.
pytestmark = pytest.mark.filterwarnings("ignore:Even though:UserWarning")

RATE, FRAMES = 16.0, 160
"""Ten seconds a track, as an archive holds them."""
EPOCHS, STEPS = 2, 2
BINS = 48
CROPS_S = {"mlp": 0.0, "cnn": 3.75, "lstm": 1.0, "autoencoder": 1.0, "vgg16": 3.75}
"""Short ones, since the tests have no time; the CNN cannot do with less."""


@pytest.fixture(autouse=True, scope="module")
def eager() -> Iterator[None]:
    """Compute step by step: to compile a network takes longer than to run it so little."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


def arrays_of_ten_seconds() -> Arrays:
    arrays = make_arrays(n_frames=FRAMES)
    return replace(arrays, frame_rate=RATE, spectrogram=arrays.spectrogram[:, -BINS:])


def tiny(model: str, **changes: Any) -> dict[str, Any]:
    """Return the configuration of a fit of two epochs of two steps, whatever is published."""
    published = recipe(model, tuned=True)
    plan = TunedRecipe(
        published.representation,
        published.scaling,
        batch_size=8,
        epochs=EPOCHS,
        steps=STEPS,
        crop_s=CROPS_S[model],
        frame_rate=8.0 if model == "lstm" else RATE,
        mixup=0.3,
        label_smoothing=0.1,
        weight_decay=0.01,
        mask=0.2,
        block="block4_pool" if model == "vgg16" else "",
        code_size=16,
    )
    seed = changes.pop("seed", 0)
    settings = as_settings(replace(plan, **changes), VARIANTS["tuned"])
    config = config_module.configuration("custom", "0" * 64, "random", model, "tuned", seed)
    return config | {"recipe": settings}


def columns(
    spectrograms: Float, blocks: str, cache_dir: Path, random_seed: int | None = None
) -> tuple[Float, float]:
    """Stand in for the VGG16 base, whose weights are not at hand everywhere."""
    n, _, n_frames = spectrograms.shape
    pooled = spectrograms[:, :, : n_frames // 16 * 16].reshape(n, 16, -1, n_frames // 16, 16)
    return pooled.mean(axis=(2, 4)).swapaxes(1, 2), 0.25


def fit(
    config: dict[str, Any],
    folder: Path,
    *,
    spoil: tuple[str, ...] = (),
    test: bool = True,
    split: Split | None = None,
    number: int = 0,
    base: Callable[..., tuple[Float, float]] = columns,
) -> Fitted:
    """Fit a fold; the parts named in `spoil` get absurd values."""
    arrays = arrays_of_ten_seconds()
    split = split or one_fold(arrays)
    fold = split.folds[number]
    for part in spoil:
        rows = getattr(fold, part)
        for values in (arrays.tabular, arrays.spectrogram, arrays.sequence):
            values[rows] = values[rows] * -3 + 50
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transfer, "transfer_columns", base)
        return trainer.fit(FoldFit(arrays, split, fold, config, Settings(1, folder)), test=test)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Fitted]:
    """Return the fit of a model, made once for all tests."""
    known: dict[str, Fitted] = {}

    def find(model: str) -> Fitted:
        if model not in known:
            known[model] = fit(tiny(model), tmp_path_factory.mktemp(model))
        return known[model]

    return find


@pytest.mark.parametrize("model", NAMES)
def test_every_epoch_is_run_along_a_cosine_and_probabilities_sum_to_one(
    fitted: Callable[[str], Fitted], model: str
) -> None:
    found = fitted(model)
    for part in (found.valid, found.test):
        assert part.shape == (10, 10)
        assert part.dtype == np.float64
        assert (part >= 0).all()
        np.testing.assert_allclose(part.sum(axis=1), 1, rtol=1e-12)
    assert not np.allclose(found.valid, found.test)
    assert found.device
    assert found.predict_seconds > 0
    stages = ["autoencoder", "fit"] if model == "autoencoder" else ["fit"]
    order = [(stage, epoch) for stage in stages for epoch in (1, 2)]
    assert [(row["stage"], row["epoch"]) for row in found.history] == order
    # After one of two epochs half of the rate is left, after both nothing.
    rates = [row["learning_rate"] for row in found.history]
    assert rates == pytest.approx([0.5e-3, 0.0] * len(stages), abs=1e-9)
    assert all(np.isfinite([row["loss"], row["val_loss"]]).all() for row in found.history)


@pytest.mark.parametrize("model", NAMES)
def test_the_same_seed_gives_the_same_fit_and_the_test_part_has_no_say(
    fitted: Callable[[str], Fitted], model: str, tmp_path: Path
) -> None:
    first = fitted(model)
    blind = fit(tiny(model), tmp_path, spoil=("test",), test=False)
    assert blind.test.shape == (0, 10)
    np.testing.assert_array_equal(blind.valid, first.valid)
    assert json.dumps(blind.history) == json.dumps(first.history)
    assert blind.architecture == first.architecture


def test_a_base_that_had_to_run_changes_nothing(
    fitted: Callable[[str], Fitted], tmp_path: Path
) -> None:
    """To build it draws random weights, which a fit that finds its features cached does not."""

    def drawing(
        spectrograms: Float, blocks: str, cache_dir: Path, random_seed: int | None
    ) -> tuple[Float, float]:
        vgg16.build_base((32, 32), "block1_pool")
        return columns(spectrograms, blocks, cache_dir, random_seed)

    found = fit(tiny("vgg16"), tmp_path, base=drawing)
    np.testing.assert_array_equal(found.test, fitted("vgg16").test)


@pytest.mark.parametrize("model", ["mlp", "lstm", "vgg16"])
def test_scaling_and_steps_use_the_training_part_alone(
    fitted: Callable[[str], Fitted], model: str, tmp_path: Path
) -> None:
    other = fit(tiny(model), tmp_path, spoil=("valid", "test"), test=False)
    for name, same in (("loss", True), ("val_loss", False)):
        losses = [[row[name] for row in found.history] for found in (other, fitted(model))]
        assert (losses[0] == losses[1]) is same


def test_another_seed_and_another_fold_draw_other_numbers(
    fitted: Callable[[str], Fitted], tmp_path: Path
) -> None:
    split = one_fold(arrays_of_ten_seconds())
    (fold,) = split.folds
    twice = replace(split, folds=(fold, Fold("again", fold.train, fold.valid, fold.test)))
    others = [
        fit(tiny("mlp", seed=1), tmp_path),
        fit(tiny("mlp"), tmp_path, split=twice, number=1),
    ]
    for other in others:
        assert not np.allclose(other.test, fitted("mlp").test, atol=1e-3)


@pytest.mark.parametrize(
    ("model", "n_crops"),
    # 160 frames in crops of 60, 80 in crops of 8; the base leaves 10 columns, in crops of 4;
    # the autoencoder codes 160 frames in crops of 16 as 19 codes, of which 4 make a crop.
    [("mlp", 1), ("cnn", 5), ("lstm", 19), ("vgg16", 4), ("autoencoder", 9)],
)
def test_crops_are_as_long_as_the_recipe_says(
    fitted: Callable[[str], Fitted], model: str, n_crops: int
) -> None:
    assert fitted(model).measured["crops"] == n_crops
    if model == "lstm":  # whose frames are averaged to 8 a second
        first = next(row for row in fitted(model).architecture if row["type"] == "LSTM")
        assert first["output_shape"][0] == 8


def test_segments_shorter_than_a_crop_are_taken_whole(tmp_path: Path) -> None:
    arrays = arrays_of_ten_seconds()
    split = make_split("leaky_segments", arrays.track_id, arrays.genre, arrays.artist, 0)
    found = fit(tiny("lstm", epochs=1, steps=1), tmp_path, split=split)
    assert found.measured["crops"] == 1
    assert found.test.shape == (len(split.folds[0].test), 10)
    np.testing.assert_allclose(found.test.sum(axis=1), 1)


def test_a_prediction_is_the_mean_over_the_crops_of_its_own_example() -> None:
    class Network:
        """Says of a crop what the crop holds: its frames' numbers are its two scores."""

        def predict(self, x: Float, **_: object) -> Float:
            return np.stack([x[:, 0, 0], x[:, -1, 0]], axis=1)

    values = np.arange(1.0, 31, dtype=np.float32).reshape(3, 10, 1)
    policy = TunedPolicy(trials.settings("mlp", {}))
    trained = trainer.Trained(Network(), policy, crops.Examples(values, 1, 4), [], [], "", {})
    found, n_crops = trained.predict(np.array([2, 0]))
    assert n_crops == 4  # frames 0 to 3, 2 to 5, 4 to 7 and 6 to 9
    for row, first in zip(found, (21, 1), strict=True):
        pairs = np.array([[first + start, first + start + 3] for start in (0, 2, 4, 6)])
        shares = pairs / pairs.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(row, shares.mean(axis=0))


def test_the_autoencoder_says_how_well_it_gives_back(fitted: Callable[[str], Fitted]) -> None:
    measured = fitted("autoencoder").measured
    assert 0 < measured["reconstruction_mse"] < 1
    assert 0 < measured["reconstruction_variance"] < 1
    assert measured["base_seconds_per_track"] > 0
    shapes = {row["name"]: row["output_shape"] for row in fitted("autoencoder").architecture}
    assert shapes["code"] == [16]


def test_the_base_is_described_as_far_as_it_is_used(fitted: Callable[[str], Fitted]) -> None:
    found = fitted("vgg16")
    base = [row for row in found.architecture if row["name"].startswith("vgg16/")]
    assert base[-1]["name"] == "vgg16/block4_pool"
    assert base[-1]["output_shape"] == [3, 10, 512]  # 48 bins and 160 frames, halved four times
    assert not any(row["trainable"] for row in base)
    assert found.measured["base_seconds_per_track"] == 0.25
    assert sum(row["trainable"] for row in found.architecture) == 3


def test_an_unknown_block_is_named_before_anything_is_computed(tmp_path: Path) -> None:
    with pytest.raises(MgcError, match=r"block9_pool.*block4_pool"):
        transfer.transfer_columns(np.zeros((1, 64, 64), np.float32), "block9_pool", tmp_path)


@pytest.mark.usefixtures("vgg16_weights")
def test_columns_of_the_real_base_are_computed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spectrograms = arrays_of_ten_seconds().spectrogram[:2]
    both, seconds = transfer.transfer_columns(spectrograms, "block3_pool+block4_pool", tmp_path)
    assert both.shape == (2, 20, 256 + 512)
    assert seconds > 0

    def never(*_: object) -> None:
        raise AssertionError("computed again")

    monkeypatch.setattr(vgg16, "base_columns", never)
    later, _ = transfer.transfer_columns(spectrograms, "block4_pool", tmp_path)
    assert later.shape == (2, 10, 512)
    np.testing.assert_array_equal(both[:, ::2, 256:], later)  # each twice beside the finer ones
    np.testing.assert_array_equal(both[:, 1::2, 256:], later)


def test_a_tuned_fit_becomes_a_record(tmp_path: Path) -> None:
    arrays = arrays_of_ten_seconds()
    split, settings = one_fold(arrays), Settings(1, tmp_path / "cache")
    config = tiny("mlp", steps=1) | {"feature_version": ARCHIVE_VERSION}
    folds.fit_fold(FoldFit(arrays, split, split.folds[0], config, settings))
    record = folds.save_record(arrays, split, config, settings, Store(tmp_path / "records"))
    assert record.config["recipe"]["mixup"] == 0.3
    assert record.environment["crops"] == 1
    assert len(record.history) == EPOCHS
    assert len(record.predictions) == 20
