"""Processes that classify for a server; one that hangs or dies costs the request it worked for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from mgc.audio.decoders import open_sound
from mgc.errors import AudioError, FeatureError, MgcError, NetworkError, why
from mgc.inference import answers
from mgc.inference.classifier import Classifier
from mgc.util.pools import end_at_once, process_pool

Result = TypeVar("Result")

_LOG = logging.getLogger("mgc")

HUNG, DIED = "hung", "died"


class LostError(MgcError):
    """A process that was `HUNG` or `DIED` at its work."""


class TooLongError(MgcError):
    """A recording of more seconds than are allowed."""


@lru_cache(maxsize=1)
def classifier(network: Path | None) -> Classifier:
    """Open the network of this process, once."""
    return Classifier(network, threads=1)


def genres(network: Path | None) -> list[str]:
    """Open the network, and name its genres in order."""
    return [str(genre) for genre in classifier(network).classes_]


def classify(
    network: Path | None, file: Path, longest_s: float
) -> tuple[dict[str, Any], dict[str, float]]:
    """Answer to one file, as `mgc predict --json` writes it, and all tags of a network with some.

    Raises AudioError with the reason alone, and TooLongError.
    """
    try:
        with open_sound(file) as sound:
            _check_length(sound.promised() / sound.sample_rate, longest_s)
        answer = classifier(network).answer(file)
    except (AudioError, FeatureError, OSError) as error:
        raise AudioError(why(file, error)) from None
    _check_length(answer.duration_s, longest_s)  # where no header tells, or it lies
    return answers.plain(answer), dict(getattr(answer, "tags", {}))


def _check_length(seconds: float, longest_s: float) -> None:
    if seconds > longest_s:
        raise TooLongError(f"{seconds:.0f} s of audio, and {longest_s:g} s are allowed")


class Workers:
    """Some processes with the network open, each in a pool of its own.

    A pool of several breaks as a whole when one of them dies.

    Attributes
    ----------
    ready : int
        Processes that have the network open, at work or not.
    """

    def __init__(self, number: int, network: Path | None) -> None:
        self._number, self._network = number, network
        self.ready = 0
        self._idle: asyncio.Queue[ProcessPoolExecutor] = asyncio.Queue()
        self._opened = ExitStack()
        self._tasks: set[asyncio.Task[Any]] = set()

    async def start(self) -> list[str]:
        """Open the network in every process, and name its genres; raises NetworkError."""
        (genres, *_) = await asyncio.gather(*(self._add() for _ in range(self._number)))
        return genres

    async def stop(self) -> None:
        """End the processes; one that is at work is killed."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self._opened.close)

    async def ask(
        self, function: Callable[..., Result], *arguments: Any, wait_s: float, work_s: float
    ) -> Result:
        """Call a function, importable by name, in the next free process.

        Raises what it raises; TimeoutError where no process was free for `wait_s` seconds; and
        LostError where the work took more than `work_s` seconds, or its process died. Who is
        cancelled while it waits has used no process.
        """
        async with asyncio.timeout(wait_s):
            while True:
                pool = await self._idle.get()
                try:
                    future = pool.submit(function, *arguments)
                except BrokenProcessPool:  # it died while it had nothing to do
                    self._replace(pool)
                else:
                    break
        # A caller who leaves does not stop the process, which then is there for the next.
        result: Result = await asyncio.shield(self._keep(self._outcome(pool, future, work_s)))
        return result

    async def _outcome(self, pool: ProcessPoolExecutor, future: Future[Any], work_s: float) -> Any:
        try:
            async with asyncio.timeout(work_s):
                result = await asyncio.wrap_future(future)
        except TimeoutError:
            self._replace(pool)
            raise LostError(HUNG) from None
        except BrokenProcessPool:
            self._replace(pool)
            raise LostError(DIED) from None
        except asyncio.CancelledError:
            await asyncio.to_thread(end_at_once, pool)
            raise
        except Exception:
            self._idle.put_nowait(pool)
            raise
        self._idle.put_nowait(pool)
        return result

    def _replace(self, pool: ProcessPoolExecutor) -> None:
        self.ready -= 1
        self._keep(asyncio.to_thread(end_at_once, pool))
        self._keep(self._renew())

    async def _renew(self) -> None:
        try:
            await self._add()
        except MgcError as problem:
            _LOG.error("no process takes the place of one that was lost: %s", problem)

    async def _add(self) -> list[str]:
        pool = self._opened.enter_context(process_pool(1))
        try:
            names = await asyncio.wrap_future(pool.submit(genres, self._network))
        except BrokenProcessPool:
            raise NetworkError(
                "the process that opens the network died, for want of memory perhaps; try --jobs 1"
            ) from None
        self._idle.put_nowait(pool)
        self.ready += 1
        return names

    def _keep(self, work: Any) -> asyncio.Task[Any]:
        """Run on, whether or not somebody waits; the loop alone would forget the task."""
        task: asyncio.Task[Any] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        return task

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # was looked at: nobody may be there to see it
