"""Train one network on one fold, and let it name the examples of the other parts.

The report's recipes and the tuned ones are two policies of this one way. A policy says how inputs
are gathered, what batches hold, how the learning rate falls, when a fit ends, and which network
stands on the inputs.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mgc.datasets.tracks import GENRES
from mgc.models import autoencoder, build, cnn, vgg16
from mgc.models.backend import keras
from mgc.models.recipe import TunedRecipe, from_settings
from mgc.training import keras_fit
from mgc.training.crops import Examples
from mgc.training.fold_fit import Fitted, FoldFit
from mgc.training.report_recipes import ReportPolicy
from mgc.training.tuned_recipes import TunedPolicy
from mgc.typing import Double, Float, IntArray

Policy = ReportPolicy | TunedPolicy
Network = Callable[[tuple[int, ...]], keras.Model]
"""Builds a network, not compiled, for inputs of a shape."""
CODED_AT_ONCE = 64
"""Examples whose crops are encoded at a time: those of all would not fit into memory."""


@dataclass(frozen=True, eq=False)
class Trained:
    """A network after its training, before anything was predicted for the record.

    It has the weights of its best epoch; the examples are those of the whole split, and the other
    fields are as in `mgc.training.fold_fit.Fitted`.
    """

    model: keras.Model
    policy: Policy
    examples: Examples
    history: list[dict[str, Any]]
    architecture: list[dict[str, Any]]
    device: str
    measured: dict[str, float]

    def predict(self, rows: IntArray) -> tuple[Double, int]:
        """Mean over the regular crops of each example [n, 10], and how many crops these are."""
        x, n_crops = self.examples.cut(rows)
        found = keras_fit.predict(self.model, x, self.policy.prediction_batch)
        if isinstance(self.policy, ReportPolicy):
            return found, n_crops
        mean = found.reshape(len(rows), n_crops, -1).mean(axis=1)
        normalised: Double = mean / mean.sum(axis=1, keepdims=True)
        return normalised, n_crops


def fit(fold_fit: FoldFit, *, test: bool = True, network: Network | None = None) -> Fitted:
    """Fit one of the five models on one fold, and predict validation and test part once.

    Without `test` the test part is not predicted: in `mgc.training.trials` it must choose nothing.
    `network` is another one to train in the same way, see `train`. Raises WeightsError if VGG16
    finds no ImageNet weights.
    """
    trained, fold = train(fold_fit, network), fold_fit.fold
    valid, n_crops = trained.predict(fold.valid)
    tested, seconds = np.empty((0, len(GENRES))), 0.0
    if trained.policy.shuffles_test:
        trained = replace(trained, examples=replace(trained.examples, shuffle=True))
    if test:
        begin = time.perf_counter()
        tested, _ = trained.predict(fold.test)
        seconds = (time.perf_counter() - begin) / len(fold.test)
    if isinstance(trained.policy, TunedPolicy):
        trained.measured["crops"] = float(n_crops)
    return Fitted(
        valid,
        tested,
        trained.history,
        trained.architecture,
        trained.device,
        seconds,
        trained.measured,
    )


def train(fold_fit: FoldFit, network: Network | None = None) -> Trained:
    """Train one of the five models on the training part of a fold; see `fit`.

    Instead of the model itself, `network` may stand on its inputs; where these are columns over
    time, as before VGG16's head, it reads all columns of a crop in the place of their mean.
    """
    plan = from_settings(fold_fit.config["recipe"])
    policy = TunedPolicy(plan) if isinstance(plan, TunedRecipe) else ReportPolicy(plan)
    device = keras_fit.set_up(fold_fit.settings.threads)
    measured: dict[str, float] = {}
    examples, targets, rows = policy.gather(fold_fit, measured)
    if network and examples.reduce == "mean":
        examples = replace(examples, reduce="")
    # After the inputs: whether VGG16's base had to run for them must not change what is drawn.
    keras_fit.start(fold_fit.seed)
    history: list[dict[str, Any]] = []
    architecture: list[dict[str, Any]] = []
    if fold_fit.model == "autoencoder":
        x, _ = examples.cut(fold_fit.fold.valid, policy.validation_crops)
        model = autoencoder.build(x.shape[1:], code_size=policy.code_size)
        batches = policy.batches(examples, None, rows, fold_fit.seed)
        history = learn(model, policy, batches, (x, x), fold_fit, "autoencoder")
        architecture = keras_fit.describe(model)
        measured["reconstruction_mse"] = min(row["val_loss"] for row in history)
        measured["reconstruction_variance"] = float(x.var(axis=0).mean())
        examples = policy.coded(_codes(model, policy, examples, measured), rows)
    x, n_crops = examples.cut(fold_fit.fold.valid, policy.validation_crops)
    valid = x, np.repeat(targets[fold_fit.fold.valid], n_crops, axis=0)
    if network:
        model = network(x.shape[1:])
    else:
        model = _network(fold_fit.model, x.shape[1:], policy, policy.momentum(len(rows)))
    batches = policy.batches(examples, targets, rows, fold_fit.seed)
    history += learn(model, policy, batches, valid, fold_fit)
    architecture += policy.layers(fold_fit, model)
    return Trained(model, policy, examples, history, architecture, device, measured)


def _network(name: str, shape: tuple[int, ...], policy: Policy, momentum: float) -> keras.Model:
    """Build the network that is fitted to genres: all of it, or what stands on features."""
    if name == "autoencoder":
        return autoencoder.build_classifier(len(GENRES), shape[0])
    if name == "vgg16":
        return vgg16.build_head(len(GENRES), shape[0])
    if name == "cnn":
        return cnn.build(shape, len(GENRES), batch_norm_momentum=momentum, dropout=policy.dropout)
    return build(name, shape, len(GENRES))


def learn(
    model: keras.Model,
    policy: Policy,
    batches: dict[str, Any],
    valid: tuple[Float, Float],
    fold_fit: FoldFit,
    stage: str = "fit",
) -> list[dict[str, Any]]:
    """Fit a network, which ends with the weights of its lowest validation loss; one row an epoch.

    An autoencoder is fitted to the mean squared error and has no accuracy.
    """
    optimizer, loss, callbacks = policy.learning()
    reconstructs = stage == "autoencoder"
    model.compile(
        optimizer=optimizer,
        loss="mse" if reconstructs else loss,
        metrics=[] if reconstructs else ["accuracy"],
        jit_compile=keras_fit.compiled(),
    )
    log = keras_fit.Log(stage, policy.plan.epochs, fold_fit.on_epoch)
    model.fit(
        **batches,
        validation_data=valid,
        epochs=policy.plan.epochs,
        callbacks=[*callbacks, log],
        verbose=0,
    )
    return log.rows


def _codes(
    model: keras.Model, policy: Policy, examples: Examples, measured: dict[str, float]
) -> Float:
    """Encode every crop of every example [shape=(n, n_crops, code_size)]."""
    encoder = autoencoder.encoder(model)
    begin = time.perf_counter()
    n, codes = len(examples.values), []
    for start in range(0, n, CODED_AT_ONCE):
        rows = np.arange(start, min(start + CODED_AT_ONCE, n))
        x, n_crops = examples.cut(rows)
        code = encoder.predict(x, batch_size=policy.prediction_batch, verbose=0)
        codes.append(np.asarray(code).reshape(len(rows), n_crops, policy.code_size))
    measured["base_seconds_per_track"] = (time.perf_counter() - begin) / n
    return np.concatenate(codes)
