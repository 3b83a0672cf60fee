"""Where a step gains: what it changes in each genre. Described, not tested: ten tests are many."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from mgc.datasets.tracks import GENRES
from mgc.evaluation.clusters import artist_groups
from mgc.evaluation.gain import gained, summed_up
from mgc.evaluation.significance import seed_pairs
from mgc.experiments.harness import side_records
from mgc.experiments.step import Comparison
from mgc.records.store import Record
from mgc.records.study import Study

COLUMNS = ("genre", "difference", "low", "high")


def of_comparison(study: Study, comparison: Comparison) -> pd.DataFrame:
    """Compare the two sides of a row of the ledger by genre, see `gains`; no rows without fits."""
    step, control = (side_records(study, comparison, side) for side in (0, 1))
    return gains(step, control) if step and control else pd.DataFrame(columns=list(COLUMNS))


def gains(step: Sequence[Record], control: Sequence[Record]) -> pd.DataFrame:
    """Change of the share of right answers in each genre, mean over fits.

    Parameters
    ----------
    step, control : sequence of Record
        The two sides of a row of the ledger.

    Returns
    -------
    DataFrame
        In the order of genres: ``genre``, ``difference`` (-1 to 1), ``low`` and ``high`` (95 %
        interval; artist groups of the genre are resampled, and fits).
    """
    frames = [gained(*pair) for pair in seed_pairs(step, control)]
    artists = artist_groups(str(step[0].config["edition"]))
    rows = [
        (genre, *summed_up([frame[frame["genre"] == genre] for frame in frames], artists))
        for genre in GENRES
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))
