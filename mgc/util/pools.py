"""Work for several processes or threads; a process ends when the one it works for is gone."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import get_context, parent_process
from multiprocessing.managers import SyncManager
from typing import Any, TypeVar

import psutil

from mgc.errors import MgcError

Argument = TypeVar("Argument")
Result = TypeVar("Result")

ENDS_WITH = "MGC_ENDS_WITH"
"""Environment variable with the number of a process; see `end_with_parent`."""

_LOG = logging.getLogger("mgc")


def end_with_parent() -> None:
    """End this process as soon as the one that it works for is gone, however that one ended.

    A worker of a pool works for its parent, a program for the process that `ENDS_WITH` names;
    without that it is its own master. The thread that watches is not stopped by the work.
    """
    parent, number = parent_process(), os.environ.get(ENDS_WITH, "")
    if parent is None and not number:
        return

    def watch() -> None:
        if parent is not None:
            parent.join()
        else:
            with suppress(psutil.NoSuchProcess):
                psutil.Process(int(number)).wait()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def process_pool(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Give a pool whose processes end with this one, and at once after an error in the block.

    Raises MgcError if one of the processes, of which there is at least one, died.
    """
    # As on Windows and macOS: a forked child would inherit the locks of this process's threads.
    pool = ProcessPoolExecutor(
        jobs,
        mp_context=get_context("spawn"),
        initializer=_begin_work,
        initargs=(_LOG.isEnabledFor(logging.INFO),),
    )
    try:
        yield pool
        pool.shutdown()
    except BaseException as error:
        end_at_once(pool)
        if isinstance(error, BrokenProcessPool):
            raise MgcError(
                "a working process was killed, for want of memory perhaps; what was finished is"
                " kept: run the command again, with --jobs 1 if it happens twice"
            ) from error
        raise


def end_at_once(pool: ProcessPoolExecutor) -> None:
    """Kill the processes of a pool and the decoders that they started; what is undone fails."""
    for process in list((pool._processes or {}).values()):
        with suppress(psutil.Error, TypeError):  # it has ended, or never began
            for child in psutil.Process(process.pid).children(recursive=True):
                child.kill()
        process.kill()
    pool.shutdown(cancel_futures=True)


@contextmanager
def message_queue() -> Iterator[Any]:
    """Give a queue that the tasks of a pool may be handed; its process ends with this one."""
    # An address of the network leaves no socket file behind.
    manager = SyncManager(("127.0.0.1", 0), ctx=get_context("spawn"))
    manager.start(_begin_work, (False,))
    try:
        yield manager.Queue()
    finally:
        manager.shutdown()


def _begin_work(report: bool) -> None:
    if report:
        _LOG.addHandler(logging.StreamHandler())
        _LOG.setLevel(logging.INFO)
    # Ctrl-C reaches every process of the terminal; this one's parent decides what becomes of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()


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


def track_progress(
    items: Iterable[Result], total: int, title: str, *, show: bool
) -> Iterator[Result]:
    """Pass items through, with a bar if `show` and on a terminal (a chapter holds no log)."""
    if not show or not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(items, total=total, description=title, console=Console(stderr=True))


def extract_many(
    function: Callable[[Argument], Result],
    work: Sequence[Argument],
    title: str,
    jobs: int | None,
    *,
    show: bool,
) -> Iterator[Result]:
    """Apply a function to each piece of work in several processes, and give the results in order.

    Parameters
    ----------
    function : callable
        Importable by name, since other processes call it.
    work : sequence
    title : str
        Of the progress bar.
    jobs : int or None
        Processes; None for one a core.
    show : bool
        Show the bar on a terminal.
    """
    n_jobs = jobs or os.cpu_count() or 1
    if n_jobs == 1 or len(work) < 4:
        yield from track_progress(map(function, work), len(work), title, show=show)
        return
    with process_pool(n_jobs) as pool:
        results = pool.map(function, work, chunksize=2)
        yield from track_progress(results, len(work), title, show=show)


def in_threads(
    function: Callable[[Argument], Result], work: Sequence[Argument], title: str, progress: bool
) -> list[Result]:
    """As `extract_many`, in a thread a core: enough for decoding and FFT, which leave Python."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(track_progress(pool.map(function, work), len(work), title, show=progress))
