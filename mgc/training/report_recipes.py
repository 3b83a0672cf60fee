"""Fit one fold by the report's own recipe."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mgc.datasets.splits import Fold, Split
from mgc.datasets.tracks import GENRES
from mgc.models.recipe import Recipe, from_settings
from mgc.training import inputs, transfer
from mgc.training.fold_result import Fitted, OnEpoch, Settings
from mgc.typing import Float

if TYPE_CHECKING:
    import keras

    from mgc.features.arrays import Arrays


def fit_network(
    arrays: Arrays,
    split: Split,
    fold: Fold,
    targets: Float,
    config: Mapping[str, Any],
    settings: Settings,
    augmented: Sequence[Arrays],
    on_epoch: OnEpoch | None,
) -> Fitted:
    """Fit a network by the report's recipe and predict validation and test part."""
    from mgc.training import keras_fit

    name, plan = str(config["model"]), from_settings(config["recipe"])
    device = keras_fit.set_up(settings.threads)
    measured: dict[str, float] = {}
    x, y, train = _with_copies(arrays, split, fold, targets, config, settings, augmented, measured)
    keras_fit.start(seed=1000 * int(config["seed"]) + split.folds.index(fold))
    history: list[dict[str, Any]] = []
    architecture: list[dict[str, Any]] = []
    if name == "autoencoder":
        from mgc.models import autoencoder

        reconstructor = autoencoder.build(x.shape[1:])
        pair = (x[train], x[train]), (x[fold.valid], x[fold.valid])
        history += keras_fit.fit(
            reconstructor, *pair, plan, stage="autoencoder", on_epoch=on_epoch
        )
        architecture += keras_fit.describe(reconstructor)
        measured |= {
            "reconstruction_mse": min(row["val_loss"] for row in history),
            "reconstruction_variance": float(x[fold.valid].var(axis=0).mean()),
        }
        encoder = autoencoder.encoder(reconstructor)
        begin = time.perf_counter()
        x = np.asarray(encoder.predict(x, batch_size=plan.batch_size, verbose=0))
        measured["base_seconds_per_track"] = (time.perf_counter() - begin) / len(x)
    model = _classifier(name, x.shape[1:], n_train=len(train), plan=plan)
    parts = (x[train], y[train]), (x[fold.valid], y[fold.valid])
    history += keras_fit.fit(model, *parts, plan, on_epoch=on_epoch)
    valid = keras_fit.predict(model, x[fold.valid], plan.batch_size)
    begin = time.perf_counter()
    test = keras_fit.predict(model, x[fold.test], plan.batch_size)
    seconds = (time.perf_counter() - begin) / len(fold.test)
    architecture += keras_fit.describe(_whole(name, model))
    return Fitted(valid, test, history, architecture, device, seconds, measured)


def _classifier(name: str, shape: tuple[int, ...], *, n_train: int, plan: Recipe) -> keras.Model:
    """Build the network that is fitted to genres: all of it, or what stands on fixed features."""
    from mgc.models import autoencoder, build, cnn, vgg16

    if name == "autoencoder":
        return autoencoder.build_classifier(len(GENRES))
    if name == "vgg16":
        return vgg16.build_head(len(GENRES))
    if name == "cnn":
        n_steps = -(-n_train // plan.batch_size)
        return cnn.build(shape, len(GENRES), batch_norm_momentum=cnn.momentum(n_steps))
    return build(name, shape, len(GENRES))


def _whole(name: str, model: keras.Model) -> keras.Model:
    """Build the network as the report draws it, for the description alone."""
    if name != "vgg16":
        return model
    from mgc.models import vgg16

    return vgg16.build(vgg16.INPUT_SHAPE, len(GENRES))


def _with_copies(
    arrays: Arrays,
    split: Split,
    fold: Fold,
    targets: Float,
    config: Mapping[str, Any],
    settings: Settings,
    augmented: Sequence[Arrays],
    measured: dict[str, float],
) -> tuple[Float, Float, npt.NDArray[np.int64]]:
    """Scaled inputs and targets, the training examples' altered copies behind the examples."""
    plan, pool = from_settings(config["recipe"]), int(config["recipe"]["frame_pool"])
    picture = plan.scaling == "picture"

    def gather(source: Arrays, examples: npt.NDArray[np.int64]) -> Float:
        chosen = split.example_track[examples], split.example_segment[examples]
        if not picture:
            return inputs.example_inputs(source, *chosen, plan.representation, pool)
        # The base was trained on pictures of 224 x 224: it is given all the detail there is.
        compute = partial(transfer.transfer_features, cache_dir=settings.cache_dir)
        features, seconds = inputs.picture_inputs(source, *chosen, 1, compute)
        measured["base_seconds_per_track"] = seconds
        return features

    everything = np.arange(len(split.example_track))
    x, y, train = gather(arrays, everything), targets, fold.train
    for copy in augmented:
        train = np.concatenate([train, len(x) + np.arange(len(fold.train))])
        x, y = (
            np.concatenate([x, gather(copy, fold.train)]),
            np.concatenate([y, targets[fold.train]]),
        )
    return (x if picture else inputs.scale(x, train, plan.scaling)), y, train
