"""Packages that only some commands need: imported when they are used, missed in one sentence."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from mgc.errors import ClusterError, MgcError


def need(name: str, extra: str = "cluster", error: type[MgcError] = ClusterError) -> Any:
    """Import a module of an extra; `cluster` has Dask and the Parquet files that do without it.

    Parameters
    ----------
    name : str
        For example ``pyarrow.parquet``.
    extra : str
        Which extra holds its package.
    error : type
        What is raised without it.

    Returns
    -------
    module : module

    Raises
    ------
    MgcError
        Of the type `error`, if the package is not installed.
    """
    try:
        return import_module(name)
    except ImportError as missing:
        package = name.partition(".")[0]
        raise error(
            f'this needs {package}, which is not installed here; run: pip install "mgc[{extra}]"'
        ) from missing
