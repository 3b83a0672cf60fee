"""The genres of every file as a table in parts, which ``mgc predict --out`` writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from mgc.audio.files import by_name
from mgc.datasets.tracks import P_COLUMNS
from mgc.errors import ClusterError, DataError
from mgc.inference import network_file as network_file_module
from mgc.inference.batch.parts import Report, run

if TYPE_CHECKING:
    from mgc.inference.classifier import Classifier

VERSION = "genres-1"
"""Changes whenever an answer of the same network may change."""


@dataclass(frozen=True)
class GenreRows:
    """Computes the rows of one audio file: the answer for the whole, then for each window.

    Attributes
    ----------
    network : str
        File of the network, at the same place on every machine.
    digest : str
        Its SHA-256.
    """

    network: str
    digest: str

    @property
    def version(self) -> str:
        """Version of the rule and of the network."""
        return f"{VERSION}-{self.digest[:16]}"

    @property
    def columns(self) -> Mapping[str, str]:
        """Columns as in `mgc.inference.answers.table`."""
        facts = {"window": "int32", "start_s": "float64", "duration_s": "float64"}
        texts = {"verdict": "string", "genre": "string"}
        return {**facts, **texts, **dict.fromkeys(P_COLUMNS, "float32")}

    def __call__(self, path: Path) -> list[dict[str, object]]:
        """Compute the rows of a file.

        Raises
        ------
        AudioError
            If the file cannot be decoded.
        ClusterError
            If the machine has another network at this place.
        """
        # Here: the process that only gives out the work starts without pandas and TensorFlow.
        from mgc.inference import answers

        table = answers.table([_classifier(self.network, self.digest).answer(path)])
        records = table[list(self.columns)].to_dict("records")
        return [{str(name): value for name, value in row.items()} for row in records]


def write_genres(
    paths: Sequence[str],
    folder: str | Path,
    *,
    network_file: str | None = None,
    cluster: str = "",
    jobs: int | None = None,
    fresh: bool = False,
) -> Report:
    """Write the genres of all audio in some files and folders; the page on clusters shows how.

    Parameters
    ----------
    paths : sequence of str
    folder : str or Path
        For the Parquet files.
    network_file : str, optional
        By default the network that ships.
    cluster, jobs, fresh
        As for `mgc.inference.batch.parts.run`.

    Returns
    -------
    report : Report

    Raises
    ------
    DataError
        There is no audio, or as `mgc.inference.batch.parts.run` does.
    ClusterError
        As `mgc.inference.batch.parts.run` does.
    NetworkError
        The network cannot be used.
    """
    files, passed_over = by_name(paths)
    if not files:
        from mgc.inference import answers

        raise DataError(f"no audio file in {', '.join(map(answers.shown, paths))}")
    place = Path(network_file).absolute() if network_file else network_file_module.shipped()
    network_file_module.check(place)
    rows = GenreRows(str(place), network_file_module.sha256(place))
    return run(
        files, rows, folder, passed_over=passed_over, cluster=cluster, jobs=jobs, fresh=fresh
    )


@lru_cache(maxsize=1)
def _classifier(file: str, digest: str) -> Classifier:
    """Open the network once in each worker."""
    if network_file_module.sha256(file) != digest:
        raise ClusterError(
            f"{file} is another network on a worker; install the same version of mgc on each"
        )
    from mgc.inference.classifier import Classifier

    return Classifier(file, threads=1)
