"""Sums that the report's own numbers allow."""

from __future__ import annotations

import pandas as pd

from mgc.features.extract import N_FRAMES, N_MELS
from mgc.features.names import FEATURE_NAMES, FRAME_DESCRIPTORS, N_MFCC


def report_arithmetic() -> pd.DataFrame:
    """Recompute the sizes that the report states.

    Returns
    -------
    pandas.DataFrame
        ``quantity`` (what is counted, and how), ``report`` and ``computed`` (the two values as
        text), ``agrees`` (bool: equal to the digits that the report gives).

    Notes
    -----
    The report's values come from its sections 2, 3 and 6 and from its code.
    """
    after_removal, parts = 1000 - 3, 700 + 150 + 150
    train_in_code = round(0.7 * 1000 * (1 - 0.2))
    rows: list[tuple[str, float, float, str]] = [
        ("MFCC with first and second derivative: 13 × 3", 39, N_MFCC * 3, ",.0f"),
        ("descriptors of a frame: 39 + 4 + 2 + 12", 57, len(FRAME_DESCRIPTORS), ",.0f"),
        ("values of a track: 57 × 4 statistics", 228, len(FEATURE_NAMES), ",.0f"),
        ("frames in 30 s: 1 + ⌊661,500 / 512⌋", 1292, N_FRAMES, ",.0f"),
        ("cells of a spectrogram: 128 × 1,292", 165_376, N_MELS * N_FRAMES, ",.0f"),
        ("hours of audio: 1,000 × 30 s", 8.3, 1000 * 30 / 3600, ".1f"),
        ("tracks in the three parts, after 3 were removed", parts, after_removal, ",.0f"),
        ("training tracks, as the report's code splits them", 700, train_in_code, ",.0f"),
    ]
    table = [
        (quantity, format(stated, spec), format(value, spec))
        for quantity, stated, value, spec in rows
    ]
    frame = pd.DataFrame(table, columns=["quantity", "report", "computed"])
    return frame.assign(agrees=frame["report"] == frame["computed"])
