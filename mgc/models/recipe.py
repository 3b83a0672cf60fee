"""What a model is trained on and how, apart from its architecture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True)
class Recipe:
    """The training recipe of one model, as in the original report.

    Attributes
    ----------
    representation : {"tabular", "spectrogram", "sequence"}
    scaling : str
        How inputs are scaled: ``per column`` and ``per coefficient`` use the mean and standard
        deviation of the training part, ``per track`` those of the track, ``unit`` maps dB from
        [-80, 0] to [0, 1], ``picture`` maps a track's range to grey levels 0 to 255. For
        ablations: ``power per track`` undoes the logarithm first, ``decibels`` and ``none`` leave
        spectrograms and other inputs as they are.
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
class TunedRecipe(Recipe):
    """A recipe chosen on validation data: the same network and input family, trained otherwise.

    The learning rate falls along a cosine to zero over all epochs. An epoch is a fixed number of
    batches, each of random crops of random training examples, so that a fit costs the same under
    every protocol. An example's prediction is the mean over crops that overlap by half.

    Attributes
    ----------
    steps : int
        Batches of one epoch.
    crop_s : float, seconds
        Length of a crop; 0 for whole examples. Examples that are shorter are taken whole.
    frame_rate : float
        Neighbouring frames are averaged until there are about this many per second; 0 leaves
        them. Archives of low resolution have fewer and stay as they are.
    mixup : float
        Parameter of the Beta distribution by which pairs of training examples are mixed
        (Zhang et al. 2018); 0 for none.
    label_smoothing : float
        Share of probability that the targets give to all genres alike.
    weight_decay : float
        Decoupled, as in AdamW (Loshchilov and Hutter 2019).
    batch_norm_momentum : float
        Of the CNN; 0 for the report's, rescaled to the number of steps.
    mask : float
        Largest share of bins, and of frames, that one mask each hides (SpecAugment, Park et al.
        2019); 0 for none.
    block : str
        Layers of the VGG16 base whose mean over time and frequency the head reads, joined by
        ``+``; empty for the report's own: the last, on pictures of 224 by 224.
    code_size : int
        Width of the autoencoder's code; 0 for the report's 64.
    weights : {"imagenet", "random"}
        Of the VGG16 base; random ones are drawn by the fit's seed, as a control.
    frequency : {"linear", "log"}
        Rows of a spectrogram picture as they are, or resampled to equal steps of log frequency.
    frames : {"kept", "shuffled", "shuffled to test"}
        Order of the frames of a crop that is read, as a control: the network's own, a random one
        in training and test, or a random one in test alone.
    dropout : bool
        Of the CNN; False leaves it out.
    """

    steps: int = 28
    crop_s: float = 0.0
    frame_rate: float = 16.0
    mixup: float = 0.0
    label_smoothing: float = 0.0
    weight_decay: float = 0.0
    batch_norm_momentum: float = 0.0
    mask: float = 0.0
    block: str = ""
    code_size: int = 0
    weights: str = "imagenet"
    frequency: str = "linear"
    frames: str = "kept"
    dropout: bool = True


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
    tuned : bool
        Train by the tuned recipes instead of the report's.
    changes : tuple of (str, str, value)
        Model, field of its recipe and new value. A variant that has some applies to the models
        that it names.
    """

    frame_pool: int
    augment: bool
    title: str
    tuned: bool = False
    changes: tuple[tuple[str, str, Any], ...] = ()

    def changed(self, model: str) -> dict[str, Any]:
        """Return the new value of each field of a model's recipe that the variant changes."""
        return {field: value for name, field, value in self.changes if name == model}


def _changed(title: str, **changes: Mapping[str, Any]) -> Variant:
    """Return the tuned variant with some fields of some models' recipes changed."""
    listed = ((name, key, value) for name, new in changes.items() for key, value in new.items())
    return Variant(1, False, title, tuned=True, changes=tuple(listed))


