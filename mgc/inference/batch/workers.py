"""Processes that tasks are given to: of this machine, or of a Dask cluster."""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, TypeVar

from mgc.errors import ClusterError
from mgc.util.machine import need
from mgc.util.pools import process_pool

Argument = TypeVar("Argument")
Result = TypeVar("Result")

LOCAL = "local"
"""Instead of an address: a cluster on this machine, a worker a core, for as long as it takes."""
PATIENCE_S = 180
"""How long a cluster may be without any worker before the run gives up."""
AHEAD = 4
"""Tasks that wait at the scheduler for each thread of the cluster, so that none stands idle."""
ONE_THREAD = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
"""What Dask's workers set to 1, too: a process a core, and the same sums on every machine."""


class Died:
    """The outcome of a task whose process died before it answered."""


@contextmanager
def open_workers(cluster: str = "", jobs: int | None = None) -> Iterator[Workers]:
    """Open processes of this machine or a Dask cluster; at the end what is undone is given up.

    Parameters
    ----------
    cluster : str
        Empty for processes, ``local`` for a Dask cluster on this machine, or the address of a
        scheduler (``tcp://host:8786``).
    jobs : int, optional
        Processes, of a local cluster too; one a core by default.

    Raises
    ------
    ClusterError
        If nobody answers at the address, or Dask is not installed.
    """
    n_processes = jobs or os.cpu_count() or 1
    with ExitStack() as opened:
        yield _Cluster(cluster, n_processes, opened) if cluster else Workers(n_processes, opened)


class Workers:
    """Processes of this machine, each in a pool of its own.

    A pool of several breaks as a whole when one of them dies, and cannot say whose task it was.
    """

    def __init__(self, n_processes: int, opened: ExitStack) -> None:
        self._n_processes, self._opened = n_processes, opened
        self._idle: list[ProcessPoolExecutor] = []
        self._busy: dict[Future[Any], ProcessPoolExecutor] = {}

    def outcomes(
        self, function: Callable[[Argument], Result], tasks: Sequence[Argument]
    ) -> Iterator[tuple[int, Result | Died]]:
        """Apply a function, importable where workers run, to each task; give what is ready.

        Yields the index of each task once, in any order, with its outcome. Raises what the
        function raises, and ClusterError if the scheduler goes away, if there is no worker for
        three minutes, or if the workers lack a package.
        """
        waiting = deque(enumerate(tasks))
        running: dict[Any, int] = {}
        while waiting or running:
            while waiting and len(running) < self._room():
                index, task = waiting.popleft()
                running[self._submit(function, task)] = index
            for future in self._finished(list(running)):
                yield running.pop(future), self._outcome(future)

    def _room(self) -> int:
        return self._n_processes

    def _submit(self, function: Callable[[Any], Any], task: Any) -> Any:
        while True:
            pool = self._idle.pop() if self._idle else self._new_pool()
            with suppress(BrokenProcessPool):  # it died while it had nothing to do
                future = pool.submit(function, task)
                self._busy[future] = pool
                return future

    def _new_pool(self) -> ProcessPoolExecutor:
        pool = self._opened.enter_context(process_pool(1))
        pool.submit(_compute_in_one_thread)
        return pool

    def _finished(self, futures: list[Any]) -> Iterable[Any]:
        """Wait for some of the futures."""
        return wait(futures, return_when=FIRST_COMPLETED).done

    def _outcome(self, future: Any) -> Any:
        pool = self._busy.pop(future)
        try:
            result = future.result()
        except BrokenProcessPool:
            return Died()
        self._idle.append(pool)
        return result


def _compute_in_one_thread() -> None:
    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")


class _Cluster(Workers):
    """The workers of a Dask cluster."""

    def __init__(self, address: str, n_processes: int, opened: ExitStack) -> None:
        super().__init__(n_processes, opened)
        self._address, self._dask = address, need("distributed")
        try:
            self._client = opened.enter_context(
                self._dask.Client(
                    self._local_cluster() if address == LOCAL else address, set_as_default=False
                )
            )
        except (OSError, TimeoutError, ValueError) as error:
            raise ClusterError(
                f"no scheduler answers at {address}; start one with `dask scheduler`, or check"
                " the address, which is like tcp://host:8786"
            ) from error

    def _local_cluster(self) -> Any:
        # A worker that dies is started again, which takes long on a busy machine.
        patient = {"distributed.deploy.lost-worker-timeout": f"{PATIENCE_S} s"}
        self._opened.enter_context(need("dask.config").set(patient))
        cluster = self._dask.LocalCluster(
            n_workers=self._n_processes,
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",  # any free port: the usual one may be taken
            silence_logs=logging.CRITICAL,
            scheduler_kwargs={"allowed_failures": 1},  # then a task is looked at alone
        )
        return self._opened.enter_context(cluster)

    def _room(self) -> int:
        n_threads: int = sum(self._client.nthreads().values())
        return AHEAD * max(1, n_threads)

    def _submit(self, function: Callable[[Any], Any], task: Any) -> Any:
        return self._client.submit(function, task, pure=False)

    def _finished(self, futures: list[Any]) -> Iterable[Any]:
        try:
            with self._client.as_current():
                done = self._dask.wait(futures, PATIENCE_S, "FIRST_COMPLETED").done
        except TimeoutError:
            if self._client.nthreads():
                return ()
            raise ClusterError(
                f"the cluster at {self._address} has had no worker for three minutes;"
                " start some with `dask worker`, and run the same command again"
            ) from None
        except CancelledError as error:
            raise self._lost() from error
        return list(done)

    def _outcome(self, future: Any) -> Any:
        try:
            return future.result()
        except self._dask.KilledWorker:
            return Died()
        except CancelledError as error:
            raise self._lost() from error
        except (ImportError, AttributeError) as error:
            raise ClusterError(
                f"a worker of the cluster at {self._address} cannot load what it needs"
                f" ({error}); install the same packages on each machine"
            ) from error

    def _lost(self) -> ClusterError:
        return ClusterError(
            f"the scheduler at {self._address} went away; run the same command again to continue"
        )
