"""Measure what is wrong with recordings, and flag it by rules with a reason each.

This is the cleaning that the original report describes. Nothing here changes a file or drops a
track: it flags, and the configuration of an edition says what is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

import numpy as np
import pandas as pd

from mgc.datasets.edition import Edition, digest_file, identical_pairs
from mgc.datasets.gtzan import gtzan_table
from mgc.datasets.measures import DESCRIPTORS, SPECTRAL, measure_track, robust_z
from mgc.util.pools import in_threads

COLUMNS: tuple[str, ...] = (
    "track_id",
    "genre",
    "artist",
    "duration_s",
    "silence_share",
    "clipped_share",
    "peak",
    "dc_offset",
    "identical_to",
    "spectral_z",
    "spectral_descriptor",
    "error",
)


@dataclass(frozen=True)
class Rule:
    """One reason to look at a track again.

    Parameters
    ----------
    reason : str
        Why it matters, as a table of chapter 3 prints it.
    threshold : float
        The limit of the measured value; NaN where the rule is a yes or no.
    column : str
        Column of `measure` that holds the value.
    """

    reason: str
    threshold: float
    column: str


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "unreadable": Rule("the file does not decode", np.nan, "error"),
        "truncated": Rule("the file ends before its header says", np.nan, "error"),
        "duplicate": Rule("the file is another track, byte for byte", np.nan, "identical_to"),
        "short": Rule("the clip is shorter than this many seconds", 29.0, "duration_s"),
        "silence": Rule(
            "the share of frames under -60 dBFS is above the limit", 0.20, "silence_share"
        ),
        "clipping": Rule(
            "the share of samples in flat tops is above the limit", 0.0001, "clipped_share"
        ),
        "dc_offset": Rule(
            "the mean of the samples is further from zero than the limit", 0.01, "dc_offset"
        ),
        "spectral_outlier": Rule(
            "the spectrum is unlike the rest of its genre (robust z-score)", 3.5, "spectral_z"
        ),
    }
)
"""Every rule with its reason and threshold, in the order in which they are reported."""

DEFAULT_LEAVE_OUT: tuple[str, ...] = ("unreadable", "truncated")
"""Rules by which a track is left out unless the edition's configuration says otherwise."""


def measure(edition: Edition, *, progress: bool = False) -> pd.DataFrame:
    """Measure every track of an edition.

    Parameters
    ----------
    edition : Edition
        A bad file becomes a row with its error; it never stops the run.
    progress : bool
        Show a progress bar on a terminal.

    Returns
    -------
    DataFrame
        One row a track, sorted by id: ``track_id``; ``genre``; ``artist`` (empty if unknown);
        ``duration_s`` (seconds); ``silence_share`` (0 to 1: frames of 2048 samples every 512 at
        22,050 Hz whose RMS is under -60 dBFS); ``clipped_share`` (0 to 1, see `clipped_share`);
        ``peak`` (largest absolute sample, 1 = full scale); ``dc_offset`` (mean sample);
        ``identical_to`` (first track with the same bytes, or empty); ``spectral_z`` (the largest
        robust z-score, with its sign, see `robust_z`) and ``spectral_descriptor`` (of what: mean
        spectral centroid, bandwidth, roll-off or flatness, on logarithmic scales, over every
        fourth frame unless it is silent); ``error`` (empty, or ``unreadable: …`` or
        ``truncated: …``). Numbers are NaN where it is not empty; the z-score also where a genre
        has fewer than five tracks.
    """
    digests = edition.digests or tuple(digest_file(track.path) for track in edition.tracks)
    pairs = identical_pairs(edition.tracks, digests)
    rows = in_threads(measure_track, edition.tracks, "Measuring", progress)
    frame = pd.DataFrame(rows)
    frame["identical_to"] = [pairs.get(track.track_id, "") for track in edition.tracks]
    by_genre = frame.groupby("genre")
    scores = np.column_stack([by_genre[name].transform(robust_z) for name in SPECTRAL])
    rated = np.isfinite(scores).all(axis=1)
    strongest = np.abs(np.where(np.isfinite(scores), scores, 0.0)).argmax(axis=1)
    frame["spectral_z"] = np.where(rated, scores[np.arange(len(frame)), strongest], np.nan)
    frame["spectral_descriptor"] = np.where(rated, np.array(DESCRIPTORS)[strongest], "")
    return frame[list(COLUMNS)]


