"""Start Keras on TensorFlow without its greeting; whoever needs Keras at once takes it from here.

TensorFlow greets on the error output before any setting can stop it. Errors still raise.
"""

from __future__ import annotations

import os

from mgc.util.stderr import nothing_on_stderr

# TensorFlow reports what it is going to ignore as errors; real ones are raised all the same.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# TensorFlow chooses its CPU kernels by the machine; named here, they are the same on all of them.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

with nothing_on_stderr():
    import keras

__all__ = ["keras"]
