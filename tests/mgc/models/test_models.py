"""Each architecture against parameter counts worked out by hand, layer by layer."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from mgc.errors import MgcError, WeightsError
from mgc.models import NAMES, autoencoder, build, cnn, recipe, vgg16
from mgc.models.recipe import VARIANTS


def dense(*sizes: int) -> int:
    """Weights and biases of a chain of dense layers."""
    return sum(a * b + b for a, b in pairwise(sizes))


def convolution(inputs: int, filters: int) -> int:
    return 3 * 3 * inputs * filters + filters


def lstm(inputs: int, units: int) -> int:
    """Four gates, each with weights to inputs and state, and a bias."""
    return 4 * ((inputs + units) * units + units)


def test_mlp() -> None:
    by_hand = dense(228, 512, 256, 128, 64, 10)
    assert build("mlp", (228,), 10).count_params() == by_hand == 290_378


def test_cnn() -> None:
    filters = (1, 32, 64, 128, 256)
    convolutions = sum(convolution(a, b) for a, b in pairwise(filters))
    normalisation = sum(4 * f for f in filters[1:])
    by_hand = convolutions + normalisation + dense(256, 512, 10)
    model = build("cnn", (128, 1292, 1), 10)
    assert model.count_params() == by_hand == 526_474
    assert build("cnn", (128, 161, 1), 10).count_params() == by_hand


def test_lstm() -> None:
    by_hand = lstm(13, 128) + lstm(128, 64) + lstm(64, 32) + dense(32, 64, 10)
    assert build("lstm", (1292, 13), 10).count_params() == by_hand == 137_290


def test_autoencoder_and_its_classifier() -> None:
    cells = 128 * 1292
    by_hand = dense(cells, 512, 256, 128, 64) + dense(64, 128, 256, 512, cells)
    model = build("autoencoder", (cells,), 10)
    assert model.count_params() == by_hand == 169_856_320
    assert autoencoder.encoder(model).output.shape == (None, 64)
    assert autoencoder.build_classifier(10).count_params() == dense(64, 128, 64, 10) == 17_226


def test_vgg16_with_its_head() -> None:
    blocks = (3, 64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512)
    base = sum(convolution(a, b) for a, b in pairwise(blocks))
    head = dense(512, 512, 256, 10)
    model = build("vgg16", (224, 224, 3), 10)
    assert base == 14_714_688
    assert model.count_params() == base + head == 15_111_242
    trainable = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
    assert trainable == vgg16.build_head(10).count_params() == head


@pytest.mark.parametrize("name", NAMES)
def test_recipes_are_the_reports(name: str) -> None:
    epochs = {"mlp": 100, "cnn": 50, "lstm": 50, "autoencoder": 50, "vgg16": 30}
    batch = {"mlp": 32, "cnn": 16, "lstm": 16, "autoencoder": 32, "vgg16": 16}
    plan = recipe(name)
    assert (plan.epochs, plan.batch_size, plan.patience) == (epochs[name], batch[name], 10)
    assert plan.plateau_factor == (1.0 if name == "autoencoder" else 0.2)


def test_variants_keep_or_pool_frames() -> None:
    assert VARIANTS["as_written"].frame_pool == 1
    assert VARIANTS["quick"].frame_pool == 16
    assert [name for name, v in VARIANTS.items() if v.augment] == [
        "as_written_augmented",
        "quick_augmented",
    ]


def test_momentum_forgets_as_much_in_an_epoch_as_in_the_report() -> None:
    assert cnn.momentum(35) == pytest.approx(0.99)
    for steps in (1, 5, 28, 100):
        assert cnn.momentum(steps) ** steps == pytest.approx(0.99**35)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(MgcError, match="mlp, cnn, lstm, autoencoder, vgg16"):
        build("transformer", (228,), 10)


def test_pictures_stretch_each_track_to_all_grey_levels() -> None:
    rng = np.random.default_rng(0)
    spectrograms = rng.uniform(-80, 0, (2, 128, 1292)).astype(np.float32)
    spectrograms[1] = -80  # silence
    pictures = vgg16.pictures(spectrograms)
    assert pictures.shape == (2, 224, 224)
    assert pictures.dtype == np.uint8
    assert not pictures[1].any()
    ramp = np.tile(np.linspace(-80, 0, 224, dtype=np.float32), (224, 1))[None]
    np.testing.assert_allclose(vgg16.pictures(ramp)[0, 7], np.linspace(0, 255, 224), atol=1)


def test_vgg16_base_has_the_published_weights(vgg16_weights: Path) -> None:
    base = vgg16.load_base()
    biases = [layer.get_weights()[1][0] for layer in base.layers if "conv" in layer.name]
    assert biases[0] == pytest.approx(0.73429835, rel=1e-6)
    assert biases[-1] == pytest.approx(0.18837857, rel=1e-6)
    features = vgg16.base_features(base, np.zeros((3, 128, 64), np.float32), batch_size=2)
    assert features.shape == (3, 512)
    # One track gets the same features in any company.
    np.testing.assert_allclose(features[2], features[0], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, r"no ImageNet weights.*MGC_VGG16_WEIGHTS"),
        ("not weights", r"a\.weights\.h5 does not hold them"),
    ],
)
def test_missing_weights_and_a_file_without_them_name_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None, reason: str
) -> None:
    named = tmp_path / "a.weights.h5"
    if content is not None:
        named.write_text(content)
    monkeypatch.setenv("MGC_VGG16_WEIGHTS", str(named))
    with pytest.raises(WeightsError, match=reason):
        vgg16.load_base()
