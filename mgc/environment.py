"""Where and at what cost a fit ran: device, versions, durations, memory."""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from mgc.audio import SAMPLE_RATE
from mgc.features import FEATURE_VERSION, N_SAMPLES, extract
from mgc.inputs import weights_digest

_PACKAGES = ("mgc", "tensorflow", "keras", "numpy", "librosa", "scikit-learn", "scipy", "pandas")


def describe(
    facts: Sequence[Mapping[str, Any]], threads: int, config: Mapping[str, Any]
) -> dict[str, Any]:
    """Sum up the folds of a fit as `environment.json` of its record; chapters 4, 5 and 7.

    Parameters
    ----------
    facts : sequence of dict
        What `mgc.train.fit_fold` measured of each fold.
    threads : int
        Threads of one operation.
    config : dict
        Of the record.

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
        "predict_seconds_per_track": float(
            f"{np.median([f['predict_seconds_per_track'] for f in facts]):.4g}"
        ),
        "feature_seconds_per_track": _feature_seconds(str(config["feature_version"])),
        "threads": threads,
        **machine(_PACKAGES),
        "fold_seconds": [f["duration_s"] for f in facts],
    }
    for name in facts[0]["measured"]:
        environment[name] = float(f"{np.median([f['measured'][name] for f in facts]):.4g}")
    if config["model"] == "vgg16":
        environment["weights_sha256"] = weights_digest()
    return environment


def machine(packages: Sequence[str]) -> dict[str, Any]:
    """Name what something is measured on.

    Parameters
    ----------
    packages : sequence of str
        Whose versions matter.

    Returns
    -------
    machine : dict
        ``cores``, ``platform``, ``python``, ``packages`` and the ``commit`` of this checkout.
    """
    return {
        "cores": os.cpu_count(),
        "platform": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {name: package_version(name) for name in packages},
        "commit": commit(),
    }


def _feature_seconds(feature_version: str) -> float:
    """Seconds that the features of one track take, on noise, the median of three."""
    rng = np.random.default_rng(0)
    if feature_version == FEATURE_VERSION:
        noise = rng.standard_normal(N_SAMPLES, dtype=np.float32)
        compute: Callable[[], object] = partial(extract, noise)
    else:
        from mgc import archive

        picture = rng.integers(0, 256, (1, 128, 496), dtype=np.uint8)
        compute = partial(archive.features, picture, np.arange(128) * SAMPLE_RATE / 256)
    seconds = []
    for _ in range(3):
        begin = time.perf_counter()
        compute()
        seconds.append(time.perf_counter() - begin)
    return float(f"{np.median(seconds):.4g}")


def package_version(package: str) -> str:
    """Version of an installed package, or ``not installed``."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def commit() -> str:
    """Commit of the source this package runs from, with ``+`` when it was changed since."""
    folder = Path(__file__).parent
    git = ["git", "-C", str(folder)]
    try:
        head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True)
        dirty = subprocess.run(
            [*git, "status", "--porcelain", "."], capture_output=True, text=True
        )
    except OSError:
        return "unknown"
    if head.returncode:
        return "unknown"
    return head.stdout.strip()[:12] + ("+" if dirty.stdout.strip() else "")


def reset_peak_memory() -> None:
    """Start a new measurement where Linux allows it: one process fits several folds in turn."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def peak_memory_mb() -> float:
    """Largest resident memory of this process since `reset_peak_memory`, in MB."""
    try:
        status = Path("/proc/self/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024
    except (OSError, IndexError):
        unit = 2**20 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
