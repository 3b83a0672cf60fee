"""Maps of a network whose answers can be worked out by hand, and of the one that ships."""

from __future__ import annotations

import numpy as np
import pytest

from mgc.inference import explanations, network_file
from mgc.typing import Float

GENRE = 3
PATCHES = {0: 90.48, 1: -12.48, 4: -13.52, 5: -12.48}
"""What rests on each patch of `picture`; nothing does on the others.

The linear network adds up the first 25 of the 50 columns of a crop. The picture has two crops; its
lowest 16 rows are 1 in the first 13 of 100 columns, which is the first patch, and their mean is
0.13. So the whole picture scores 16 x 13 / 2, the neutral one half as much.
"""


@pytest.fixture(scope="module")
def linear():
    from keras import Input, Sequential, layers

    model = Sequential([Input((128, 50, 1)), layers.Flatten(), layers.Dense(10)])
    kernel = np.zeros((128, 50, 10), np.float32)
    kernel[:, :25, GENRE] = 1
    model.set_weights([kernel.reshape(-1, 10), np.zeros(10, np.float32)])
    return model


@pytest.fixture
def picture() -> Float:
    values = np.zeros((128, 100), np.float32)
    values[:16, :13] = 1
    return values


def test_both_maps_of_a_linear_network_are_what_it_adds_up(linear, picture):
    expected = np.zeros(explanations.N_PATCHES)
    expected[list(PATCHES)] = list(PATCHES.values())
    shared = explanations.integrated_gradients(linear, picture, GENRE)
    assert explanations.occlusion(linear, picture, GENRE) == pytest.approx(expected, abs=1e-3)
    assert explanations.patch_sums(shared) == pytest.approx(expected, abs=1e-3)
    assert explanations.occlusion(linear, picture, 0) == pytest.approx(0)


def test_curves_go_from_the_whole_picture_to_the_neutral_one_and_back(linear, picture):
    order = np.arange(explanations.N_PATCHES)  # eight at a time: the lowest band first
    deleted = explanations.curve(linear, picture, GENRE, order)
    inserted = explanations.curve(linear, picture, GENRE, order, insert=True)
    assert deleted == pytest.approx([104, *[52] * 8], rel=1e-5)
    assert inserted == pytest.approx([52, *[104] * 8], rel=1e-5)
    assert explanations.area(deleted) == pytest.approx((104 / 2 + 52 * 7 + 52 / 2) / 8, rel=1e-5)


def test_gradients_of_the_network_that_ships_add_up_to_the_difference_of_scores(gtzan_archive):
    from mgc.datasets.archive import open_archive

    model = network_file.open_network()
    seen = explanations.standardised(open_archive(gtzan_archive).log_power[600])
    genre = int(explanations.answers(model, seen[None])[0].argmax())
    shared = explanations.integrated_gradients(model, seen, genre)
    empty = explanations.neutral(seen)
    apart = explanations.score(model, seen, genre) - explanations.score(model, empty, genre)
    assert shared.sum() == pytest.approx(apart, abs=0.05 * abs(apart) + 0.2)
    assert explanations.integrated_gradients(model, empty, genre) == pytest.approx(0, abs=1e-6)


def test_random_weights_are_others_and_the_same_each_time():
    model = network_file.open_network()
    first, again, other = (explanations.untrained(model, seed) for seed in (0, 0, 1))
    kernels = [network.get_weights()[0] for network in (model, first, again, other)]
    assert (kernels[1] == kernels[2]).all()
    assert not np.allclose(kernels[0], kernels[1])
    assert not np.allclose(kernels[1], kernels[3])
