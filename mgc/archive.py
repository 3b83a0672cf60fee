"""Spectrogram archives: what may be shared of a set of tracks when its audio may not.

An archive is one `.npz` file of grey pictures, one a track. From it come the same three
representations as from audio, as far as a picture determines them. Used in chapters 2 to 6.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import librosa
import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.fft

from mgc import cache
from mgc.data import Edition, content_hash, gtzan_table
from mgc.errors import DataError
from mgc.extraction import Arrays
from mgc.feature_names import N_MFCC, STATISTICS
from mgc.features import N_SEGMENTS, SEQUENCE_N_MELS
from mgc.quality import COLUMNS
from mgc.tracks import GENRES, Track

ARCHIVE_VERSION = "archive-1"
"""Changes whenever a value that `features` returns may change; records carry it."""

FEATURE_NAMES = tuple(
    f"{kind}_{number:02d}_{statistic}"
    for kind in ("mfcc", "mfcc_delta", "mfcc_delta2")
    for number in range(1, N_MFCC + 1)
    for statistic in STATISTICS
)
"""The 156 columns of the table of statistics, in order."""

KEYS = ("log_power", "track_id", "freq_hz", "frame_rate_hz")
REMEDY = "make one with `mgc data pack AUDIO_ROOT OUT.npz`, or copy it again from its source"
FULL_SET_MINIMUM = 990  # tracks from which an archive counts as all of GTZAN
MINIMUM_BINS = 2  # between which mel bands can be placed
MINIMUM_FRAMES = 9 * N_SEGMENTS  # nine make a derivative

Float = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Archive:
    """The content of an archive, checked.

    Attributes
    ----------
    path : Path
    log_power : ndarray [shape=(n_tracks, n_bins, n_frames)], uint8
        Logarithm of the power, scaled so that each track fills 0 to 255.
    track_id : ndarray [shape=(n_tracks,)], str, ascending
    freq_hz : ndarray [shape=(n_bins,)], Hz, ascending
    frame_rate_hz : float, frames per second
    """

    path: Path
    log_power: npt.NDArray[np.uint8]
    track_id: npt.NDArray[np.str_]
    freq_hz: npt.NDArray[np.float64]
    frame_rate_hz: float


@dataclass(frozen=True)
class Pictures:
    """What the models see of the tracks of an archive; the names are those of `Arrays`."""

    tabular: Float
    spectrogram: Float
    sequence: Float
    segments: Float


def open_archive(path: str | Path) -> Archive:
    """Open and check a spectrogram archive; nothing in it is unpickled (chapter 2).

    Parameters
    ----------
    path : str or Path
        An `.npz` file with the keys ``log_power``, ``track_id``, ``freq_hz``, ``frame_rate_hz``.

    Returns
    -------
    archive : Archive
        Its tracks sorted by id.

    Raises
    ------
    DataError
        The file is missing, damaged, or not such an archive; the message says what is wrong.
    """
    file = Path(path).expanduser()
    found = _read(file)
    power, ids, hertz, rate = (found[key] for key in KEYS)
    if power.dtype != np.uint8 or power.ndim != 3 or 0 in power.shape:
        _refuse(file, f"log_power is {power.dtype} of shape {power.shape}, not uint8 [n, bins, t]")
    if power.shape[1] < MINIMUM_BINS or power.shape[2] < MINIMUM_FRAMES:
        size = f"{power.shape[1]} bins and {power.shape[2]} frames"
        _refuse(file, f"{size} are less than {MINIMUM_BINS} and {MINIMUM_FRAMES}")
    if ids.dtype.kind != "U" or ids.shape != (len(power),):
        _refuse(file, f"track_id does not hold one text for each of {len(power)} pictures")
    numbers = hertz.dtype.kind in "fiu" and rate.dtype.kind in "fiu" and rate.size == 1
    if not numbers or hertz.shape != (power.shape[1],):
        _refuse(file, "freq_hz and frame_rate_hz are not the numbers that log_power asks for")
    hertz, per_second = hertz.astype(np.float64), float(rate.reshape(-1)[0])
    if not (np.isfinite(hertz).all() and (np.diff(hertz) > 0).all() and hertz[0] >= 0):
        _refuse(file, "freq_hz does not ascend")
    if not (math.isfinite(per_second) and per_second > 0):
        _refuse(file, f"the frame rate is {per_second}")
    unknown = sorted(set(ids.tolist()) - set(gtzan_table()["track_id"]))
    if unknown:
        _refuse(file, f"track {unknown[0]!r} is not one of GTZAN's")
    if len(np.unique(ids)) != len(ids):
        _refuse(file, "a track id occurs twice")
    order = np.argsort(ids)
    return Archive(file, power[order], ids[order], hertz, per_second)


def _read(file: Path) -> dict[str, npt.NDArray[Any]]:
    if not file.is_file():
        raise DataError(f"{file} does not exist or is no file; {REMEDY}")
    try:
        # np.load leaves a damaged file open where it opened it itself.
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            # A single array has no names: np.load returns it as it is.
            names = set(getattr(arrays, "files", ()))
            if missing := [key for key in KEYS if key not in names]:
                _refuse(file, f"it has no {missing[0]}")
            found = {key: arrays[key] for key in KEYS}
    except DataError:
        raise
    # NumPy and zipfile raise a dozen types, RuntimeError among them, for what is damaged.
    except Exception:
        raise DataError(f"{file} is no spectrogram archive, or damaged; {REMEDY}") from None
    # An entry that does not begin like an array comes back as bytes.
    if odd := [key for key, array in found.items() if not isinstance(array, np.ndarray)]:
        _refuse(file, f"{odd[0]} is no array")
    return found


def _refuse(file: Path, what: str) -> None:
    raise DataError(f"{file} is no spectrogram archive: {what}; {REMEDY}")


def edition(path: str | Path) -> Edition:
    """Open an archive as an edition, known by its content (chapter 2).

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    edition : Edition
        Named ``gtzan-archive`` from 990 tracks on, ``gtzan-mini-archive`` where it holds just
        the tracks of the mini set, else ``gtzan-part-archive``.

    Raises
    ------
    DataError
        As `open_archive`.
    """
    archive = open_archive(path)
    scale = archive.freq_hz.tobytes() + np.float64(archive.frame_rate_hz).tobytes()
    ids = [str(name) for name in archive.track_id]
    sums = {
        name: hashlib.sha256(picture.tobytes() + scale).hexdigest()
        for name, picture in zip(ids, archive.log_power, strict=True)
    }
    table = gtzan_table().set_index("track_id")
    mini = set(table.index[table["in_mini"]])
    part = "gtzan-mini-archive" if set(ids) == mini else "gtzan-part-archive"
    genre = table["genre"]
    return Edition(
        name="gtzan-archive" if len(ids) >= FULL_SET_MINIMUM else part,
        tracks=tuple(Track(name, str(genre[name]), archive.path) for name in ids),
        content_hash=content_hash(sums),
        missing_genres=tuple(g for g in GENRES if g not in set(genre[ids])),
        archive=archive.path,
        feature_version=ARCHIVE_VERSION,
    )


def track_table(source: Edition) -> pd.DataFrame:
    """Describe the tracks of an archive like `mgc.quality.measure` does those of audio.

    Returns
    -------
    DataFrame
        Its columns; what only audio tells is missing (NaN or empty). Repetitions are those that
        the track table knows.
    """
    known = gtzan_table().set_index("track_id")["identical_to"]
    ids = [track.track_id for track in source.tracks]
    same = known[ids].where(known[ids].isin(ids), "")
    text = {"artist": "", "spectral_descriptor": "", "error": ""}
    facts = {"track_id": ids, "genre": source.genres, "identical_to": same.to_numpy(), **text}
    return pd.DataFrame({name: facts.get(name, np.nan) for name in COLUMNS}, index=range(len(ids)))


def load(source: Edition, cache_dir: Path, leave_out: dict[str, str]) -> Arrays:
    """Compute, or read from the cache, the features of the tracks of an archive.

    Parameters
    ----------
    source : Edition
        From `edition`.
    cache_dir : Path
    leave_out : dict of str to str
        Tracks to leave out, with the reason.

    Returns
    -------
    arrays : Arrays
        156 statistics, n_bins by n_frames, and n_frames by 13; see `features`.
    """
    assert source.archive is not None
    archive = open_archive(source.archive)
    entry = cache_dir / f"archive-{source.content_hash[:32]}-{ARCHIVE_VERSION}.npz"
    names = ("tabular", "sequence", "segments")
    known = cache.read(entry)
    if known is None or known.keys() != set(names):
        cepstra = sequences(archive.log_power, archive.freq_hz)
        known = dict(zip(names, (tables(cepstra), cepstra, _segments(cepstra)), strict=True))
        cache.prepare(cache_dir)
        cache.write(entry, known)
    rows = np.flatnonzero(~np.isin(archive.track_id, list(leave_out)))
    if not len(rows):
        raise DataError(f"edition {source.name}: no usable track; every one is left out")
    return Arrays(
        track_id=archive.track_id[rows],
        genre=np.array(source.genres)[rows],
        artist=np.full(len(rows), ""),
        left_out=dict(sorted(leave_out.items())),
        frame_rate=archive.frame_rate_hz,
        spectrogram=decibels(archive.log_power[rows]),
        **{name: known[name][rows] for name in names},
    )


def features(log_power: npt.NDArray[np.uint8], freq_hz: npt.NDArray[np.float64]) -> Pictures:
    """Compute all representations of some pictures, without a cache.

    Parameters
    ----------
    log_power : ndarray [shape=(n, n_bins, n_frames)], uint8
    freq_hz : ndarray [shape=(n_bins,)], Hz

    Returns
    -------
    pictures : Pictures
        tabular [n, 156], spectrogram [n, n_bins, n_frames], sequence [n, n_frames, 13] and
        segments [n, 10, 156].
    """
    cepstra = sequences(log_power, freq_hz)
    return Pictures(tables(cepstra), decibels(log_power), cepstra, _segments(cepstra))


def decibels(log_power: npt.NDArray[np.uint8]) -> Float:
    """Map grey levels 0 to 255 onto -80 to 0, where spectrograms from audio lie.

    The scale is each track's own, so these are not decibels; whatever is standardised per track
    does not see the difference.
    """
    return np.asarray(log_power, np.float32) * np.float32(80 / 255) - np.float32(80)


def sequences(log_power: npt.NDArray[np.uint8], freq_hz: npt.NDArray[np.float64]) -> Float:
    """Cepstra of each frame: 40 mel bands of the picture, then the first 13 of a cosine transform.

    The bands average grey levels, which are logarithms; MFCC from audio take the logarithm of an
    average. The scale of a track is not known, so there is no way back to power.

    Parameters
    ----------
    log_power : ndarray [shape=(n, n_bins, n_frames)], uint8
    freq_hz : ndarray [shape=(n_bins,)], Hz

    Returns
    -------
    cepstra : ndarray [shape=(n, n_frames, 13)], float32
    """
    bands = mel_bands(tuple(freq_hz.tolist()))
    blocks = []
    for start in range(0, len(log_power), 64):  # bounds the memory of the double precision
        mel = np.einsum("bm,nbt->ntm", bands, log_power[start : start + 64].astype(np.float64))
        cepstra = scipy.fft.dct(mel, axis=-1, norm="ortho")[..., :N_MFCC]
        blocks.append(cepstra.astype(np.float32))
    return np.concatenate(blocks)


@lru_cache(maxsize=2)
def mel_bands(freq_hz: tuple[float, ...]) -> npt.NDArray[np.float64]:
    """Triangular mel bands whose weights sum to one, none of them empty.

    Parameters
    ----------
    freq_hz : tuple of float, Hz
        Centres of the bins of the picture.

    Returns
    -------
    bands : ndarray [shape=(n_bins, 40)]
        Slaney's mel scale from the lowest bin to the highest. Where bands are narrower than the
        distance of the two bins around their centre, a band interpolates between these.
    """
    hertz = np.asarray(freq_hz)
    edges = librosa.mel_frequencies(SEQUENCE_N_MELS + 2, fmin=hertz[0], fmax=hertz[-1])
    above = np.clip(np.searchsorted(hertz, edges[1:-1], side="right"), 1, len(hertz) - 1)
    apart = np.diff(hertz)[above - 1]
    left = np.maximum(np.diff(edges)[:-1], apart)
    right = np.maximum(np.diff(edges)[1:], apart)
    away = hertz[:, None] - edges[None, 1:-1]
    weights = np.maximum(0.0, 1.0 - np.where(away < 0, -away / left, away / right))
    total: npt.NDArray[np.float64] = weights / weights.sum(axis=0)
    return total


def tables(cepstra: Float) -> Float:
    """Mean, standard deviation, minimum and maximum of the cepstra and their two derivatives.

    Parameters
    ----------
    cepstra : ndarray [shape=(..., n_frames, 13)], float32
        At least nine frames.

    Returns
    -------
    table : ndarray [shape=(..., 156)], float32
        Columns as in `FEATURE_NAMES`; derivatives by `librosa.feature.delta` over nine frames.
    """
    double = cepstra.astype(np.float64)
    derivatives = (librosa.feature.delta(double, order=order, axis=-2) for order in (1, 2))
    frames = np.concatenate([double, *derivatives], axis=-1)
    found = [getattr(frames, name)(axis=-2) for name in STATISTICS]
    return np.stack(found, axis=-1).reshape(*cepstra.shape[:-2], -1).astype(np.float32)


def _segments(cepstra: Float) -> Float:
    """Statistics of ten consecutive pieces of each track [shape=(n, 10, 156)]."""
    n, n_frames, width = cepstra.shape
    length = n_frames // N_SEGMENTS
    return tables(cepstra[:, : N_SEGMENTS * length].reshape(n, N_SEGMENTS, length, width))
