"""Write a file or a folder whole or not at all, and leave no half of one behind.

What is being written lies beside its place under a hidden name and is moved there in one step.
Its writer holds a lock on it (`flock`), which the system releases when the writer ends, however it
ends: that is how `remove_leftovers` tells what a killed process left from what a live one writes.
A process id would not do, since ids are used again and differ between containers.

Whole means whole for every reader and after a kill at any moment. After a power failure the
checksums of records and cache entries tell.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import hashlib
import os
import platform
import re
import secrets
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

_PART = re.compile(r"\.mgc-([0-9a-f]{8})-[0-9a-f]{16}\.part")
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NOT_EMPTY = (errno.ENOTEMPTY, errno.EEXIST)
_NO_EXCHANGE = (errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EXDEV)
_STREAMS = (Path("/dev/stdout"), Path("/dev/stderr"))
_EXCHANGE = 2
_HERE = -100

FOREIGN_AGE_S = 24 * 3600.0
"""Age from which a leftover of another machine is removed; not every file system shares locks."""


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

    Yields
    ------
    stream : binary file

    Raises
    ------
    OSError
        That names the target. An older file is still there then, and nothing else.
    """
    given = Path(target)
    if _is_device(given):
        with given.open("wb") as stream:
            yield stream
        return
    place = Path(os.path.realpath(given))
    with _naming(given):
        if place.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(given))
        if tidy:
            remove_leftovers(place.parent)
        part, lock = _begin_file(place.parent)
        try:
            with suppress(FileNotFoundError):
                os.fchmod(lock, stat.S_IMODE(place.stat().st_mode))
            # A second handle: the caller may close the stream, and the lock stays.
            with os.fdopen(os.dup(lock), "wb") as stream:
                yield stream
            part.replace(place)
        finally:
            part.unlink(missing_ok=True)
            os.close(lock)


def write_whole(target: str | Path, content: bytes) -> None:
    """Write a file that is in memory already; see `whole_file`.

    Parameters
    ----------
    target : str or Path
    content : bytes

    Raises
    ------
    OSError
    """
    with whole_file(target) as stream:
        stream.write(content)


@contextmanager
def whole_folder(target: str | Path) -> Iterator[Path]:
    """Give a hidden folder to write into, which takes the target's place in one step at the end.

    Parameters
    ----------
    target : str or Path
        The folders above it are made. An older folder of that name is replaced; where the file
        system can exchange two folders, no reader ever finds none.

    Yields
    ------
    folder : Path

    Raises
    ------
    OSError
    """
    place = Path(os.path.realpath(target))
    place.parent.mkdir(parents=True, exist_ok=True)
    with _naming(Path(target)), scratch(place.parent) as made:
        yield made
        _put(made, place)


@contextmanager
def scratch(parent: Path) -> Iterator[Path]:
    """Give a hidden folder for as long as the block takes; what killed processes left goes first.

    Parameters
    ----------
    parent : Path
        An existing folder.

    Yields
    ------
    folder : Path

    Raises
    ------
    OSError
    """
    remove_leftovers(parent)
    with _naming(parent):
        part, lock = _begin_folder(parent)
    try:
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)
        os.close(lock)


def remove_leftovers(folder: Path) -> None:
    """Remove what killed processes left half-written in a folder, and nothing that is in use.

    Parameters
    ----------
    folder : Path
        May be missing. What cannot be removed stays.
    """
    try:
        with os.scandir(folder) as entries:
            found = [Path(entry.path) for entry in entries if _PART.fullmatch(entry.name)]
    except OSError:
        return
    for part in found:
        with suppress(OSError):
            _remove_if_left(part)


def _remove_if_left(part: Path) -> None:
    handle = os.open(part, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        known = _PART.fullmatch(part.name)
        ours = known is not None and known[1] == _machine()
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        except OSError:  # a file system without locks
            ours = False
        about = os.fstat(handle)
        if not ours and time.time() - about.st_mtime < FOREIGN_AGE_S:
            return
        if stat.S_ISDIR(about.st_mode):
            shutil.rmtree(part)
        else:
            part.unlink()
    finally:
        os.close(handle)


def _begin_file(folder: Path) -> tuple[Path, int]:
    """Make a hidden file and lock it."""
    while True:
        part = _new_name(folder)
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        handle = os.open(part, flags, 0o666)
        if _hold(part, handle):
            return part, handle


def _begin_folder(parent: Path) -> tuple[Path, int]:
    """Make a hidden folder and lock it."""
    while True:
        part = _new_name(parent)
        part.mkdir()
        with suppress(FileNotFoundError):
            handle = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            if _hold(part, handle):
                return part, handle


def _hold(part: Path, handle: int) -> bool:
    """Lock what was just made; False where `remove_leftovers` of another process was faster."""
    with suppress(OSError):  # a file system without locks
        fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        if os.path.samestat(os.fstat(handle), part.stat()):
            return True
    except FileNotFoundError:
        pass
    os.close(handle)
    return False


def _new_name(folder: Path) -> Path:
    """Name that says nothing of the target, whose own name may be as long as names can be."""
    return folder / f".mgc-{_machine()}-{secrets.token_hex(8)}.part"


def _machine() -> str:
    return hashlib.sha256(platform.node().encode()).hexdigest()[:8]


def _is_device(path: Path) -> bool:
    """Whether a path leads to something that cannot be replaced, like ``/dev/stdout``."""
    if path in _STREAMS or any(path.is_relative_to(folder) for folder in ("/dev/fd", "/proc")):
        return True
    return path.exists() and not path.is_file() and not path.is_dir()


@contextmanager
def _naming(target: Path) -> Iterator[None]:
    """Let errors name the target instead of the hidden file, or of nothing."""
    try:
        yield
    except OSError as error:
        hidden = error.filename and any(map(_PART.fullmatch, Path(error.filename).parts))
        if hidden or (error.filename is None and error.errno in _FULL):
            raise OSError(error.errno, error.strerror, str(target)) from error
        raise


def _put(made: Path, target: Path) -> None:
    """Move a folder to its place; one that is there already comes back under the hidden name."""
    while True:
        try:
            made.rename(target)
            return
        except OSError as error:
            if error.errno not in _NOT_EMPTY:
                raise
        # Where another process has taken the older one away just now, the loop goes on.
        with suppress(FileNotFoundError):
            _exchange(made, target)
            return


def _exchange(made: Path, target: Path) -> None:
    """Exchange two folders in one step where system and file system can, else in two."""
    library = ctypes.CDLL(None, use_errno=True)
    if hasattr(library, "renameat2"):
        names = os.fsencode(made), os.fsencode(target)
        if library.renameat2(_HERE, names[0], _HERE, names[1], _EXCHANGE) == 0:
            return
        number = ctypes.get_errno()
        if number not in _NO_EXCHANGE:
            raise OSError(number, os.strerror(number), str(target))
    aside = _new_name(made.parent)
    target.rename(aside)
    made.rename(target)
    shutil.rmtree(aside, ignore_errors=True)
