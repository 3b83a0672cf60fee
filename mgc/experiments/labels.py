"""Better labels: known faults out of training, and those that a program suspects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mgc.datasets.artists import track_credits
from mgc.datasets.gtzan import gtzan_table
from mgc.datasets.splits import Fold
from mgc.datasets.tracks import GENRES
from mgc.evaluation.metrics import probabilities, truth
from mgc.evaluation.tracks import outcomes, track_rows
from mgc.experiments.readout import PENALTY, logistic
from mgc.experiments.step import Arm, Comparison, Material, Step
from mgc.records.store import Record
from mgc.typing import Double, Float, IntArray, StrArray
from mgc.util.machine import need

AT = (10, 20, 50, 100)
"""How many of the most suspect tracks are looked at."""

SHOP: Mapping[str, frozenset[str]] = {
    "blues": frozenset({"Blues"}),
    "classical": frozenset({"Classical"}),
    "country": frozenset({"Country"}),
    "disco": frozenset({"Disco", "R&B/Soul", "Dance"}),
    "hiphop": frozenset({"Hip-Hop/Rap", "West Coast Rap", "Gangsta Rap", "Rap"}),
    "jazz": frozenset({"Jazz"}),
    "metal": frozenset({"Metal", "Hard Rock"}),
    "pop": frozenset({"Pop", "Teen Pop"}),
    "reggae": frozenset({"Reggae", "Roots Reggae"}),
    "rock": frozenset({"Rock", "Hard Rock", "Alternative"}),
}
"""The shop genres that count as saying the same as a label."""


def removed_by_others() -> frozenset[str]:
    """Return the tracks that the fault-filtered split leaves out, for the faults Sturm found."""
    listed = gtzan_table()
    return frozenset(listed.loc[listed["fault_filtered"] == "", "track_id"].astype(str))


def suspects(x: Float, genre: StrArray, group: StrArray) -> IntArray:
    """List the examples whose label is suspect, most suspect first.

    Confident learning (Northcutt, Jiang and Chuang 2021) by cleanlab and its default filter, on
    probabilities that logistic regression gives to artists it did not train on (five folds).
    """
    model = make_pipeline(StandardScaler(), LogisticRegression(C=PENALTY, max_iter=5000))
    folds = StratifiedGroupKFold(5)
    p = cross_val_predict(model, x, genre, groups=group, cv=folds, method="predict_proba")
    labels = np.asarray([GENRES.index(name) for name in genre])
    found = need("cleanlab.filter", "steps").find_label_issues(
        labels, p, return_indices_ranked_by="self_confidence", n_jobs=1
    )
    return np.asarray(found, dtype=np.int64)


def _known(material: Material, train: IntArray, seed: int) -> IntArray:
    faulty = np.isin(material.track_id[train], list(removed_by_others()))
    return train[~faulty]


def _suspected(material: Material, train: IntArray, seed: int) -> IntArray:
    x, of_artist = material.pictures[train], material.groups[train]
    return np.delete(train, suspects(x, material.genre[train], of_artist))


def _others(material: Material, train: IntArray, seed: int) -> IntArray:
    """Leave out as many tracks of each genre as are suspect, drawn at random."""
    kept, rng = _suspected(material, train, seed), np.random.default_rng(seed)
    genre, left = material.genre[train], []
    for name in GENRES:
        here = train[genre == name]
        n_kept = int((material.genre[kept] == name).sum())
        left.append(rng.choice(here, n_kept, replace=False))
    return np.sort(np.concatenate(left))


def arm(left_out: str, keep: Callable[[Material, IntArray, int], IntArray]) -> Arm:
    """Logistic regression on picture statistics of the training tracks that are kept."""

    def fit(material: Material, fold: Fold, seed: int) -> tuple[Double, Double]:
        rows = keep(material, fold.train, seed)
        return logistic(material.pictures, material.genre, fold, train=rows)

    return Arm("logistic_picture", {"penalty": PENALTY, "left_out": left_out}, fit, "pictures")


CONTROL = arm("", lambda material, train, seed: train)
SUSPECTED = arm("suspected", _suspected)
OTHERS = arm("as many as are suspected", _others)


def precision(record: Record) -> pd.DataFrame:
    """Look how many of the most suspect labels others doubt, too.

    Parameters
    ----------
    record : Record
        Of `artist_cv`: its test probabilities come from fits that did not hear the artist.

    Returns
    -------
    DataFrame
        A row for each of `AT` and one for all tracks: ``k``, ``listed`` (share on the list of
        tracks that the fault-filtered split leaves out), ``shop`` (share whose shop genre is
        another) and ``with_shop`` (how many of the k have a shop genre).
    """
    # How sure the model is of the label; cleanlab's own score of a label unless told otherwise.
    shown = outcomes(record).sort_values("p_true", kind="stable", ignore_index=True)
    listed = shown["track_id"].isin(removed_by_others())
    other = _sold_as_another(shown)
    return pd.DataFrame(
        [
            {
                "k": k,
                "listed": float(listed[:k].mean()),
                "shop": float(other[:k].mean()),
                "with_shop": int(other[:k].notna().sum()),
            }
            for k in (*AT, len(shown))
        ]
    )


class Doubted(NamedTuple):
    """How many labels are suspect, on the list of faults, sold, and sold as another genre."""

    suspects: int
    listed: int
    with_shop: int
    shop: int


def confident(p: Double, label: IntArray) -> IntArray:
    """List the examples that confident learning counts as mislabelled.

    A genre is credible for an example where its probability [n, 10] reaches its mean over the
    examples that bear it as label [n]. Suspect is whose most probable credible genre, and most
    probable genre, is another than the label (Northcutt, Jiang and Chuang 2021).
    """
    usual = np.array([p[label == number, number].mean() for number in range(p.shape[1])])
    credible = np.where(p >= usual - 1e-6, p, -1.0)
    other = (credible.max(axis=1) >= 0) & (credible.argmax(axis=1) != label)
    return np.flatnonzero(other & (p.argmax(axis=1) != label))


def doubted(record: Record) -> Doubted:
    """Count what confident learning suspects among the test tracks, and who agrees.

    `record` is as for `precision`; the list and the shop genres are the same.
    """
    rows = track_rows(record)
    here = rows.iloc[confident(probabilities(rows), truth(rows))]
    other = _sold_as_another(here)
    listed = here["track_id"].isin(removed_by_others())
    return Doubted(len(here), int(listed.sum()), int(other.notna().sum()), int(other.sum()))


def _sold_as_another(rows: pd.DataFrame) -> pd.Series[float]:
    """Say whether a shop sells a track as another genre (0, 1); NaN where no shop does."""
    shop = [track_credits()[str(name)].store_genre for name in rows["track_id"]]
    return pd.Series(
        [
            np.nan if not said else float(said not in SHOP[genre])
            for said, genre in zip(shop, rows["genre"], strict=True)
        ]
    )


STEP = Step(
    name="Better labels",
    question="Some labels are wrong. Does a model learn better without them?",
    changed="Training tracks that are known or suspected to be faulty are left out.",
    fitted="Logistic regression on the statistics of the picture; all test tracks stay.",
    comparisons=(
        Comparison(
            "Tracks with known faults left out of training",
            "all training tracks",
            (arm("known", _known), CONTROL),
        ),
        Comparison(
            "Suspect labels left out of training",
            "all training tracks",
            (SUSPECTED, CONTROL),
        ),
        Comparison(
            "Suspect labels left out, not others",
            "as many tracks left out at random",
            (SUSPECTED, OTHERS),
            seeds=((0,), (0, 1, 2)),
        ),
    ),
)
