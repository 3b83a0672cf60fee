"""Smaller forms of a network: what is made smaller, and what is on record of it."""

from __future__ import annotations

import numpy as np
import onnx
import pytest

from mgc.evaluation import compression
from mgc.inference import onnx_file, tag_network
from tests.helpers.outside import ROOT
from tools.compression import half, int8, kernels, named, pruned

CONTENT = tag_network.shipped().read_bytes()


def answer(content: bytes) -> np.ndarray:
    noise = np.random.default_rng(0).normal(0, 0.1, 4 * 16_000).astype(np.float32)
    genres, *_ = tag_network.run(tag_network.session(content, 1), noise, np.zeros(1, np.int32))
    return genres


def test_half_the_digits_are_half_the_file_and_the_same_answer() -> None:
    smaller = half(CONTENT)
    assert len(smaller) < 0.55 * len(CONTENT)
    assert np.abs(answer(smaller) - answer(CONTENT)).max() < 0.01


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_pruning_takes_the_smallest_weights_of_each_layer(share: float) -> None:
    before, after = (
        {c.name: onnx.numpy_helper.to_array(c) for c in kernels(named(content))}
        for content in (CONTENT, pruned(CONTENT, share))
    )
    for name, weight in before.items():
        gone = after[name] == 0
        assert np.mean(gone) == pytest.approx(share, abs=0.05), name
        assert np.abs(weight[gone]).max() <= np.abs(weight[~gone]).min()
        assert (after[name][~gone] == weight[~gone]).all()


def test_eight_bits_still_give_probabilities() -> None:
    assert len(int8(CONTENT)) < len(CONTENT)
    assert answer(int8(CONTENT)).sum() == pytest.approx(1, abs=1e-4)


def test_the_record_is_about_the_files_that_ship() -> None:
    """Otherwise run `python -m tools.compression`."""
    table = compression.load(ROOT / "book" / "records")
    first = table[table["form"].str.startswith("as it ships")]
    sizes = dict(zip(first["network"], first["bytes"], strict=True))
    assert sizes == {"musicnn": len(CONTENT), "cnn": onnx_file.shipped().stat().st_size}
    assert (first[["kept", "time"]] == 1).all(axis=None)
