"""Progress bars on a terminal, silence everywhere else (a chapter holds no log)."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def track_progress(items: Iterable[T], total: int, title: str, *, show: bool) -> Iterator[T]:
    """Pass items through and show how many of them have come, if `show` and on a terminal."""
    if not show or not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(items, total=total, description=title, console=Console(stderr=True))
