"""Facts that the book did not measure: the report's claims, known faults, published figures.

They are kept as small tables in the package so that a chapter quotes them by code and no figure
is typed into prose.
"""

from __future__ import annotations

from importlib import resources

import pandas as pd

from mgc.errors import DataError
from mgc.features import FEATURE_NAMES, FRAME_DESCRIPTORS, N_FRAMES, N_MELS, N_MFCC
from mgc.results import PROTOCOL_TITLES

__all__ = [
    "gtzan_faults",
    "literature",
    "protocol_title",
    "report_arithmetic",
    "report_claims",
]


def _table(name: str) -> pd.DataFrame:
    source = resources.files("mgc") / "tables" / name
    try:
        with source.open(encoding="utf-8") as handle:
            return pd.read_csv(handle)
    except FileNotFoundError as error:
        raise DataError(f"mgc/tables/{name} is missing: install the package again") from error


def report_claims() -> pd.DataFrame:
    """Give the results that the original report typed in by hand.

    Returns
    -------
    pandas.DataFrame
        One row a model, in the report's order: ``model`` (name as in `mgc.models.NAMES`),
        ``title``, ``accuracy`` (share, 0 to 1), ``minutes`` (training time), ``parameters``
        (count), ``input``.

    Raises
    ------
    DataError
        When the installed package lacks the table.

    Notes
    -----
    Source: section 5 of the original report, whose own code calls these values synthetic.
    Used in chapters 1 and 5.
    """
    return _table("report_claims.csv")


def gtzan_faults() -> pd.DataFrame:
    """Give the inventory of GTZAN's faults as Sturm counted them.

    Returns
    -------
    pandas.DataFrame
        ``kind``, ``count`` (tracks), ``example`` (empty when none is given), ``source`` (key
        in the bibliography).

    Raises
    ------
    DataError
        When the installed package lacks the table.

    Notes
    -----
    Source: B. L. Sturm, arXiv 1306.1461 (2013). Used in chapter 2.
    """
    return _table("gtzan_faults.csv").fillna({"example": ""})


def literature() -> pd.DataFrame:
    """Give published GTZAN accuracies with the protocol under which each was measured.

    Returns
    -------
    pandas.DataFrame
        ``system``, ``representation``, ``protocol``, ``accuracy`` (percent), ``spread``
        (percentage points, missing when not published), ``source`` (where the figure was read).
        Compare rows of one protocol only.

    Raises
    ------
    DataError
        When the installed package lacks the table.

    Notes
    -----
    Used in chapters 2 and 5.
    """
    return _table("literature.csv")


def protocol_title(protocol: str) -> str:
    """Name a protocol of ours or of the literature for readers.

    Parameters
    ----------
    protocol : str
        As `literature` and records have it.

    Returns
    -------
    title : str
        Used in chapter 5.
    """
    theirs = {
        "random_10fold": "random, ten folds",
        "random_70_30": "random, 70 % train",
        "random_90_10": "random, 90 % train",
    }
    return theirs.get(protocol) or PROTOCOL_TITLES[protocol]


def report_arithmetic() -> pd.DataFrame:
    """Recompute the sizes that the report states.

    Returns
    -------
    pandas.DataFrame
        ``quantity`` (what is counted, and how), ``report`` and ``computed`` (the two values as
        text), ``agrees`` (bool: equal to the digits that the report gives).

    Notes
    -----
    The report's values come from its sections 2, 3 and 6 and from its code. Used in chapter 3.
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
