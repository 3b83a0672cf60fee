"""What a frozen VGG16 says about pictures, computed once and kept in the cache."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from mgc.errors import MgcError
from mgc.models.vgg16 import WEIGHTS
from mgc.typing import Float
from mgc.util import cache
from mgc.util.places import place_in
from mgc.util.pools import process_pool

BLOCKS = ("block3_pool", "block4_pool", "block5_pool")
"""What `transfer_columns` computes in one pass, so that trying another block costs nothing."""


def transfer_features(spectrograms: Float, cache_dir: Path) -> tuple[Float, float]:
    """Features of the frozen VGG16 base, computed once for a set of spectrograms.

    Returns features [n, 512] of spectrograms [n, 128, n_frames] in dB, and the seconds that one
    picture took when they were computed. Raises WeightsError if the features are not cached and
    there are no ImageNet weights.
    """
    from mgc.models import vgg16

    def compute() -> dict[str, Float]:
        return {"features": vgg16.base_features(vgg16.load_base(), spectrograms)}

    entry = _entry(spectrograms, cache_dir, "features", weights_digest())
    known, seconds = _computed_once(entry, len(spectrograms), ("features",), compute)
    return known["features"], seconds


def transfer_columns(
    spectrograms: Float, blocks: str, cache_dir: Path, random_seed: int | None = None
) -> tuple[Float, float]:
    """Run blocks of the frozen VGG16 base over time, once for a set of spectrograms.

    Parameters
    ----------
    spectrograms : ndarray [shape=(n, n_bins, n_frames)], float32, dB
    blocks : str
        Of `BLOCKS`, joined by ``+``; later blocks are repeated to the columns of the first.
    cache_dir : Path
    random_seed : int, optional
        Run a base with random weights, drawn from this seed, in the place of ImageNet's.

    Returns
    -------
    columns : ndarray [shape=(n, n_columns, n_filters)], float32
    seconds : float
        What one picture took when the features were computed.

    Raises
    ------
    WeightsError
        If the features are not cached and there are no ImageNet weights.
    MgcError
        If a block is not known.
    """
    from mgc.models import vgg16

    wanted = blocks.split("+")
    if strange := [block for block in wanted if block not in BLOCKS]:
        raise MgcError(f"no block {strange[0]!r}: choose from {', '.join(BLOCKS)}")

    def compute() -> dict[str, Float]:
        base = None
        if random_seed is not None:
            base = vgg16.random_base(spectrograms.shape[1:], random_seed)
        return vgg16.base_columns(spectrograms, BLOCKS, base=base)

    weights = weights_digest() if random_seed is None else f"random-{random_seed}"
    entry = _entry(spectrograms, cache_dir, "columns", weights)
    known, seconds = _computed_once(entry, len(spectrograms), BLOCKS, compute)
    n_columns = max(known[block].shape[1] for block in wanted)
    parts = []
    for block in wanted:
        source = known[block]
        rows = np.minimum(np.arange(n_columns) * source.shape[1] // n_columns, source.shape[1] - 1)
        parts.append(source[:, rows])
    return np.concatenate(parts, axis=-1), seconds


def transfer_rows(spectrograms: Float, cache_dir: Path) -> tuple[dict[str, Float], float]:
    """Run `BLOCKS` of the frozen ImageNet base, frequency kept, once for a set of spectrograms.

    Returns the mean over time of each block's output, [n, n_rows, n_filters], and the seconds
    that one picture took. Raises WeightsError as `transfer_columns` does.
    """
    from mgc.models import vgg16

    def compute() -> dict[str, Float]:
        return vgg16.base_columns(spectrograms, BLOCKS, mean_over="time")

    entry = _entry(spectrograms, cache_dir, "rows", weights_digest())
    known, seconds = _computed_once(entry, len(spectrograms), BLOCKS, compute)
    return {block: known[block] for block in BLOCKS}, seconds


def _entry(spectrograms: Float, cache_dir: Path, kind: str, weights: str) -> Path:
    digest = hashlib.sha256(np.ascontiguousarray(spectrograms).tobytes())
    digest.update(weights.encode())
    return cache_dir / f"vgg16-{kind}-{digest.hexdigest()[:32]}.npz"


def _computed_once(
    entry: Path, n: int, names: tuple[str, ...], compute: Callable[[], dict[str, Float]]
) -> tuple[dict[str, Float], float]:
    """Arrays of these names from the cache, or computed and kept; and seconds a picture."""
    known = cache.read(entry)
    if known is None or known.keys() != {*names, "seconds"}:
        begin = time.perf_counter()
        computed = compute()
        known = computed | {"seconds": np.array((time.perf_counter() - begin) / n)}
        cache.prepare(entry.parent)
        cache.write(entry, known)
    return known, float(known["seconds"])


def check_named_weights() -> None:
    """Load the file in ``MGC_VGG16_WEIGHTS``, if there is one; raises WeightsError if it is wrong.

    In a process of its own, so that TensorFlow does not start in this one.
    """
    if place_in(WEIGHTS) is not None:
        with process_pool(1) as pool:
            pool.submit(_load_weights).result()


def _load_weights() -> None:
    from mgc.models import vgg16
    from mgc.training import keras_fit

    keras_fit.set_up(1)
    vgg16.load_base()


def weights_digest() -> str:
    """SHA-256 of the weights file in ``MGC_VGG16_WEIGHTS``, or ``imagenet`` for Keras's own."""
    named = place_in(WEIGHTS)
    if named is None or not named.is_file():
        return "imagenet"
    with named.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
