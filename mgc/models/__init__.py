"""The report's five models by name, and the classical ones they are measured against.

- `build`: one of the five networks, with fresh weights; this alone takes Keras.
- `recipe.Recipe`, `recipe.TunedRecipe`: how the report trains a model, and how validation tracks
  would have it.

Examples
--------
>>> from mgc.models import NAMES, recipe
>>> [recipe(name).representation for name in NAMES]
['tabular', 'spectrogram', 'sequence', 'spectrogram', 'spectrogram']
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from mgc.errors import MgcError
from mgc.models.recipe import Recipe  # first: below, the function takes the module's name

if TYPE_CHECKING:
    import keras

NAMES = ("mlp", "cnn", "lstm", "autoencoder", "vgg16")
BASELINES = ("majority", "logistic")
CLASSICAL = ("logistic_tuned", "svm", "logistic_picture", "svm_picture")
REFERENCES = (*BASELINES, *CLASSICAL)
"""What a network must beat to earn its cost."""
ON_PICTURES, ON_STATISTICS = "logistic_picture", "logistic_tuned"
"""The best classical model on validation tracks, and the best on the MLP's own statistics."""
BEST_CLASSICAL = (ON_PICTURES, ON_STATISTICS, "logistic")
"""Best first; the last one nobody tuned."""
TITLES = {
    "mlp": "MLP",
    "cnn": "CNN",
    "lstm": "LSTM",
    "autoencoder": "Autoencoder + classifier",
    "vgg16": "VGG16 transfer",
    "majority": "Majority class",
    "logistic": "Logistic regression",
    "logistic_tuned": "Tuned logistic regression",
    "svm": "Tuned SVM",
    "logistic_picture": "Tuned logistic regression on pictures",
    "svm_picture": "Tuned SVM on pictures",
}


def build(name: str, input_shape: tuple[int, ...], n_classes: int) -> keras.Model:
    """Build one of the five networks, not compiled, with fresh random weights.

    Parameters
    ----------
    name : {"mlp", "cnn", "lstm", "autoencoder", "vgg16"}
        For ``autoencoder`` the network that reconstructs; its classifier is
        `mgc.models.autoencoder.build_classifier`. For ``vgg16`` base and head in one, the base
        without its ImageNet weights; `mgc.models.vgg16.load_base` loads those.
    input_shape : tuple of int
        Without the batch: (228,), (128, n_frames, 1), (n_frames, 13), (128 * n_frames,) or
        (224, 224, 3).
    n_classes : int

    Raises
    ------
    MgcError
        If there is no model of that name.
    """
    model: keras.Model = _module(name).build(input_shape, n_classes)
    return model


def recipe(name: str, *, tuned: bool = False) -> Recipe:
    """Look up the training recipe of a model: the report's, or the one chosen on validation data.

    Raises MgcError if there is no model of that name.
    """
    module = _module(name)
    found: Recipe = module.TUNED if tuned else module.RECIPE
    return found


def _module(name: str) -> ModuleType:
    if name not in NAMES:
        raise MgcError(f"no model {name!r}: choose one of {', '.join(NAMES)}")
    return import_module(f"mgc.models.{name}")
