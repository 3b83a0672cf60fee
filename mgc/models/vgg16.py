"""VGG16 trained on ImageNet as a frozen base, with a classifier of our own (report, model 5)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mgc.errors import WeightsError
from mgc.models.recipe import Recipe

if TYPE_CHECKING:
    import keras

RECIPE = Recipe(representation="spectrogram", scaling="picture", batch_size=16, epochs=30)

INPUT_SHAPE = (224, 224, 3)
N_FEATURES = 512
REMEDY = (
    "connect to the network once so that Keras can download them, or name a local file: "
    "MGC_VGG16_WEIGHTS=/path/to/vgg16_imagenet_notop.weights.h5"
)


def build(input_shape: tuple[int, ...], n_classes: int) -> keras.Model:
    """Build base and head as one network, the base frozen; chapter 4 shows it, no fit uses it.

    Parameters
    ----------
    input_shape : tuple of int
        (224, 224, 3)
    n_classes : int

    Returns
    -------
    model : keras.Model
        15,111,242 parameters for ten classes, 396,554 of them trainable.
    """
    from keras import Input, Sequential, layers
    from keras.applications import VGG16

    base = VGG16(weights=None, include_top=False, input_shape=input_shape)
    base.trainable = False
    pooled = layers.GlobalAveragePooling2D()
    return Sequential([Input(input_shape), base, pooled, *_head_layers(n_classes)], name="vgg16")


def build_head(n_classes: int) -> keras.Model:
    """Build the part that is trained, on pooled features computed once; chapter 4.

    Parameters
    ----------
    n_classes : int

    Returns
    -------
    model : keras.Model
        396,554 parameters for ten classes; input [shape=(n, 512)].
    """
    from keras import Input, Sequential

    return Sequential([Input((N_FEATURES,)), *_head_layers(n_classes)], name="vgg16_head")


def _head_layers(n_classes: int) -> list[Any]:
    from keras import layers

    return [
        layers.Dense(512, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(256, activation="relu"),
        layers.Dropout(0.3),
        layers.Dense(n_classes, activation="softmax", dtype="float32"),
    ]


def load_base() -> keras.Model:
    """Load the convolutional part with its ImageNet weights, pooled at its end.

    The file named by ``MGC_VGG16_WEIGHTS`` is used where that is set; otherwise Keras downloads
    the weights (Simonyan and Zisserman 2014, CC BY 4.0).

    Returns
    -------
    base : keras.Model
        Pictures [shape=(n, 224, 224, 3)] in, features [shape=(n, 512)] out.

    Raises
    ------
    WeightsError
        If there is neither a usable file nor a download.
    """
    from keras.applications import VGG16

    named = os.environ.get("MGC_VGG16_WEIGHTS", "")
    if named and not Path(named).is_file():
        raise WeightsError(f"no ImageNet weights: {named} is not a file; {REMEDY}")
    try:
        base = VGG16(
            weights=named or "imagenet", include_top=False, input_shape=INPUT_SHAPE, pooling="avg"
        )
    # Keras raises plain Exception for a failed download and half a dozen types for a bad file.
    except Exception as error:
        what = f"{named} does not hold them" if named else "the download failed"
        raise WeightsError(f"no ImageNet weights: {what}; {REMEDY}") from error
    base.trainable = False
    return base


def pictures(spectrograms: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """Turn spectrograms into the grey pictures that the report feeds to VGG16.

    Parameters
    ----------
    spectrograms : ndarray [shape=(n, n_mels, n_frames)], dB

    Returns
    -------
    pictures : ndarray [shape=(n, 224, 224)], uint8
        Each track's own range stretched to 0 to 255, resized with OpenCV's linear filter; a
        constant spectrogram (silence) is black.
    """
    import cv2

    low = spectrograms.min(axis=(1, 2), keepdims=True)
    span = spectrograms.max(axis=(1, 2), keepdims=True) - low
    grey = ((spectrograms - low) / np.where(span > 0, span, 1.0) * 255).astype(np.uint8)
    return np.stack([cv2.resize(picture, INPUT_SHAPE[:2]) for picture in grey]).astype(np.uint8)


def base_features(
    base: keras.Model, spectrograms: npt.NDArray[np.float32], batch_size: int = 8
) -> npt.NDArray[np.float32]:
    """Run the frozen base once over each picture.

    Parameters
    ----------
    base : keras.Model
        From `load_base`.
    spectrograms : ndarray [shape=(n, n_mels, n_frames)], dB
    batch_size : int
        Bounds the memory; does not change the result.

    Returns
    -------
    features : ndarray [shape=(n, 512)], float32
    """
    from keras.applications.vgg16 import preprocess_input

    blocks = []
    for start in range(0, len(spectrograms), batch_size):
        grey = pictures(spectrograms[start : start + batch_size]).astype(np.float32)
        colour = np.repeat(grey[..., None], 3, axis=-1)
        blocks.append(np.asarray(base.predict_on_batch(preprocess_input(colour))))
    return np.concatenate(blocks).astype(np.float32)
