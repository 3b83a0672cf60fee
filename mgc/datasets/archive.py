"""Spectrogram archives: what may be shared of a set of tracks when its audio may not.

An archive is one `.npz` file of grey pictures, one a track. From it come the same three
representations as from audio, as far as a picture determines them.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mgc.datasets.edition import Digest, Edition, content_hash
from mgc.datasets.gtzan import FULL_SET_MINIMUM, gtzan_table
from mgc.datasets.tracks import N_SEGMENTS, Track
from mgc.errors import DataError
from mgc.util.places import place

KEYS = ("log_power", "track_id", "freq_hz", "frame_rate_hz")
REMEDY = "make one with `mgc data pack AUDIO_ROOT OUT.npz`, or copy it again from its source"
MINIMUM_BINS = 2  # between which mel bands can be placed
MINIMUM_FRAMES = 9 * N_SEGMENTS  # nine make a derivative


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


def open_archive(path: str | Path) -> Archive:
    """Open and check a spectrogram archive; nothing in it is unpickled.

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
    file = place(path)
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
    """Open an archive as an edition, known by its content; raises DataError as `open_archive`.

    Its name is ``gtzan-archive`` from 990 tracks on, ``gtzan-mini-archive`` where it holds just
    the tracks of the mini set, else ``gtzan-part-archive``.
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
        digests=tuple(Digest("", sums[name]) for name in ids),
        archive=archive.path,
    )
