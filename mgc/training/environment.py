"""Where and at what cost a fit ran: device, versions, durations, memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from mgc.features.archive_picture import CLIP_COLUMNS, FREQ_HZ, N_BINS
from mgc.features.extract import N_SAMPLES, extract
from mgc.features.from_archive import features
from mgc.features.names import AUDIO_VERSION
from mgc.training.transfer import weights_digest
from mgc.util.machine import machine

_PACKAGES = (
    "mgc", "tensorflow", "jax", "keras", "numpy", "librosa", "scikit-learn", "scipy", "pandas",
)  # fmt: skip


def describe(
    facts: Sequence[Mapping[str, Any]], threads: int, config: Mapping[str, Any]
) -> dict[str, Any]:
    """Sum up what `mgc.training.folds.fit_fold` measured as `environment.json` of a record.

    Returns
    -------
    environment : dict
        Durations in seconds, memory in MB; ``predict_seconds_per_track`` from the model's inputs,
        ``base_seconds_per_track`` of a frozen base or an encoder before it, and
        ``feature_seconds_per_track`` of the features before that, each the median over folds.
    """
    environment: dict[str, Any] = {
        "device": facts[0]["device"],
        "duration_s": round(sum(f["duration_s"] for f in facts), 2),
        "peak_memory_mb": max(f["peak_memory_mb"] for f in facts),
        "predict_seconds_per_track": _median(f["predict_seconds_per_track"] for f in facts),
        "feature_seconds_per_track": _feature_seconds(str(config["feature_version"])),
        "threads": threads,
        **machine(_PACKAGES),
        "fold_seconds": [f["duration_s"] for f in facts],
    }
    for name in facts[0]["measured"]:
        environment[name] = _median(f["measured"][name] for f in facts)
    if config["model"] == "vgg16":
        environment["weights_sha256"] = weights_digest()
    return environment


def _feature_seconds(feature_version: str) -> float:
    """Seconds that the features of one track take, on noise, the median of three."""
    rng = np.random.default_rng(0)
    if feature_version == AUDIO_VERSION:
        noise = rng.standard_normal(N_SAMPLES, dtype=np.float32)
        compute: Callable[[], object] = partial(extract, noise)
    else:
        picture = rng.integers(0, 256, (1, N_BINS, CLIP_COLUMNS), dtype=np.uint8)
        compute = partial(features, picture, np.array(FREQ_HZ))
    seconds = []
    for _ in range(3):
        begin = time.perf_counter()
        compute()
        seconds.append(time.perf_counter() - begin)
    return _median(seconds)


def _median(values: Iterable[float]) -> float:
    """Median with four digits."""
    return float(f"{np.median(list(values)):.4g}")
