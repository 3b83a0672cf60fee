"""What a model is trained on and how, apart from its architecture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Recipe:
    """The training recipe of one model, as in the original report; chapter 4 prints it.

    Attributes
    ----------
    representation : {"tabular", "spectrogram", "sequence"}
    scaling : str
        How inputs are scaled: ``per column`` and ``per coefficient`` use the mean and standard
        deviation of the training part, ``per track`` those of the track, ``unit`` maps dB from
        [-80, 0] to [0, 1], ``picture`` maps a track's range to grey levels 0 to 255.
    batch_size, epochs : int
    patience : int
        Epochs without a better validation loss after which the fit stops.
    warm_up : int
        Epochs before patience and the learning-rate schedule begin to count.
    plateau_factor : float
        The learning rate is multiplied by it after `plateau_patience` epochs without a better
        validation loss, down to `min_learning_rate`; 1 switches it off.
    """

    representation: str
    scaling: str
    batch_size: int
    epochs: int
    patience: int = 10
    warm_up: int = 0
    learning_rate: float = 1e-3
    plateau_factor: float = 0.2
    plateau_patience: int = 5
    min_learning_rate: float = 1e-4


@dataclass(frozen=True)
class Variant:
    """A way to run all five recipes.

    Attributes
    ----------
    frame_pool : int
        Neighbouring frames of spectrograms and sequences that are averaged into one.
    augment : bool
        Add a stretched, a shifted and a noisy copy of each training track.
    title : str
        For tables.
    precision : {"float32", "mixed_float16"}
        Keras's dtype policy; 16 bits pay on a GPU only.
    """

    frame_pool: int
    augment: bool
    title: str
    precision: str = "float32"


VARIANTS: Mapping[str, Variant] = MappingProxyType(
    {
        "as_written": Variant(1, False, "as written"),
        "quick": Variant(16, False, "quick"),
        "as_written_mixed": Variant(1, False, "as written, mixed precision", "mixed_float16"),
        "as_written_augmented": Variant(1, True, "as written, augmented"),
        "quick_augmented": Variant(16, True, "quick, augmented"),
    }
)
"""By name. `as_written` keeps 128 x 1292; `quick` averages 372 ms so that a laptop suffices."""
