"""Keep C libraries off the terminal: mpg123 when it decodes, TensorFlow at its start."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager


class _Stderr:
    """The variable `stderr` of the C library, exchanged while anyone asks for it.

    mpg123, inside of libsndfile, reports on sound MP3 files, too, and has no switch that
    libsndfile passes on. In the GNU C Library `stderr` is a variable like any other (its manual,
    "Standard Streams"): Python's own error output, the file descriptor 2, stays as it is, in
    all threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._nowhere: int | None = None
        self._before: int | None = None

    @contextmanager
    def closed(self) -> Iterator[None]:
        with self._lock:
            self._users += 1
            if self._users == 1:
                self._exchange()
        try:
            yield
        finally:
            with self._lock:
                self._users -= 1
                if self._users == 0:
                    self._restore()

    def _exchange(self) -> None:
        library = ctypes.CDLL(None)
        try:
            variable = ctypes.c_void_p.in_dll(library, "stderr")
        except ValueError:  # another C library than GNU's
            return
        if self._nowhere is None:
            library.fopen.restype = ctypes.c_void_p
            self._nowhere = library.fopen(b"/dev/null", b"w")
        if self._nowhere is not None:
            self._before, variable.value = variable.value, self._nowhere

    def _restore(self) -> None:
        if self._before is not None:
            ctypes.c_void_p.in_dll(ctypes.CDLL(None), "stderr").value = self._before
            self._before = None


# One for the process, as the variable is.
_STDERR = _Stderr()


def c_stderr_closed() -> AbstractContextManager[None]:
    """Discard what C code writes to its error stream inside of the `with` block."""
    return _STDERR.closed()


@contextmanager
def nothing_on_stderr() -> Iterator[None]:
    """Discard whatever is written to the error output, at the level of the file descriptor.

    For the start of TensorFlow, which greets there before any setting can stop it. All threads
    are silent for as long, and errors still raise.
    """
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
