"""Processes of this machine, one task at a time each, so that the death of one costs one task.

A pool of the standard library breaks as a whole when one of its processes dies, and cannot say
whose task it was.
"""

from __future__ import annotations

import os
import pickle
import signal
from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from mgc.util.pools import end_with_parent

Argument = TypeVar("Argument")
Result = TypeVar("Result")

ONE_THREAD = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
"""What Dask's workers set to 1, too: a process a core, and the same sums on every machine."""


@dataclass(frozen=True)
class Died:
    """What comes back for a task whose process died before it answered."""


class Workers(Protocol):
    """Processes here or on a cluster, which the same code drives."""

    def each(
        self, function: Callable[[Argument], Result], tasks: Sequence[Argument]
    ) -> Generator[tuple[int, Result | Died], None, None]:
        """Apply a function to each task, and give what is ready, in any order.

        Parameters
        ----------
        function : callable
            Importable by name where the workers run.
        tasks : sequence

        Yields
        ------
        index : int
            Of the task in `tasks`; each comes once.
        outcome : object or Died

        Raises
        ------
        Exception
            What the function raises; the other tasks are given up then.
        """


class Processes:
    """Processes of this machine as workers; a context manager that leaves none behind.

    Parameters
    ----------
    jobs : int, optional
        At most so many at a time; by default one a core.
    """

    def __init__(self, jobs: int | None = None) -> None:
        self._jobs = jobs or os.cpu_count() or 1
        self._idle: list[_Process] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        while self._idle:
            self._idle.pop().stop()

    def each(
        self, function: Callable[[Argument], Result], tasks: Sequence[Argument]
    ) -> Generator[tuple[int, Result | Died], None, None]:
        """Apply a function to each task; see `Workers.each`."""
        waiting = deque(enumerate(tasks))
        running: dict[_Process, int] = {}
        try:
            while waiting or running:
                while waiting and len(running) < self._jobs:
                    index, task = waiting.popleft()
                    running[self._give((function, task))] = index
                ready = set(wait([process.connection for process in running]))
                for process in [one for one in running if one.connection in ready]:
                    index = running.pop(process)
                    try:
                        good, value = process.connection.recv()
                    except (EOFError, OSError):
                        process.stop()
                        yield index, Died()
                        continue
                    self._idle.append(process)
                    if not good:
                        raise value
                    yield index, value
        finally:
            for process in running:
                process.stop()

    def _give(self, work: tuple[Callable[[Any], Any], Any]) -> _Process:
        """Send work to an idle process, or to a new one."""
        content = pickle.dumps(work)
        while self._idle:
            process = self._idle.pop()
            try:
                process.connection.send_bytes(content)
            except OSError:
                process.stop()  # it died while it had nothing to do
            else:
                return process
        process = _Process()
        process.connection.send_bytes(content)
        return process


class _Process:
    """A process that answers over a pipe."""

    def __init__(self) -> None:
        # A forked child would inherit the locks of whatever threads the parent runs.
        context = get_context("spawn")
        self.connection, there = context.Pipe()
        self._process = context.Process(target=_serve, args=(there,), daemon=True)
        self._process.start()
        there.close()  # only then does the death of the process end the pipe

    def stop(self) -> None:
        """End the process, whatever it does."""
        self.connection.close()
        self._process.kill()
        self._process.join()
        self._process.close()


def _serve(connection: Connection) -> None:
    """Work until the other end of the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    end_with_parent()
    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")
    while True:
        try:
            content = connection.recv_bytes()
        except EOFError:
            return
        try:
            function, task = pickle.loads(content)
            answer = pickle.dumps((True, function(task)))
        except Exception as error:
            answer = _failure(error)
        connection.send_bytes(answer)


def _failure(error: Exception) -> bytes:
    try:
        content = pickle.dumps((False, error))
        pickle.loads(content)
    except Exception:  # an exception that cannot travel sends its text
        return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")))
    return content
