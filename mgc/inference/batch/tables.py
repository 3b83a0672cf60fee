"""Tables in parts that `mgc features --out` and `mgc predict --out` write.

What computes a row is imported where a row is computed: the process that only gives out the work
starts without pandas, SciPy's signals, librosa and TensorFlow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mgc.audio.files import as_paths, by_name
from mgc.datasets.edition import is_archive
from mgc.datasets.tracks import genre_of
from mgc.errors import ClusterError, DataError
from mgc.features.names import AUDIO_VERSION, FEATURE_NAMES
from mgc.inference import network_file
from mgc.inference.batch.parts import Report, Row, write_parts
from mgc.inference.opening import classes_of, network_path
from mgc.util.places import place

if TYPE_CHECKING:
    from mgc.inference.classifier import Classifier

GENRES_VERSION = "genres-3"
"""Changes whenever an answer of the same network may change."""


@dataclass(frozen=True)
class FeatureRows:
    """Computes the row of one audio file: its genre where a folder tells it, and 228 statistics.

    The statistics are those of `mgc.features.extract`, of the first 30 s.
    """

    @property
    def version(self) -> str:
        """Version of the features."""
        return f"features-{AUDIO_VERSION}"

    @property
    def columns(self) -> Mapping[str, str]:
        """`genre`, null outside a folder that is called like one, and `FEATURE_NAMES`."""
        return {"genre": "string", **dict.fromkeys(FEATURE_NAMES, "float32")}

    def __call__(self, path: Path) -> list[Row]:
        """Compute the row of a file; raises AudioError or FeatureError where it gives none."""
        from mgc.audio.samples import decode
        from mgc.features.extract import extract

        values = extract(*decode(path)).tabular.tolist()
        named = dict(zip(FEATURE_NAMES, values, strict=True))
        return [{"genre": genre_of(path.parent.name), **named}]


@dataclass(frozen=True)
class GenreRows:
    """Computes the rows of one audio file: the answer for the whole, then for each window."""

    network: str
    """File of the network, at the same place on every machine."""
    digest: str
    """Its SHA-256."""
    classes: tuple[str, ...]
    """Its genres."""

    @property
    def version(self) -> str:
        """Version of the rule and of the network."""
        return f"{GENRES_VERSION}-{self.digest[:16]}"

    @property
    def columns(self) -> Mapping[str, str]:
        """Columns as in `mgc.inference.answers.rows`."""
        facts = {"window": "int32", "start_s": "float64", "duration_s": "float64"}
        texts = dict.fromkeys(("verdict", "genre"), "string")
        return {
            **facts,
            **texts,
            **dict.fromkeys((f"p_{name}" for name in self.classes), "float32"),
        }

    def __call__(self, path: Path) -> list[dict[str, Any]]:
        """Compute the rows of a file; raises AudioError where it gives none."""
        from mgc.inference import answers

        return answers.rows(_classifier(self.network, self.digest).answer(path))


@lru_cache(maxsize=1)
def _classifier(file: str, digest: str) -> Classifier:
    """Open the network once in each worker; raises ClusterError if it is another one there."""
    if network_file.sha256(file) != digest:
        raise ClusterError(
            f"{file} is another network on a worker; install the same version of mgc on each"
        )
    from mgc.inference.classifier import Classifier

    return Classifier(file, threads=1)


def write_features(data: str | Path, folder: str | Path, **options: Any) -> Report:
    """Write the statistics of all audio below a folder.

    Parameters
    ----------
    data : str or Path
        A folder with audio at any depth, or ``demo``.
    folder, **options
        As for `write_parts`, which may also raise what it does.

    Raises
    ------
    DataError
        `data` is no folder with audio.
    """
    if str(data) == "demo":
        from mgc.datasets.demo import CLIPS

        data = CLIPS
    if is_archive(data):
        raise DataError(f"{data} is an archive without audio; --out needs a folder of audio")
    root = place(data)
    if not root.is_dir():
        what = "is a file, not a folder" if root.exists() else "does not exist"
        raise DataError(f"{root} {what}; give a folder of audio")
    files, passed_over = by_name([root])
    if not files:
        raise DataError(f"{root} holds no audio; check the folder")
    return write_parts(files, FeatureRows(), folder, passed_over=passed_over, **options)


def write_genres(
    paths: str | Path | Iterable[str | Path],
    folder: str | Path,
    *,
    network: str | Path | None = None,
    **options: Any,
) -> Report:
    """Write the genres of all audio in some files and folders.

    Parameters
    ----------
    paths : str, Path or iterable of these
    network : str or Path, optional
        As for `mgc.inference.classifier.Classifier`.
    folder, **options
        As for `write_parts`, which may also raise what it does.

    Raises
    ------
    DataError
        There is no audio.
    NetworkError
        The network cannot be used.
    """
    given = as_paths(paths)
    files, passed_over = by_name(given)
    if not files:
        from mgc.inference import answers

        raise DataError(f"no audio file in {answers.shown(', '.join(map(str, given)))}")
    file = network_path(network).absolute()
    rows_of = GenreRows(str(file), network_file.sha256(file), classes_of(file))
    return write_parts(files, rows_of, folder, passed_over=passed_over, **options)
