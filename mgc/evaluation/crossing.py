"""Artists that stand on both sides of a split, and what they are worth to a score."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from mgc.datasets.artists import track_credits
from mgc.datasets.gtzan import gtzan_table
from mgc.datasets.splits import HOLDOUT
from mgc.evaluation.clusters import artist_groups, group_names, group_weights, percentiles
from mgc.evaluation.gain import Estimate
from mgc.evaluation.significance import Groups, fits_of
from mgc.evaluation.tracks import outcomes
from mgc.typing import Double


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


def crossing_excess(groups: Groups, crossed: Collection[str]) -> Estimate:
    """Average over models what they score on tracks that cross beyond what genres let expect.

    That is ``crossed`` less ``expected`` of `crossing_effect`, which has the parameters; all fits
    test the same tracks. The 95 % interval resamples artists within each genre, those that cross
    and the others apart. NaN where no model was run or no track crosses.
    """
    shares, editions = [], set()
    for records in fits_of(groups).values():
        tables = [outcomes(record).set_index(["track_id", "genre"]) for record in records]
        right = [t["predicted"] == t.index.get_level_values("genre") for t in tables]
        shares.append(pd.concat(right, axis=1).mean(axis=1))
        editions |= {str(record.config["edition"]) for record in records}
    if not shares:
        return Estimate(np.nan, np.nan, np.nan)
    rows = pd.concat(shares, axis=1).mean(axis=1).rename("right").reset_index()
    rows["crossed"] = rows["track_id"].isin(crossed)
    if not rows["crossed"].any():
        return Estimate(np.nan, np.nan, np.nan)
    rows["group"] = group_names(rows["track_id"], artist_groups(min(editions)))
    counted = rows.groupby(["crossed", "genre", "group"])["right"].agg(["sum", "size"])
    by_artist = counted.reset_index()
    cross = by_artist["crossed"].to_numpy()
    weights = np.hstack([_weights(by_artist[~cross], fixed=True), _weights(by_artist[cross])])
    mean = float(_excess(np.ones((1, len(by_artist))), by_artist)[0])
    return Estimate(mean, *percentiles(_excess(weights, by_artist)))


def _weights(by_artist: pd.DataFrame, *, fixed: bool = False) -> Double:
    """Draw artists within genres; where `fixed`, one that is alone in its genre always counts."""
    genre = np.asarray(pd.factorize(by_artist["genre"])[0], dtype=np.int64)
    weights = group_weights(genre)
    if fixed:  # without it there would be nothing to expect
        weights[:, np.bincount(genre)[genre] == 1] = 1.0
    return weights


def _excess(weights: Double, by_artist: pd.DataFrame) -> Double:
    """Right answers beyond expectation, of tracks that cross, for each row of weights."""
    right, size = (
        weights * by_artist[name].to_numpy(dtype=np.float64) for name in ("sum", "size")
    )
    cross, genre = by_artist["crossed"].to_numpy(), by_artist["genre"].to_numpy()
    total = np.zeros(len(weights))
    for name in np.unique(genre[cross]):
        here, others = cross & (genre == name), ~cross & (genre == name)
        expected = right[:, others].sum(axis=1) / np.maximum(size[:, others].sum(axis=1), 1e-12)
        total += right[:, here].sum(axis=1) - expected * size[:, here].sum(axis=1)
    found: Double = total / np.maximum(size[:, cross].sum(axis=1), 1e-12)
    return found
