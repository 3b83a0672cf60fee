"""Measure what is wrong with recordings, and flag it by rules with a reason each.

This is the cleaning that the original report describes. Nothing here changes a file or drops a
track: it flags, and says which flags leave a track out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from mgc.datasets.edition import Edition, digest_file, identical_pairs
from mgc.datasets.gtzan import gtzan_table
from mgc.datasets.measures import DESCRIPTORS, NUMBERS, SPECTRAL, measure_track, robust_z
from mgc.datasets.opening import open_edition
from mgc.errors import DataError
from mgc.util.pools import in_threads

COLUMNS = (
    "track_id", "genre", "artist", *NUMBERS, "identical_to", "spectral_z", "spectral_descriptor",
    "error",
)  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """One reason to look at a track again.

    Attributes
    ----------
    reason : str
        Why it matters.
    column : str
        Column of `measure` that holds the value.
    wording : str
        The reason for one track; `flag` fills in the columns of its row and the ``limit``.
    threshold : float
        The limit of the measured value; NaN where the rule is a yes or no.
    """

    reason: str
    column: str
    wording: str
    threshold: float = np.nan


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "unreadable": Rule("the file does not decode", "error", "{error}"),
        "truncated": Rule("the file ends before its header says", "error", "{error}"),
        "duplicate": Rule(
            "the file is another track, byte for byte",
            "identical_to",
            "same bytes as {identical_to}",
        ),
        "short": Rule(
            "the clip is shorter than this many seconds",
            "duration_s",
            "{duration_s:.2f} s long, limit {limit:g} s",
            29.0,
        ),
        "silence": Rule(
            "the share of frames under -60 dBFS is above the limit",
            "silence_share",
            "{silence_share:.1%} of frames under -60 dBFS, limit {limit:.0%}",
            0.20,
        ),
        "clipping": Rule(
            "the share of samples in flat tops is above the limit",
            "clipped_share",
            "{clipped_share:.3%} of samples in flat tops, limit {limit:.2%}",
            0.0001,
        ),
        "dc_offset": Rule(
            "the mean of the samples is further from zero than the limit",
            "dc_offset",
            "mean sample {dc_offset:+.4f}, limit {limit:g} either way",
            0.01,
        ),
        "spectral_outlier": Rule(
            "the spectrum is unlike the rest of its genre (robust z-score)",
            "spectral_z",
            "{spectral_descriptor}: robust z {spectral_z:+.1f} in its genre, limit {limit:g}"
            " either way",
            3.5,
        ),
    }
)
"""Every rule, in the order in which they are reported."""

DEFAULT_LEAVE_OUT: tuple[str, ...] = ("unreadable", "truncated")
"""Rules by which a track is left out."""


def measure(data: str | Path | Edition, *, progress: bool = False) -> pd.DataFrame:
    """Measure every track of an edition.

    Parameters
    ----------
    data : str, Path or Edition
        As for `open_edition`, which may also raise what it does. A bad file becomes a row with its
        error; it never stops the run. Of an archive only the repetitions that GTZAN's table knows
        are told, all else is missing.
    progress : bool
        Show a progress bar on a terminal.

    Returns
    -------
    DataFrame
        One row a track, sorted by id: ``track_id``; ``genre``; ``artist`` (empty if unknown);
        ``duration_s`` (seconds); ``silence_share`` (0 to 1: frames of 2048 samples every 512 at
        22,050 Hz whose RMS is under -60 dBFS); ``clipped_share`` (0 to 1, see
        `mgc.datasets.measures.clipped_share`); ``peak`` (largest absolute sample, 1 = full
        scale); ``dc_offset`` (mean sample); ``identical_to`` (first track with the same bytes, or
        empty); ``spectral_z`` (the largest robust z-score, with its sign, see
        `mgc.datasets.measures.robust_z`) and ``spectral_descriptor`` (of what: mean spectral
        centroid, bandwidth, roll-off or flatness, on logarithmic scales, over every fourth frame
        unless it is silent); ``error`` (empty, or ``unreadable: …`` or ``truncated: …``). Numbers
        are NaN where it is not empty; the z-score also where a genre has fewer than five tracks.
    """
    edition = open_edition(data)
    if edition.archive is not None:
        return _known_of_archive(edition)
    digests = edition.digests or tuple(digest_file(track.path) for track in edition.tracks)
    pairs = identical_pairs(edition.tracks, digests)
    frame = pd.DataFrame(in_threads(measure_track, edition.tracks, "Measuring", progress))
    frame["identical_to"] = [pairs.get(track.track_id, "") for track in edition.tracks]
    by_genre = frame.groupby("genre")
    scores = np.column_stack([by_genre[name].transform(robust_z) for name in SPECTRAL])
    rated = np.isfinite(scores).all(axis=1)
    strongest = np.abs(np.where(np.isfinite(scores), scores, 0.0)).argmax(axis=1)
    frame["spectral_z"] = np.where(rated, scores[np.arange(len(frame)), strongest], np.nan)
    frame["spectral_descriptor"] = np.where(rated, np.array(DESCRIPTORS)[strongest], "")
    return frame[list(COLUMNS)]


def _known_of_archive(edition: Edition) -> pd.DataFrame:
    known = gtzan_table().set_index("track_id")["identical_to"]
    ids = [track.track_id for track in edition.tracks]
    same = known[ids].where(known[ids].isin(ids), "")
    text = {"artist": "", "spectral_descriptor": "", "error": ""}
    facts = {"track_id": ids, "genre": edition.genres, "identical_to": same.to_numpy(), **text}
    return pd.DataFrame({name: facts.get(name, np.nan) for name in COLUMNS}, index=range(len(ids)))


def flag(frame: pd.DataFrame) -> pd.DataFrame:
    """Apply every rule to what `measure` returned.

    Returns
    -------
    DataFrame
        One row for each track and rule that it breaks, in the order of `RULES`, then of ids:
        ``track_id``, ``rule``, ``value`` (the measurement, NaN for yes-or-no rules),
        ``threshold``, ``reason``.

    Raises
    ------
    DataError
        `frame` is no such table.
    """
    if not set(COLUMNS) <= set(getattr(frame, "columns", ())):
        raise DataError("flags need the table that mgc.datasets.quality.measure returns")
    parts = []
    for name, rule in RULES.items():
        hit = frame[_breaks(frame, name, rule)]
        words = [rule.wording.format(limit=rule.threshold, **row) for row in _rows(hit)]
        columns = {
            "track_id": hit["track_id"],
            "rule": name,
            "value": np.nan if np.isnan(rule.threshold) else hit[rule.column].astype(float),
            "threshold": rule.threshold,
            "reason": words,
        }
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def _rows(frame: pd.DataFrame) -> list[dict[str, object]]:
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def _breaks(frame: pd.DataFrame, name: str, rule: Rule) -> pd.Series:
    value = frame[rule.column]
    if np.isnan(rule.threshold):
        # A table that was read from a file may have NaN in the place of no text.
        text = value.astype(object).fillna("").astype(str)
        return text != "" if name == "duplicate" else text.str.startswith(f"{name}:")
    return value < rule.threshold if name == "short" else value.abs() > rule.threshold


def leave_out(flags: pd.DataFrame) -> dict[str, str]:
    """Turn what `flag` returned into the tracks to leave out, each with its reasons, by id."""
    chosen = flags[flags["rule"].isin(DEFAULT_LEAVE_OUT)]
    reasons = chosen.groupby("track_id")["reason"].agg("; ".join)
    return {str(track_id): str(reason) for track_id, reason in reasons.items()}
