"""Where a command may write: checked before its work, so that nothing is lost by a slip."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from mgc.audio.files import AUDIO_EXTENSIONS
from mgc.errors import DataError

STREAM = "-"


def check_file(option: str, target: str | Path, beginnings: Sequence[bytes]) -> None:
    """Refuse a file that a command must not, or cannot, write.

    Parameters
    ----------
    option : str
        How the file was asked for, such as ``--csv``.
    target : str or Path
        ``-``, the standard output, is always fine.
    beginnings : sequence of bytes
        How files of this command begin: only such a file, or an empty one, is replaced.

    Raises
    ------
    DataError
        The folder is missing or not writable; the target is a folder, has the name of an audio
        file, or is a file of something else.
    """
    path = Path(target)
    if str(target) == STREAM:
        return
    _check_place(option, path)
    if path.suffix.lower() in AUDIO_EXTENSIONS:
        raise DataError(f"{option} {path}: that is the name of an audio file; name another file")
    if path.is_dir():
        raise DataError(f"{option} {path}: that is a folder; name a file in it")
    if path.is_file() and (head := _head(path)) and not head.startswith(tuple(beginnings)):
        raise DataError(
            f"{option} {path}: that file exists, and this command did not write it; remove it or"
            " name another"
        )


def check_folder(option: str, target: str | Path) -> None:
    """Refuse a folder that cannot be made, or be written to; see `check_file`."""
    path = Path(target)
    if path.exists() and not path.is_dir():
        raise DataError(f"{option} {path}: that is a file; name a folder")
    _check_place(option, path / "file" if path.is_dir() else path)


def check_apart(outputs: Sequence[tuple[str, str | Path]]) -> None:
    """Refuse two outputs in one place."""
    seen: dict[str, str] = {}
    for option, target in outputs:
        place = STREAM if str(target) == STREAM else os.path.realpath(target)
        if place in seen:
            raise DataError(
                f"{seen[place]} and {option} cannot both go to {target}; name two files"
            )
        seen[place] = option


def _check_place(option: str, path: Path) -> None:
    parent = Path(os.path.realpath(path)).parent
    if not parent.is_dir():
        raise DataError(f"{option} {path}: there is no folder {parent}; make it first")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise DataError(f"{option} {path}: the folder {parent} may not be written to")


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(64)
    except OSError as problem:
        raise DataError(
            f"{path}: cannot be read ({problem.strerror}); name another file"
        ) from None
