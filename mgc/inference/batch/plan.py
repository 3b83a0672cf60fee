"""What a folder of parts is going to hold: known before the work, compared when it continues.

Used by `mgc.inference.batch.parts`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from mgc.errors import DataError
from mgc.inference.batch.processes import Died, Workers
from mgc.util.atomic import remove_leftovers, write_whole

FORMAT = 1
PLAN = "_plan.json"
"""Name of the plan in the folder; readers of Parquet pass over names that begin with ``_``."""

_PART = re.compile(r"part-\d{5,}\.parquet")
_REMEDY = "choose another folder, or begin anew with --fresh"

File = tuple[str, Path]
"""Name of a file in the table, and where it lies."""


@dataclass(frozen=True)
class Part:
    """Files whose rows stand in one Parquet file.

    Attributes
    ----------
    name : str
        Of the Parquet file: ``part-00000.parquet`` and so on.
    files : tuple of (str, Path)
        Name in the table and place of each file, in the order of the rows.
    digest : str
        SHA-256 over names and contents of the files, the columns, and the version of what is
        computed.
    """

    name: str
    files: tuple[File, ...]
    digest: str


@dataclass(frozen=True)
class Plan:
    """The parts of one run.

    Attributes
    ----------
    version : str
        Of what is computed.
    columns : mapping of str to str
        Type by name, between `path` and `error`.
    per_part : int
        Files of each part but the last.
    parts : tuple of Part
    """

    version: str
    columns: Mapping[str, str]
    per_part: int
    parts: tuple[Part, ...]

    def described(self) -> dict[str, Any]:
        """Content of the plan's file."""
        return {
            "format": FORMAT,
            "version": self.version,
            "columns": dict(self.columns),
            "per_part": self.per_part,
            "files": sum(len(part.files) for part in self.parts),
            "parts": [
                {"name": part.name, "first": part.files[0][0], "sha256": part.digest}
                for part in self.parts
            ],
        }


def part_size(n_files: int) -> int:
    """Choose how many files a part has: by their number alone, so the same on every machine.

    Many parts share the work evenly, and little is lost with a machine; few keep a table of a
    million rows in a number of files that can be listed.

    Parameters
    ----------
    n_files : int, positive

    Returns
    -------
    size : int
        A 256th of the files, but at least 8 and at most 256.
    """
    return min(max(-(-n_files // 256), 8), 256)


def make_plan(
    files: Mapping[str, Path],
    version: str,
    columns: Mapping[str, str],
    per_part: int,
    workers: Workers,
) -> Plan:
    """Divide files into parts, and let the workers read them to know their contents.

    Parameters
    ----------
    files : mapping of str to Path
        Name in the table and place of each file, in the order of the rows.
    version : str
        Of what is computed.
    columns : mapping of str to str
    per_part : int, positive
    workers : Workers

    Returns
    -------
    plan : Plan
    """
    groups = list(_groups([(name, path.absolute()) for name, path in files.items()], per_part))
    contents: dict[int, list[str]] = {}
    with closing(workers.each(_contents, groups)) as found:
        for index, outcome in found:
            contents[index] = _contents(groups[index]) if isinstance(outcome, Died) else outcome
    parts = []
    for index, group in enumerate(groups):
        names = [name for name, _ in group]
        described = [FORMAT, version, dict(columns), names, contents[index]]
        digest = hashlib.sha256(json.dumps(described).encode("ascii")).hexdigest()
        parts.append(Part(part_name(index), group, digest))
    return Plan(version, columns, per_part, tuple(parts))


def settle(folder: Path, plan: Plan, *, fresh: bool) -> None:
    """Write the plan into the folder, or find that the folder holds the beginning of it.

    Parameters
    ----------
    folder : Path
        Made when it is missing.
    plan : Plan
    fresh : bool
        Remove the parts and the plan that stand there.

    Raises
    ------
    DataError
        If the folder holds parts of something else.
    OSError
        If the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    remove_leftovers(folder)
    file = folder / PLAN
    there = sorted(path for path in folder.iterdir() if _PART.fullmatch(path.name))
    if fresh:
        for path in (*there, file):
            path.unlink(missing_ok=True)
    elif file.exists():
        _compare(file, plan)
        return
    elif there:
        raise DataError(f"{folder} holds parts without their plan, {PLAN}; {_REMEDY}")
    text = json.dumps(plan.described(), indent=1)
    write_whole(file, f"{text}\n".encode("ascii"))


def _compare(file: Path, plan: Plan) -> None:
    """Raise DataError where the plan in a file is another one."""
    try:
        there = json.loads(file.read_text(encoding="ascii"))
        version = there["version"]
        parts = [
            {key: part[key] for key in ("name", "first", "sha256")} for part in there["parts"]
        ]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise DataError(f"{file} is damaged; {_REMEDY}") from None
    wanted = plan.described()
    if there == wanted:
        return
    if version != plan.version:
        raise DataError(f"{file.parent} holds parts of {version}, not {plan.version}; {_REMEDY}")
    same = {name: there.get(name) == wanted[name] for name in ("format", "columns", "per_part")}
    if not all(same.values()):
        other = ", ".join(name for name, equal in same.items() if not equal)
        raise DataError(f"{file.parent} holds parts of another form ({other}); {_REMEDY}")
    pairs = zip_longest(parts, wanted["parts"])
    different = next((new or old for old, new in pairs if old != new), None)
    if different is None:  # the parts agree, so what stands beside them does not
        raise DataError(f"{file} is damaged; {_REMEDY}")
    name, first = different["name"], different["first"]
    raise DataError(
        f"{file.parent} holds parts of other files: names or contents differ from {name} on,"
        f" which begins with {first!r}; {_REMEDY}"
    )


def part_name(number: int) -> str:
    """Name of the part with this number."""
    return f"part-{number:05d}.parquet"


def _groups(files: Sequence[File], size: int) -> Iterator[tuple[File, ...]]:
    for start in range(0, len(files), size):
        yield tuple(files[start : start + size])


def _contents(files: Sequence[File]) -> list[str]:
    """SHA-256 of each file, empty where it cannot be read: its row will say why."""
    return [_sha256(path) for _, path in files]


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def shown(path: str | os.PathLike[str]) -> str:
    """Name of a file as text that a table can hold: bytes that are no UTF-8 are spelled out."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
