"""What the package asks of Keras; imported only when something is fitted."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np

from mgc.errors import MgcError
from mgc.models.backend import keras
from mgc.training.fold_fit import OnEpoch
from mgc.typing import Double, Float


def set_up(threads: int) -> str:
    """Prepare what Keras runs on: a GPU if it sees one, else the CPU with repeatable operations.

    Returns the name of the device. `threads` are those of one TensorFlow operation on the CPU, on
    which the last digits of a result depend; a process that has used TensorFlow before keeps its
    number. Raises MgcError where ``KERAS_BACKEND`` names neither TensorFlow nor JAX.
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        return _tensorflow(threads)
    if backend == "jax":
        return _jax()
    raise MgcError(
        f"KERAS_BACKEND={backend}: networks are fitted on tensorflow or jax; name one of them"
    )


def _tensorflow(threads: int) -> str:
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


def _jax() -> str:
    import jax

    # Otherwise products on a GPU have ten bits of mantissa, those on the CPU twenty-three.
    jax.config.update("jax_default_matmul_precision", "highest")
    device = jax.devices()[0]
    return "CPU" if device.platform == "cpu" else f"GPU {device.device_kind}"


def compiled() -> bool:
    """Say whether Keras is to compile a network as a whole, without which JAX is slow."""
    return bool(keras.backend.backend() == "jax")


def start(seed: int) -> None:
    """Forget earlier networks and seed every source of randomness: Python, NumPy, Keras."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)


def predict(model: keras.Model, inputs: Float, batch_size: int) -> Double:
    """Probabilities of each genre [shape=(n, 10)] in double precision, summing to one."""
    raw = np.asarray(model.predict(inputs, batch_size=batch_size, verbose=0), dtype=np.float64)
    normalised: Double = raw / raw.sum(axis=1, keepdims=True)
    return normalised


def describe(model: keras.Model, prefix: str = "") -> list[dict[str, Any]]:
    """List the layers of a network as `architecture.json` holds them, `prefix` before each name.

    Shapes are without the batch; nested networks (the base of VGG16) are listed layer by layer.
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


class Log(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no type hints
    """Collects one row an epoch: stage, epoch from 1, losses, accuracies, learning rate."""

    def __init__(self, stage: str, epochs: int, on_epoch: OnEpoch | None) -> None:
        super().__init__()
        self.rows: list[dict[str, Any]] = []
        self._stage, self._epochs, self._on_epoch = stage, epochs, on_epoch

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Add a row and tell who listens."""
        values = logs or {}
        row: dict[str, Any] = {"stage": self._stage, "epoch": epoch + 1}
        for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
            row[name] = float(values.get(name, np.nan))
        row["learning_rate"] = float(np.asarray(self.model.optimizer.learning_rate))
        self.rows.append(row)
        if self._on_epoch is not None:
            self._on_epoch(self._stage, epoch + 1, self._epochs, row["val_loss"])
