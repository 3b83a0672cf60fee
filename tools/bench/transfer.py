"""Time transfer learning: features of the frozen base kept, against computed in every epoch."""

from __future__ import annotations

import time

import numpy as np

from mgc.audio.samples import decode
from mgc.datasets import demo
from mgc.errors import WeightsError
from mgc.evaluation.speed import Figure
from mgc.features.extract import extract
from mgc.models import recipe, vgg16
from tools.bench.measured import figure

TRACKS = 16
PASSES = 3


def measure() -> list[Figure]:
    """Ratio of the times of one epoch, and of a fit by the report's recipe.

    The base is frozen, so every epoch would compute the same features: they are compared.
    Without the ImageNet weights there is no figure.
    """
    try:
        base = vgg16.load_base()
    except WeightsError:
        return []
    rows = demo.manifest()[:: len(demo.manifest()) // TRACKS][:TRACKS]
    clips = [extract(*decode(demo.clip_path(row["track_id"]))) for row in rows]
    pictures = np.stack([clip.spectrogram for clip in clips])
    vgg16.base_features(base, pictures[:2])
    passes, found = [], []
    for _ in range(PASSES):
        begin = time.perf_counter()
        found.append(vgg16.base_features(base, pictures))
        passes.append(time.perf_counter() - begin)
    if not all(np.array_equal(found[0], other) for other in found):
        raise RuntimeError("the frozen base gave other features for the same pictures")
    head = _head_seconds(found[0])
    epochs = recipe("vgg16").epochs
    ratios = [(base_s + head_s) / head_s for base_s, head_s in zip(passes, head, strict=True)]
    whole = [epochs * (b + h) / (b + epochs * h) for b, h in zip(passes, head, strict=True)]
    return [
        figure("transfer_epoch", "Epoch with the base in it, against cached features", ratios,
               "times", 20),
        figure("transfer_fit", f"Fit of {epochs} epochs, the first pass counted", whole, "times",
               20, estimate=True),
    ]  # fmt: skip


def _head_seconds(features: np.ndarray) -> list[float]:
    """Seconds of an epoch of the head alone."""
    from mgc.training import keras_fit

    keras_fit.start(0)
    head = vgg16.build_head(10)
    head.compile("adam", "categorical_crossentropy", jit_compile=False)
    targets = np.eye(10, dtype=np.float32)[np.arange(len(features)) % 10]
    head.fit(features, targets, verbose=0)
    spent = []
    for _ in range(PASSES):
        begin = time.perf_counter()
        head.fit(features, targets, verbose=0)
        spent.append(time.perf_counter() - begin)
    return spent
