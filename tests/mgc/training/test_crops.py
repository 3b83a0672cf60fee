"""Crops: they reach both ends, repeat from a seed, and mix without losing probability."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mgc.models.recipe import TunedRecipe
from mgc.training import crops
from mgc.training.tuned_recipes import RandomCrops
from mgc.typing import Float

PLAN = TunedRecipe("spectrogram", "per track", batch_size=4, epochs=2, steps=3)
lengths = st.integers(1, 400)


def ramp(n: int, *shape: int, axis: int) -> Float:
    """Examples whose values tell the example (thousands) and the frame (ones)."""
    frames = np.arange(shape[axis - 1]).reshape([-1 if a == axis - 1 else 1 for a in range(3)])
    examples = 1000.0 * np.arange(n).reshape(n, 1, 1, 1)
    return np.broadcast_to(examples + frames[None], (n, *shape)).astype(np.float32)


# Regular crops


@given(n_frames=lengths, length=lengths)
def test_starts_reach_both_ends_and_overlap_by_about_half(n_frames: int, length: int) -> None:
    first = crops.starts(n_frames, length)
    assert first[0] == 0
    if length >= n_frames:
        assert first.tolist() == [0]
        return
    assert first[-1] + length == n_frames
    steps = np.diff(first)
    assert (steps >= 1).all()
    assert (steps <= np.ceil(length / 2)).all()  # at least half is shared, to a frame
    covered = np.zeros(n_frames, dtype=bool)
    for start in first:
        covered[start : start + length] = True
    assert covered.all()
    # Not many more than that takes: a crop fewer would leave steps of more than half.
    assert (len(first) - 2) * max(1, length / 2) < n_frames - length


def test_starts_worked_out_by_hand() -> None:
    assert crops.starts(10, 4).tolist() == [0, 2, 4, 6]
    assert crops.starts(30, 30).tolist() == [0]
    assert crops.starts(3, 1).tolist() == [0, 1, 2]
    assert crops.starts(496, 124).tolist() == [0, 62, 124, 186, 248, 310, 372]  # 7.5 of 30 s
    inputs = np.arange(496, dtype=np.float32)[None, :, None]
    assert crops.regular(inputs, 1, 124, 3)[0, :, 0, 0].tolist() == [124, 186, 248]


@settings(max_examples=60, deadline=None)
@given(n_frames=st.integers(1, 60), length=st.integers(1, 60), axis=st.sampled_from([1, 2]))
def test_regular_crops_are_pieces_of_their_unit(n_frames: int, length: int, axis: int) -> None:
    shape = (n_frames, 3, 1) if axis == 1 else (3, n_frames, 1)
    inputs = ramp(2, *shape, axis=axis)
    found = crops.regular(inputs, axis, length)
    first = crops.starts(n_frames, length)
    assert found.shape[:2] == (2, len(first))
    assert found.shape[1 + axis] == min(length, n_frames)
    for number, start in enumerate(first):
        expected = np.moveaxis(inputs, axis, 1)[:, start : start + length]
        np.testing.assert_array_equal(np.moveaxis(found[:, number], axis, 1), expected)


@settings(max_examples=60, deadline=None)
@given(n_frames=st.integers(2, 200), length=st.integers(1, 50), at_most=st.integers(1, 6))
def test_fewer_crops_are_some_of_the_regular_ones(
    n_frames: int, length: int, at_most: int
) -> None:
    inputs = np.arange(n_frames, dtype=np.float32)[None, :, None]
    every = crops.regular(inputs, 1, length)[0, :, 0, 0].tolist()
    found = crops.regular(inputs, 1, length, at_most)[0, :, 0, 0].tolist()
    assert len(found) == min(at_most, len(every))
    assert set(found) <= set(every)
    assert found == sorted(found)
    if len(every) >= at_most + 2:
        assert len(set(found)) == len(found)


def test_crops_become_vectors() -> None:
    batch = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    np.testing.assert_array_equal(crops.reduced(batch, "mean"), [[4, 5, 6, 7], [16, 17, 18, 19]])
    np.testing.assert_array_equal(crops.reduced(batch, "flatten"), batch.reshape(2, 12))
    assert crops.reduced(batch, "") is batch


# Random crops


def dataset(
    plan: TunedRecipe = PLAN,
    n: int = 6,
    *,
    seed: int = 0,
    length: int = 5,
    targets: bool = True,
    shape: tuple[int, ...] = (4, 20, 1),
    axis: int = 2,
    reduce: str = "",
) -> RandomCrops:
    """Crops of examples that are ramps, with one class an example."""
    inputs = ramp(n, *shape, axis=axis) if axis else np.arange(float(n * 3)).reshape(n, 3)
    wanted = np.eye(n, dtype=np.float32) if targets else None
    examples = crops.Examples(np.asarray(inputs, np.float32), axis, length, reduce)
    return RandomCrops(examples, wanted, plan, seed=seed)


def epochs(source: RandomCrops, n: int) -> list[list[tuple[Float, Float]]]:
    """Draw all batches of some epochs, as Keras does."""
    found = []
    for _ in range(n):
        source.on_epoch_begin()
        found.append([source[index] for index in range(len(source))])
    return found


def flat(batches: list[list[tuple[Float, Float]]]) -> list[bytes]:
    return [x.tobytes() + y.tobytes() for epoch in batches for x, y in epoch]


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    mixup=st.sampled_from([0.0, 0.3]),
    mask=st.sampled_from([0.0, 0.4]),
)
def test_batches_depend_on_seed_epoch_and_number_alone(
    seed: int, mixup: float, mask: float
) -> None:
    plan = replace(PLAN, mixup=mixup, mask=mask)
    first = epochs(dataset(plan, seed=seed), 2)
    assert len(first[0]) == 3
    other = dataset(plan, seed=seed)
    assert flat(epochs(other, 2)) == flat(first)
    # In any order and as often as one likes: Keras looks at some batches in advance.
    x, y = other[1]
    assert x.tobytes() + y.tobytes() == flat(first)[4]


def test_epochs_batches_and_seeds_have_crops_of_their_own() -> None:
    plan = replace(PLAN, batch_size=6)
    drawn = flat(epochs(dataset(plan), 3)) + flat(epochs(dataset(plan, seed=1), 3))
    assert len(set(drawn)) == len(drawn) == 18


@settings(max_examples=40, deadline=None)
@given(
    n=st.integers(1, 9),
    n_frames=st.integers(1, 20),
    length=st.integers(1, 25),
    axis=st.sampled_from([1, 2]),
    seed=st.integers(0, 99),
)
def test_a_crop_is_a_piece_of_the_unit_of_its_target(
    n: int, n_frames: int, length: int, axis: int, seed: int
) -> None:
    shape = (n_frames, 3, 1) if axis == 1 else (3, n_frames, 1)
    ((x, y),) = epochs(
        dataset(replace(PLAN, steps=1), n, seed=seed, length=length, shape=shape, axis=axis), 1
    )[0]
    assert len(x) == len(y) == min(4, n)
    assert x.dtype == y.dtype == np.float32
    examples = y.argmax(axis=1)
    assert len(set(examples.tolist())) == len(examples)  # no example twice in a batch
    frames = np.moveaxis(x, axis, 1)[:, :, 0, 0] - 1000 * examples[:, None]
    assert frames.shape[1] == min(length, n_frames)
    assert (np.diff(frames, axis=1) == 1).all()
    assert frames.min() >= 0
    assert frames.max() < n_frames


def test_every_unit_and_every_start_is_drawn() -> None:
    examples: set[int] = set()
    begins: set[int] = set()
    for epoch in epochs(dataset(), 40):
        for x, y in epoch:
            examples |= set(y.argmax(axis=1).tolist())
            begins |= set((x[:, 0, 0, 0] % 1000).astype(int).tolist())
    assert examples == set(range(6))
    assert begins == set(range(16))  # 20 frames, crops of 5


def test_units_without_frames_come_whole() -> None:
    ((x, y),) = epochs(dataset(replace(PLAN, steps=1), axis=0), 1)[0]
    for row, target in zip(x, y, strict=True):
        np.testing.assert_array_equal(row, 3 * target.argmax() + np.arange(3))


def test_an_autoencoder_is_to_give_back_what_it_is_given() -> None:
    plan = replace(PLAN, mixup=0.3)  # has no meaning without genres
    for x, y in epochs(dataset(plan, targets=False, reduce="flatten"), 1)[0]:
        assert x.shape == (4, 20)
        np.testing.assert_array_equal(x, y)


@settings(max_examples=40, deadline=None)
@given(mixup=st.floats(0.05, 4), seed=st.integers(0, 999))
def test_mixing_keeps_the_sum_and_mixes_inputs_as_targets(mixup: float, seed: int) -> None:
    plan = replace(PLAN, mixup=mixup, batch_size=6)
    for x, y in epochs(dataset(plan, seed=seed, length=20), 1)[0]:
        np.testing.assert_allclose(y.sum(axis=1), 1, atol=1e-6)
        assert (y >= 0).all()
        assert ((y > 0).sum(axis=1) <= 2).all()
        # Whole examples, so that the input is the weighted mean of the examples in the target.
        mean = 1000 * y @ np.arange(6) + np.arange(20).mean()
        np.testing.assert_allclose(x.mean(axis=(1, 2, 3)), mean, rtol=1e-4, atol=0.05)


def test_mixing_mixes_and_its_absence_does_not() -> None:
    def pure(mixup: float) -> float:
        drawn = epochs(dataset(replace(PLAN, mixup=mixup)), 20)
        return float(np.mean([y.max(axis=1) > 0.999 for epoch in drawn for _, y in epoch]))

    assert pure(0.0) == 1
    assert 0 < pure(0.3) < 0.9


@settings(max_examples=40, deadline=None)
@given(largest=st.floats(0.05, 1), seed=st.integers(0, 999))
def test_a_mask_hides_one_band_and_one_span_of_bounded_width(largest: float, seed: int) -> None:
    plan = replace(PLAN, mask=largest, steps=1)
    inputs = np.ones((4, 10, 20, 1), dtype=np.float32)
    source = RandomCrops(crops.Examples(inputs, 2, 15), np.eye(4, dtype="f4"), plan, seed=seed)
    ((x, _),) = epochs(source, 1)[0]
    assert (inputs == 1).all()  # the examples themselves stay
    for picture in x[..., 0]:
        hidden_bins = np.flatnonzero((picture == 0).all(axis=1))
        hidden_frames = np.flatnonzero((picture == 0).all(axis=0))
        if len(hidden_frames) != 15:  # else every bin is hidden as well
            assert len(hidden_bins) <= largest * 10
            assert (np.diff(hidden_bins) == 1).all()
        if len(hidden_bins) != 10:
            assert len(hidden_frames) <= largest * 15
            assert (np.diff(hidden_frames) == 1).all()
        seen = np.ones((10, 15), dtype=bool)
        seen[hidden_bins] = False
        seen[:, hidden_frames] = False
        np.testing.assert_array_equal(picture, seen)


def test_masks_differ_and_are_for_pictures_only() -> None:
    plan = replace(PLAN, mask=0.5, batch_size=6, steps=20)
    hidden = [(x == 0).mean() for x, _ in epochs(dataset(plan), 1)[0]]
    assert len(set(hidden)) > 10
    sequences = np.ones((6, 20, 13), dtype=np.float32)
    source = RandomCrops(crops.Examples(sequences, 1, 5), np.eye(6, dtype="f4"), plan, seed=0)
    assert all((x == 1).all() for x, _ in epochs(source, 1)[0])


def test_keras_sees_other_crops_in_each_epoch_and_the_same_in_each_fit() -> None:
    def network() -> keras.Model:
        keras.utils.set_random_seed(0)
        flatten, dense = keras.layers.Flatten(), keras.layers.Dense(6)
        return keras.Sequential([keras.Input((4, 5, 1)), flatten, dense])

    def fit() -> list[float]:
        model = network()
        # A network that does not learn: its loss tells one epoch's crops from another's.
        model.compile(optimizer=keras.optimizers.SGD(0.0), loss="mse")
        history = model.fit(dataset(), epochs=4, shuffle=False, verbose=0)
        losses: list[float] = history.history["loss"]
        return losses

    first, second = fit(), fit()
    assert first == pytest.approx(second, rel=1e-6)
    assert len({round(loss, 3) for loss in first}) == 4
    model = network()
    expected = [
        float(np.mean([np.mean((model(x).numpy() - y) ** 2) for x, y in epoch]))
        for epoch in epochs(dataset(), 4)
    ]
    assert first == pytest.approx(expected, rel=1e-4)
