"""Compute rows of a table from many files, part by part, here or on a cluster.

Each part is the work of one task, which writes it as a file of its own: a part that is finished
stays finished, whoever dies, and the same command continues. Used by ``mgc features --out``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from mgc.errors import ClusterError, DataError, MgcError, why
from mgc.inference.batch import parquet
from mgc.inference.batch.dask_cluster import open_workers
from mgc.inference.batch.plan import File, Part, Plan, make_plan, part_size, settle, shown
from mgc.inference.batch.processes import Died, Workers
from mgc.util.atomic import remove_leftovers
from mgc.util.optional import need
from mgc.util.progress import track_progress

DIED = (
    "the process that worked on this file died, and again when the file was alone (a fault of the"
    " decoder, or too little memory); repair the file or remove it"
)

Row = Mapping[str, Any]


class RowFunction(Protocol):
    """What to compute of each file: pickled, so of a class that the workers can import.

    A worker calls it for many files; what is dear to load is best kept by a cached function of
    the same module.
    """

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
    """What a run did.

    Attributes
    ----------
    n_files : int
        All that was asked for, with what was passed over.
    n_parts : int
    computed : tuple of str
        Parts that this run computed, in order; the others were finished before.
    repaired : tuple of str
        Those of them that stood there, damaged.
    left_out : dict of str to str
        Files without values, with the reason.
    """

    n_files: int
    n_parts: int
    computed: tuple[str, ...]
    repaired: tuple[str, ...]
    left_out: dict[str, str]

    def lines(self) -> list[str]:
        """One line for each file that was left out and each part that was repaired."""
        repaired = [f"{name} was damaged and has been computed again" for name in self.repaired]
        return repaired + [f"left out: {path}: {why}" for path, why in self.left_out.items()]

    def summary(self) -> str:
        """Say in one sentence what is there now."""
        before = self.n_parts - len(self.computed)
        return (
            f"{self.n_files - len(self.left_out)} files in {self.n_parts} parts ({before} of them"
            f" from before), {len(self.left_out)} left out."
        )


@dataclass(frozen=True)
class _Written:
    """What became of one part: why files were left out, and whether it stood there before."""

    left_out: dict[str, str]
    computed: bool = False
    repaired: bool = False


def run(
    files: Mapping[str, Path],
    rows_of: RowFunction,
    folder: str | Path,
    *,
    passed_over: Mapping[str, str] | None = None,
    cluster: str = "",
    jobs: int | None = None,
    per_part: int | None = None,
    fresh: bool = False,
    progress: bool = True,
) -> Report:
    """Write the rows of many files to a folder of Parquet files, or continue to.

    Parameters
    ----------
    files : mapping of str to Path
        Name in the column `path`, and place, of each file, in the order of the rows.
    rows_of : RowFunction
    folder : str or Path
        Holds ``part-00000.parquet`` and so on, and the plan of the run, ``_plan.json``.
    passed_over : mapping of str to str, optional
        Names that are no files to work on, with the reason; reported as left out.
    cluster : str
        Empty for processes of this machine, ``local`` for a Dask cluster on it, or the address
        of a scheduler, whose workers see files and folder under the same paths.
    jobs : int, optional
        Processes on this machine; one a core by default.
    per_part : int, positive, optional
        Files of one part; by default as many as `part_size` says.
    fresh : bool
        Remove the parts that stand in the folder first.
    progress : bool
        Show a progress bar on a terminal.

    Returns
    -------
    report : Report

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
    target = Path(folder).expanduser().absolute()
    named = {shown(name): path for name, path in files.items()}
    with open_workers(cluster, jobs) as workers:
        size = per_part or part_size(len(named))
        plan = make_plan(named, rows_of.version, rows_of.columns, size, workers)
        settle(target, plan, fresh=fresh)
        try:
            written = _work(plan, rows_of, target, workers, progress=progress)
        finally:
            remove_leftovers(target)
    report = _report(plan, written)
    if len(report.left_out) == report.n_files:
        reasons = "; ".join(sorted(set(report.left_out.values()))[:3])
        raise DataError(f"no usable file ({reasons}); check the files, or choose another folder")
    over = dict(passed_over or {})
    return replace(
        report, n_files=report.n_files + len(over), left_out={**over, **report.left_out}
    )


