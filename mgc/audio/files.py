"""Find the audio files in folders."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from mgc.errors import AudioError

AUDIO_EXTENSIONS = frozenset(
    [".wav", ".wave", ".w64", ".rf64", ".au", ".snd", ".aif", ".aiff", ".aifc", ".caf", ".flac",
     ".ogg", ".oga", ".opus", ".mp2", ".mp3", ".m4a", ".m4b", ".mp4", ".aac", ".wma", ".webm",
     ".mka", ".ape", ".wv", ".tta", ".ac3", ".amr", ".3gp", ".avi", ".dsf", ".dts", ".eac3",
     ".m4r", ".mkv", ".mov", ".mpc", ".spx", ".tak", ".voc"]
)  # fmt: skip
"""Endings, in small letters, that make a file in a folder an audio file."""


def as_path(path: Any) -> Path:
    """Take the name of an audio file, and refuse anything else with AudioError."""
    try:
        return Path(path)
    except TypeError:
        raise AudioError(
            f"a {type(path).__name__} in the place of an audio file: give its name, str or Path"
        ) from None


def as_paths(paths: Any) -> list[Path]:
    """Take names of audio files; one name is a name, and no row of letters. See `as_path`."""
    single = isinstance(paths, str | os.PathLike) or not isinstance(paths, Iterable)
    return [as_path(path) for path in ([paths] if single else paths)]


def audio_files(paths: str | Path | Iterable[str | Path]) -> tuple[list[Path], dict[Path, str]]:
    """Find the audio files that some names stand for.

    Parameters
    ----------
    paths : str, Path or iterable of these
        A file is taken whatever it is called, and even where it is missing: whoever decodes it
        says what is wrong. A folder is searched with all folders below it.

    Returns
    -------
    files : list of Path
        In the order of `paths`, and by name within a folder; each once. Hidden files and files
        without an ending of `AUDIO_EXTENSIONS` are passed over in folders.
    reported : dict of Path to str
        What was passed over although it may hold music, with the reason: folders that may not
        be read, links to folders (which may lead in a circle), links to nothing, pipes.

    Raises
    ------
    AudioError
        `paths` holds something else than names.
    """
    files: dict[str, Path] = {}
    reported: dict[Path, str] = {}
    for path in as_paths(paths):
        # os.path, since pathlib raises where a folder above may not be read.
        for found in _below(path, reported) if os.path.isdir(path) else [path]:  # noqa: PTH112
            files.setdefault(os.path.abspath(found), found)  # noqa: PTH100
    return list(files.values()), reported


def open_regular(path: Path) -> SoundFileIO:
    """Open a file for reading, unbuffered; AudioError for a pipe or a device, which may wait.

    Asked before it is opened: opening a pipe that nobody writes to would wait for ever.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise AudioError(f"{path}: is no regular file; name an audio file")
    return SoundFileIO(path)


class SoundFileIO(io.FileIO):
    """A file that stays where it is when told to go before its start, as decoders of C do.

    Whoever sets ``start`` to a number of bytes reads a file without its first ones.
    """

    start = 0

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place, counted from the start."""
        with suppress(OSError):
            super().seek(offset + (self.start if whence == os.SEEK_SET else 0), whence)
        return self.tell()

    def tell(self) -> int:
        """Place, counted from the start."""
        return super().tell() - self.start


def by_name(paths: str | Path | Iterable[str | Path]) -> tuple[dict[str, Path], dict[str, str]]:
    """Find audio files as `audio_files` does, under names for a table.

    With one folder a name is the path below it, else the path as it was given.
    """
    given = as_paths(paths)
    files, reported = audio_files(given)
    top = given[0] if len(given) == 1 else None

    def name(path: Path) -> str:
        if top is None or path == top:
            return path.as_posix()
        return path.relative_to(top).as_posix()

    return {name(path): path for path in files}, {name(p): why for p, why in reported.items()}


def _below(top: Path, reported: dict[Path, str]) -> Iterator[Path]:
    """Audio files of a folder and those below it, depth first, by name."""
    waiting = [(top, True)]  # the next one is the last
    while waiting:
        path, folder = waiting.pop()
        if not folder:
            yield path
            continue
        try:
            with os.scandir(path) as listing:
                entries = sorted(listing, key=lambda entry: entry.name, reverse=True)
        except OSError as problem:
            reported[path] = f"cannot be read ({problem.strerror}); check its permissions"
            continue
        for entry in entries:
            place = path / entry.name
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append((place, True))
            elif os.path.isdir(place):  # noqa: PTH112
                reported[place] = "a link to a folder, not followed; name it to have it read"
            elif place.suffix.lower() in AUDIO_EXTENSIONS:
                if os.path.isfile(place):  # noqa: PTH113
                    waiting.append((place, False))
                else:
                    reported[place] = "no regular file, or a link to nothing; remove it"