def flag(frame: pd.DataFrame) -> pd.DataFrame:
    """Apply every rule to the measurements.

    Parameters
    ----------
    frame : DataFrame
        As `measure` returns it.

    Returns
    -------
    DataFrame
        One row for each track and rule that it breaks, in the order of `RULES`, then of ids:
        ``track_id``, ``rule``, ``value`` (the measurement, NaN for yes-or-no rules),
        ``threshold``, ``reason``.
    """
    parts = []
    for name, rule in RULES.items():
        hit = frame[_breaks(frame, name, rule)]
        yes_or_no = np.isnan(rule.threshold)
        parts.append(
            pd.DataFrame(
                {
                    "track_id": hit["track_id"],
                    "rule": name,
                    "value": np.nan if yes_or_no else hit[rule.column].astype(float),
                    "threshold": rule.threshold,
                    "reason": _reasons(hit, name, rule),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def leave_out(flags: pd.DataFrame, rules: Sequence[str] = DEFAULT_LEAVE_OUT) -> dict[str, str]:
    """Turn flags into the list of tracks to leave out.

    Parameters
    ----------
    flags : DataFrame
        As `flag` returns it.
    rules : sequence of str
        Those of `RULES` that lead to exclusion.

    Returns
    -------
    dict
        Track id to its reasons in a sentence, sorted by id.

    Raises
    ------
    ValueError
        A name that is not one of `RULES`.
    """
    if strange := set(rules) - set(RULES):
        known = ", ".join(RULES)
        raise ValueError(f"no rule is called {', '.join(sorted(strange))}; the rules are {known}")
    chosen = flags[flags["rule"].isin(list(rules))]
    reasons: dict[str, list[str]] = {}
    for track_id, reason in zip(chosen["track_id"], chosen["reason"], strict=True):
        reasons.setdefault(str(track_id), []).append(str(reason))
    return {track_id: "; ".join(reasons[track_id]) for track_id in sorted(reasons)}


def _breaks(frame: pd.DataFrame, name: str, rule: Rule) -> pd.Series:
    value = frame[rule.column]
    if np.isnan(rule.threshold):
        value = (
            value.astype(object).fillna("").astype(str)
        )  # as a frame read from a .csv file may have it
    if name in ("unreadable", "truncated"):
        return value.str.startswith(f"{name}:")
    if name == "duplicate":
        return value != ""
    if name == "short":
        return value < rule.threshold
    return value.abs() > rule.threshold


def _reasons(hit: pd.DataFrame, name: str, rule: Rule) -> list[str]:
    """Word the reason for each track with its measurement."""
    texts = {
        "duplicate": "same bytes as {}",
        "short": "{:.2f} s long, limit {:g} s",
        "silence": "{:.1%} of frames under -60 dBFS, limit {:.0%}",
        "clipping": "{:.3%} of samples in flat tops, limit {:.2%}",
        "dc_offset": "mean sample {:+.4f}, limit {:g} either way",
        "spectral_outlier": "robust z {:+.1f} in its genre, limit {:g} either way",
    }
    word = partial(texts.get(name, "{}").format)
    reasons = [word(value, rule.threshold) for value in hit[rule.column]]
    if name == "spectral_outlier":
        return [
            f"{what}: {text}"
            for what, text in zip(hit["spectral_descriptor"], reasons, strict=True)
        ]
    return reasons


def track_table(source: Edition) -> pd.DataFrame:
    """Describe the tracks of an archive like `mgc.datasets.quality.measure` does those of audio.

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
