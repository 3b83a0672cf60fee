"""VGG16 trained on ImageNet as a frozen base, with a classifier of our own (report, model 5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mgc.errors import WeightsError
from mgc.models.recipe import Recipe, TunedRecipe
from mgc.typing import Float, Grey
from mgc.util.places import place_in

if TYPE_CHECKING:
    import keras

RECIPE = Recipe(representation="spectrogram", scaling="picture", batch_size=16, epochs=30)

TUNED = TunedRecipe(
    representation="spectrogram", scaling="picture", batch_size=32, epochs=60,
    crop_s=7.5, mixup=0.3, weight_decay=0.01, block="block3_pool+block4_pool+block5_pool",
)  # fmt: skip
"""Chosen on the validation part of `fault_filtered`; `mgc.training.trials` lists the trials."""

INPUT_SHAPE = (224, 224, 3)
N_FEATURES = 512
WEIGHTS = "MGC_VGG16_WEIGHTS"
"""Environment variable with the file of ImageNet weights."""
REMEDY = (
    "connect to the network once and name no file, so that Keras can download them, or name theirs"
    f" in {WEIGHTS}, such as vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5"
)


def build(input_shape: tuple[int, ...], n_classes: int) -> keras.Model:
    """Build base and head as one network, the base frozen, to describe it; no fit uses it.

    15,111,242 parameters for pictures of (224, 224, 3) and ten classes, 396,554 of them trainable.
    """
    from keras import Input, Sequential, layers
    from keras.applications import VGG16

    base = VGG16(weights=None, include_top=False, input_shape=input_shape)
    base.trainable = False
    pooled = layers.GlobalAveragePooling2D()
    return Sequential([Input(input_shape), base, pooled, *_head_layers(n_classes)], name="vgg16")


def build_head(n_classes: int, n_features: int = N_FEATURES) -> keras.Model:
    """Build the part that is trained, on pooled features [n, n_features] computed once.

    396,554 parameters for ten classes and the 512 features at the end of the base.
    """
    from keras import Input, Sequential

    return Sequential([Input((n_features,)), *_head_layers(n_classes)], name="vgg16_head")


def _head_layers(n_classes: int) -> list[Any]:
    from keras import layers

    return [
        layers.Dense(512, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(256, activation="relu"),
        layers.Dropout(0.3),
        layers.Dense(n_classes, activation="softmax"),
    ]


def build_base(size: tuple[int, ...], block: str) -> keras.Model:
    """Build the base up to a layer like ``block4_pool``, without weights, to describe it.

    `size` are rows and columns of the pictures.
    """
    from keras import Model
    from keras.applications import VGG16

    base = VGG16(weights=None, include_top=False, input_shape=(*size, 3))
    base.trainable = False
    return Model(base.input, base.get_layer(block).output, name="vgg16")


def load_base(size: tuple[int, ...] = INPUT_SHAPE[:2]) -> keras.Model:
    """Load the convolutional part with its ImageNet weights, pooled at its end.

    The file named by ``MGC_VGG16_WEIGHTS`` is used where that is set; otherwise Keras downloads
    the weights (Simonyan and Zisserman 2014, CC BY 4.0).

    Parameters
    ----------
    size : tuple of int
        Rows and columns of the pictures, each at least 32.

    Returns
    -------
    base : keras.Model
        Pictures [shape=(n, *size, 3)] in, features [shape=(n, 512)] out.

    Raises
    ------
    WeightsError
        If there is neither a usable file nor a download.
    """
    from keras.applications import VGG16

    named = place_in(WEIGHTS)
    if named and not named.is_file():
        raise WeightsError(f"no ImageNet weights: {named} is not a file; {REMEDY}")
    try:
        base = VGG16(
            weights=str(named or "imagenet"),
            include_top=False,
            input_shape=(*size, 3),
            pooling="avg",
        )
    # Keras raises plain Exception for a failed download and half a dozen types for a bad file.
    except Exception as error:
        what = f"{named} does not hold them" if named else "the download failed"
        raise WeightsError(f"no ImageNet weights: {what}; {REMEDY}") from error
    base.trainable = False
    return base


def random_base(size: tuple[int, ...], seed: int) -> keras.Model:
    """Return what `load_base` does with weights that were never trained, as a control.

    They are drawn from He's normal distribution, which keeps the scale from layer to layer under
    ReLU (He et al. 2015); biases are zero.
    """
    import keras

    base = keras.applications.VGG16(
        weights=None, include_top=False, input_shape=(*size, 3), pooling="avg"
    )
    for number, layer in enumerate(base.layers):
        if layer.weights:
            kernel, bias = layer.get_weights()
            draw = keras.initializers.HeNormal(seed=100 * seed + number)
            layer.set_weights([np.asarray(draw(kernel.shape)), np.zeros_like(bias)])
    base.trainable = False
    return base


def base_columns(
    spectrograms: Float,
    blocks: Sequence[str],
    *,
    base: keras.Model | None = None,
    mean_over: str = "frequency",
) -> dict[str, Float]:
    """Run the frozen base over pictures of any width, and keep what its blocks say over time.

    Parameters
    ----------
    spectrograms : ndarray [shape=(n, n_bins, n_frames)], dB
        At least 32 bins and 32 frames. Each is stretched to grey levels 0 to 255, not resized.
    blocks : sequence of str
        Names of layers: ``block3_pool`` halves the frames three times, ``block4_pool`` four times.
    base : keras.Model, optional
        Another base than that of ImageNet.
    mean_over : {"frequency", "time"}
        The axis that is averaged away; over ``time``, rows of frequency are kept instead.

    Returns
    -------
    columns : dict of str to ndarray [shape=(n, n_columns, n_filters)], float32
        The mean of each block's output over one axis.

    Raises
    ------
    WeightsError
        If there are no ImageNet weights.
    """
    from keras import Model

    base = base or load_base(spectrograms.shape[1:])
    model = Model(base.input, [base.get_layer(block).output for block in blocks])
    columns: dict[str, list[Float]] = {block: [] for block in blocks}
    axis = {"frequency": 1, "time": 2}[mean_over]
    for maps in batches(model, grey(spectrograms)):
        for block, each in zip(blocks, maps, strict=True):
            columns[block].append(np.asarray(each).mean(axis=axis, dtype=np.float32))
    return {block: np.concatenate(parts) for block, parts in columns.items()}


def base_features(base: keras.Model, spectrograms: Float, batch_size: int = 8) -> Float:
    """Run the base of `load_base` once over each picture, as the report feeds it.

    Parameters
    ----------
    base : keras.Model
    spectrograms : ndarray [shape=(n, n_mels, n_frames)], dB
    batch_size : int
        Bounds the memory; does not change the result.

    Returns
    -------
    features : ndarray [shape=(n, 512)], float32
    """
    found = list(batches(base, pictures(spectrograms), batch_size))
    return np.concatenate(found).astype(np.float32)


def batches(model: keras.Model, shown: Grey, batch_size: int = 8) -> Iterator[Any]:
    """Show grey pictures to a network in the colours that ImageNet's are in, some at a time."""
    from keras.applications.vgg16 import preprocess_input

    for start in range(0, len(shown), batch_size):
        colour = np.repeat(shown[start : start + batch_size, ..., None], 3, axis=-1)
        yield model.predict_on_batch(preprocess_input(colour.astype(np.float32)))


def grey(spectrograms: Float) -> Grey:
    """Stretch each spectrogram's own range to grey levels 0 to 255; silence is black."""
    low = spectrograms.min(axis=(1, 2), keepdims=True)
    span = spectrograms.max(axis=(1, 2), keepdims=True) - low
    levels: Grey = ((spectrograms - low) / np.where(span > 0, span, 1.0) * 255).astype(np.uint8)
    return levels


def pictures(spectrograms: Float) -> Grey:
    """Turn spectrograms into the grey pictures [n, 224, 224] that the report feeds to VGG16.

    They are those of `grey`, resized with OpenCV's linear filter.
    """
    import cv2

    resized = [cv2.resize(picture, INPUT_SHAPE[:2]) for picture in grey(spectrograms)]
    return np.stack(resized).astype(np.uint8)
