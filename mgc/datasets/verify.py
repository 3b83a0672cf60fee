"""Check the files of an edition: readable, complete, and the ones they should be."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mgc.audio.decoders import open_sound
from mgc.audio.samples import SAMPLE_RATE
from mgc.datasets.edition import Edition, digest_file, identical_pairs
from mgc.datasets.gtzan import gtzan_table
from mgc.datasets.tracks import Track
from mgc.errors import AudioError
from mgc.util.pools import in_threads

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


def verify(edition: Edition, progress: bool = False) -> pd.DataFrame:
    """Check every file of an edition; `progress` shows a bar on a terminal.

    Returns
    -------
    DataFrame
        One row a track, sorted by id: ``track_id``; ``genre``; ``status``; ``duration_s``
        (seconds, NaN when unreadable); ``sample_rate`` (Hz) and ``channels`` (0 when unreadable);
        ``md5_known`` (bool: the file is GTZAN's original); ``identical_to`` (an earlier track of
        this edition with the same bytes, or empty); ``note``.

        The status is the first of these that holds: ``unreadable`` (does not decode),
        ``picture`` (of an archive, which was read whole: there is no audio to check),
        ``truncated`` (decodes, but lacks more than 1 % of what its header promises),
        ``too short`` (under 1 s), ``wrong rate`` (not 22,050 Hz: it will be resampled),
        ``changed`` (bears the name of a GTZAN track in an edition of GTZAN files, but is another
        file), ``ok`` (GTZAN's original, or the embedded edition's clip), ``unknown`` (sound, but
        in no table).
        Only ``unreadable`` and ``truncated`` (`BROKEN`) make a file unfit for use.
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
    check_track = _check_file if edition.archive is None else _picture
    checks = in_threads(check_track, edition.tracks, "Verifying", progress)
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


def _picture(_: Track) -> dict[str, object]:
    """Say of a track that it is a picture, which `mgc.datasets.archive` has checked."""
    facts = {"status": "picture", "duration_s": np.nan, "sample_rate": 0, "channels": 0}
    return {**facts, "note": ""}


def _check_file(track: Track) -> dict[str, object]:
    """Decode a file to its end and say what is in it; never raises for a bad file."""
    bad = {"status": "unreadable", "duration_s": np.nan, "sample_rate": 0, "channels": 0}
    try:
        with open_sound(track.path) as sound:
            for _ in sound.blocks():
                pass
            fault = sound.fault()
    except AudioError as problem:
        return {**bad, "note": str(problem).removeprefix(f"{track.path}: ")}
    read, rate = sound.frames, sound.sample_rate
    if read == 0:
        return {**bad, "note": fault}
    result = {"duration_s": read / rate, "sample_rate": rate, "channels": sound.channels}
    if fault:
        return {**result, "status": "truncated", "note": fault.removeprefix("truncated: ")}
    if read / rate < MINIMUM_SECONDS:
        return {**result, "status": "too short", "note": f"only {read / rate:.2f} s"}
    if rate != SAMPLE_RATE:
        note = f"{rate} Hz, will be resampled to {SAMPLE_RATE} Hz"
        return {**result, "status": "wrong rate", "note": note}
    return {**result, "status": "", "note": ""}
