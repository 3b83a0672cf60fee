"""A network as a file: small, the same everywhere, and unable to run anything."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mgc.audio.samples import SAMPLE_RATE
from mgc.audio.windows import MINIMUM_S
from mgc.datasets import demo
from mgc.datasets.archive import open_archive
from mgc.errors import NetworkError
from mgc.features import archive_picture
from mgc.features.from_archive import decibels
from mgc.inference import make_network, network_file
from mgc.inference.picture_network import crop_probabilities
from mgc.models import cnn
from mgc.training import crops, inputs, keras_fit
from tests.helpers.outside import ROOT, python

WIDTH = 50


@pytest.fixture(scope="module")
def model() -> keras.Model:
    keras_fit.start(3)
    made = cnn.build((128, WIDTH, 1), 10)
    rng = np.random.default_rng(0)
    # Moving averages as after a training, not the zeros and ones of a fresh network.
    made.set_weights([w + rng.uniform(0, 0.1, w.shape) for w in made.get_weights()])
    return made


@pytest.fixture(scope="module")
def file(model: keras.Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("network") / "cnn.keras"
    network_file.write(model, target)
    return target


@pytest.fixture(scope="module")
def pictures() -> list[np.ndarray]:
    rng = np.random.default_rng(1)
    return [rng.integers(0, 256, (128, n), dtype=np.uint8) for n in (496, 50, 73, 496)]


@given(st.floats(-(2.0**90), 2.0**90, allow_subnormal=False, width=32))
def test_rounding_is_finer_than_one_part_in_eight_thousand(value: float) -> None:
    assert abs(float(network_file.rounded(np.array(value))) - value) <= abs(value) / 2**13


def test_a_file_gives_the_answers_of_the_network_it_was_made_from(
    model: keras.Model, file: Path, pictures: list[np.ndarray]
) -> None:
    opened = network_file.open_network(file)
    x = np.random.default_rng(2).normal(size=(4, 128, WIDTH, 1)).astype(np.float32)
    assert np.allclose(opened.predict(x, verbose=0), model.predict(x, verbose=0), atol=1e-6)


def test_a_file_is_small_and_the_same_each_time_it_is_written(
    model: keras.Model, file: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again.keras"
    network_file.write(model, again)
    assert again.read_bytes() == file.read_bytes()
    assert file.stat().st_size < 2_000_000
    assert [path.name for path in tmp_path.iterdir()] == ["again.keras"]


def test_crops_are_predicted_as_in_the_fit(model: keras.Model, pictures: list[np.ndarray]) -> None:
    """Compare with `mgc.training.tuned_recipes`: scale, cut, predict crops in Keras batches."""
    said = crop_probabilities(model, pictures)
    for picture, found in zip(pictures, said, strict=True):
        scaled = inputs.scale(decibels(picture[None]), np.arange(1), "per track")
        cut = crops.regular(scaled, 2, WIDTH)[0]
        assert np.allclose(found, keras_fit.predict(model, cut, 8), atol=1e-6)
        assert np.allclose(found.sum(axis=1), 1)
    assert crop_probabilities(model, []) == []


def repacked(file: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    with zipfile.ZipFile(file) as source:
        entries = {name: source.read(name) for name in source.namelist()}
    change(entries)
    with zipfile.ZipFile(target, "w") as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return target


def with_config(edit: Callable[[Any], None]) -> Callable[[dict[str, bytes]], None]:
    def change(entries: dict[str, bytes]) -> None:
        config = json.loads(entries["config.json"])
        edit(config)
        entries["config.json"] = json.dumps(config).encode()

    return change


def foreign(config: Any) -> None:
    config["config"]["layers"][1] |= {"module": "os", "class_name": "system"}


@pytest.mark.parametrize(
    "change",
    [
        lambda entries: entries.pop("config.json"),
        lambda entries: entries.pop("model.weights.h5"),
        lambda entries: entries.update({"config.json": b"[" * 100_000}),
        lambda entries: entries.update({"config.json": b"\xff\xfe"}),
        lambda entries: entries.update({"model.weights.h5": b"no weights"}),
        lambda entries: entries.update({"model.weights.h5": bytes(300 * 2**20)}),
        with_config(lambda config: config.update(config=7)),
        with_config(lambda config: config.update(class_name=["Sequential"])),
        with_config(foreign),
        with_config(lambda config: config["config"]["layers"].pop()),
    ],
    ids=["no config", "no weights", "deep JSON", "no text", "text for weights",
         "a bomb", "no layers", "no class", "another module's class", "a layer less"],
)  # fmt: skip
def test_a_damaged_network_is_refused_by_name(
    file: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], None]
) -> None:
    bad = repacked(file, tmp_path / "bad.keras", change)
    with pytest.raises(NetworkError, match=r"bad\.keras.*mgc train"):
        network_file.open_network(bad)


def test_the_width_of_crops_is_known_without_tensorflow(file: Path, tmp_path: Path) -> None:
    assert network_file.input_width(file) == WIDTH
    vague = with_config(lambda config: config["config"]["layers"][0]["config"].clear())
    with pytest.raises(NetworkError, match="does not say what it reads"):
        network_file.input_width(repacked(file, tmp_path / "vague.keras", vague))


def test_code_in_a_network_never_runs(tmp_path: Path) -> None:
    """A Lambda layer is Python code; Keras would refuse it too, but we do not even ask."""
    trap = tmp_path / "ran"
    code = f"lambda x: __import__('pathlib').Path({str(trap)!r}).touch() or x"
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((128, WIDTH, 1)), layers.Lambda(eval(code)), layers.Flatten()]
    )
    trap.unlink(missing_ok=True)  # building the trap may have sprung it
    bad = tmp_path / "bad.keras"
    model.save(bad)
    with pytest.raises(NetworkError, match="Lambda"):
        network_file.open_network(bad)
    assert not trap.exists()


def test_other_files_and_other_networks_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.keras"
    network_file.write(cnn.build((128, 60, 1), 3), other)
    with pytest.raises(NetworkError, match="10 genres"):
        network_file.open_network(other)
    truncated, pickled = tmp_path / "truncated.keras", tmp_path / "pickled.npy"
    truncated.write_bytes(other.read_bytes()[:5000])
    np.save(pickled, np.array([{}], dtype=object), allow_pickle=True)
    for path in (truncated, pickled, tmp_path, tmp_path / "missing.keras"):
        with pytest.raises(NetworkError, match="mgc train"):
            network_file.open_network(path)
    with pytest.raises(NetworkError, match=r"\.keras"):
        network_file.write(cnn.build((128, 60, 1), 10), tmp_path / "network.h5")


def test_the_network_that_ships_is_the_one_its_record_is_about(gtzan_archive: Path) -> None:
    """Predict the test part from the file that ships; the record says the same of each track."""
    record = make_network.shipped_record(ROOT / "book" / "records")
    source = open_archive(gtzan_archive)
    rows = record.predictions[record.predictions["part"] == "test"].iloc[::6]
    found = np.searchsorted(source.track_id, rows["track_id"].to_numpy(dtype=str))
    said = crop_probabilities(network_file.open_network(), source.log_power[found])
    expected = rows.filter(like="p_").to_numpy()
    assert np.allclose([p.mean(axis=0) for p in said], expected, atol=1e-4)


def last(config: Any) -> dict[str, Any]:
    """Settings of the last layer."""
    return config["config"]["layers"][-1]["config"]


def helper(module: str, name: str) -> dict[str, str]:
    """What a configuration says to have Keras look up a function."""
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


@pytest.mark.parametrize("activation", ["linear", "relu", "sigmoid"])
def test_a_network_that_gives_no_probabilities_is_refused_before_the_work(
    file: Path, tmp_path: Path, activation: str
) -> None:
    """Numbers of any size, divided by their sum, were shown as up to 107 %."""
    bad = repacked(
        file, tmp_path / "bad.keras", with_config(lambda c: last(c).update(activation=activation))
    )
    for ask in (network_file.open_network, network_file.check):
        with pytest.raises(
            NetworkError, match=f"bad.keras: ends in {activation} and not in softmax"
        ):
            ask(bad)


@pytest.mark.parametrize(
    ("module", "name"), [("os", "system"), ("keras.utils", "get_file"), ("keras_evil", "run")]
)
@pytest.mark.parametrize("place", ["activation", "kernel_initializer", "name"])
def test_no_setting_of_a_layer_may_name_a_function(
    file: Path, tmp_path: Path, module: str, name: str, place: str
) -> None:
    change = with_config(lambda config: last(config).update({place: helper(module, name)}))
    bad = repacked(file, tmp_path / "bad.keras", change)
    with pytest.raises(NetworkError, match="function, which is not allowed"):
        network_file.check(bad)


def test_a_network_of_a_newer_keras_is_told_from_a_damaged_one(file: Path, tmp_path: Path) -> None:
    new = with_config(lambda config: last(config).update(invented_later=1))

    def change(entries: dict[str, bytes], version: object) -> None:
        new(entries)
        entries["metadata.json"] = json.dumps({"keras_version": version}).encode()

    for version, told in (
        ("99.1.0", f"made by Keras 99.1.0, and the Keras {keras.__version__} here cannot"),
        (keras.__version__, "damaged network"),
        ("9\x1b[2J", "damaged network"),
        (["9"], "damaged network"),
    ):
        bad = repacked(file, tmp_path / "bad.keras", lambda e, v=version: change(e, v))
        with pytest.raises(NetworkError, match=rf"bad\.keras: {re.escape(told)}"):
            network_file.open_network(bad)
    unread = repacked(file, tmp_path / "old.keras", lambda e: e.update({"metadata.json": b"{"}))
    assert network_file.open_network(unread).output_shape == (None, 10)


def test_weights_that_are_no_numbers_are_refused(model: keras.Model, tmp_path: Path) -> None:
    broken = keras.models.clone_model(model)
    broken.set_weights([np.full_like(weight, np.nan) for weight in model.get_weights()])
    network_file.write(broken, tmp_path / "nan.keras")
    with pytest.raises(NetworkError, match=r"nan\.keras: holds weights that are not finite"):
        network_file.open_network(tmp_path / "nan.keras")


def test_answers_that_are_no_probabilities_stop_the_command(
    model: keras.Model, pictures: list[np.ndarray]
) -> None:
    """Finite weights may overflow, too.

    Those of the last layer do: on some processors what overflows before it is nothing behind the
    next rectifier.
    """
    for factor in (3e38, -3e38):
        large = keras.models.clone_model(model)
        *first, kernel, bias = model.get_weights()
        large.set_weights([*first, np.full_like(kernel, factor), np.full_like(bias, factor)])
        with pytest.raises(NetworkError, match="no probabilities"):
            crop_probabilities(large, pictures)


def test_crops_are_no_wider_than_the_shortest_picture(tmp_path: Path) -> None:
    """Otherwise a half minute would have an answer and its last three seconds a traceback."""
    shortest = archive_picture.picture(np.sin(np.arange(round(MINIMUM_S * SAMPLE_RATE))))
    assert shortest.shape[1] == network_file.WIDEST
    network_file.write(cnn.build((128, network_file.WIDEST + 1, 1), 10), tmp_path / "wide.keras")
    with pytest.raises(NetworkError, match=f"at most {network_file.WIDEST} columns"):
        network_file.open_network(tmp_path / "wide.keras")


def test_without_keras_one_sentence_says_what_to_install() -> None:
    clip, network = str(demo.clip_path("jazz.00004")), str(network_file.shipped())
    done = python(
        "import sys; sys.modules['keras'] = None\n"
        "from click.testing import CliRunner\n"
        "from mgc.cli.main import main\n"
        f"done = CliRunner().invoke(main, ['predict', {clip!r}, '--network', {network!r}])\n"
        "print(done.exit_code, done.stderr)"
    )
    assert done.stdout.startswith("1 ")
    assert 'run: pip install "mgc[fit]"' in done.stdout
    assert len(done.stdout.strip().splitlines()) == 1
