"""One part of a table as a Parquet file: the same bytes on every machine, checked on reading.

Used by `mgc.inference.batch.parts`. `pandas.read_parquet` reads a folder of such files as one
table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mgc.util.atomic import whole_file
from mgc.util.optional import need

PATH, ERROR = "path", "error"
"""The first and the last column of every table."""

_DIGEST = b"mgc.part"


def write(
    target: Path, rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], digest: str
) -> None:
    """Write rows as a Parquet file, whole or not at all.

    Parameters
    ----------
    target : Path
        In an existing folder; what stands there is replaced in one step.
    rows : sequence of mapping
        Values by column; what is missing is null.
    columns : mapping of str to str
        Type of each column between `path` and `error`, as Arrow names it: ``float32``, ``string``.
    digest : str
        Of what the part was made from; `errors` asks for it again.

    Raises
    ------
    OSError
        If the folder cannot be written; nothing is left behind then.

    Notes
    -----
    The bytes depend on rows, columns, digest and the release of pyarrow, and on nothing else.
    """
    arrow, parquet = need("pyarrow"), need("pyarrow.parquet")
    sink = arrow.BufferOutputStream()
    parquet.write_table(
        arrow.Table.from_pylist(list(rows), schema=_schema(columns, digest)),
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


def errors(target: Path, columns: Mapping[str, str], digest: str) -> dict[str, str] | None:
    """Read which files of a finished part were left out, and check all of it.

    Parameters
    ----------
    target : Path
    columns : mapping of str to str
    digest : str
        What `write` was given.

    Returns
    -------
    errors : dict of str to str, or None
        Reasons by path. None when the file is missing or damaged, or was made from something
        else: the caller computes it again.
    """
    arrow, parquet = need("pyarrow"), need("pyarrow.parquet")
    try:
        table = parquet.read_table(target, page_checksum_verification=True, partitioning=None)
    except (arrow.ArrowException, OSError, ValueError):
        return None
    if not table.schema.equals(_schema(columns, digest), check_metadata=True):
        return None
    pairs = zip(table[PATH].to_pylist(), table[ERROR].to_pylist(), strict=True)
    return {path: error for path, error in pairs if error is not None}


def _schema(columns: Mapping[str, str], digest: str) -> Any:
    arrow = need("pyarrow")
    types = {PATH: "string", **columns, ERROR: "string"}
    fields = [arrow.field(name, arrow.type_for_alias(kind)) for name, kind in types.items()]
    return arrow.schema(fields, metadata={_DIGEST: digest})
