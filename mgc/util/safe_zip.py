"""Unpack a zip from the network without trusting it; used by `mgc.datasets.fetch`."""

from __future__ import annotations

import lzma
import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from mgc.errors import DataError

MAX_UNPACKED_BYTES = 4 << 30
"""Far above both sets: a zip that claims more is damaged or hostile."""

DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    RuntimeError,  # an encrypted entry; NotImplementedError is of its kind
    ValueError,  # a name with a null byte, an impossible offset
)
"""What Python's zipfile raises for a damaged zip, one way or another."""


def unzip(archive: Path, target: Path) -> Path:
    """Unpack a zip without letting it write outside of the target.

    Parameters
    ----------
    archive : Path
        The zip.
    target : Path
        A folder that does not exist yet. If everything in the zip lies in one folder that is not
        a genre folder's parent by name (``gtzan_mini-main/``), that level is dropped.

    Returns
    -------
    Path
        The folder with the content.

    Raises
    ------
    DataError
        Not a zip, damaged, or holding an absolute path, a way upwards (``..``), a link, a
        special file, the same name twice, or more than 4 GiB. Nothing is written outside of
        `target`, and nothing is left in it.
    """
    try:
        with zipfile.ZipFile(archive) as source:
            members = [_checked(archive, member) for member in source.infolist()]
            _check_set(archive, source.infolist())
            for member, name in zip(source.infolist(), members, strict=True):
                place = target.joinpath(*name.parts)
                if member.is_dir():
                    place.mkdir(parents=True, exist_ok=True)
                    continue
                place.parent.mkdir(parents=True, exist_ok=True)
                with source.open(member) as inside, place.open("xb") as outside:
                    shutil.copyfileobj(inside, outside, 1 << 18)
    except DAMAGED as problem:
        shutil.rmtree(target, ignore_errors=True)
        raise DataError(
            f"{archive} cannot be unpacked ({problem}); remove it and fetch it again"
        ) from problem
    roots = {name.parts[0] for name in members}
    only = target / next(iter(roots)) if len(roots) == 1 else target
    return only if only.is_dir() and only.name not in ("genres", "genres_original") else target


def _checked(archive: Path, member: zipfile.ZipInfo) -> PurePosixPath:
    """Return the relative path of a member, or refuse it."""
    name = PurePosixPath(member.filename.replace("\\", "/"))
    kind = stat.S_IFMT(member.external_attr >> 16)
    wrong = ""
    if name.is_absolute() or ":" in member.filename or not name.parts:
        wrong = "an absolute or empty path"
    elif ".." in name.parts:
        wrong = "a path that leads out of the folder"
    elif kind == stat.S_IFLNK:
        wrong = "a link"
    elif kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        wrong = "a special file"
    if wrong:
        raise DataError(
            f"{archive} holds {wrong} ({member.filename!r}) and was not unpacked; do not use it,"
            " get the set from elsewhere (`mgc data where`)"
        )
    return name


def _check_set(archive: Path, members: list[zipfile.ZipInfo]) -> None:
    """Refuse a zip that is empty, too large, or names a file twice."""
    if not members:
        raise DataError(f"{archive} is an empty zip; remove it and fetch it again")
    if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
        raise DataError(f"{archive} unpacks to more than 4 GiB and was not unpacked; remove it")
    names = [member.filename for member in members]
    if len(set(names)) < len(names):
        raise DataError(f"{archive} names a file twice and was not unpacked; remove it")
