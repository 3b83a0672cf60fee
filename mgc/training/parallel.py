"""Fit many folds side by side, the longest first, and say how far they are."""

from __future__ import annotations

import queue
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mgc.datasets.splits import Split
from mgc.errors import WeightsError
from mgc.features.arrays import open_arrays
from mgc.models import TITLES
from mgc.training.fold_fit import FoldFit, Settings
from mgc.training.folds import fit_fold
from mgc.util.pools import message_queue, process_pool

if TYPE_CHECKING:
    from rich.progress import Progress

_LONGEST_FIRST = ("cnn", "lstm", "autoencoder", "mlp", "vgg16", "logistic", "majority")


@dataclass(frozen=True, eq=False)
class Task:
    """One fold to fit, see `FoldFit`, in terms that another process can start from.

    Arrays and copies are folders that `mgc.features.arrays.keep_arrays` wrote, `fold` is a
    position in the split, and the queue takes (label, text) pairs for the progress display.
    """

    arrays: Path
    copies: tuple[Path, ...]
    split: Split
    config: dict[str, Any]
    fold: int
    settings: Settings
    messages: Any = None

    @property
    def label(self) -> str:
        """Model and seed, for the display."""
        return f"{TITLES[self.config['model']]}, seed {self.config['seed']}"


def fit_task(task: Task) -> None:
    """Fit one fold from the arrays that lie ready for it."""

    def on_epoch(stage: str, epoch: int, epochs: int, loss: float) -> None:
        if task.messages is not None:
            text = f"fold {task.fold + 1}, {stage}: epoch {epoch} of {epochs}, loss {loss:.3f}"
            task.messages.put((task.label, text))

    fit_fold(
        FoldFit(
            open_arrays(task.arrays),
            task.split,
            task.split.folds[task.fold],
            task.config,
            task.settings,
            [open_arrays(folder) for folder in task.copies],
            on_epoch,
        )
    )


def fit_tasks(
    tasks: Sequence[Task], jobs: int, *, progress: bool, done: Callable[[Task, str], None]
) -> None:
    """Fit folds in `jobs` processes, in the order given; a model without weights stops no other.

    `progress` shows bars on a terminal, elsewhere one line a finished fold; and each reason why
    a model could not run, once. `done` is called with
    each task when it is over, and with the reason where it could not run. Raises MgcError if a
    process died; what was finished stays and the next run continues from there.
    """
    shown = progress and sys.stderr.isatty()
    with (
        message_queue() if shown else nullcontext() as messages,
        _bars(shown=shown) as bars,
        process_pool(jobs) as pool,
    ):
        folds = Counter(task.label for task in sorted(tasks, key=urgency))
        bar = {label: bars.add_task(label, total=n, text="") for label, n in folds.items()}
        told = [replace(task, messages=messages) for task in tasks]
        said = set[str]()
        pending: dict[Future[None], Task] = {pool.submit(fit_task, task): task for task in told}
        while pending:
            over, _ = wait(pending, timeout=0.5, return_when=FIRST_COMPLETED)
            with suppress(queue.Empty):
                while messages is not None:
                    label, text = messages.get_nowait()
                    bars.update(bar[label], text=text)
            for future in over:
                task, reason = pending.pop(future), ""
                try:
                    future.result()
                except WeightsError as error:
                    reason = str(error)
                done(task, reason)
                bars.advance(bar[task.label])
                if progress and reason and reason not in said:
                    said.add(reason)
                    print(f"{task.label}: not run: {reason}", file=sys.stderr)
                elif progress and not reason and not shown:
                    what = f"{task.config['protocol']}, {task.config['variant']}"
                    print(f"{task.label}: fold {task.fold + 1} done ({what})", file=sys.stderr)


def urgency(task: Task) -> tuple[int, int]:
    """Key to sort by: longest first, but one VGG16 fold before all, which fills the cache."""
    name = task.config["model"]
    if name == "vgg16" and task.fold == 0:
        return (-1, 0)
    known = name in _LONGEST_FIRST
    return (_LONGEST_FIRST.index(name) if known else len(_LONGEST_FIRST), task.fold)


def _bars(*, shown: bool) -> Progress:
    """Make bars of fits, each with the latest epoch, that say nothing unless `shown`."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[text]}"),
    )
    return Progress(*columns, console=Console(stderr=True, quiet=not shown), disable=not shown)
