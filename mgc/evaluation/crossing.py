"""Artists that stand on both sides of a split, and what they are worth to a score."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from mgc.datasets.artists import track_credits
from mgc.datasets.gtzan import gtzan_table
from mgc.datasets.splits import HOLDOUT
from mgc.evaluation.significance import Groups, fits_of
from mgc.evaluation.tracks import outcomes


def fault_filtered_parts() -> pd.DataFrame:
    """Return the published fault-filtered split of all of GTZAN, whatever edition is at hand.

    Columns ``fold``, ``part``, ``group`` and ``track_id``, as of
    `mgc.evaluation.scoring.split_table`; tracks that the split leaves out have no row.
    """
    known, table = track_credits(), gtzan_table()
    rows = table[table["fault_filtered"] != ""]
    return pd.DataFrame(
        {
            "fold": HOLDOUT,
            "part": rows["fault_filtered"].astype(str),
            "group": [known[str(name)].group for name in rows["track_id"]],
            "track_id": rows["track_id"].astype(str),
        }
    )


def crossing(split: pd.DataFrame, parts: Sequence[str] = ("train", "valid")) -> set[str]:
    """Name the test tracks whose artist group is also in some other part of the same fold.

    `split` is a table of `mgc.evaluation.scoring.split_table`.
    """
    heard = split.loc[split["part"].isin(parts), ["fold", "group"]].drop_duplicates()
    tested = split.loc[split["part"] == "test", ["fold", "group", "track_id"]]
    return set(tested.merge(heard, on=["fold", "group"])["track_id"])


def crossing_effect(groups: Groups, crossed: Collection[str]) -> pd.DataFrame:
    """Compare the accuracy on tracks whose artists cross with what their genres let expect.

    Artists cross more often in some genres than in others, and some genres are easy. So each
    such track is given the model's accuracy on the other tracks of its genre.

    Parameters
    ----------
    groups : mapping of str to Record, sequence of Record or NotRun
        Models by name; those that were not run are passed over.
    crossed : collection of str
        Track ids, as `crossing` names them.

    Returns
    -------
    DataFrame
        ``key`` (of `groups`), ``every`` (accuracy on all tracks), ``apart`` (without these
        tracks), ``crossed`` (on them alone), ``expected`` (on them, by their genres), ``n``
        (number of them); means over seeds, 0 to 1, NaN where there are no such tracks.
    """
    rows = []
    for key, records in fits_of(groups).items():
        shares = []
        for record in records:
            table = outcomes(record)
            right = table["genre"] == table["predicted"]
            cross = table["track_id"].isin(crossed)
            by_genre = right[~cross].groupby(table["genre"]).mean()
            expected = table.loc[cross, "genre"].map(by_genre).astype(np.float64)
            shares.append(
                (
                    right.mean(),
                    right[~cross].mean(),
                    right[cross].mean(),
                    expected.mean(),
                    cross.sum(),
                )
            )
        rows.append((key, *np.mean(shares, axis=0)))
    return pd.DataFrame(rows, columns=["key", "every", "apart", "crossed", "expected", "n"])
