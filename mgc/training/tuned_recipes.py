"""Fit one fold by a tuned recipe: random crops to train on, the mean over crops to predict."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mgc.datasets.splits import Fold, Split
from mgc.datasets.tracks import GENRES, N_SEGMENTS
from mgc.models import autoencoder, build, cnn, vgg16
from mgc.models.recipe import TunedRecipe, from_settings
from mgc.training import crops, inputs, keras_fit, transfer
from mgc.training.fold_result import Fitted, OnEpoch, Probabilities, Settings
from mgc.typing import Float

if TYPE_CHECKING:
    import keras

    from mgc.features.arrays import Arrays


VALIDATION_CROPS = 3
"""Crops of a validation example that are looked at after each epoch; all of them cost too much."""


@dataclass(frozen=True)
class _Examples:
    """Scaled inputs of all examples of a split, and how crops are cut from them.

    Attributes
    ----------
    values : ndarray [shape=(n_examples, ...)], float32
    axis : int
        That of the frames; 0 where there are none.
    length : int
        Frames of a crop.
    reduce : {"", "mean", "flatten"}
        What happens to a crop before the network reads it.
    """

    values: Float
    axis: int
    length: int
    reduce: str = ""

    def cut(self, rows: npt.NDArray[np.int64], at_most: int | None = None) -> tuple[Float, int]:
        """Return regular crops of some examples, one after the other, and how many each has."""
        if not self.axis:
            return self.values[rows], 1
        pieces = crops.regular(self.values[rows], self.axis, self.length, at_most)
        flat = pieces.reshape(-1, *pieces.shape[2:])
        return crops.reduced(flat, self.reduce), pieces.shape[1]


@dataclass(frozen=True)
class Trained:
    """A network after its training, before anything was predicted for the record.

    Attributes
    ----------
    model : keras.Model
        With the weights of its best epoch.
    examples : _Examples
        Scaled inputs of all examples of the split.
    history, architecture, device, measured
        As in `mgc.training.fold_result.Fitted`.
    """

    model: keras.Model
    examples: _Examples
    history: list[dict[str, Any]]
    architecture: list[dict[str, Any]]
    device: str
    measured: dict[str, float]


def fit(
    arrays: Arrays,
    split: Split,
    fold: Fold,
    targets: Float,
    config: Mapping[str, Any],
    settings: Settings,
    on_epoch: OnEpoch | None = None,
    *,
    test: bool = True,
) -> Fitted:
    """Fit one fold of one of the five models.

    Parameters
    ----------
    arrays : Arrays
    split : Split
    fold : Fold
    targets : ndarray [shape=(n_examples, 10)], float32
    config : dict
        With a tuned recipe.
    settings : Settings
    on_epoch : callable, optional
    test : bool
        Predict the test part; `mgc.training.trials` does not, since tests choose nothing.

    Returns
    -------
    fitted : Fitted
    """
    done = train(arrays, split, fold, targets, config, settings, on_epoch)
    known, n_crops = _predict(done.model, done.examples, fold.valid)
    begin = time.perf_counter()
    tested = np.empty((0, len(GENRES)))
    if test:
        tested = _predict(done.model, done.examples, fold.test)[0]
    seconds = (time.perf_counter() - begin) / max(1, len(fold.test))
    measured = done.measured | {"crops": float(n_crops)}
    return Fitted(known, tested, done.history, done.architecture, done.device, seconds, measured)


def train(
    arrays: Arrays,
    split: Split,
    fold: Fold,
    targets: Float,
    config: Mapping[str, Any],
    settings: Settings,
    on_epoch: OnEpoch | None = None,
) -> Trained:
    """Train one of the five models on the training part of a fold; see `fit`."""
    name = str(config["model"])
    plan = from_settings(config["recipe"])
    assert isinstance(plan, TunedRecipe)
    device = keras_fit.set_up(settings.threads)
    seed = 1000 * int(config["seed"]) + split.folds.index(fold)
    keras_fit.start(seed)
    measured: dict[str, float] = {}
    examples = _examples(arrays, split, fold, plan, settings, measured)
    history: list[dict[str, Any]] = []
    architecture: list[dict[str, Any]] = []
    if name == "autoencoder":
        examples, history, architecture = _encoded(examples, fold, plan, seed, measured, on_epoch)
    batches = crops.RandomCrops(
        examples.values[fold.train],
        targets[fold.train],
        plan,
        seed=seed,
        axis=examples.axis,
        length=examples.length,
        reduce=examples.reduce,
    )
    x, n_crops = examples.cut(fold.valid, VALIDATION_CROPS)
    model = _network(name, x.shape[1:], plan)
    valid = x, np.repeat(targets[fold.valid], n_crops, axis=0)
    history += keras_fit.fit_tuned(model, batches, valid, plan, on_epoch=on_epoch)
    if name == "vgg16":
        architecture += _base_layers(arrays, split, plan)
    architecture += keras_fit.describe(model)
    return Trained(model, examples, history, architecture, device, measured)


def _examples(
    arrays: Arrays,
    split: Split,
    fold: Fold,
    plan: TunedRecipe,
    settings: Settings,
    measured: dict[str, float],
) -> _Examples:
    """Gather, average and scale the inputs, with statistics of the training part alone."""
    kind = plan.representation
    pool = max(1, round(arrays.frame_rate / plan.frame_rate)) if plan.frame_rate else 1
    if plan.scaling == "picture":
        return _columns(arrays, split, fold, plan, pool, settings, measured)
    found = inputs.example_inputs(arrays, split.example_track, split.example_segment, kind, pool)
    if kind == "tabular":
        return _Examples(inputs.scale(found, fold.train, plan.scaling), 0, 0)
    axis = crops.TIME_AXIS[kind]
    length = _crop_length(plan, found.shape[axis], arrays, split)
    scaled = inputs.scale(found, fold.train, plan.scaling)
    if plan.scaling == "unit":
        return _Examples(scaled.reshape(found.shape), axis, length, "flatten")
    return _Examples(scaled, axis, length)


def _columns(
    arrays: Arrays,
    split: Split,
    fold: Fold,
    plan: TunedRecipe,
    pool: int,
    settings: Settings,
    measured: dict[str, float],
) -> _Examples:
    """Gather what the frozen base says over time, standardised on the training part."""
    compute = partial(transfer.transfer_columns, blocks=plan.block, cache_dir=settings.cache_dir)
    columns, measured["base_seconds_per_track"] = inputs.picture_inputs(
        arrays, split.example_track, split.example_segment, pool, compute
    )
    length = _crop_length(plan, columns.shape[1], arrays, split)
    scaled = inputs.scale(columns, fold.train, "per coefficient")
    return _Examples(scaled, crops.TIME_AXIS["features"], length, "mean")


def _crop_length(plan: TunedRecipe, n_frames: int, arrays: Arrays, split: Split) -> int:
    """Frames of a crop where `n_frames` make an example, however many were averaged before."""
    whole = bool((split.example_segment < 0).all())
    seconds = arrays.sequence.shape[1] / arrays.frame_rate / (1 if whole else N_SEGMENTS)
    return max(1, round(n_frames * plan.crop_s / seconds)) if plan.crop_s else n_frames


def _encoded(
    examples: _Examples,
    fold: Fold,
    plan: TunedRecipe,
    seed: int,
    measured: dict[str, float],
    on_epoch: OnEpoch | None,
) -> tuple[_Examples, list[dict[str, Any]], list[dict[str, Any]]]:
    """Fit the autoencoder, and replace each crop of each example by its code."""
    train = crops.RandomCrops(
        examples.values[fold.train],
        None,
        plan,
        seed=seed,
        axis=examples.axis,
        length=examples.length,
        reduce=examples.reduce,
    )
    x, _ = examples.cut(fold.valid, VALIDATION_CROPS)
    size = plan.code_size or autoencoder.CODE_SIZE
    model = autoencoder.build(x.shape[1:], code_size=size)
    history = keras_fit.fit_tuned(
        model, train, (x, x), plan, stage="autoencoder", on_epoch=on_epoch
    )
    measured["reconstruction_mse"] = min(row["val_loss"] for row in history)
    measured["reconstruction_variance"] = float(x.var(axis=0).mean())
    encoder = autoencoder.encoder(model)
    begin = time.perf_counter()
    codes = []
    for start in range(0, len(examples.values), 64):  # crops of all examples at once would not fit
        rows = np.arange(start, min(start + 64, len(examples.values)))
        x, n_crops = examples.cut(rows)
        code = np.asarray(encoder.predict(x, batch_size=64, verbose=0))
        codes.append(code.reshape(len(rows), n_crops, size))
    everything = np.concatenate(codes)
    measured["base_seconds_per_track"] = (time.perf_counter() - begin) / len(everything)
    scaled = inputs.scale(everything, fold.train, "per coefficient")
    axis = crops.TIME_AXIS["features"]
    length = max(1, everything.shape[1] // 4)
    return _Examples(scaled, axis, length, "mean"), history, keras_fit.describe(model)


def _network(name: str, shape: tuple[int, ...], plan: TunedRecipe) -> keras.Model:
    """Build the report's network, or what of it is fitted to genres."""
    if name == "autoencoder":
        return autoencoder.build_classifier(len(GENRES), shape[0])
    if name == "vgg16":
        return vgg16.build_head(len(GENRES), shape[0])
    if name == "cnn":
        momentum = plan.batch_norm_momentum or cnn.momentum(plan.steps)
        return cnn.build(shape, len(GENRES), batch_norm_momentum=momentum)
    return build(name, shape, len(GENRES))


def _base_layers(arrays: Arrays, split: Split, plan: TunedRecipe) -> list[dict[str, Any]]:
    """Describe what of the base is used, on the picture of one example."""
    pool = max(1, round(arrays.frame_rate / plan.frame_rate)) if plan.frame_rate else 1
    one = split.example_track[:1], split.example_segment[:1]
    picture = inputs.example_inputs(arrays, *one, "spectrogram", pool)
    base = vgg16.build_base(picture.shape[1:], max(plan.block.split("+")))
    return keras_fit.describe(base, "vgg16/")


def _predict(
    model: keras.Model, examples: _Examples, rows: npt.NDArray[np.int64]
) -> tuple[Probabilities, int]:
    """Mean over the regular crops of each example [shape=(n, 10)], and how many these are."""
    x, n_crops = examples.cut(rows)
    found = keras_fit.predict(model, x, 64).reshape(len(rows), n_crops, -1).mean(axis=1)
    normalised: Probabilities = found / found.sum(axis=1, keepdims=True)
    return normalised, n_crops
