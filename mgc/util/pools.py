"""Processes that do part of the work: they end when this one does, however it ends.

Each of them holds one end of a pipe whose other end only this process has. The system closes that
when this process ends, by SIGKILL too, and then they end at once. (`PR_SET_PDEATHSIG` would follow
the thread that started them instead, and Python's own pools wait for work for ever.)
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.managers import SyncManager
from typing import Any, TypeVar

from mgc.errors import MgcError
from mgc.util.progress import track_progress

_LOG = logging.getLogger("mgc")


@contextmanager
def process_pool(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Give a pool whose processes end with this one, and at once after an error in the block.

    Parameters
    ----------
    jobs : int, at least 1

    Yields
    ------
    pool : ProcessPoolExecutor

    Raises
    ------
    MgcError
        If one of the processes died.
    """
    # A forked child would inherit the locks of whatever threads this process runs.
    context = get_context("spawn")
    theirs, ours = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(
        jobs,
        mp_context=context,
        initializer=_begin_work,
        initargs=(theirs, _LOG.isEnabledFor(logging.INFO)),
    )
    try:
        yield pool
        pool.shutdown()
    except BaseException as error:
        ours.close()
        pool.shutdown(cancel_futures=True)
        if isinstance(error, BrokenProcessPool):
            raise MgcError(
                "a working process was killed, for want of memory perhaps; what was finished is"
                " kept: run the command again, with --jobs 1 if it happens twice"
            ) from error
        raise
    finally:
        ours.close()
        theirs.close()


@contextmanager
def message_queue() -> Iterator[Any]:
    """Give a queue that the tasks of a pool may be handed; its process ends with this one."""
    context = get_context("spawn")
    theirs, ours = context.Pipe(duplex=False)
    # An address of the network leaves no socket file behind.
    manager = SyncManager(("127.0.0.1", 0), ctx=context)
    manager.start(_begin_work, (theirs, False))
    try:
        yield manager.Queue()
    finally:
        manager.shutdown()
        ours.close()
        theirs.close()


def end_with(pipe: int) -> None:
    """Let this process end as soon as the other end of a pipe is closed.

    Parameters
    ----------
    pipe : int
        Descriptor of the end for reading.
    """

    def watch() -> None:
        with suppress(OSError):
            os.read(pipe, 1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM end the block like an exit, so that processes end and hidden files go."""

    def stop(number: int, _: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # what is being tidied up is not disturbed
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def reported() -> Iterator[None]:
    """Print what the package logs, a damaged cache entry for one, on the error output."""
    handler, level = logging.StreamHandler(), _LOG.level
    _LOG.addHandler(handler)
    _LOG.setLevel(logging.INFO)
    try:
        yield
    finally:
        _LOG.removeHandler(handler)
        _LOG.setLevel(level)


def _begin_work(pipe: Connection, report: bool) -> None:
    if report:
        _LOG.addHandler(logging.StreamHandler())
        _LOG.setLevel(logging.INFO)
    # Ctrl-C reaches every process of the terminal; this one's parent decides what becomes of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with(os.dup(pipe.fileno()))


Argument = TypeVar("Argument")
Result = TypeVar("Result")


def extract_many(
    function: Callable[[Argument], Result],
    work: Sequence[Argument],
    title: str,
    jobs: int | None,
    *,
    show: bool,
) -> Iterator[Result]:
    """Apply a function to each piece of work in several processes, in order.

    Parameters
    ----------
    function : callable
        Importable by name, since other processes call it.
    work : sequence
    title : str
        For the progress bar.
    jobs : int or None
        Processes; None for one a core.
    show : bool
        Show the bar on a terminal.

    Yields
    ------
    result : object
    """
    n_jobs = jobs or os.cpu_count() or 1
    if n_jobs == 1 or len(work) < 4:
        yield from track_progress(map(function, work), len(work), title, show=show)
        return
    with process_pool(n_jobs) as pool:
        results = pool.map(function, work, chunksize=2)
        yield from track_progress(results, len(work), title, show=show)


_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def in_threads(
    work: Callable[[_Item], _Result], items: Sequence[_Item], title: str, progress: bool
) -> list[_Result]:
    """Map a function over items with one thread a core, in order, with a progress bar.

    Parameters
    ----------
    work : callable
        Does its heavy part outside Python (decoding, FFT), so that threads suffice.
    items : sequence
        What to map over.
    title : str
        Stands before the bar.
    progress : bool
        Show the bar, where standard error is a terminal.

    Returns
    -------
    list
        Results in the order of `items`.
    """
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        return list(track_progress(pool.map(work, items), len(items), title, show=progress))
