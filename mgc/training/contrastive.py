"""Contrastive pretraining of the CNN: two crops of one track are alike, and no genre is read."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from mgc.models import cnn
from mgc.models.backend import keras
from mgc.training import keras_fit
from mgc.training.crops import Examples, at_random
from mgc.training.tuned_recipes import mask_blocks
from mgc.typing import Float, IntArray


def pretrain(
    examples: Examples,
    rows: IntArray,
    seed: int,
    *,
    steps: int,
    batch_size: int,
    learning_rate: float,
    weight_decay: float,
    temperature: float,
    mask: float,
    width: int,
) -> keras.Model:
    """Teach the CNN's convolutions to find, of two crops of each track, the one from the other.

    SimCLR (Chen et al. 2020) on crops of one track as Spijkervet and Burgoyne (2021) take them,
    with masks on both; what is compared is a projection that is thrown away.

    Parameters
    ----------
    examples : Examples
        Pictures [n, 128, n_frames, 1], scaled, and the length of a crop.
    rows : ndarray of int
        Tracks to learn from.
    seed : int
    steps, batch_size : int
        Batches in all, and tracks of one.
    learning_rate, weight_decay : float
        Of AdamW; the rate falls along a cosine to zero.
    temperature : float
        Of `nt_xent`.
    mask : float
        Largest share of rows, and of frames, that one mask each hides.
    width : int
        Of the projection.

    Returns
    -------
    encoder : keras.Model
        Crops in, the CNN's 256 pooled filters out.
    """
    keras_fit.start(seed)
    encoder = fresh(examples)
    projected = keras.layers.Dense(encoder.output.shape[-1], activation="relu")(encoder.output)
    model = keras.Model(encoder.input, keras.layers.Dense(width)(projected))
    rate = keras.optimizers.schedules.CosineDecay(learning_rate, decay_steps=steps)
    adam = keras.optimizers.AdamW(rate, weight_decay=weight_decay)
    model.compile(
        optimizer=adam, loss=partial(nt_xent, temperature), jit_compile=keras_fit.compiled()
    )
    pairs = _Pairs(examples, rows, seed, steps, batch_size, mask)
    model.fit(pairs, shuffle=False, verbose=0)
    return encoder


def fresh(examples: Examples) -> keras.Model:
    """Build the convolutional part of the CNN, as `pretrain` returns it, with random weights."""
    shape = (*examples.values.shape[1:2], examples.length, 1)
    network = cnn.build(shape, 10, batch_norm_momentum=cnn.TUNED.batch_norm_momentum)
    pooled = next(
        layer for layer in network.layers if isinstance(layer, keras.layers.GlobalAveragePooling2D)
    )
    return keras.Model(network.inputs, pooled.output)


def started_from(encoder: keras.Model, shape: tuple[int, ...]) -> keras.Model:
    """Build the CNN for crops of a shape, its convolutions with the weights of an encoder."""
    network = cnn.build(shape, 10, batch_norm_momentum=cnn.TUNED.batch_norm_momentum)
    for own, known in zip(network.layers, encoder.layers[1:], strict=False):
        own.set_weights(known.get_weights())
    return network


def embed(encoder: keras.Model, examples: Examples) -> Float:
    """Mean of the encoder's output over the regular crops of every example [n, 256]."""
    found = []
    for row in range(len(examples.values)):
        crops, _ = examples.cut(np.array([row]))
        found.append(np.asarray(encoder.predict_on_batch(crops)).mean(axis=0))
    return np.stack(found)


def nt_xent(temperature: float, _: Any, projected: Any) -> Any:
    """Loss of each crop, in nats: the other crop of its track against all crops of the batch.

    The first half of `projected` [2 n, width] are one crop of each track, the second half the
    other, in the same order (Chen et al. 2020, equation 1).
    """
    ops = keras.ops
    unit = ops.normalize(projected, axis=1)
    n = ops.shape(unit)[0]
    logits = unit @ ops.transpose(unit) / temperature - 1e9 * ops.eye(n)
    partner = (ops.arange(n) + n // 2) % n
    return keras.losses.sparse_categorical_crossentropy(partner, logits, from_logits=True)


class _Pairs(keras.utils.PyDataset):  # type: ignore[misc]  # Keras ships no type hints
    """Batches of two masked crops each of random tracks."""

    def __init__(
        self, examples: Examples, rows: IntArray, seed: int, steps: int, size: int, mask: float
    ) -> None:
        super().__init__()
        self._examples, self._rows, self._seed = examples, rows, seed
        self._steps, self._size, self._mask = steps, min(size, len(rows)), mask

    def __len__(self) -> int:
        return self._steps

    def __getitem__(self, index: int) -> tuple[Float, Float]:
        rng = np.random.default_rng([self._seed, index])
        rows = rng.choice(self._rows, size=self._size, replace=False)
        shown = self._examples
        crops = at_random(shown.values, shown.axis, shown.length, np.tile(rows, 2), rng)
        mask_blocks(crops, self._mask, rng)
        return crops, np.zeros(len(crops), np.float32)
