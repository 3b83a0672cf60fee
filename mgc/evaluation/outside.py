"""What a network that learned elsewhere knows of GTZAN's genres before it learns from GTZAN."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import pandas as pd

from mgc.evaluation.open_table import System, among

GENRE_TAGS: Mapping[str, str] = MappingProxyType(
    {
        "blues": "blues", "country": "country", "Hip-Hop": "hiphop", "jazz": "jazz",
        "metal": "metal", "pop": "pop", "rock": "rock",
    }
)  # fmt: skip
"""Of the 50 tags that MusiCNN learned, those that are genres of GTZAN."""
TAGS_FILE, GENRES_FILE = "musicnn_tags.csv", "musicnn_genres.csv"
"""Answers in the open table: all tags with logistic regression, and the genres' tags alone."""


def among_tagged(rows: Sequence[System]) -> pd.DataFrame:
    """Score systems on the genres that are tags, each choosing among these alone.

    Returns
    -------
    DataFrame
        ``system``, ``outside``, ``accuracy``, ``low``, ``high`` (0 to 1), ``n_tracks``.
    """
    genres = sorted(GENRE_TAGS.values())
    found = [(row.title, row.outside, among(row.records, genres)) for row in rows]
    return pd.DataFrame(
        [
            (title, outside, known.accuracy, known.low, known.high, known.n_tracks)
            for title, outside, known in found
        ],
        columns=["system", "outside", "accuracy", "low", "high", "n_tracks"],
    )