VARIANTS: Mapping[str, Variant] = MappingProxyType(
    {
        "tuned": Variant(1, False, "tuned", tuned=True),
        "retuned": _changed(
            "tuned further",
            mlp={"learning_rate": 3e-4, "weight_decay": 0.1, "label_smoothing": 0.0},
            cnn={"learning_rate": 2e-3, "label_smoothing": 0.0, "epochs": 80, "dropout": False},
            lstm={"learning_rate": 3e-3, "epochs": 180},
            autoencoder={
                "learning_rate": 3e-3,
                "weight_decay": 0.05,
                "label_smoothing": 0.1,
                "epochs": 180,
            },
            vgg16={"learning_rate": 2e-3, "weight_decay": 0.05, "epochs": 120},
        ),
        "as_written": Variant(1, False, "as written"),
        "quick": Variant(16, False, "quick"),
        "as_written_augmented": Variant(1, True, "as written, augmented"),
        "quick_augmented": Variant(16, True, "quick, augmented"),
    }
)
"""By name. `as_written` keeps every frame; `quick` averages sixteen so that a laptop suffices.

`retuned` has the best of as many trials as the classical models had; `tuned` that of fewer.
"""


ABLATIONS: Mapping[str, Variant] = MappingProxyType(
    {
        "no_scaling": Variant(
            1,
            False,
            "tuned, inputs not scaled",
            tuned=True,
            changes=(
                ("mlp", "scaling", "none"),
                ("lstm", "scaling", "none"),
                ("cnn", "scaling", "decibels"),
            ),
        ),
        "no_log": Variant(
            1,
            False,
            "tuned, power instead of decibels",
            tuned=True,
            changes=(("cnn", "scaling", "power per track"),),
        ),
        "no_mixup": Variant(
            1,
            False,
            "tuned, without mixup",
            tuned=True,
            changes=tuple((name, "mixup", 0.0) for name in ("mlp", "lstm", "vgg16", "cnn")),
        ),
        "random_weights": _changed("VGG16 with random weights", vgg16={"weights": "random"}),
        "block5": _changed("VGG16 reading block 5 alone", vgg16={"block": "block5_pool"}),
        "block5_random_weights": _changed(
            "VGG16 with random weights, reading block 5 alone",
            vgg16={"block": "block5_pool", "weights": "random"},
        ),
        "long": _changed(
            "tuned, three times as many epochs",
            **{name: {"epochs": 180} for name in ("mlp", "lstm", "autoencoder", "vgg16")},
            cnn={"epochs": 120},
        ),
        "no_smoothing": _changed("CNN without label smoothing", cnn={"label_smoothing": 0.0}),
        "no_decay": _changed("CNN without weight decay", cnn={"weight_decay": 0.0}),
        "no_dropout": _changed("CNN without dropout", cnn={"dropout": False}),
        "long_crops": _changed("CNN, crops of 7.5 s", cnn={"crop_s": 7.5}),
        "log_frequency": _changed("CNN, log-spaced frequency", cnn={"frequency": "log"}),
        "shuffled": _changed("LSTM, frames shuffled", lstm={"frames": "shuffled"}),
        "shuffled_to_test": _changed(
            "LSTM, frames shuffled in the test alone", lstm={"frames": "shuffled to test"}
        ),
    }
)
"""Variants that leave out one step, to see what it is worth; the audit's evidence."""


FIRST_FIELDS = frozenset(
    {
        "representation", "scaling", "batch_size", "epochs", "patience", "warm_up",
        "learning_rate", "plateau_factor", "plateau_patience", "min_learning_rate",
        "steps", "crop_s", "frame_rate", "mixup", "label_smoothing", "weight_decay",
        "batch_norm_momentum", "mask", "block", "code_size",
    }
)  # fmt: skip
"""Fields that every configuration names, since the first records were hashed with them."""


def as_settings(plan: Recipe, variant: Variant) -> dict[str, Any]:
    """Write recipe and variant as the ``recipe`` of a record's configuration.

    A field that came after `FIRST_FIELDS` is written only where it differs from its default, so
    that it changes no earlier id.
    """
    written = {
        one.name: getattr(plan, one.name)
        for one in fields(plan)
        if one.name in FIRST_FIELDS or getattr(plan, one.name) != one.default
    }
    return written | {
        "frame_pool": variant.frame_pool,
        "augment": variant.augment,
        "precision": "float32",
    }


def from_settings(settings: Mapping[str, Any]) -> Recipe:
    """Read a recipe back from the ``recipe`` of a record's configuration."""
    kind = TunedRecipe if "steps" in settings else Recipe
    names = [one.name for one in fields(kind)]
    return kind(
        **{name: settings[name] for name in names if name in FIRST_FIELDS or name in settings}
    )
