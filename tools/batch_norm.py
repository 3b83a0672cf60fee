"""Measure what batch normalisation by the batch lets features know of their neighbours.

``python -m tools.batch_norm`` feeds two networks the same tracks in batches of several kinds, fits
logistic regression on the features of each kind, and keeps its answers. The first network is that
of Choi et al. (2017, "Transfer learning for music classification and regression tasks"), whose
published features are asked, too; the second is the one that ships with this package.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mgc.audio.samples import decode
from mgc.cli import options
from mgc.cli.tables import console_for_output, print_frame
from mgc.datasets.archive import open_archive
from mgc.datasets.gtzan import gtzan_table
from mgc.datasets.opening import open_edition
from mgc.evaluation.batch_leak import ANSWERS_FILE, FILE, TEXTS, accuracies
from mgc.features.from_archive import decibels
from mgc.inference import network_file
from mgc.training.inputs import scale
from mgc.util import machine
from mgc.util.atomic import write_whole
from mgc.util.textfiles import csv_bytes, json_bytes

CHOI_HZ, CHOI_S, CHOI_FFT, CHOI_HOP = 12_000, 29, 512, 256
POOLS = ((2, 4), (3, 4), (2, 5), (2, 4), (4, 4))
EPSILON = 1e-3  # of both networks, Keras's default
SEEDS = range(3)
PACKAGES = ("mgc", "numpy", "scikit-learn", "tensorflow", "keras")

Array = npt.NDArray[np.float32]
Strings = npt.NDArray[np.str_]


def batches(kind: str, size: int, genre: Strings, seed: int) -> Iterator[npt.NDArray[np.int64]]:
    """Rows of each batch; the tracks stand in the order of their files."""
    rows = np.arange(len(genre))
    if kind == "genre":
        for name in np.unique(genre):
            own = rows[genre == name]
            yield from np.array_split(own, max(1, round(len(own) / size)))
        return
    if kind == "shuffled":
        rows = np.random.default_rng(seed).permutation(rows)
    yield from (rows[first : first + size] for first in range(0, len(rows), size))


def choi_mel(path: Path, weights: dict[str, Array]) -> Array:
    """Decibels of 96 mel bands [96, 1360] below the loudest cell, as the network reads them."""
    import soxr

    samples, rate = decode(path, CHOI_S)
    signal = soxr.resample(samples, rate, CHOI_HZ)[: CHOI_HZ * CHOI_S]
    signal = np.pad(signal, (0, CHOI_HZ * CHOI_S - len(signal)))
    padded = np.pad(signal, (CHOI_HOP // 2, CHOI_FFT))
    frames = np.lib.stride_tricks.sliding_window_view(padded, CHOI_FFT)[::CHOI_HOP]
    frames = frames[: -(-len(signal) // CHOI_HOP)]
    real, imaginary = (frames @ weights[f"param_{k}"][:, 0, 0, :] for k in (0, 1))
    mel = (real**2 + imaginary**2) @ weights["param_2"]
    level = 10 * np.log10(np.maximum(mel, 1e-10))
    return np.asarray(np.maximum(level - level.max(), -80).T, dtype=np.float32)


def choi_features(mel: Array, weights: dict[str, Array]) -> Array:
    """Mean of the maps of each layer [n, 160] for a batch [n, 96, 1360], normalised by itself."""
    import tensorflow as tf

    x, found = tf.constant(mel[..., None]), []
    for layer, pool in enumerate(POOLS, start=1):
        kernel = weights[f"convolution2d_{layer}_W"].transpose(2, 3, 1, 0)[::-1, ::-1]
        x = tf.nn.conv2d(x, kernel.copy(), 1, "SAME") + weights[f"convolution2d_{layer}_b"]
        mean, variance = tf.nn.moments(x, (0, 1, 2))
        name = f"batchnormalization_{layer}"
        x = tf.nn.batch_normalization(
            x, mean, variance, weights[f"{name}_beta"], weights[f"{name}_gamma"], EPSILON
        )
        x = tf.nn.max_pool2d(tf.nn.elu(x), pool, pool, "VALID")
        found.append(np.asarray(tf.reduce_mean(x, (1, 2)), dtype=np.float32))
    return np.concatenate(found, axis=1)


def own_features(pictures: Array, model: Any, *, by_batch: bool) -> Array:
    """Compute what our CNN hands to its dense layers [n, 256], for a batch [n, 128, 496, 1]."""
    import keras

    x: Any = pictures
    for layer in model.layers:
        if isinstance(layer, keras.layers.Dense):
            break
        if isinstance(layer, keras.layers.BatchNormalization):
            x = layer(x, training=by_batch)
        elif not isinstance(layer, keras.layers.Dropout):
            x = layer(x)
    return np.asarray(x, dtype=np.float32)


def answers(features: Array, genre: Strings, seed: int) -> Strings:
    """Genre of each track by logistic regression on the others, in five folds."""
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=5000))
    return np.asarray(cross_val_predict(model, features, genre, cv=folds), dtype=np.str_)


def held_out(features: Array, genre: Strings, part: Strings) -> Strings:
    """Genre of each test track by logistic regression on the training part."""
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=5000))
    model.fit(features[part == "train"], genre[part == "train"])
    return np.asarray(model.predict(features[part == "test"]), dtype=np.str_)


def _rows(network: str, kind: str, size: int, seed: int, table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(network=network, kind=kind, size=size, seed=seed)


def ask_choi(features_file: Path, weights_file: Path, mini: str) -> Iterator[pd.DataFrame]:
    """Ask the published features of the mini set, and those of the same network in batches."""
    with np.load(weights_file, allow_pickle=False) as arrays:
        weights = {name: arrays[name] for name in arrays.files}
    with np.load(features_file, allow_pickle=False) as arrays:
        names, layers = arrays["track_id"], arrays["layers"]
    tracks = sorted(open_edition(mini).tracks, key=lambda track: track.track_id)
    ids = np.array([track.track_id for track in tracks])
    genre = np.array([track.genre for track in tracks])
    known = layers[[names.tolist().index(name) for name in ids]].reshape(len(ids), -1)
    mel = np.stack([choi_mel(track.path, weights) for track in tracks])
    plan = [("alone", 1), *(("ordered", n) for n in (20, 32, 50))]
    plan += [*(("shuffled", n) for n in (20, 32, 50)), ("genre", 10)]
    base = pd.DataFrame({"track_id": ids, "genre": genre})
    for seed in SEEDS:
        said = answers(known, genre, seed)
        yield _rows("choi2017", "published", 0, seed, base.assign(answer=said))
    for kind, size in plan:
        made: dict[int, Array] = {}
        for seed in SEEDS:
            if kind == "shuffled" or not made:
                found = np.empty((len(ids), layers[0].size), np.float32)
                for rows in batches(kind, size, genre, seed):
                    found[rows] = choi_features(mel[rows], weights)
                made[0] = found
            said = answers(made[0], genre, seed)
            yield _rows("choi2017", kind, size, seed, base.assign(answer=said))


def ask_own(archive: Path) -> Iterator[pd.DataFrame]:
    """Ask our CNN's features under the fault-filtered split, in batches of all its tracks."""
    from mgc.models import cnn

    shipped = network_file.open_network()
    model = cnn.build((128, 496, 1), 10)
    model.set_weights(shipped.get_weights())
    source, table = open_archive(archive), gtzan_table().set_index("track_id")
    known = table.loc[source.track_id.tolist()]
    part = known["fault_filtered"].to_numpy(dtype=np.str_)
    kept = np.isin(part, ("train", "test"))
    ids, part = source.track_id[kept], part[kept]
    genre = known["genre"].to_numpy(dtype=np.str_)[kept]
    pictures = scale(decibels(source.log_power[kept]), np.empty(0, np.int64), "per track")
    base = pd.DataFrame({"track_id": ids, "genre": genre})[part == "test"]
    plan = [("stored", 0), ("ordered", 256), ("shuffled", 256), ("ordered", 32), ("shuffled", 32)]
    for kind, size in plan:
        for seed in SEEDS if kind == "shuffled" else SEEDS[:1]:
            found = np.empty((len(ids), 256), np.float32)
            how = "ordered" if kind == "stored" else kind
            for rows in batches(how, size or 32, genre, seed):
                found[rows] = own_features(pictures[rows], model, by_batch=kind != "stored")
            said = held_out(found, genre, part)
            yield _rows("cnn", kind, size, seed, base.assign(answer=said))


