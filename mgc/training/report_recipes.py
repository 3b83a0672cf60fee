"""How the report's own recipes train: whole examples, until validation stops improving."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from mgc.datasets.tracks import GENRES
from mgc.features.arrays import Arrays
from mgc.models import autoencoder, cnn, vgg16
from mgc.models.backend import keras
from mgc.models.recipe import Recipe
from mgc.training import inputs, keras_fit, transfer
from mgc.training.crops import Examples
from mgc.training.fold_fit import FoldFit
from mgc.typing import Float, IntArray


@dataclass(frozen=True)
class ReportPolicy:
    """Train by a recipe of the report; see `mgc.training.trainer.Policy`."""

    plan: Recipe
    validation_crops = None
    code_size = autoencoder.CODE_SIZE
    dropout = True
    shuffles_test = False

    @property
    def prediction_batch(self) -> int:
        """Examples that are predicted at a time."""
        return self.plan.batch_size

    def gather(self, fit: FoldFit, measured: dict[str, float]) -> tuple[Examples, Float, IntArray]:
        """Gather and scale the inputs, altered copies of training examples behind all examples."""
        split, train = fit.split, fit.fold.train

        def gathered(source: Arrays, examples: IntArray) -> Float:
            chosen = split.example_track[examples], split.example_segment[examples]
            if self.plan.scaling != "picture":
                pool = int(fit.config["recipe"]["frame_pool"])
                return inputs.example_inputs(source, *chosen, self.plan.representation, pool)
            # The base was trained on pictures of 224 x 224: it is given all the detail there is.
            compute = partial(transfer.transfer_features, cache_dir=fit.settings.cache_dir)
            features, seconds = inputs.picture_inputs(source, *chosen, 1, compute)
            measured["base_seconds_per_track"] = seconds
            return features

        every = fit.targets()
        x = [gathered(fit.arrays, np.arange(len(every)))]
        x += [gathered(copy, train) for copy in fit.copies]
        copied = np.arange(len(every), len(every) + len(fit.copies) * len(train))
        rows = np.concatenate([train, copied])
        targets = np.concatenate([every, *(every[train] for _ in fit.copies)])
        values = np.concatenate(x) if fit.copies else x[0]
        if self.plan.scaling != "picture":
            values = inputs.scale(values, rows, self.plan.scaling)
        return Examples(values), targets, rows

    def batches(
        self, examples: Examples, targets: Float | None, rows: IntArray, seed: int
    ) -> dict[str, Any]:
        """Let Keras shuffle the training examples."""
        x = examples.values[rows]
        return {
            "x": x,
            "y": x if targets is None else targets[rows],
            "batch_size": self.plan.batch_size,
        }

    def learning(self) -> tuple[keras.optimizers.Optimizer, str, list[keras.callbacks.Callback]]:
        """Make optimizer, loss and callbacks: Adam, a lower rate on plateaus, an early stop.

        Each fit has callbacks of its own. The report shared one early-stopping object among six
        fits, which Keras forgives: it resets the object when a fit begins.
        """
        early = keras.callbacks.EarlyStopping(
            monitor="val_loss",
            patience=self.plan.patience,
            restore_best_weights=True,
            start_from_epoch=self.plan.warm_up,
        )
        callbacks = [_plateau(self.plan), early] if self.plan.plateau_factor < 1 else [early]
        adam = keras.optimizers.Adam(self.plan.learning_rate)
        return adam, "categorical_crossentropy", callbacks

    def coded(self, codes: Float, rows: IntArray) -> Examples:
        """Take the codes of whole examples [n, 1, code_size] as they are."""
        return Examples(codes[:, 0])

    def momentum(self, n_train: int) -> float:
        """Momentum of batch normalisation for a fit to `n_train` examples."""
        return cnn.momentum(-(-n_train // self.plan.batch_size))

    def layers(self, fit: FoldFit, model: keras.Model) -> list[dict[str, Any]]:
        """Describe the network as the report draws it, VGG16 with its base."""
        if fit.model == "vgg16":
            model = vgg16.build(vgg16.INPUT_SHAPE, len(GENRES))
        return keras_fit.describe(model)


def _plateau(plan: Recipe) -> keras.callbacks.Callback:
    class Plateau(keras.callbacks.ReduceLROnPlateau):  # type: ignore[misc]
        """Waits for the warm-up, as early stopping does."""

        def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
            if epoch >= plan.warm_up:
                super().on_epoch_end(epoch, logs)

    return Plateau(
        monitor="val_loss",
        factor=plan.plateau_factor,
        patience=plan.plateau_patience,
        min_lr=plan.min_learning_rate,
    )
