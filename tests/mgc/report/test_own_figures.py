"""What the report's own layers and figures come to."""

import pytest

from mgc.models import NAMES, autoencoder, build
from mgc.report.own_figures import parameters_of

SHAPES = {"mlp": (228,), "cnn": (128, 1292, 1), "lstm": (1292, 13), "vgg16": (224, 224, 3)}


@pytest.mark.parametrize("name", NAMES)
def test_sizes_worked_out_are_those_that_keras_counts(name):
    """Arithmetic against the built network, for the report's inputs."""
    if name == "autoencoder":
        # Only the first and the last layer depend on the input: 512 weights a cell each, and a
        # bias a cell in the last.
        grown = (128 * 1292 - 100) * (512 + 512 + 1)
        built = autoencoder.build((100,)).count_params() + grown
        built += autoencoder.build_classifier(10).count_params()
    else:
        built = build(name, SHAPES[name], 10).count_params()
    assert parameters_of(name) == built
