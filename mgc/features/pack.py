"""Write a spectrogram archive from audio, so that pictures may be shared where audio may not.

`mgc.datasets.archive` reads what is written here.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import librosa
import numpy as np
import numpy.typing as npt

from mgc.audio.samples import SAMPLE_RATE, decode, load
from mgc.datasets import quality
from mgc.datasets.edition import Edition, is_archive
from mgc.datasets.gtzan import gtzan_table
from mgc.datasets.opening import open_edition
from mgc.errors import DataError, MgcError, why
from mgc.features import archive_picture
from mgc.features.arrays import FRAME_RATE
from mgc.features.extract import N_FRAMES, N_MELS, USED_S, extract
from mgc.typing import Grey
from mgc.util.atomic import whole_file
from mgc.util.places import place
from mgc.util.pools import extract_many

PUBLISHED = "gtzan-archive"
RANGE_DB = 80.0
"""Decibels from the loudest cell of a track, grey level 255, down to level 0."""


class Rule(NamedTuple):
    """How an archive draws its pictures.

    ``draw`` takes a file and gives its picture, or why there is none; other processes call it.
    """

    draw: Callable[[Path], Grey | str]
    n_columns: int
    freq_hz: npt.NDArray[np.float64]
    frame_rate_hz: float


def rule(like: str = "") -> Rule:
    """Give the rule of mel-spectrograms, or that of the published archive (`PUBLISHED`)."""
    if like == PUBLISHED:
        columns = archive_picture.CLIP_COLUMNS
        hertz = np.asarray(archive_picture.FREQ_HZ, dtype=np.float64)
        return Rule(_archive_picture_or_reason, columns, hertz, columns / 30)
    return Rule(_picture_or_reason, N_FRAMES, mel_centres(), FRAME_RATE)


def pack(
    audio_root: str | Path,
    target: str | Path,
    *,
    like: str = "",
    jobs: int | None = None,
    fresh: bool = False,
    progress: bool = True,
) -> dict[str, str]:
    """Write the spectrograms of a folder of audio as one archive, whole or not at all.

    Parameters
    ----------
    audio_root : str or Path
        Folder in GTZAN's layout, or ``demo``.
    target : str or Path
        File to write; its name ends in `.npz`. Folders above it are made.
    like : str
        `PUBLISHED` for pictures by the rule of the published archive
        (`mgc.features.archive_picture`), so that its records can be fitted again; by default
        mel-spectrograms.
    jobs : int, optional
        Processes; all cores by default.
    fresh : bool
        Replace a file that exists.
    progress : bool
        Show progress bars on a terminal.

    Returns
    -------
    left_out : dict of str to str
        Tracks that are not in the archive, with the reason: unreadable, truncated,
        without usable sound, or not called like one of GTZAN's; and
        folders that are passed over.

    Raises
    ------
    DataError
        There is no such folder, or it holds no usable track; `target` exists, or has another
        ending.
    OSError
        `target` cannot be written; nothing is left behind then.

    Notes
    -----
    Mel-spectrograms are those of `mgc.features.extract`, 128 bands by 1,292 frames, in 256
    steps of 0.31 dB. Neither the phase nor the 897 finer bins of the transform are kept.
    """
    file = place(target)
    _check_target(file, fresh=fresh)
    if is_archive(audio_root):
        raise DataError(f"{audio_root} is an archive already; name the folder of audio")
    edition = open_edition(audio_root)
    left_out = _unfit(edition, progress=progress)
    wanted = [track for track in edition.tracks if track.track_id not in left_out]
    file.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(file) as stream:
        # The pages of an empty array take no memory before they are written to.
        made = rule(like)
        power = np.empty((len(wanted), N_MELS, made.n_columns), dtype=np.uint8)
        ids: list[str] = []
        paths = [track.path for track in wanted]
        found = extract_many(made.draw, paths, "Packing", jobs, show=progress)
        for track, picture in zip(wanted, found, strict=True):
            if isinstance(picture, str):
                left_out[track.track_id] = picture
            else:
                power[len(ids)] = picture
                ids.append(track.track_id)
        if not ids:
            reasons = "; ".join(sorted(set(left_out.values()))[:3])
            raise DataError(f"{audio_root}: no usable track ({reasons}); check the folder")
        np.savez_compressed(
            stream,
            allow_pickle=False,
            log_power=power[: len(ids)],
            track_id=np.array(ids),
            freq_hz=made.freq_hz,
            frame_rate_hz=np.array(made.frame_rate_hz),
        )
    return dict(sorted((left_out | dict(edition.passed_over)).items()))


def mel_centres() -> npt.NDArray[np.float64]:
    """Centre frequencies of the 128 mel bands of a spectrogram, in Hz [shape=(128,)]."""
    edges = librosa.mel_frequencies(N_MELS + 2, fmin=0.0, fmax=SAMPLE_RATE / 2)
    return np.asarray(edges[1:-1], dtype=np.float64)


def grey(spectrogram: npt.NDArray[np.float32]) -> Grey:
    """Round decibels to grey levels; `mgc.features.from_archive.decibels` is the way back.

    Parameters
    ----------
    spectrogram : ndarray [shape=(128, 1292)], float32, dB re the loudest cell, in [-80, 0]

    Returns
    -------
    picture : ndarray [shape=(128, 1292)], uint8
        255 for the loudest cell; silence, all of whose cells are the loudest, is white.
    """
    levels = np.rint((spectrogram.astype(np.float64) + RANGE_DB) * (255 / RANGE_DB))
    return np.clip(levels, 0, 255).astype(np.uint8)


def _check_target(file: Path, *, fresh: bool) -> None:
    """Refuse a target before the work instead of after it."""
    if not is_archive(file):
        raise DataError(f"{file}: the name of an archive ends in .npz; choose one that does")
    if file.is_dir():
        raise DataError(f"{file} is a folder; name a file")
    if file.exists() and not fresh:
        raise DataError(f"{file} exists; name another file, or replace it with --fresh")


def _unfit(edition: Edition, *, progress: bool) -> dict[str, str]:
    """Tracks that cannot be in an archive, with the reason."""
    left_out = quality.leave_out(quality.flag(quality.measure(edition, progress=progress)))
    known = set(gtzan_table()["track_id"])
    for track in edition.tracks:
        if track.track_id not in known:
            left_out[track.track_id] = "not called like one of GTZAN's tracks"
    return left_out


def _picture_or_reason(path: Path) -> Grey | str:
    """Picture of one file, or why there is none; importable, since other processes call it."""
    try:
        return grey(extract(*decode(path, USED_S)).spectrogram)
    except (MgcError, OSError) as error:
        return why(path, error)


def _archive_picture_or_reason(path: Path) -> Grey | str:
    """Picture of one file by the rule of the published archive, or why there is none."""
    try:
        return archive_picture.picture(load(path), archive_picture.CLIP_COLUMNS)
    except (MgcError, OSError) as error:
        return why(path, error)
