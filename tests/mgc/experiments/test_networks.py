"""What steps do to a network, its inputs or its weights, against a library or worked by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.ndimage import median_filter

pytest.importorskip("tensorflow", reason="needs the extra 'train'")

from mgc.datasets.splits import Fold, Split
from mgc.datasets.tracks import GENRES
from mgc.experiments import augmentation, channels, contrastive, fine_tuning, search
from mgc.experiments.readout import loss
from mgc.models import vgg16
from mgc.models.backend import keras
from mgc.training import contrastive as training
from mgc.training import keras_fit, trainer
from mgc.training.crops import Examples
from mgc.training.inputs import log_frequency

RNG = np.random.default_rng(0)


CROPS = RNG.normal(size=(2, 128, 48, 1)).astype(np.float32)


def shown(view):
    picture = keras.Input(CROPS.shape[1:])
    return keras.Model(picture, view(picture)).predict(CROPS, verbose=0)


def test_channels_hold_the_picture_its_moving_means_and_its_log_spaced_rows():
    seen = shown(channels.slower_and_logarithmic)
    np.testing.assert_array_equal(seen[..., 0], CROPS[..., 0])
    # "Same" padding of an even window has one more frame after than before.
    np.testing.assert_allclose(seen[:, :, 20, 1], CROPS[:, :, 19:23, 0].mean(axis=2), atol=1e-5)
    np.testing.assert_allclose(seen[:, :, 20, 2], CROPS[:, :, 13:29, 0].mean(axis=2), atol=1e-5)
    np.testing.assert_allclose(seen[..., 3], log_frequency(CROPS[..., 0]), atol=1e-5)


def test_channels_hold_medians_as_scipy_takes_them():
    seen = shown(channels.lasting_and_striking)
    for picture, views in zip(CROPS[..., 0], seen, strict=True):
        np.testing.assert_array_equal(views[..., 1], median_filter(picture, (1, 11)))
        np.testing.assert_array_equal(views[..., 2], median_filter(picture, (9, 1)))


def pictures_of(n, size=(64, 96)):
    """Stand in for material with random pictures of all genres in turn."""
    spectrogram = RNG.uniform(-80, 0, size=(n, *size)).astype(np.float32)
    genre = np.asarray(GENRES * n)[:n]
    folds = (
        Fold("1", np.arange(0, n // 2), np.arange(n // 2, n - 2), np.arange(n - 2, n)),
        Fold("2", np.arange(2, n), np.array([1]), np.array([0])),
    )
    split = Split("artist_cv", np.arange(n), np.full(n, -1), folds)
    return SimpleNamespace(
        arrays=SimpleNamespace(spectrogram=spectrogram), split=split, genre=genre
    )


def test_copies_of_training_tracks_train_and_no_others():
    material = pictures_of(20)
    fold = material.split.folds[0]
    split, widened = augmentation.with_copies(material, fold)
    assert {int(row) % 20 for row in widened.train} == set(fold.train.tolist())
    assert len(widened.train) == 5 * len(fold.train)
    np.testing.assert_array_equal(widened.valid, fold.valid)
    np.testing.assert_array_equal(widened.test, fold.test)
    assert split.folds.index(widened) == 0
    assert split.folds[1] is material.split.folds[1]
    shown = augmentation.pictures(material)
    assert shown.shape == (100, 64, 96)
    np.testing.assert_array_equal(shown[:20], material.arrays.spectrogram)
    assert not any((shown[first : first + 20] == shown[:20]).all() for first in range(20, 100, 20))


@pytest.mark.parametrize("blocks", [(5,), (4, 5)])
def test_the_last_blocks_begin_as_the_whole_base_ends(blocks):
    """From the maps on, what the head reads is what the frozen base gives, filter by filter."""
    pictures = pictures_of(3).arrays.spectrogram
    base = vgg16.random_base(pictures.shape[1:], seed=0)
    maps = fine_tuning.maps_before(blocks[0], pictures, base)
    further = fine_tuning.Further(blocks, trained=True)
    block = fine_tuning.last_blocks(maps.shape[1:], base, further)
    columns = vgg16.base_columns(
        pictures, ("block3_pool", "block4_pool", "block5_pool"), base=base
    )
    whole = np.concatenate([each.mean(axis=1) for each in columns.values()], axis=1)
    np.testing.assert_allclose(block.predict(maps, verbose=0), whole, rtol=1e-3, atol=1e-3)
    assert len(block.trainable_weights) == 6 * len(blocks)
    frozen = fine_tuning.last_blocks(maps.shape[1:], base, further._replace(trained=False))
    assert not frozen.trainable_weights


def test_the_loss_of_pairs_by_hand():
    """Chen et al. (2020), equation 1, of three tracks with two crops each."""
    z = RNG.normal(size=(6, 4)).astype(np.float32)
    unit = z / np.linalg.norm(z, axis=1, keepdims=True)
    alike = np.exp(unit @ unit.T / 0.5)
    by_hand = [-np.log(alike[i, (i + 3) % 6] / (alike[i].sum() - alike[i, i])) for i in range(6)]
    np.testing.assert_allclose(training.nt_xent(0.5, None, z), by_hand, atol=1e-5)


def recognised(encoder, examples):
    """Share of tracks whose first crop is nearest to the last crop of the same track."""
    ends = (examples.values[:, :, start : start + 48] for start in (0, 72))
    found = [encoder.predict(crops, verbose=0) for crops in ends]
    centred = [z - z.mean(axis=0) for z in found]
    one, other = (z / np.linalg.norm(z, axis=1, keepdims=True) for z in centred)
    return float(((one @ other.T).argmax(axis=1) == np.arange(len(one))).mean())


def test_pretraining_tells_tracks_apart_and_hands_its_weights_on():
    """Tracks differ in their spectrum, below noise; no genre is given."""
    keras_fit.set_up(1)
    rng = np.random.default_rng(0)
    spectrum = rng.normal(size=(24, 48, 1, 1))
    noisy = spectrum + 3 * rng.normal(size=(24, 48, 120, 1))
    examples = Examples(noisy.astype(np.float32), 2, 48)
    settings = dict(contrastive.PRETRAINING) | {"steps": 20, "batch_size": 24}
    keras_fit.start(0)
    untrained = recognised(training.fresh(examples), examples)
    encoder = training.pretrain(examples, np.arange(24), 0, **settings)
    assert recognised(encoder, examples) > max(untrained, 5 / 24)
    network = training.started_from(encoder, (48, 48, 1))
    pooled = keras.Model(network.inputs, network.layers[len(encoder.layers) - 2].output)
    crops = examples.values[:, :, :48]
    np.testing.assert_allclose(
        pooled.predict(crops, verbose=0), encoder.predict(crops, verbose=0), atol=1e-5
    )
    embedded = training.embed(encoder, examples)
    cut, n_crops = examples.cut(np.arange(24))
    each = encoder.predict(cut, verbose=0).reshape(24, n_crops, -1)
    np.testing.assert_allclose(embedded, each.mean(axis=1), atol=1e-4)


def test_a_read_out_is_told_of_as_many_training_tracks_of_each_genre():
    genre, rows = np.asarray(GENRES * 12), np.arange(20, 90)
    told = contrastive.labelled(genre, rows, 3, seed=0)
    assert set(told) <= set(rows)
    assert [(genre[told] == name).sum() for name in GENRES] == [3] * 10
    np.testing.assert_array_equal(contrastive.labelled(genre, rows, 0, seed=0), rows)


def test_a_network_is_searched_on_validation_and_tested_once(monkeypatch):
    pytest.importorskip("optuna", reason="needs the extra 'steps'")
    fold = Fold("1", np.arange(10), np.arange(10, 20), np.arange(20, 30))
    genre, asked = np.asarray(GENRES * 3), []

    def train(values):
        def predict(rows):
            asked.append((values["learning_rate"], int(rows[0])))
            right = (genre[rows][:, None] == np.asarray(GENRES)) * values["learning_rate"] * 50
            p = right + 0.1
            return p / p.sum(axis=1, keepdims=True), 1

        return SimpleNamespace(predict=predict, device="GPU 9")

    monkeypatch.setattr(search, "fold_fit", lambda *arguments: arguments[-1])
    monkeypatch.setattr(trainer, "train", train)
    material = SimpleNamespace(genre=genre, split=SimpleNamespace(folds=(fold,)))
    found = search.network_arm("mlp").fit(material, fold, 0)
    assert len(found.history) == search.TRIALS
    assert found.device == "GPU 9"
    tested = [rate for rate, first in asked if first == 20]
    assert tested == [max(rate for rate, _ in asked)]
    assert loss(found.valid, genre[fold.valid]) == min(row["val_loss"] for row in found.history)
