"""Fit one network on one training part with Keras; imported only when something is fitted."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import numpy.typing as npt

from mgc.models.backend import keras
from mgc.models.recipe import Recipe, TunedRecipe
from mgc.typing import Float

HistoryRow = dict[str, Any]
OnEpoch = Callable[[str, int, int, float], None]
"""Called with stage, epoch, epochs at most and validation loss after each epoch."""


def set_up(threads: int) -> str:
    """Prepare the backend: a GPU if it sees one, else the CPU with repeatable operations.

    Parameters
    ----------
    threads : int
        Threads of one operation on the CPU. The last digits of a result depend on it. A process
        that has used TensorFlow before keeps the number that it has.

    Returns
    -------
    device : str
        Name of the device that will do the work.
    """
    import tensorflow as tf

    # It warns that each network's predict function is compiled anew, which it must be.
    tf.get_logger().setLevel("ERROR")
    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    if gpus:
        details = tf.config.experimental.get_device_details(gpus[0])
        return f"GPU {details.get('device_name', gpus[0].name)}"
    # Where TensorFlow runs already, in a notebook perhaps, its threads stay as they are.
    with suppress(RuntimeError):
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
    return "CPU"


def start(seed: int) -> None:
    """Forget earlier networks and seed every source of randomness: Python, NumPy, Keras."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)


def fit(
    model: keras.Model,
    train: tuple[Float, Float],
    valid: tuple[Float, Float],
    recipe: Recipe,
    *,
    stage: str = "fit",
    on_epoch: OnEpoch | None = None,
) -> list[HistoryRow]:
    """Fit a network by its recipe; it ends with the weights of its best validation loss.

    Each fit has callbacks of its own. The report shared one early-stopping object among six
    fits, which Keras forgives: it resets the object when a fit begins.

    Parameters
    ----------
    model : keras.Model
    train, valid : tuple of ndarray
        Inputs and targets: one-hot genres [n, 10], or the inputs again for an autoencoder.
    recipe : Recipe
    stage : {"fit", "autoencoder"}
        An autoencoder is fitted to the mean squared error and has no accuracy.
    on_epoch : callable, optional

    Returns
    -------
    history : list of dict
        One row an epoch: stage, epoch (from 1), loss, accuracy, val_loss, val_accuracy,
        learning_rate.
    """
    reconstructs = stage == "autoencoder"
    model.compile(
        optimizer=keras.optimizers.Adam(recipe.learning_rate),
        loss="mse" if reconstructs else "categorical_crossentropy",
        metrics=[] if reconstructs else ["accuracy"],
        jit_compile=False,
    )
    log = _Log(stage, recipe.epochs, on_epoch)
    callbacks: list[keras.callbacks.Callback] = [
        keras.callbacks.EarlyStopping(
            monitor="val_loss",
            patience=recipe.patience,
            restore_best_weights=True,
            start_from_epoch=recipe.warm_up,
        ),
        log,
    ]
    if recipe.plateau_factor < 1:
        callbacks.insert(0, _plateau(recipe))
    model.fit(
        *train,
        validation_data=valid,
        batch_size=recipe.batch_size,
        epochs=recipe.epochs,
        callbacks=callbacks,
        verbose=0,
    )
    return log.rows


def fit_tuned(
    model: keras.Model,
    train: keras.utils.PyDataset,
    valid: tuple[Float, Float],
    recipe: TunedRecipe,
    *,
    stage: str = "fit",
    on_epoch: OnEpoch | None = None,
) -> list[HistoryRow]:
    """Fit a network by a tuned recipe: all its epochs, then the weights of the best of them.

    Parameters
    ----------
    model : keras.Model
    train : keras.utils.PyDataset
        Batches of crops, see `mgc.training.crops.RandomCrops`.
    valid : tuple of ndarray
        Regular crops of the validation part and their targets.
    recipe : TunedRecipe
    stage : {"fit", "autoencoder"}
    on_epoch : callable, optional

    Returns
    -------
    history : list of dict
        As `fit`. The best epoch is that of the lowest validation loss.
    """
    reconstructs = stage == "autoencoder"
    rate = keras.optimizers.schedules.CosineDecay(
        recipe.learning_rate, decay_steps=recipe.epochs * recipe.steps
    )
    smoothed = keras.losses.CategoricalCrossentropy(label_smoothing=recipe.label_smoothing)
    model.compile(
        optimizer=keras.optimizers.AdamW(rate, weight_decay=recipe.weight_decay),
        loss="mse" if reconstructs else smoothed,
        metrics=[] if reconstructs else ["accuracy"],
        jit_compile=False,
    )
    log = _Log(stage, recipe.epochs, on_epoch)
    best = keras.callbacks.EarlyStopping(
        monitor="val_loss", patience=recipe.epochs, restore_best_weights=True
    )
    model.fit(
        train,
        validation_data=valid,
        validation_batch_size=64,
        epochs=recipe.epochs,
        callbacks=[best, log],
        shuffle=False,
        verbose=0,
    )
    return log.rows


def predict(model: keras.Model, inputs: Float, batch_size: int) -> npt.NDArray[np.float64]:
    """Probabilities of each genre in double precision, summing to one.

    Parameters
    ----------
    model : keras.Model
    inputs : ndarray [shape=(n, ...)], float32
    batch_size : int

    Returns
    -------
    probabilities : ndarray [shape=(n, 10)], float64
    """
    raw = np.asarray(model.predict(inputs, batch_size=batch_size, verbose=0), dtype=np.float64)
    normalised: npt.NDArray[np.float64] = raw / raw.sum(axis=1, keepdims=True)
    return normalised


def describe(model: keras.Model, prefix: str = "") -> list[dict[str, Any]]:
    """List the layers of a network as `architecture.json` holds them.

    Parameters
    ----------
    model : keras.Model
        Nested networks (the base of VGG16) are listed layer by layer.
    prefix : str
        Put before each layer's name.

    Returns
    -------
    layers : list of dict
        name, type, output_shape (without the batch), parameters, trainable.
    """
    layers: list[dict[str, Any]] = []
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            layers += describe(layer, f"{prefix}{layer.name}/")
            continue
        layers.append(
            {
                "name": prefix + layer.name,
                "type": type(layer).__name__,
                "output_shape": list(layer.output.shape[1:]),
                "parameters": int(layer.count_params()),
                "trainable": bool(layer.trainable_weights),
            }
        )
    return layers


class _Log(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no type hints
    """Collects one row an epoch."""

    def __init__(self, stage: str, epochs: int, on_epoch: OnEpoch | None) -> None:
        super().__init__()
        self.rows: list[HistoryRow] = []
        self._stage, self._epochs, self._on_epoch = stage, epochs, on_epoch

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        values = logs or {}
        row: HistoryRow = {"stage": self._stage, "epoch": epoch + 1}
        for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
            row[name] = float(values.get(name, np.nan))
        row["learning_rate"] = float(np.asarray(self.model.optimizer.learning_rate))
        self.rows.append(row)
        if self._on_epoch is not None:
            self._on_epoch(self._stage, epoch + 1, self._epochs, row["val_loss"])


def _plateau(recipe: Recipe) -> keras.callbacks.Callback:
    class Plateau(keras.callbacks.ReduceLROnPlateau):  # type: ignore[misc]
        """Waits for the warm-up, as early stopping does."""

        def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
            if epoch >= recipe.warm_up:
                super().on_epoch_end(epoch, logs)

    return Plateau(
        monitor="val_loss",
        factor=recipe.plateau_factor,
        patience=recipe.plateau_patience,
        min_lr=recipe.min_learning_rate,
    )
