"""Compute the rows of a table from many files, part by part, here or on a cluster.

Each part is a Parquet file that one task writes, whole or not at all; its name holds a checksum of
what it is made from. A part that is finished stays finished, whoever dies, and the same call
continues. `pandas.read_parquet` reads the folder as one table.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from mgc.audio.files import open_regular
from mgc.errors import AudioError, ClusterError, DataError, MgcError, why
from mgc.inference.batch.workers import Died, Workers, open_workers
from mgc.util import places
from mgc.util.atomic import remove_leftovers, whole_file
from mgc.util.machine import need
from mgc.util.pools import track_progress

PATH, ERROR = "path", "error"
"""The first and the last column of every table."""

DIED = (
    "the process that worked on this file died, and again when the file was alone (a fault of the"
    " decoder, or too little memory); repair the file or remove it"
)

_PART = re.compile(r"part-\d{5,}-[0-9a-f]{16}\.parquet")

Row = Mapping[str, Any]
File = tuple[str, Path]
"""Name of a file in the table, and where it lies."""


class RowFunction(Protocol):
    """What to compute of each file; pickled, so of a class that the workers can import."""

    @property
    def version(self) -> str:
        """Name of what is computed; another one whenever a value may change."""

    @property
    def columns(self) -> Mapping[str, str]:
        """Type of each column by name, as Arrow names it: ``float32``, ``string``, ``int64``."""

    def __call__(self, path: Path) -> Sequence[Row]:
        """Compute the rows of a file, one or more; an exception becomes its row's `error`."""


@dataclass(frozen=True)
class Report:
    """What a call of `write_parts` did."""

    n_files: int
    """All that was asked for, with what was passed over."""
    n_parts: int
    computed: tuple[str, ...]
    """Parts that this call computed, in order; the others were finished before."""
    left_out: dict[str, str]
    """Files without values, with the reason."""

    def summary(self) -> str:
        """Say in one sentence what is there now."""
        before = self.n_parts - len(self.computed)
        return (
            f"{self.n_files - len(self.left_out)} files in {self.n_parts} parts ({before} of them"
            f" from before), {len(self.left_out)} left out."
        )


@dataclass(frozen=True)
class _Written:
    """A part that is there: why files were left out, by name, and whether it was computed now."""

    left_out: dict[str, str]
    computed: bool


