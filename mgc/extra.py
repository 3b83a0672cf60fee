"""Packages that only some commands need: imported when they are used, missed in one sentence."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from mgc.errors import ClusterError


def need(name: str) -> Any:
    """Import a module of the extra `cluster`: Dask, or the Parquet files that do without it.

    Parameters
    ----------
    name : str
        For example ``pyarrow.parquet``.

    Returns
    -------
    module : module

    Raises
    ------
    ClusterError
        If the package is not installed.
    """
    try:
        return import_module(name)
    except ImportError as error:
        package = name.partition(".")[0]
        raise ClusterError(
            f'this needs {package}, which is not installed here; run: pip install "mgc[cluster]"'
        ) from error
