"""The network as an ONNX file says what the network says."""

from __future__ import annotations

import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from mgc.audio.samples import load
from mgc.cli.main import main
from mgc.datasets import demo
from mgc.datasets.archive import open_archive
from mgc.errors import NetworkError
from mgc.features.archive_picture import picture
from mgc.features.from_archive import decibels
from mgc.inference import network_file, onnx_file
from mgc.models import cnn
from mgc.training.crops import regular
from mgc.training.inputs import scale
from tests.helpers.outside import invoke

pytest.importorskip("onnx", reason="onnx is missing")
runtime = pytest.importorskip("onnxruntime", reason="onnxruntime is missing")
TOLERANCE = 1e-5
WIDTH = 50


def asked(content: bytes, x: np.ndarray) -> np.ndarray:
    """What ONNX Runtime makes of crops as Keras reads them."""
    session = runtime.InferenceSession(content, providers=["CPUExecutionProvider"])
    (said,) = session.run([onnx_file.OUTPUT], {onnx_file.INPUT: x.transpose(0, 3, 1, 2)})
    return said


def crops_of(drawn: np.ndarray) -> np.ndarray:
    """Cut standardised crops from one picture, as `crop_probabilities` does."""
    return regular(scale(decibels(drawn[None]), np.empty(0, int), "per track"), 2, WIDTH)[0]


def agree(drawn: np.ndarray) -> None:
    x = crops_of(drawn)
    expected = np.asarray(network_file.open_network().predict_on_batch(x))
    found = asked(onnx_file.shipped().read_bytes(), x)
    assert np.abs(found - expected).max() < TOLERANCE


@pytest.mark.parametrize("clip", ["blues.00000", "classical.00003", "metal.00008"])
def test_the_file_that_ships_agrees_with_keras_on_demo_clips(clip: str) -> None:
    agree(picture(load(demo.clip_path(clip))))


def test_the_file_that_ships_agrees_with_keras_on_gtzan(gtzan_archive: Path) -> None:
    for drawn in open_archive(gtzan_archive).log_power[::100]:
        agree(drawn)


def test_the_file_that_ships_was_made_from_the_network_that_ships(tmp_path: Path) -> None:
    """Otherwise run `mgc export-web mgc/networks/cnn.onnx`."""
    assert onnx_file.is_from(onnx_file.shipped().read_bytes(), network_file.shipped())
    again = tmp_path / "again.onnx"
    done = invoke(main, "export-web", again)
    assert done.exit_code == 0, done.output
    assert again.read_bytes() == onnx_file.shipped().read_bytes()


def test_any_network_that_mgc_train_makes_can_be_written(tmp_path: Path) -> None:
    keras.utils.set_random_seed(5)
    model = cnn.build((128, 40, 1), 10)
    rng = np.random.default_rng(0)
    model.set_weights([w + rng.uniform(0, 0.1, w.shape) for w in model.get_weights()])
    network_file.write(model, tmp_path / "other.keras")
    onnx_file.write(tmp_path / "deep" / "other.onnx", tmp_path / "other.keras")
    content = (tmp_path / "deep" / "other.onnx").read_bytes()
    assert onnx_file.is_from(content, tmp_path / "other.keras")
    assert not onnx_file.is_from(content, network_file.shipped())
    x = rng.normal(size=(3, 128, 40, 1)).astype(np.float32)
    assert np.abs(asked(content, x) - model.predict_on_batch(x)).max() < TOLERANCE


@pytest.mark.parametrize(
    ("layer", "complaint"),
    [
        (keras.layers.Conv2D(2, 3, padding="same"), "padding=same"),
        (keras.layers.Conv2D(2, 3, activation="gelu"), "the activation gelu"),
        (keras.layers.LayerNormalization(), "a LayerNormalization"),
    ],
)
def test_a_layer_without_a_rule_is_refused_by_name(
    layer: keras.layers.Layer, complaint: str
) -> None:
    ends = [keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(10)]
    model = keras.Sequential([keras.Input((128, WIDTH, 1)), layer, *ends])
    with pytest.raises(NetworkError, match=f"layer {layer.name}: no rule writes {complaint}"):
        onnx_file.graph(model, "")


def test_a_network_that_is_not_to_be_trusted_is_not_written(tmp_path: Path) -> None:
    model = cnn.build((128, 40, 1), 10)
    model.layers[-1].activation = keras.activations.linear
    network_file.write(model, tmp_path / "linear.keras")
    done = invoke(main, "export-web", tmp_path / "x.onnx", "--network", tmp_path / "linear.keras")
    assert done.exit_code == 1
    assert "not in softmax" in done.stderr
    assert not (tmp_path / "x.onnx").exists()


def test_bad_names_and_a_missing_package_are_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NetworkError, match=r"ends in \.onnx"):
        onnx_file.write(tmp_path / "network.keras")
    with pytest.raises(NetworkError, match="does not exist"):
        onnx_file.write(tmp_path / "network.onnx", tmp_path / "none.keras")
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(NetworkError, match=r'pip install "mgc\[export\]"'):
        onnx_file.write(tmp_path / "network.onnx")
    assert list(tmp_path.iterdir()) == []
