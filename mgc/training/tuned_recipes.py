"""How tuned recipes train: random crops to learn from, regular ones to predict from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from mgc.datasets.splits import Split
from mgc.datasets.tracks import N_SEGMENTS
from mgc.features.arrays import Arrays
from mgc.models import autoencoder, cnn, vgg16
from mgc.models.backend import keras
from mgc.models.recipe import TunedRecipe
from mgc.training import inputs, keras_fit, transfer
from mgc.training.crops import TIME_AXIS, Examples, at_random, reduced, shuffled
from mgc.training.fold_fit import FoldFit
from mgc.typing import Float, IntArray


@dataclass(frozen=True)
class TunedPolicy:
    """Train by a tuned recipe; see `mgc.training.trainer.Policy`."""

    plan: TunedRecipe
    validation_crops = 3  # looked at after each epoch; all of them cost too much
    prediction_batch = 64

    @property
    def code_size(self) -> int:
        """Width of the autoencoder's code."""
        return self.plan.code_size or autoencoder.CODE_SIZE

    @property
    def dropout(self) -> bool:
        """Whether the CNN has its layers of dropout."""
        return self.plan.dropout

    @property
    def shuffles_test(self) -> bool:
        """Whether the frames of the test part, and of it alone, are put in a random order."""
        return self.plan.frames == "shuffled to test"

    def gather(self, fit: FoldFit, measured: dict[str, float]) -> tuple[Examples, Float, IntArray]:
        """Gather, average and scale the inputs, with statistics of the training part alone."""
        return self._examples(fit, measured), fit.targets(), fit.fold.train

    def _examples(self, fit: FoldFit, measured: dict[str, float]) -> Examples:
        arrays, split, train, plan = fit.arrays, fit.split, fit.fold.train, self.plan
        chosen = split.example_track, split.example_segment
        pool = self._frame_pool(arrays)
        if plan.scaling == "picture":
            compute = partial(
                transfer.transfer_columns,
                blocks=plan.block,
                cache_dir=fit.settings.cache_dir,
                random_seed=int(fit.config["seed"]) if plan.weights == "random" else None,
            )
            columns, seconds = inputs.picture_inputs(arrays, *chosen, pool, compute)
            measured["base_seconds_per_track"] = seconds
            length = self._crop_length(columns.shape[1], arrays, split)
            scaled = inputs.scale(columns, train, "per coefficient")
            return Examples(scaled, TIME_AXIS["features"], length, "mean")
        found = inputs.example_inputs(arrays, *chosen, plan.representation, pool)
        if plan.frequency == "log":
            found = inputs.log_frequency(found)
        scaled = inputs.scale(found, train, plan.scaling)
        if plan.representation == "tabular":
            return Examples(scaled)
        axis = TIME_AXIS[plan.representation]
        length = self._crop_length(found.shape[axis], arrays, split)
        if plan.scaling == "unit":
            return Examples(scaled.reshape(found.shape), axis, length, "flatten")
        return Examples(scaled, axis, length, shuffle=plan.frames == "shuffled")

    def _frame_pool(self, arrays: Arrays) -> int:
        """Frames that are averaged into one."""
        rate = self.plan.frame_rate
        return max(1, round(arrays.frame_rate / rate)) if rate else 1

    def _crop_length(self, n_frames: int, arrays: Arrays, split: Split) -> int:
        """Frames of a crop where `n_frames` make an example, however many were averaged before."""
        if not self.plan.crop_s:
            return n_frames
        whole = bool((split.example_segment < 0).all())
        n_source: int = arrays.sequence.shape[1]
        seconds = n_source / arrays.frame_rate / (1 if whole else N_SEGMENTS)
        return max(1, round(n_frames * self.plan.crop_s / seconds))

    def batches(
        self, examples: Examples, targets: Float | None, rows: IntArray, seed: int
    ) -> dict[str, Any]:
        """Draw random crops of the training examples."""
        learnt = None if targets is None else targets[rows]
        chosen = Examples(examples.values[rows], examples.axis, examples.length, examples.reduce)
        crops = RandomCrops(chosen, learnt, self.plan, seed=seed)
        return {"x": crops, "shuffle": False, "validation_batch_size": 64}

    def learning(
        self,
    ) -> tuple[keras.optimizers.Optimizer, keras.losses.Loss, list[keras.callbacks.Callback]]:
        """Make optimizer, loss and callbacks: AdamW along a cosine to zero, all epochs run."""
        plan = self.plan
        rate = keras.optimizers.schedules.CosineDecay(
            plan.learning_rate, decay_steps=plan.epochs * plan.steps
        )
        adam = keras.optimizers.AdamW(rate, weight_decay=plan.weight_decay)
        best = keras.callbacks.EarlyStopping(
            monitor="val_loss", patience=plan.epochs, restore_best_weights=True
        )
        smoothed = keras.losses.CategoricalCrossentropy(label_smoothing=plan.label_smoothing)
        return adam, smoothed, [best]

    def coded(self, codes: Float, rows: IntArray) -> Examples:
        """Scale the codes of all crops [n, n_crops, code_size]; a crop of them is their mean."""
        scaled = inputs.scale(codes, rows, "per coefficient")
        return Examples(scaled, TIME_AXIS["features"], max(1, codes.shape[1] // 4), "mean")

    def momentum(self, n_train: int) -> float:
        """Momentum of batch normalisation; an epoch has as many steps whatever `n_train` is."""
        return self.plan.batch_norm_momentum or cnn.momentum(self.plan.steps)

    def layers(self, fit: FoldFit, model: keras.Model) -> list[dict[str, Any]]:
        """Describe the network, and before it as much of VGG16's base as is used."""
        if fit.model != "vgg16":
            return keras_fit.describe(model)
        first = fit.split.example_track[:1], fit.split.example_segment[:1]
        pool = self._frame_pool(fit.arrays)
        picture = inputs.example_inputs(fit.arrays, *first, "spectrogram", pool)
        base = vgg16.build_base(picture.shape[1:], max(self.plan.block.split("+")))
        return keras_fit.describe(base, "vgg16/") + keras_fit.describe(model)


class RandomCrops(keras.utils.PyDataset):  # type: ignore[misc]  # Keras ships no type hints
    """Batches of random crops of random examples, mixed and masked as a recipe asks.

    What a batch holds depends on seed, epoch and number of the batch alone.

    Parameters
    ----------
    examples : Examples
    targets : ndarray [shape=(n, n_classes)], float32, or None
        None for an autoencoder, whose target is its input.
    plan : TunedRecipe
    seed : int
    """

    def __init__(
        self, examples: Examples, targets: Float | None, plan: TunedRecipe, *, seed: int
    ) -> None:
        super().__init__()
        self._inputs, self._targets, self._plan, self._seed = examples.values, targets, plan, seed
        self._axis, self._reduce = examples.axis, examples.reduce
        self._length = min(examples.length, self._inputs.shape[self._axis]) if self._axis else 0
        self._epoch = 0

    def __len__(self) -> int:
        return self._plan.steps

    def on_epoch_begin(self) -> None:
        """Count epochs, so that each has crops of its own."""
        self._epoch += 1

    def __getitem__(self, index: int) -> tuple[Float, Float]:
        rng = np.random.default_rng([self._seed, self._epoch, index])
        plan, n = self._plan, len(self._inputs)
        # Without repetition in a batch, and as evenly as chance is over an epoch.
        rows = rng.choice(n, size=min(plan.batch_size, n), replace=False)
        batch = self._crop(rows, rng)
        if plan.frames == "shuffled" and self._axis:
            batch = shuffled(batch, self._axis, rng)
        if plan.mask and batch.ndim == 4:
            mask_blocks(batch, plan.mask, rng)
        batch = reduced(batch, self._reduce)
        targets = batch if self._targets is None else self._targets[rows]
        if plan.mixup and self._targets is not None:
            share = rng.beta(plan.mixup, plan.mixup, size=len(batch)).astype(np.float32)
            other = rng.permutation(len(batch))
            batch = _mix(batch, batch[other], share)
            targets = _mix(targets, targets[other], share)
        return batch, targets

    def _crop(self, rows: npt.NDArray[Any], rng: np.random.Generator) -> Float:
        if not self._axis:
            picked: Float = self._inputs[rows]
            return picked
        return at_random(self._inputs, self._axis, self._length, rows, rng)


def _mix(one: Float, other: Float, share: Float) -> Float:
    weight = share.reshape(-1, *(1,) * (one.ndim - 1))
    return np.asarray(weight * one + (1 - weight) * other, np.float32)


def mask_blocks(batch: Float, largest: float, rng: np.random.Generator) -> None:
    """Set one band and one span of each picture to its mean, which is 0 after scaling."""
    _, n_bins, n_frames, _ = batch.shape
    for picture in batch:
        for size, axis in ((n_bins, 0), (n_frames, 1)):
            width = int(rng.integers(0, int(largest * size) + 1))
            start = int(rng.integers(0, size - width + 1))
            picture[(slice(None),) * axis + (slice(start, start + width),)] = 0.0
