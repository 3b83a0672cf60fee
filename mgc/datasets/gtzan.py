"""What is known about each of the 1,000 tracks of GTZAN."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

WHOLE_GTZAN = ("gtzan", "gtzan-archive")
"""Names of the editions that hold all of GTZAN, as audio or as pictures."""

FULL_SET_MINIMUM = 990  # known files from which a folder counts as the full GTZAN


def gtzan_table() -> pd.DataFrame:
    """Load what is known about each of the 1,000 tracks of GTZAN.

    Returns
    -------
    DataFrame
        One row a track, sorted by id: ``track_id``, ``genre``, ``md5`` of the original .wav (as
        indexed by mirdata), ``fault_filtered`` (``train``, ``valid``, ``test``; empty for the 70
        tracks that Kereliuk, Sturm and Larsen 2015 leave out), ``identical_to`` (an earlier
        track with the same bytes, or empty), ``in_mini`` (bool).
    """
    import pandas as pd

    source = files("mgc").joinpath("tables", "gtzan_tracks.csv")
    with source.open(encoding="utf-8") as stream:
        table = pd.read_csv(stream, dtype=str, keep_default_na=False)
    table["in_mini"] = table["in_mini"] == "1"
    return table