def part_size(n_files: int) -> int:
    """Files of a part: a 256th of all, but at least 8 and at most 256; the same everywhere.

    Many parts share the work evenly, and little is lost with a machine; few keep a table of a
    million rows in a number of files that can be listed.
    """
    return min(max(-(-n_files // 256), 8), 256)


def write_parts(
    files: Mapping[str, Path],
    rows_of: RowFunction,
    folder: str | Path,
    *,
    passed_over: Mapping[str, str] | None = None,
    cluster: str = "",
    jobs: int | None = None,
    per_part: int | None = None,
    fresh: bool = False,
) -> Report:
    """Write the rows of many files to a folder of Parquet files, or continue to.

    Parameters
    ----------
    files : mapping of str to Path
        Name in the column `path`, and place, of each file, in the order of the rows.
    rows_of : RowFunction
    folder : str or Path
        For ``part-00000-0123456789abcdef.parquet`` and so on; made when it is missing.
    passed_over : mapping of str to str, optional
        Names that are no files to work on, with the reason; reported as left out.
    cluster, jobs
        As for `open_workers`. The workers of a cluster see files and folder under the same paths.
    per_part : int, positive, optional
        Files of one part; by default as many as `part_size` says.
    fresh : bool
        Remove the parts that stand in the folder first.

    Raises
    ------
    DataError
        There are no files, none is usable, or the folder holds parts of something else.
    ClusterError
        The cluster cannot be reached or does not fit, or a package of the extra is missing.
    OSError
        The folder cannot be written.

    Notes
    -----
    The files are the same to the byte wherever they were computed, given the same releases of
    packages and the same kind of processor. A file that kills its process is tried again alone,
    twice, before its row says so.
    """
    need("pyarrow.parquet")
    if not files:
        raise DataError("there are no files to work on; check the folder")
    place, size = places.place(folder).absolute(), per_part or part_size(len(files))
    named = [(_plain(name), path.absolute()) for name, path in files.items()]
    groups = [named[start : start + size] for start in range(0, len(named), size)]
    try:
        with open_workers(cluster, jobs) as workers:
            place.mkdir(parents=True, exist_ok=True)
            targets = [
                place / f"part-{number:05d}-{source}.parquet"
                for number, source in enumerate(_sources(groups, rows_of, workers))
            ]
            _clear(place, set(targets), fresh=fresh)
            parts = _write_all(targets, groups, rows_of, workers)
    finally:
        remove_leftovers(place)
    left_out = {name: reason for part in parts for name, reason in part.left_out.items()}
    if len(left_out) == len(files):
        reasons = "; ".join(sorted(set(left_out.values()))[:3])
        raise DataError(f"no usable file ({reasons}); check the files, or choose another folder")
    over = dict(passed_over or {})
    computed = [target.name for target, part in zip(targets, parts, strict=True) if part.computed]
    return Report(len(files) + len(over), len(parts), tuple(computed), {**over, **left_out})


def _sources(
    groups: Sequence[Sequence[File]], rows_of: RowFunction, workers: Workers
) -> Iterator[str]:
    """Let the workers read all files: a checksum of what each part is to be made from."""
    outcomes = dict(workers.outcomes(_contents, groups))
    for index, group in enumerate(groups):
        outcome = outcomes[index]
        contents = _contents(group) if isinstance(outcome, Died) else outcome
        names = [name for name, _ in group]
        described = json.dumps([rows_of.version, dict(rows_of.columns), names, contents])
        yield hashlib.sha256(described.encode("ascii")).hexdigest()[:16]


def _contents(files: Sequence[File]) -> list[str]:
    """SHA-256 of each file, empty where it cannot be read: its row will say why."""
    contents = []
    for _, path in files:
        try:
            with open_regular(path) as stream:
                contents.append(hashlib.file_digest(stream, "sha256").hexdigest())
        except (OSError, AudioError):
            contents.append("")
    return contents


def _clear(folder: Path, targets: set[Path], *, fresh: bool) -> None:
    """Remove all parts with `fresh`; else refuse a folder that holds parts of something else."""
    there = {path for path in folder.iterdir() if _PART.fullmatch(path.name)}
    if fresh:
        for path in there:
            path.unlink()
    elif foreign := there - targets:
        raise DataError(
            f"{folder} holds {min(foreign).name}, a part of other files, of another division or"
            " of another version; choose another folder, or begin anew with --fresh"
        )


def _write_all(
    targets: Sequence[Path],
    groups: Sequence[Sequence[File]],
    rows_of: RowFunction,
    workers: Workers,
) -> list[_Written]:
    """Let the workers write every part; what kills them is taken apart."""
    outcomes = dict[int, _Written]()
    tasks = list(zip(targets, groups, strict=True))
    write = partial(_write_part, rows_of, rows_of.version)
    written = workers.outcomes(write, tasks)
    for index, outcome in track_progress(written, len(tasks), "Parts", show=True):
        if not isinstance(outcome, Died):
            outcomes[index] = outcome
    for index, (target, files) in enumerate(tasks):
        if index not in outcomes:
            rows = _rows_apart(files, rows_of, workers)
            outcomes[index] = _write_rows(target, rows, rows_of.columns)
        if not target.is_file():
            raise ClusterError(
                f"workers wrote {target.name}, but not into the {target.parent} of this machine;"
                " the folder must lie on a disk that all machines share"
            )
    return [outcomes[index] for index in range(len(tasks))]


def _write_part(rows_of: RowFunction, version: str, task: tuple[Path, Sequence[File]]) -> _Written:
    """Write one part unless it is there; the task of a worker."""
    target, files = task
    if (reasons := reasons_in(target, rows_of.columns)) is not None:
        return _Written(reasons, computed=False)
    rows = [row for file in files for row in _rows_of_file(rows_of, version, file)]
    return _write_rows(target, rows, rows_of.columns)


def reasons_in(target: Path, columns: Mapping[str, str]) -> dict[str, str] | None:
    """Why files were left out of a finished part, by name; None if it is missing or damaged."""
    arrow, parquet = need("pyarrow"), need("pyarrow.parquet")
    try:
        with parquet.ParquetFile(target, page_checksum_verification=True) as part:
            table = part.read()
    except (arrow.ArrowException, OSError, ValueError):
        return None
    if table.schema != _schema(columns):
        return None
    return _reasons(table.select([PATH, ERROR]).to_pylist())


def _rows_apart(files: Sequence[File], rows_of: RowFunction, workers: Workers) -> list[Row]:
    """Rows of a part that killed its process: file by file, then each suspect all alone.

    On a cluster a worker that dies may take other tasks with it, and only a task that runs alone
    can be blamed for certain.
    """
    compute = partial(_rows_of_file, rows_of, rows_of.version)
    outcomes = dict(workers.outcomes(compute, files))
    rows: list[Row] = []
    for index, file in enumerate(files):
        outcome = outcomes[index]
        if isinstance(outcome, Died):
            ((_, outcome),) = workers.outcomes(compute, [file])
        rows += [_error_row(file[0], DIED)] if isinstance(outcome, Died) else outcome
    return rows


def _rows_of_file(rows_of: RowFunction, version: str, file: File) -> list[Row]:
    """Rows of one file, or the one that says why it has none."""
    if rows_of.version != version:
        raise ClusterError(
            f"a worker computes {rows_of.version}, this machine {version}; install the same"
            " version of mgc on each"
        )
    name, path = file
    try:
        return [{PATH: name, **row} for row in rows_of(path)]
    except ClusterError:
        raise  # not the file's fault
    except (MgcError, OSError) as error:
        return [_error_row(name, why(path, error))]
    except Exception as error:  # whatever a decoder does, one file never stops a run
        return [_error_row(name, f"{type(error).__name__}: {error}")]


def _write_rows(target: Path, rows: Sequence[Row], columns: Mapping[str, str]) -> _Written:
    """Write rows as a Parquet file, whole or not at all.

    The bytes depend on rows, columns and the release of pyarrow, and on nothing else.
    """
    arrow, parquet = need("pyarrow"), need("pyarrow.parquet")
    sink = arrow.BufferOutputStream()
    parquet.write_table(
        arrow.Table.from_pylist(list(rows), schema=_schema(columns)),
        sink,
        version="2.6",
        data_page_version="1.0",
        compression="zstd",
        compression_level=3,
        use_dictionary=False,
        write_statistics=False,  # no checksum would cover them
        write_page_checksum=True,
        row_group_size=max(1, len(rows)),
    )
    # Whoever runs the parts tidies up: to list a folder of many parts for each would take long.
    with whole_file(target, tidy=False) as stream:
        stream.write(sink.getvalue().to_pybytes())
    return _Written(_reasons(rows), computed=True)


def _schema(columns: Mapping[str, str]) -> Any:
    arrow = need("pyarrow")
    types = {PATH: "string", **columns, ERROR: "string"}
    return arrow.schema([(name, arrow.type_for_alias(kind)) for name, kind in types.items()])


def _error_row(name: str, reason: str) -> Row:
    return {PATH: name, ERROR: _plain(reason)}


def _reasons(rows: Sequence[Row]) -> dict[str, str]:
    """Why files were left out, by name."""
    return {row[PATH]: row[ERROR] for row in rows if row.get(ERROR) is not None}


def _plain(text: str) -> str:
    """Spell out what UTF-8 cannot hold, such as bytes of a file name that are no text."""
    return text.encode("utf-8", "backslashreplace").decode()