@click.command()
@click.option("--features", type=options.FILE, required=True, help="Published features (.npz).")
@click.option("--weights", type=options.FILE, required=True, help="Their network (.npz).")
@click.option("--mini", type=options.DATA, required=True, help="Folder of the mini set.")
@click.option("--archive", type=options.FILE, required=True, help="Archive of all of GTZAN.")
@click.option("--out", type=options.FOLDER, required=True, help="Store of records to write to.")
def main(features: Path, weights: Path, mini: str, archive: Path, out: Path) -> None:
    """Measure, write the record, and print it."""
    asked = pd.concat([*ask_own(archive), *ask_choi(features, weights, mini)], ignore_index=True)
    asked = asked[[*TEXTS[:2], "size", "seed", *TEXTS[2:]]]
    facts = {
        "features_sha256": hashlib.sha256(features.read_bytes()).hexdigest(),
        "weights_sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "network_sha256": network_file.sha256(network_file.shipped()),
        "mini": open_edition(mini).key,
        "archive": open_edition(archive).key,
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        **machine.machine(PACKAGES),
    }
    for name, content in ((FILE, json_bytes(facts)), (ANSWERS_FILE, csv_bytes(asked))):
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        write_whole(out / name, content)
    print_frame(console_for_output(), "Batch normalisation by the batch", accuracies(asked),
                {"accuracy": ".1%", "low": ".1%", "high": ".1%"})  # fmt: skip


if __name__ == "__main__":
    main(prog_name="python -m tools.batch_norm")
