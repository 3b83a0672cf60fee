"""Features of a whole edition: on all cores, cached by content, one bad file left out by name."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from mgc.audio.files import open_regular
from mgc.audio.samples import decode
from mgc.datasets.edition import Edition
from mgc.datasets.opening import open_edition
from mgc.datasets.tracks import Track
from mgc.errors import DataError, MgcError, why
from mgc.features.arrays import Arrays, to_arrays
from mgc.features.extract import USED_S, Features, extract
from mgc.features.names import AUDIO_VERSION
from mgc.util import cache
from mgc.util.pools import extract_many

FIELDS = ("tabular", "spectrogram", "sequence", "segments")
"""The arrays of one clip, as `mgc.features.extract.Features` names them."""


def load_arrays(
    data: str | Path | Edition,
    cache_dir: str | Path,
    *,
    leave_out: dict[str, str] | None = None,
    jobs: int | None = None,
    progress: bool = True,
) -> Arrays:
    """Extract, or read from the cache, the features of every usable track.

    Parameters
    ----------
    data : str, Path or Edition
        As for `mgc.datasets.opening.open_edition`, which may also raise what it does.
    cache_dir : str or Path
        Folder of the cache; made when it is missing. An entry is found by the SHA-256 of the
        audio file and the feature version, and rebuilt when it is damaged.
    leave_out : dict of str to str, optional
        Tracks to leave out with the reason.
    jobs : int, optional
        Processes; all cores by default.
    progress : bool
        Show a progress bar on a terminal.

    Returns
    -------
    arrays : Arrays

    Raises
    ------
    DataError
        If no track is usable.
    """
    edition, left_out = open_edition(data), dict(leave_out or {})
    if edition.archive is not None:
        from mgc.features import from_archive

        return from_archive.load(edition, Path(cache_dir), left_out)
    wanted = [track for track in edition.tracks if track.track_id not in left_out]
    folder = Path(cache_dir)
    cache.prepare(folder)
    kept: list[Track] = []
    found: list[Features] = []
    work = [(track.path, folder) for track in wanted]
    results = extract_many(_features_or_reason, work, "Features", jobs, show=progress)
    for track, result in zip(wanted, results, strict=True):
        if isinstance(result, str):
            left_out[track.track_id] = result
        else:
            kept.append(track)
            found.append(result)
    if not kept:
        reasons = "; ".join(sorted(set(left_out.values()))[:3])
        raise DataError(f"edition {edition.name}: no usable track ({reasons}); check the folder")
    return to_arrays(kept, found, left_out)


def cached_features(path: Path, cache_dir: Path) -> Features:
    """Features of one audio file, from the cache when its content was seen before.

    Raises AudioError if it cannot be decoded, FeatureError if its samples give no features.
    """
    with open_regular(path) as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    entry = cache_dir / f"{digest[:32]}-v{AUDIO_VERSION}.npz"
    return remembered(entry, lambda: extract(*decode(path, USED_S)))


def remembered(entry: Path, compute: Callable[[], Features]) -> Features:
    """Read features from a cache entry, or compute them and write or replace it."""
    arrays = cache.read(entry)
    if arrays is not None and arrays.keys() == set(FIELDS):
        return Features(**arrays)
    features = compute()
    cache.write(entry, {name: getattr(features, name) for name in FIELDS})
    return features


def _features_or_reason(argument: tuple[Path, Path]) -> Features | str:
    path, folder = argument
    try:
        return cached_features(path, folder)
    except (MgcError, OSError) as error:
        return why(path, error)