def _work(
    plan: Plan, rows_of: RowFunction, folder: Path, workers: Workers, *, progress: bool
) -> dict[int, _Written]:
    """Let the workers write every part; what kills them is taken apart."""
    written: dict[int, _Written] = {}
    died: list[int] = []
    write = partial(_write_part, rows_of, plan.version, folder)
    with closing(workers.each(write, plan.parts)) as outcomes:
        for index, outcome in track_progress(outcomes, len(plan.parts), "Parts", show=progress):
            if isinstance(outcome, Died):
                died.append(index)
            else:
                written[index] = outcome
    for index in died:
        part = plan.parts[index]
        rows = _rows_apart(part, rows_of, plan.version, workers)
        parquet.write(folder / part.name, rows, plan.columns, part.digest)
        written[index] = _Written(_errors(rows), computed=True)
    if missing := [part.name for part in plan.parts if not (folder / part.name).is_file()]:
        raise ClusterError(
            f"workers wrote {missing[0]}, but not into the {folder} of this machine; the folder"
            " must lie on a disk that all machines share"
        )
    return written


def _write_part(rows_of: RowFunction, version: str, folder: Path, part: Part) -> _Written:
    """Write one part unless it is there; the task of a worker."""
    target = folder / part.name
    there = parquet.errors(target, rows_of.columns, part.digest)
    if there is not None:
        return _Written(there)
    repaired = target.exists()
    rows = [row for file in part.files for row in _rows_of_file(rows_of, version, file)]
    parquet.write(target, rows, rows_of.columns, part.digest)
    return _Written(_errors(rows), computed=True, repaired=repaired)


def _rows_apart(part: Part, rows_of: RowFunction, version: str, workers: Workers) -> list[Row]:
    """Rows of a part that killed its process: file by file, then each suspect all alone.

    On a cluster a worker that dies may take other tasks with it, and only a task that runs alone
    can be blamed for certain.
    """
    one = partial(_rows_of_file, rows_of, version)
    with closing(workers.each(one, part.files)) as outcomes:
        found = dict(outcomes)
    rows: list[Row] = []
    for index, file in enumerate(part.files):
        outcome = found[index]
        if isinstance(outcome, Died):
            ((_, outcome),) = workers.each(one, [file])
        rows += [_error_row(file, DIED)] if isinstance(outcome, Died) else outcome
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
        return [{parquet.PATH: name, **row} for row in rows_of(path)]
    except ClusterError:
        raise  # not the file's fault
    except (MgcError, OSError) as error:
        return [_error_row(file, why(path, error))]
    except Exception as error:  # whatever a decoder does, one file never stops a run
        return [_error_row(file, f"{type(error).__name__}: {error}")]


def _error_row(file: File, reason: str) -> Row:
    text = reason.encode("utf-8", "backslashreplace").decode()  # it may quote a name
    return {parquet.PATH: file[0], parquet.ERROR: text}


def _errors(rows: Sequence[Row]) -> dict[str, str]:
    return {row[parquet.PATH]: row[parquet.ERROR] for row in rows if parquet.ERROR in row}


def _report(plan: Plan, written: Mapping[int, _Written]) -> Report:
    ordered = [(part, written[index]) for index, part in enumerate(plan.parts)]
    return Report(
        n_files=sum(len(part.files) for part in plan.parts),
        n_parts=len(plan.parts),
        computed=tuple(part.name for part, done in ordered if done.computed),
        repaired=tuple(part.name for part, done in ordered if done.repaired),
        left_out={path: why for _, done in ordered for path, why in done.left_out.items()},
    )
