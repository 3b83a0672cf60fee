"""MusiCNN, which names tags of music: trained by others on 200,000 songs (Pons and Serra 2019)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mgc.errors import WeightsError
from mgc.features.tag_mel import N_BANDS, WINDOW_FRAMES
from mgc.typing import Float
from mgc.util.places import place_in

if TYPE_CHECKING:
    import keras

TAGS = (
    "rock", "pop", "alternative", "indie", "electronic", "female vocalists", "dance", "00s",
    "alternative rock", "jazz", "beautiful", "metal", "chillout", "male vocalists", "classic rock",
    "soul", "indie rock", "Mellow", "electronica", "80s", "folk", "90s", "chill", "instrumental",
    "punk", "oldies", "blues", "hard rock", "ambient", "acoustic", "experimental",
    "female vocalist", "guitar", "Hip-Hop", "70s", "party", "country", "easy listening", "sexy",
    "catchy", "funk", "electro", "heavy metal", "Progressive rock", "60s", "rnb", "indie pop",
    "sad", "House", "happy",
)  # fmt: skip
"""What the network's outputs are called, in their order."""

N_SONGS = 200_000
"""Songs that it was trained on, by its authors."""
N_VALUES = 792_079
"""Values in its layers."""

WEIGHTS = "MGC_MUSICNN_WEIGHTS"
"""Environment variable with the file of weights."""
TIMBRAL = {"conv2d": ((7, 38), 204), "conv2d_1": ((7, 67), 204)}
TEMPORAL = {"conv2d_2": ((128, 1), 51), "conv2d_3": ((64, 1), 51), "conv2d_4": ((32, 1), 51)}
"""Kernel (frames, bands) and filters of the convolutions that see the spectrogram."""
MIDDLE = ("conv2d_5", "conv2d_6", "conv2d_7")
N_MIDDLE, N_DENSE = 64, 200
EPSILON = 1e-3


def build(n_frames: int = WINDOW_FRAMES) -> keras.Model:
    """Build the network, not compiled, with fresh random weights.

    792,079 values, of which 787,149 would be trained. Spectrograms [shape=(n, n_frames, 96)] of
    `mgc.features.tag_mel.tag_mel` in, probabilities of `TAGS` [shape=(n, 50)] out, which need not
    sum to one. Layers are called as in the published checkpoint.
    """
    from keras import Input, Model, layers

    def normalised(x: Any, number: int) -> Any:
        name = f"batch_normalization_{number}" if number else "batch_normalization"
        return layers.BatchNormalization(epsilon=EPSILON, name=name)(x)

    def convolved(name: str, kernel: tuple[int, int], filters: int, padded: Any, how: str) -> Any:
        number = 1 + [*TIMBRAL, *TEMPORAL].index(name)
        maps = layers.Conv2D(filters, kernel, padding=how, activation="relu", name=name)(padded)
        maps = normalised(maps, number)
        highest = layers.MaxPooling2D((1, maps.shape[2]))(maps)
        return layers.Reshape((n_frames, filters))(highest)

    mel = Input((n_frames, N_BANDS))
    spectrum = normalised(layers.Reshape((n_frames, N_BANDS, 1))(mel), 0)
    padded = layers.ZeroPadding2D(((3, 3), (0, 0)))(spectrum)
    seen = [convolved(name, *shape, padded, "valid") for name, shape in TIMBRAL.items()]
    seen += [convolved(name, *shape, spectrum, "same") for name, shape in TEMPORAL.items()]
    joined = layers.Concatenate()(seen)
    levels = [joined]
    for number, name in enumerate(MIDDLE):
        convolution = layers.Conv1D(N_MIDDLE, 7, padding="same", activation="relu", name=name)
        deeper = normalised(convolution(levels[-1]), 6 + number)
        levels.append(layers.Add()([deeper, levels[-1]]) if number else deeper)
    every = layers.Concatenate()(levels)
    most, mean = layers.GlobalMaxPooling1D()(every), layers.GlobalAveragePooling1D()(every)
    column = layers.Reshape((every.shape[2], 1))
    pooled = layers.Flatten()(layers.Concatenate()([column(most), column(mean)]))
    dense = layers.Dense(N_DENSE, activation="relu", name="dense")(normalised(pooled, 9))
    tags = layers.Dense(len(TAGS), activation="sigmoid", name="dense_1")(normalised(dense, 10))
    return Model(mel, tags, name="musicnn")


def load(file: str | Path | None = None) -> keras.Model:
    """Build the network with the published weights; see `read_weights` for `file` and errors."""
    weights = read_weights(file)
    model = build()
    for layer in model.layers:
        names = [f"{layer.name}.{weight.name}" for weight in layer.weights]
        shapes = [tuple(weight.shape) for weight in layer.weights]
        layer.set_weights(
            [weights[name].reshape(shape) for name, shape in zip(names, shapes, strict=True)]
        )
    return model


def read_weights(file: str | Path | None = None) -> Mapping[str, Float]:
    """Read the published weights.

    Parameters
    ----------
    file : str or Path, optional
        An archive of NumPy (.npz) with the 792,079 values of the network for the Million Song
        Dataset in the package ``musicnn`` 0.1.0 (ISC licence) under their names there, such as
        ``conv2d_1.kernel``. By default the one that ``MGC_MUSICNN_WEIGHTS`` names.

    Returns
    -------
    weights : mapping of str to ndarray, float32

    Raises
    ------
    WeightsError
        No file is named, or it does not hold them.
    """
    named = Path(file) if file is not None else place_in(WEIGHTS)
    if named is None:
        raise WeightsError(f"no weights of MusiCNN: name their file in {WEIGHTS}")
    try:
        with np.load(named, allow_pickle=False) as archive:
            weights = {name: archive[name].astype(np.float32) for name in archive.files}
    # NumPy and zipfile raise half a dozen types for what is damaged.
    except Exception as error:
        raise WeightsError(f"no weights of MusiCNN: {named} cannot be read ({error})") from error
    if _shapes() != {name: weight.shape for name, weight in weights.items()}:
        raise WeightsError(
            f"no weights of MusiCNN: {named} holds other values; see mgc.models.musicnn"
        )
    return weights


def _shapes() -> dict[str, tuple[int, ...]]:
    """Shape of each array in the published file."""
    n_front = sum(filters for _, filters in (TIMBRAL | TEMPORAL).values())
    pooled = 2 * (n_front + len(MIDDLE) * N_MIDDLE)
    kernels: dict[str, tuple[int, ...]] = {}
    kernels |= {name: (*kernel, 1, n) for name, (kernel, n) in (TIMBRAL | TEMPORAL).items()}
    seen = (n_front, N_MIDDLE, N_MIDDLE)
    kernels |= {name: (7, n, 1, N_MIDDLE) for name, n in zip(MIDDLE, seen, strict=True)}
    kernels |= {"dense": (pooled, N_DENSE), "dense_1": (N_DENSE, len(TAGS))}
    norms = (1, *(n for _, n in (TIMBRAL | TEMPORAL).values()), *[N_MIDDLE] * 3, pooled, N_DENSE)
    shapes = {f"{name}.kernel": shape for name, shape in kernels.items()}
    shapes |= {f"{name}.bias": shape[-1:] for name, shape in kernels.items()}
    for number, n in enumerate(norms):
        name = f"batch_normalization_{number}" if number else "batch_normalization"
        values = ("gamma", "beta", "moving_mean", "moving_variance")
        shapes |= {f"{name}.{value}": (n,) for value in values}
    return shapes
