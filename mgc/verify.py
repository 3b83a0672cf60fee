"""Check the files of an edition: readable, complete, and the ones they should be.

Used in chapters 2 and 3, and by ``mgc data verify``.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
import soundfile

from mgc.audio import SAMPLE_RATE
from mgc.data import Digest, Edition, Track, digest_file, gtzan_table
from mgc.progress import track_progress

BROKEN: tuple[str, ...] = ("unreadable", "truncated")
MINIMUM_SECONDS = 1.0
COLUMNS: tuple[str, ...] = (
    "track_id",
    "genre",
    "status",
    "duration_s",
    "sample_rate",
    "channels",
    "md5_known",
    "identical_to",
    "note",
)
# Sizes that programs writing to a pipe put into a header when they do not know the length.
_UNKNOWN_SIZES = (0, 0x7FFFFFFF, 0xFFFFFFFF)
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def verify(edition: Edition, progress: bool = False) -> pd.DataFrame:
    """Check every file of an edition.

    Parameters
    ----------
    edition : Edition
        The tracks to look at.
    progress : bool
        Show a progress bar on the terminal.

    Returns
    -------
    DataFrame
        One row a track, sorted by id: ``track_id``; ``genre``; ``status``; ``duration_s``
        (seconds, NaN when unreadable); ``sample_rate`` (Hz) and ``channels`` (0 when unreadable);
        ``md5_known`` (bool: the file is GTZAN's original); ``identical_to`` (an earlier track of
        this edition with the same bytes, or empty); ``note``.

        The status is the first of these that holds: ``unreadable`` (does not decode),
        ``truncated`` (decodes, but holds less than its header promises), ``too short`` (under
        1 s), ``wrong rate`` (not 22,050 Hz: it will be resampled), ``changed`` (bears the name
        of a GTZAN track in an edition of GTZAN files, but is another file), ``ok`` (GTZAN's
        original, or the embedded edition's clip), ``unknown`` (sound, but in no table).
        Only ``unreadable`` and ``truncated`` (`BROKEN`) make a file unfit for use.

    Used in chapter 2.
    """
    table = gtzan_table()
    digests = edition.digests or tuple(digest_file(track.path) for track in edition.tracks)
    md5 = dict(zip(table["track_id"], table["md5"], strict=True))
    # Checksums are of the original .wav files: in any other format a track cannot be "changed".
    some_known = any(
        md5.get(track.track_id) == digest.md5
        for track, digest in zip(edition.tracks, digests, strict=True)
    )
    earlier = identical_pairs(edition.tracks, digests)
    checks = in_threads(_check_file, edition.tracks, "Verifying", progress)
    rows = []
    for track, digest, check in zip(edition.tracks, digests, checks, strict=True):
        expected = md5.get(track.track_id)
        known = bool(expected) and expected == digest.md5
        status, notes = check["status"], [str(check["note"])] if check["note"] else []
        if status == "":
            if known or edition.name == "demo":
                status = "ok"
            elif expected and some_known and track.path.suffix.lower() == ".wav":
                status = "changed"
                notes.append("not the bytes of GTZAN's track of this name")
            else:
                status = "unknown"
        if track.track_id in earlier:
            notes.append(f"same bytes as {earlier[track.track_id]}")
        rows.append(
            {
                "track_id": track.track_id,
                "genre": track.genre,
                **check,
                "status": status,
                "md5_known": known,
                "identical_to": earlier.get(track.track_id, ""),
                "note": "; ".join(notes),
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def identical_pairs(tracks: Sequence[Track], digests: Sequence[Digest]) -> dict[str, str]:
    """Find byte-identical files.

    Parameters
    ----------
    tracks, digests : sequences
        As in an edition, same order.

    Returns
    -------
    dict
        Track id to the id of the first track with the same bytes; only repetitions are in it.
    """
    first: dict[str, str] = {}
    pairs: dict[str, str] = {}
    for track, digest in sorted(zip(tracks, digests, strict=True), key=lambda p: p[0].track_id):
        if not digest.sha256:
            continue
        if digest.sha256 in first:
            pairs[track.track_id] = first[digest.sha256]
        else:
            first[digest.sha256] = track.track_id
    return pairs


def in_threads(
    work: Callable[[_Item], _Result], items: Sequence[_Item], title: str, progress: bool
) -> list[_Result]:
    """Map a function over items with one thread a core, in order, with a progress bar.

    Parameters
    ----------
    work : callable
        Does its heavy part outside Python (decoding, FFT), so that threads suffice.
    items : sequence
        What to map over.
    title : str
        Stands before the bar.
    progress : bool
        Show the bar, where standard error is a terminal.

    Returns
    -------
    list
        Results in the order of `items`.
    """
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        return list(track_progress(pool.map(work, items), len(items), title, show=progress))


def _check_file(track: Track) -> dict[str, object]:
    """Decode a file to its end and say what is in it; never raises for a bad file."""
    bad = {"status": "unreadable", "duration_s": np.nan, "sample_rate": 0, "channels": 0}
    try:
        if track.path.stat().st_size == 0:
            return {**bad, "note": "the file is empty"}
        with soundfile.SoundFile(track.path) as sound:
            rate, channels, promised = sound.samplerate, sound.channels, sound.frames
            read, finite = 0, True
            for block in sound.blocks(1 << 18, dtype="float32"):
                read += len(block)
                finite = finite and bool(np.isfinite(block).all())
    except (OSError, RuntimeError) as problem:  # soundfile's errors are RuntimeErrors
        return {**bad, "note": str(problem).replace(f"{str(track.path)!r}", "the file")}
    if read == 0:
        return {**bad, "note": "no samples in it"}
    if not finite:
        return {**bad, "note": "holds samples that are not finite numbers"}
    result = {"duration_s": read / rate, "sample_rate": rate, "channels": channels}
    if (lost := missing_share(track.path, read, promised)) > 0:
        return {**result, "status": "truncated", "note": f"{lost:.0%} of the sound is missing"}
    if read / rate < MINIMUM_SECONDS:
        return {**result, "status": "too short", "note": f"only {read / rate:.2f} s"}
    if rate != SAMPLE_RATE:
        note = f"{rate} Hz, will be resampled to {SAMPLE_RATE} Hz"
        return {**result, "status": "wrong rate", "note": note}
    return {**result, "status": "", "note": ""}


def missing_share(path: Path, read: int, promised: int) -> float:
    """Tell how much of an audio file is cut off.

    Parameters
    ----------
    path : Path
        An audio file that decodes.
    read : int
        Frames that were decoded.
    promised : int
        Frames that libsndfile said there would be. For .wav and .au it has already shortened
        this number to what the file holds, so that their own headers have to be asked.

    Returns
    -------
    float
        Share of the sound that is missing, 0 to 1; 0 where a header leaves the size open, and
        for formats without a length (a cut .mp3 or .ogg shows only by its duration).
    """
    by_header = _missing_by_header(path)
    if by_header > 0 or not 0 < read < promised < 1 << 62:
        return by_header
    return 1 - read / promised


def _missing_by_header(path: Path) -> float:
    """Share of the sample bytes that a .wav or .au header promises and the file lacks."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(12)
        if head[:4] == b".snd" and len(head) == 12:
            start, promised = struct.unpack(">II", head[4:12])
        elif head[:4] == b"RIFF" and head[8:12] == b"WAVE":
            start = 12
            while True:
                stream.seek(start)
                chunk = stream.read(8)
                if len(chunk) < 8:
                    return 0.0
                start, promised = start + 8, struct.unpack("<I", chunk[4:])[0]
                if chunk[:4] == b"data":
                    break
                start += promised + promised % 2  # chunks are padded to even sizes
        else:
            return 0.0
    if promised in _UNKNOWN_SIZES:
        return 0.0
    return float(max(0.0, 1.0 - max(0, size - start) / promised))
