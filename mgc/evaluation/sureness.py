"""Whether a model says more than it holds: how probable it calls what it names, and is right."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mgc.evaluation import metrics
from mgc.evaluation.clusters import artist_groups
from mgc.evaluation.gain import summed_up
from mgc.evaluation.significance import Groups, fits_of


def too_sure(groups: Groups) -> pd.DataFrame:
    """Compare the mean probability of the genre that is named with the share that is right.

    Returns
    -------
    DataFrame
        A row a model that was run: ``key`` (of `groups`), ``mean`` (above 0 where the model is too
        sure of itself, below 0 where it is too modest; mean over seeds), ``low``, ``high`` (95 %,
        artists and seeds resampled).
    """
    rows = []
    for key, records in fits_of(groups).items():
        frames = []
        for record in records:
            tested = metrics.test_rows(record)
            said = metrics.probabilities(tested).max(axis=1)
            over = said - metrics.correct(tested).astype(np.float64)
            frames.append(tested[["track_id", "genre"]].assign(right=over))
        edition = str(records[0].config["edition"])
        rows.append((key, *summed_up(frames, artist_groups(edition))))
    return pd.DataFrame(rows, columns=["key", "mean", "low", "high"])
