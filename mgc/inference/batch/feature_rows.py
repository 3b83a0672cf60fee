"""The statistics of every track as a table in parts, which ``mgc features --out`` writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mgc.audio.files import by_name
from mgc.datasets.edition import is_archive
from mgc.datasets.tracks import GENRES
from mgc.errors import DataError
from mgc.features.names import AUDIO_VERSION, FEATURE_NAMES
from mgc.inference.batch.parts import Report, run


@dataclass(frozen=True)
class FeatureRows:
    """Computes the row of one audio file: its genre where a folder tells it, and 228 statistics.

    The statistics are those of `mgc.features.extract`, of the first 30 s; chapter 3
    explains them.
    """

    @property
    def version(self) -> str:
        """Version of the features."""
        return f"features-{AUDIO_VERSION}"

    @property
    def columns(self) -> Mapping[str, str]:
        """`genre`, null outside a folder that is called like one, and `FEATURE_NAMES`."""
        return {"genre": "string", **dict.fromkeys(FEATURE_NAMES, "float32")}

    def __call__(self, path: Path) -> list[dict[str, str | float | None]]:
        """Compute the row of a file.

        Raises
        ------
        AudioError
            If the file cannot be decoded.
        FeatureError
            If the samples give no features.
        """
        # Here: the process that only gives out the work starts without SciPy and librosa.
        from mgc.audio.samples import decode
        from mgc.features.extract import extract

        values = extract(*decode(path)).tabular.tolist()
        genre = path.parent.name if path.parent.name in GENRES else None
        return [{"genre": genre, **dict(zip(FEATURE_NAMES, values, strict=True))}]


def write_features(
    data: str | Path,
    folder: str | Path,
    *,
    cluster: str = "",
    jobs: int | None = None,
    fresh: bool = False,
) -> Report:
    """Write the statistics of all audio below a folder; the page on clusters shows how.

    Parameters
    ----------
    data : str or Path
        A folder with audio at any depth, or ``demo``.
    folder : str or Path
        For the Parquet files.
    cluster, jobs, fresh
        As for `mgc.inference.batch.parts.run`.

    Returns
    -------
    report : Report

    Raises
    ------
    DataError
        `data` is no folder with audio, or as `mgc.inference.batch.parts.run` does.
    ClusterError
        As `mgc.inference.batch.parts.run` does.
    """
    if str(data) in ("", "demo"):
        from mgc.datasets.demo import CLIPS

        data = CLIPS
    if is_archive(data):
        raise DataError(f"{data} is an archive without audio; --out needs a folder of audio")
    root = Path(data).expanduser()
    if not root.is_dir():
        what = "is a file, not a folder" if root.exists() else "does not exist"
        raise DataError(f"{root} {what}; give a folder of audio")
    files, passed_over = by_name([root])
    if not files:
        raise DataError(f"{root} holds no audio; check the folder")
    return run(
        files, FeatureRows(), folder,
        passed_over=passed_over, cluster=cluster, jobs=jobs, fresh=fresh,
    )  # fmt: skip
