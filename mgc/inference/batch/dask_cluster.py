"""Workers on a Dask cluster, many machines or this one, in the place of local processes.

Used by `mgc.inference.batch.parts`; the page on clusters says how to start one.
"""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import CancelledError
from contextlib import AbstractContextManager, ExitStack, suppress
from types import TracebackType
from typing import Any, Self, TypeVar

from mgc.errors import ClusterError
from mgc.inference.batch.processes import Died, Processes, Workers
from mgc.util.optional import need

Argument = TypeVar("Argument")
Result = TypeVar("Result")

LOCAL = "local"
"""Instead of an address: a cluster on this machine, a worker a core, for as long as it takes."""

PATIENCE_S = 180
"""How long a cluster may be without any worker before the run gives up."""

AHEAD = 4
"""Tasks that wait at the scheduler for each thread of the cluster, so that none stands idle."""

ALLOWED_FAILURES = 1
"""How often the workers of a local cluster may die of a task before it is looked at alone."""


def open_workers(cluster: str = "", jobs: int | None = None) -> AbstractContextManager[Workers]:
    """Choose where work is done: in processes of this machine or on a Dask cluster.

    Parameters
    ----------
    cluster : str
        Empty for processes, ``local`` for a Dask cluster on this machine, or the address of a
        scheduler (``tcp://host:8786``).
    jobs : int, optional
        Processes, of a local cluster too; one a core by default.

    Returns
    -------
    workers : context manager of Workers

    Raises
    ------
    ClusterError
        If `cluster` is no address, or Dask is not installed.
    """
    if not cluster:
        return Processes(jobs)
    if cluster != LOCAL and "://" not in cluster:
        raise ClusterError(
            f"{cluster!r} is no address of a cluster; give that of a scheduler, such as"
            f" tcp://host:8786, or {LOCAL!r}"
        )
    return Cluster(cluster, jobs)


class Cluster:
    """The workers of a Dask cluster; a context manager that cancels what is left undone.

    Parameters
    ----------
    address : str
        ``local``, or the address of a scheduler.
    jobs : int, optional
        Workers of a local cluster; one a core by default.

    Raises
    ------
    ClusterError
        On entering: nobody answers at the address.
    """

    def __init__(self, address: str, jobs: int | None = None) -> None:
        self._address = address
        self._jobs = jobs
        self._dask = need("distributed")
        self._client: Any = None
        self._open = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as opened:
            where = self._address
            if where == LOCAL:
                where = opened.enter_context(self._local_cluster())
            try:
                client = self._dask.Client(where, set_as_default=False)
            except (OSError, TimeoutError, ValueError) as error:
                raise ClusterError(
                    f"no scheduler answers at {self._address}; start one with `dask scheduler`,"
                    " or check the address"
                ) from error
            self._client = opened.enter_context(client)
            self._open = opened.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def _local_cluster(self) -> Any:
        return self._dask.LocalCluster(
            n_workers=self._jobs or os.cpu_count() or 1,
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",  # any free port: the usual one may be taken
            silence_logs=logging.CRITICAL,
            scheduler_kwargs={"allowed_failures": ALLOWED_FAILURES},
        )

    def each(
        self, function: Callable[[Argument], Result], tasks: Sequence[Argument]
    ) -> Generator[tuple[int, Result | Died], None, None]:
        """Apply a function to each task; see `mgc.inference.batch.processes.Workers.each`.

        Raises
        ------
        ClusterError
            If the scheduler goes away, if there is no worker for three minutes, or if the workers
            lack a package.
        """
        waiting = deque(enumerate(tasks))
        running: dict[Any, int] = {}
        try:
            while waiting or running:
                threads = sum(self._client.nthreads().values())
                while waiting and len(running) < AHEAD * max(1, threads):
                    index, task = waiting.popleft()
                    running[self._client.submit(function, task, pure=False)] = index
                for future in self._ready(list(running)):
                    index = running.pop(future)
                    yield index, self._outcome(future)
        finally:
            with suppress(OSError, RuntimeError, CancelledError):
                self._client.cancel(list(running))

    def _ready(self, futures: list[Any]) -> list[Any]:
        """Wait for some of the futures; give up when there is nobody to work on them."""
        while True:
            try:
                with self._client.as_current():
                    done = self._dask.wait(
                        futures, timeout=PATIENCE_S, return_when="FIRST_COMPLETED"
                    ).done
            except TimeoutError:
                if not self._client.nthreads():
                    raise ClusterError(
                        f"the cluster at {self._address} has had no worker for three minutes;"
                        " start some with `dask worker`, and run the same command again"
                    ) from None
            except CancelledError as error:
                raise self._lost() from error
            else:
                return [future for future in futures if future in done]

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
