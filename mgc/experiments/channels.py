"""Other views of a picture as channels of the CNN, made of each crop before its first layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mgc.experiments.networks import in_its_place
from mgc.experiments.step import Comparison, Step
from mgc.experiments.views import FRAMES, KERNEL
from mgc.training.inputs import log_frequency

if TYPE_CHECKING:
    import keras


def slower_and_logarithmic(picture: Any) -> Any:
    """Set beside crops [n, 128, n_frames, 1] their moving averages and log-spaced rows.

    Returns [n, 128, n_frames, 4]: the crop, its means over a quarter of a second and over a
    second around each frame, and its rows at equal steps of log frequency.
    """
    from keras import layers, ops

    slower = [layers.AveragePooling2D((1, n), strides=1, padding="same")(picture) for n in FRAMES]
    rows = picture.shape[1]
    between = log_frequency(np.eye(rows, dtype=np.float32)[None])[0]
    log_spaced = ops.einsum("oi,nitc->notc", between, picture)
    return layers.Concatenate()([picture, *slower, log_spaced])


def lasting_and_striking(picture: Any) -> Any:
    """Set beside crops [n, 128, n_frames, 1] their medians along time and along frequency.

    Returns [n, 128, n_frames, 3]: the crop, what lasts and what strikes (Fitzgerald 2010).
    """
    from keras import layers

    medians = [_median(picture, axis, size) for axis, size in zip((2, 1), KERNEL, strict=True)]
    return layers.Concatenate()([picture, *medians])


def _median(picture: Any, axis: int, size: int) -> Any:
    """Take the median of `size` neighbours, an odd number, on one axis, mirrored at its ends."""
    from keras import ops

    width = [(size // 2, size // 2) if number == axis else (0, 0) for number in range(4)]
    padded = ops.pad(picture, width, mode="symmetric")
    n, before = picture.shape[axis], (slice(None),) * axis
    near = [padded[(*before, slice(first, first + n))] for first in range(size)]
    return ops.sort(ops.stack(near, axis=-1), axis=-1)[..., size // 2]


def _cnn_on(view: Any) -> Any:
    def build(shape: tuple[int, ...]) -> keras.Model:
        from keras import Input, Model

        from mgc.models import cnn

        picture = Input(shape)
        shown = view(picture)
        momentum = cnn.TUNED.batch_norm_momentum
        network = cnn.build(shown.shape[1:], 10, batch_norm_momentum=momentum)
        return Model(picture, network(shown), name="cnn_on_channels")

    return build


def _beside(step: str, name: str, view: Any, **how: object) -> Comparison:
    return Comparison(
        step,
        "the CNN on the picture alone",
        (
            in_its_place("cnn_channels", "cnn", _cnn_on(view), {"view": name, **how}),
            in_its_place("cnn_again", "cnn"),
        ),
    )


STEP = Step(
    name="Channels for the CNN",
    question="A colour picture has three channels. What if a network sees the slow, the"
    " logarithmic, the lasting and the striking beside the plain picture?",
    changed="Further channels, computed from the crop that the CNN reads, stand beside it.",
    fitted="The CNN by its recipe; its first layer reads more channels.",
    comparisons=(
        _beside(
            "Slower and logarithmic channels for the CNN",
            "slower and logarithmic",
            slower_and_logarithmic,
            frames=list(FRAMES),
        ),
        _beside(
            "Lasting and striking channels for the CNN",
            "lasting and striking",
            lasting_and_striking,
            kernel=list(KERNEL),
        ),
    ),
)
