"""Fit many folds side by side, the longest first, and say how far they are."""

from __future__ import annotations

import queue
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

from mgc.datasets.edition import Edition
from mgc.errors import WeightsError
from mgc.models import TITLES
from mgc.training.fold_result import Settings
from mgc.training.folds import fit_fold
from mgc.util.pools import message_queue, process_pool

_LONGEST_FIRST = ("cnn", "lstm", "autoencoder", "mlp", "vgg16", "logistic", "majority")


@dataclass(frozen=True)
class Task:
    """One fold to fit, in terms that another process can start from.

    Attributes
    ----------
    edition : Edition
    leave_out : dict of str to str
        Tracks that cleaning left out, with the reason.
    config : dict
        From `mgc.records.config.configuration`.
    fold : int
        Position of the fold in the split.
    settings : Settings
    messages : queue, optional
        Takes (label, text) pairs for the progress display.
    """

    edition: Edition
    leave_out: dict[str, str]
    config: dict[str, Any]
    fold: int
    settings: Settings
    messages: Any = None

    @property
    def label(self) -> str:
        """Model and seed, for the display."""
        return f"{TITLES[self.config['model']]}, seed {self.config['seed']}"


def run(task: Task) -> None:
    """Fit one fold; the arrays come from the cache of features.

    Parameters
    ----------
    task : Task

    Raises
    ------
    WeightsError
        If VGG16 finds no ImageNet weights.
    """
    from mgc.datasets.protocols import make_split
    from mgc.features.augment import augmented_arrays
    from mgc.features.loading import load_arrays

    config, cache_dir = task.config, task.settings.cache_dir
    arrays = load_arrays(task.edition, cache_dir, leave_out=task.leave_out, jobs=1, progress=False)
    split = make_split(
        config["protocol"], arrays.track_id, arrays.genre, arrays.artist, config["seed"]
    )
    copies = (
        augmented_arrays(task.edition, arrays, cache_dir, jobs=1, progress=False)
        if config["recipe"].get("augment")
        else ()
    )

    def on_epoch(stage: str, epoch: int, epochs: int, loss: float) -> None:
        if task.messages is not None:
            text = f"fold {task.fold + 1}, {stage}: epoch {epoch} of {epochs}, loss {loss:.3f}"
            task.messages.put((task.label, text))

    fold = split.folds[task.fold]
    fit_fold(arrays, split, fold, config, task.settings, augmented=copies, on_epoch=on_epoch)


def run_all(
    tasks: Sequence[Task], jobs: int, *, progress: bool, done: Callable[[Task, str], None]
) -> None:
    """Fit folds in `jobs` processes, in the order given; a model without weights stops no other.

    Parameters
    ----------
    tasks : sequence of Task
    jobs : int, at least 1
    progress : bool
        Show bars on a terminal; elsewhere one line a finished fold.
    done : callable
        Called with each task when it is over, and with the reason where it could not run.

    Raises
    ------
    MgcError
        If a process died; what was finished stays and the next run continues from there.
    """
    bars = progress and sys.stderr.isatty()
    with (
        message_queue() if bars else nullcontext() as messages,
        _display(tasks, show=progress) as display,
        process_pool(jobs) as pool,
    ):
        told = [replace(task, messages=messages) for task in tasks]
        pending: dict[Future[None], Task] = {pool.submit(run, task): task for task in told}
        while pending:
            over, _ = wait(pending, timeout=0.5, return_when=FIRST_COMPLETED)
            _drain(messages, display)
            for future in over:
                task, reason = pending.pop(future), ""
                try:
                    future.result()
                except WeightsError as error:
                    reason = str(error)
                done(task, reason)
                display.finished(task)


def urgency(task: Task) -> tuple[int, int]:
    """Key to sort by: longest first, but one VGG16 fold before all, which fills the cache."""
    name = task.config["model"]
    if name == "vgg16" and task.fold == 0:
        return (-1, 0)
    known = name in _LONGEST_FIRST
    return (_LONGEST_FIRST.index(name) if known else len(_LONGEST_FIRST), task.fold)


def _drain(messages: Any, display: _Display) -> None:
    while messages is not None:
        try:
            display.tell(*messages.get_nowait())
        except queue.Empty:
            return


class _Display:
    """Says on the standard error which folds are done."""

    def tell(self, label: str, text: str) -> None:
        """Show the latest epoch of a fit."""

    def finished(self, task: Task) -> None:
        """Show that a fold is done."""
        protocol, variant = task.config["protocol"], task.config["variant"]
        print(f"{task.label}: fold {task.fold + 1} done ({protocol}, {variant})", file=sys.stderr)


class _Silent(_Display):
    def finished(self, task: Task) -> None:
        """Show nothing."""


class _Bars(_Display):
    def __init__(self, bars: Any, tasks: Sequence[Task]) -> None:
        self._bars = bars
        labels = list(dict.fromkeys(task.label for task in sorted(tasks, key=urgency)))
        self._ids = {
            label: bars.add_task(label, total=sum(task.label == label for task in tasks), text="")
            for label in labels
        }

    def tell(self, label: str, text: str) -> None:
        self._bars.update(self._ids[label], text=text)

    def finished(self, task: Task) -> None:
        self._bars.update(self._ids[task.label], advance=1)


@contextmanager
def _display(tasks: Sequence[Task], *, show: bool) -> Iterator[_Display]:
    if not show:
        yield _Silent()
        return
    if not sys.stderr.isatty():
        yield _Display()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[text]}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        yield _Bars(bars, tasks)
