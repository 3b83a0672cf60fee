"""Features of a whole edition: on all cores, cached by content, one bad file left out by name."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from mgc import cache
from mgc.audio import SAMPLE_RATE, decode
from mgc.data import Edition, Track
from mgc.errors import DataError, MgcError, why
from mgc.features import FEATURE_NAMES, FEATURE_VERSION, HOP_LENGTH, Features, extract
from mgc.progress import track_progress
from mgc.workers import process_pool

Argument = TypeVar("Argument")
Result = TypeVar("Result")

FRAME_RATE = SAMPLE_RATE / HOP_LENGTH
"""Frames per second of the features from audio, 43.07."""

FIELDS = ("tabular", "spectrogram", "sequence", "segments")
"""The arrays of one clip, as `mgc.features.Features` names them."""


@dataclass(frozen=True)
class Arrays:
    """The features of the usable tracks of an edition, row by row in the order of their ids.

    Attributes
    ----------
    track_id, genre, artist : ndarray [shape=(n,)], str
        `artist` is empty where the artist is not known.
    tabular : ndarray [shape=(n, 228)], float32
    spectrogram : ndarray [shape=(n, 128, 1292)], float32, dB in [-80, 0]
    sequence : ndarray [shape=(n, 1292, 13)], float32
    segments : ndarray [shape=(n, 10, 228)], float32
    left_out : dict of str to str
        The tracks without features, with the reason.
    frame_rate : float
        Frames of spectrogram and sequence per second.

    Where the edition is a spectrogram archive, the sizes are those that `mgc.archive` names.
    """

    track_id: npt.NDArray[np.str_]
    genre: npt.NDArray[np.str_]
    artist: npt.NDArray[np.str_]
    tabular: npt.NDArray[np.float32]
    spectrogram: npt.NDArray[np.float32]
    sequence: npt.NDArray[np.float32]
    segments: npt.NDArray[np.float32]
    left_out: dict[str, str]
    frame_rate: float


def feature_names(edition: Edition) -> Sequence[str]:
    """Name the columns of an edition's statistics: 228 from audio, 156 from an archive."""
    if edition.archive is None:
        return FEATURE_NAMES
    from mgc import archive

    return archive.FEATURE_NAMES


def load_arrays(
    edition: Edition,
    cache_dir: str | Path,
    *,
    leave_out: dict[str, str] | None = None,
    jobs: int | None = None,
    progress: bool = True,
) -> Arrays:
    """Extract, or read from the cache, the features of every usable track (chapters 3 and 4).

    Parameters
    ----------
    edition : Edition
    cache_dir : str or Path
        Folder of the cache; made when it is missing. An entry is found by the SHA-256 of the
        audio file and the feature version, and rebuilt when it is damaged.
    leave_out : dict of str to str, optional
        Tracks to leave out with the reason, as chapter 3's cleaning decides.
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
    left_out = dict(leave_out or {})
    if edition.archive is not None:
        from mgc import archive

        return archive.load(edition, Path(cache_dir), left_out)
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


def to_arrays(
    tracks: Sequence[Track], features: Sequence[Features], left_out: Mapping[str, str]
) -> Arrays:
    """Stack the features of several tracks, a row each.

    Parameters
    ----------
    tracks : sequence of Track, at least one
    features : sequence of Features
        Of the tracks, in their order.
    left_out : mapping of str to str
        Tracks without features, with the reason.

    Returns
    -------
    arrays : Arrays
    """
    return Arrays(
        track_id=np.array([track.track_id for track in tracks]),
        genre=np.array([track.genre for track in tracks]),
        artist=np.array([track.artist or "" for track in tracks]),
        left_out=dict(sorted(left_out.items())),
        frame_rate=FRAME_RATE,
        tabular=np.stack([f.tabular for f in features]),
        spectrogram=np.stack([f.spectrogram for f in features]),
        sequence=np.stack([f.sequence for f in features]),
        segments=np.stack([f.segments for f in features]),
    )


def cached_features(path: Path, cache_dir: Path) -> Features:
    """Features of one audio file, from the cache when its content was seen before.

    Parameters
    ----------
    path : Path
        An audio file.
    cache_dir : Path
        An existing folder.

    Returns
    -------
    features : Features

    Raises
    ------
    AudioError
        If the file cannot be decoded.
    FeatureError
        If the samples give no features.
    """
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    entry = cache_dir / f"{digest[:32]}-v{FEATURE_VERSION}.npz"
    return remembered(entry, lambda: extract(*decode(path)))


def remembered(entry: Path, compute: Callable[[], Features]) -> Features:
    """Read features from a cache entry, or compute them and write it.

    Parameters
    ----------
    entry : Path
        In an existing folder; a damaged entry is replaced.
    compute : callable
        Called without arguments where the entry does not serve.

    Returns
    -------
    features : Features
    """
    arrays = cache.read(entry)
    if arrays is not None and arrays.keys() == set(FIELDS):
        return Features(**arrays)
    features = compute()
    cache.write(entry, {name: getattr(features, name) for name in FIELDS})
    return features


def extract_many(
    function: Callable[[Argument], Result],
    work: Sequence[Argument],
    title: str,
    jobs: int | None,
    *,
    show: bool,
) -> Iterator[Result]:
    """Apply a function to each piece of work in several processes, in order.

    Parameters
    ----------
    function : callable
        Importable by name, since other processes call it.
    work : sequence
    title : str
        For the progress bar.
    jobs : int or None
        Processes; None for one a core.
    show : bool
        Show the bar on a terminal.

    Yields
    ------
    result : object
    """
    n_jobs = jobs or os.cpu_count() or 1
    if n_jobs == 1 or len(work) < 4:
        yield from track_progress(map(function, work), len(work), title, show=show)
        return
    with process_pool(n_jobs) as pool:
        results = pool.map(function, work, chunksize=2)
        yield from track_progress(results, len(work), title, show=show)


def _features_or_reason(argument: tuple[Path, Path]) -> Features | str:
    path, folder = argument
    try:
        return cached_features(path, folder)
    except (MgcError, OSError) as error:
        return why(path, error)
