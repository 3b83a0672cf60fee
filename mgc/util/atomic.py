"""Write a file or a folder whole or not at all, and leave no half of one behind.

What is being written lies beside its place in a hidden folder, ``.mgc-*.part``, and is moved into
place at the end. Its writer holds the lock ``.mgc-*.lock``, which the system releases when the
writer ends, however it ends: so `remove_leftovers` tells what a killed process left from what a
live one writes. A process id would not do, since ids are used again and differ between machines.

Whole means whole for every reader and after a kill at any moment. After a power failure the
checksums of records and cache entries tell.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from filelock import FileLock, Timeout

_HIDDEN = re.compile(r"(\.mgc-[0-9a-f]{16})\.(part|lock)")
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NEW, _OLD, _NAME = "new", "old", "name"

LEFT_AGE_S = 24 * 3600.0
"""Age from which a leftover is removed on a file system that has no locks."""


@contextmanager
def whole_file(target: str | Path, *, tidy: bool = True) -> Iterator[IO[bytes]]:
    """Give a stream to write to, whose content appears at the target in one step at the end.

    Parameters
    ----------
    target : str or Path
        In an existing folder. A file that is there keeps its permissions; a link stays, and the
        file that it leads to is replaced. A device or a pipe is written to directly.
    tidy : bool
        First remove what killed processes left in the folder. Who writes many files to one folder
        does so once, with `remove_leftovers`, since that lists the folder.

    Raises
    ------
    OSError
        That names the target. An older file is still there then, and nothing else.
    """
    given = Path(target)
    if _is_stream(given):
        with given.open("wb") as stream:
            yield stream
        return
    place = Path(os.path.realpath(given))
    if place.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(given))
    with scratch(place.parent, blamed=given, tidy=tidy) as folder:
        made = folder / _NEW
        with made.open("wb") as stream:
            yield stream
        if place.exists():
            shutil.copymode(place, made)
        _move(made.replace, place)


def write_whole(target: str | Path, content: bytes) -> None:
    """Write a file that is in memory already; see `whole_file`."""
    with whole_file(target) as stream:
        stream.write(content)


@contextmanager
def whole_folder(target: str | Path) -> Iterator[Path]:
    """Give a hidden folder to write into, which takes the target's place at the end.

    Parameters
    ----------
    target : str or Path
        The folders above it are made. An older one is moved aside, the new one in; for the moment
        between, a reader finds none. `remove_leftovers` finishes what was cut off there.

    Raises
    ------
    OSError
        That names the target. An older folder is still there then, and nothing else.
    """
    place = Path(os.path.realpath(target))
    place.parent.mkdir(parents=True, exist_ok=True)
    with scratch(place.parent, blamed=Path(target)) as folder:
        made = folder / _NEW
        made.mkdir()
        yield made
        with suppress(FileNotFoundError):  # asked once: another writer may just move it aside
            if not stat.S_ISDIR(place.stat().st_mode):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(target))
        (folder / _NAME).write_bytes(os.fsencode(place.name))  # from here on it is finished
        _replace(folder, place)
        (folder / _NAME).unlink()


@contextmanager
def scratch(parent: Path, *, blamed: Path | None = None, tidy: bool = True) -> Iterator[Path]:
    """Give a hidden folder in an existing one for as long as the block takes.

    An OSError names `blamed`, by default `parent`, instead of something hidden. With `tidy`, what
    killed processes left in `parent` goes first.
    """
    if tidy:
        remove_leftovers(parent)
    # The name says nothing of the target, whose own name may be as long as names can be.
    name = f".mgc-{secrets.token_hex(8)}"
    folder = parent / f"{name}.part"
    lock = FileLock(parent / f"{name}.lock", thread_local=False, fallback_to_soft=False)
    with _naming(blamed or parent):
        if not parent.is_dir():  # or the lock would make it
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(folder))
        try:
            # First the lock, then the folder: what has no lock is never in use. Where there can
            # be no lock, the folder has the same fault or stands without one.
            with suppress(OSError):
                lock.acquire()
            folder.mkdir()
            yield folder
        finally:
            _remove(folder, lock)


def remove_leftovers(folder: Path) -> None:
    """Remove what killed processes left half-written in a folder, and nothing that is in use.

    What was finished and not yet in its place is put there. `folder` may be missing, and what
    cannot be removed stays.
    """
    try:
        with os.scandir(folder) as entries:
            hidden = {match[1] for entry in entries if (match := _HIDDEN.fullmatch(entry.name))}
    except OSError:
        return
    for name in hidden:
        with suppress(OSError):
            _remove_if_left(folder / f"{name}.part", folder / f"{name}.lock")


def _remove_if_left(part: Path, lock_file: Path) -> None:
    lock = FileLock(lock_file, thread_local=False, fallback_to_soft=False)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return  # its writer is at work
    except OSError:  # a file system without locks
        if time.time() - part.stat().st_mtime < LEFT_AGE_S:
            return
    _remove(part, lock)


def _remove(part: Path, lock: FileLock) -> None:
    """Remove a hidden folder and its lock, unless it holds what belongs elsewhere."""
    if _settled(part):
        shutil.rmtree(part, ignore_errors=True)
    file = Path(lock.lock_file)
    with suppress(OSError):
        file.unlink()  # while it is held, or another process could take it just before it goes
    lock.release()
    if os.name == "nt":  # there an open file cannot be removed, so nobody can take it meanwhile
        with suppress(OSError):
            file.unlink()


def _settled(part: Path) -> bool:
    """Put what was finished, or else what was there before, into its place; False if it stays."""
    try:
        place = part.parent / os.fsdecode((part / _NAME).read_bytes())
    except OSError:
        return True
    for made in (part / _NEW, part / _OLD):
        if not place.exists():
            with suppress(OSError):
                _move(made.rename, place)
    return place.exists()


def _replace(folder: Path, place: Path) -> None:
    """Move what is at a place aside, and the new folder in."""
    made, old = folder / _NEW, folder / _OLD
    while True:
        shutil.rmtree(old, ignore_errors=True)
        with suppress(FileNotFoundError):
            _move(place.rename, old)
        try:
            _move(made.rename, place)
        except OSError as problem:
            # Where another process has put its folder there just now, that one goes aside, too.
            if problem.errno not in (errno.EEXIST, errno.ENOTEMPTY):
                raise
        else:
            return


def _move(rename: Callable[[Path], Path], target: Path) -> None:
    """Rename, again where Windows refuses because another process is just reading there."""
    for pause in (0.01, 0.03, 0.1, 0.3):
        with suppress(PermissionError):
            rename(target)
            return
        time.sleep(pause)
    rename(target)


def _is_stream(path: Path) -> bool:
    """Whether a path leads to something that cannot be replaced, like ``/dev/stdout``."""
    devices = path.parent in (Path("/dev"), Path("/dev/fd"))
    return devices or (path.exists() and not path.is_file() and not path.is_dir())


@contextmanager
def _naming(target: Path) -> Iterator[None]:
    """Let errors name the target instead of something hidden, or of nothing."""
    try:
        yield
    except OSError as error:
        hidden = any(map(_HIDDEN.fullmatch, Path(str(error.filename)).parts))
        if hidden or (error.filename is None and error.errno in _FULL):
            raise OSError(error.errno, error.strerror, str(target)) from error
        raise
