"""Packages that only some commands need: imported when they are used, missed in one sentence."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from mgc.errors import ClusterError, MgcError


def need(name: str, extra: str = "cluster", error: type[MgcError] = ClusterError) -> Any:
    """Import a module of an extra, by default of that with Dask and Parquet.

    Raises `error`, which says how to install the extra, if the module's package is missing.
    """
    try:
        return import_module(name)
    except ImportError as missing:
        package = name.partition(".")[0]
        raise error(
            f'this needs {package}, which is not installed here; run: pip install "mgc[{extra}]"'
        ) from missing
