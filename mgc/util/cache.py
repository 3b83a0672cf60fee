"""Arrays that were dear to compute: checked on reading, written whole or not at all."""

from __future__ import annotations

import hashlib
import io
import logging
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mgc.util.atomic import remove_leftovers, whole_file
from mgc.util.places import place, place_in

_DIGEST_LENGTH = 64


def cache_folder(named: str | Path = "") -> Path:
    """Folder of the cache: the one that is named, ``MGC_CACHE``, or ``~/.cache/mgc``."""
    if named:
        return place(named)
    return place_in("MGC_CACHE") or Path.home() / ".cache" / "mgc"


def read(entry: Path) -> dict[str, npt.NDArray[Any]] | None:
    """Read the arrays of a cache entry; None where it is missing or damaged: compute it again."""
    try:
        content = entry.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        _damaged(entry, error.strerror or type(error).__name__)
        return None
    digest, payload = content[:_DIGEST_LENGTH], content[_DIGEST_LENGTH:]
    if hashlib.sha256(payload).hexdigest().encode() != digest:
        _damaged(entry, "its checksum differs")
        return None
    try:
        with np.load(io.BytesIO(payload), allow_pickle=False) as arrays:
            found = dict(arrays)
    # NumPy and zipfile raise a dozen types, RuntimeError among them, for what is damaged.
    except Exception:
        found = {}
    # An entry that does not begin like an array comes back as bytes.
    if not found or not all(isinstance(array, np.ndarray) for array in found.values()):
        _damaged(entry, "it holds no arrays")
        return None
    return found


def _damaged(entry: Path, fault: str) -> None:
    """Report an entry that is computed again; commands print it, chapters stay silent."""
    logging.getLogger("mgc").info("%s: damaged cache entry (%s), computed again", entry, fault)


def prepare(folder: Path) -> None:
    """Make a folder of the cache, and remove what killed processes left half-written in it."""
    folder.mkdir(parents=True, exist_ok=True)
    remove_leftovers(folder)


def write(entry: Path, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Write arrays, preceded by the SHA-256 of what follows, whole or not at all.

    Raises OSError if the folder of the entry is missing or cannot be written.
    """
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    payload = buffer.getvalue()
    with whole_file(entry, tidy=False) as stream:
        stream.write(hashlib.sha256(payload).hexdigest().encode() + payload)


def remove_folder(folder: Path) -> None:
    """Remove a folder of the cache with all its entries; nothing happens where there is none."""
    shutil.rmtree(folder, ignore_errors=True)
