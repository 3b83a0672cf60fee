"""Facts about this machine and the code that runs on it, and packages that it may lack."""

from __future__ import annotations

import os
import platform
import subprocess
import threading
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Self

import psutil

from mgc.errors import ClusterError, MgcError

NOT_INSTALLED = "not installed"


def machine(packages: Sequence[str]) -> dict[str, Any]:
    """Name what something is measured on: cores, platform, versions, commit of this checkout."""
    return {
        "cores": os.cpu_count(),
        "platform": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {name: package_version(name) for name in packages},
        "commit": commit(),
    }


def package_version(package: str) -> str:
    """Version of an installed package, or `NOT_INSTALLED`."""
    try:
        return version(package)
    except PackageNotFoundError:
        return NOT_INSTALLED


def need(name: str, extra: str = "cluster", error: type[MgcError] = ClusterError) -> Any:
    """Import a module of an extra; raises `error`, which says how to install it, if missing."""
    try:
        return import_module(name)
    except ImportError as missing:
        package = name.partition(".")[0]
        raise error(
            f'this needs {package}, which is not installed here; run: pip install "mgc[{extra}]"'
        ) from missing


def commit() -> str:
    """Commit of the source this package runs from, with ``+`` when it was changed since."""

    def git(*arguments: str) -> subprocess.CompletedProcess[str]:
        line = ["git", "-C", str(Path(__file__).parents[1]), *arguments]
        return subprocess.run(line, capture_output=True, encoding="utf-8")

    try:
        head, dirty = git("rev-parse", "HEAD"), git("status", "--porcelain", ".")
    except OSError:
        return "unknown"
    if head.returncode:
        return "unknown"
    return head.stdout.strip()[:12] + ("+" if dirty.stdout.strip() else "")


class PeakMemory:
    """Largest resident memory of this process during a ``with`` block, in `mb`.

    Looked at ten times a second: systems know it only since the start of a process, and one
    process fits several folds in turn.
    """

    mb = 0.0

    def __enter__(self) -> Self:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        process, over = psutil.Process(), False
        while not over:
            over = self._over.wait(0.1)
            self.mb = max(self.mb, process.memory_info().rss / 2**20)
