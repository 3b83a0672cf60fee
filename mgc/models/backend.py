"""Start Keras on TensorFlow without its greeting; whoever needs Keras at once takes it from here.

TensorFlow greets on the error output before any setting can stop it, so nothing is written there
for as long, at the level of the file descriptor. Errors still raise.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from mgc.errors import MgcError


@contextmanager
def _nothing_on_stderr() -> Iterator[None]:
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


# TensorFlow reports what it is going to ignore as errors; real ones are raised all the same.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# TensorFlow chooses its CPU kernels by the machine; named here, they are the same on all of them.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

try:
    with _nothing_on_stderr():
        import keras
except ImportError as missing:
    raise MgcError(
        "fitting networks, and reading those in Keras's format, needs Keras and TensorFlow, which"
        ' are missing here; run: pip install "mgc[fit]"'
    ) from missing

__all__ = ["keras"]
