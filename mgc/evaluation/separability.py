"""How far apart genres lie in the tabular features, before any network is trained.

Wherever a direction or a rule is fitted, it is judged on tracks that it has not seen: with 228
columns and ten tracks a genre, a fitted projection separates its own tracks whatever they are.

Everywhere ``values`` is a DataFrame [shape=(n_tracks, n_columns)], ``genre`` the genre of each
row, and ``seed`` draws the folds. A DataError says where a genre has too few tracks.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn import config_context
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.metrics import roc_auc_score, silhouette_samples
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from mgc.errors import DataError
from mgc.typing import StrArray

N_FOLDS = 5
"""Of the cross-validation, or as many as the smallest genre has tracks."""


def spectral_shape(values: pd.DataFrame) -> pd.DataFrame:
    """Select the statistics of centroid, roll-off, bandwidth and contrast."""
    shape = ("centroid", "rolloff", "bandwidth", "contrast")
    return values.loc[:, values.columns.str.startswith(shape)]


def explained(values: pd.DataFrame, genre: Sequence[str]) -> pd.Series:
    """Share of each column's variance that the genre explains (eta squared), largest first.

    0: all genres have the same mean, or the column is constant; 1: tracks of a genre are alike.

    Notes
    -----
    One-way analysis of variance, between over total sum of squares. With g genres and n tracks,
    noise reaches (g - 1) / (n - 1) on average.
    """
    centred = values - values.mean()
    total = (centred**2).sum()
    groups = centred.groupby(np.asarray(genre))
    between = groups.mean().pow(2).mul(groups.size(), axis=0).sum()
    share = (between / total.where(total > 0)).fillna(0.0)
    return share.sort_values(ascending=False, kind="stable")


def correlations(values: pd.DataFrame) -> pd.DataFrame:
    """Pearson's ``r`` of each pair of columns (``first``, ``second``), strongest first."""
    varying = values.loc[:, values.std() > 0]
    matrix = varying.corr().to_numpy()
    first, second = np.triu_indices(len(matrix), k=1)
    names = varying.columns.to_numpy()
    pairs = pd.DataFrame(
        {"first": names[first], "second": names[second], "r": matrix[first, second]}
    )
    return pairs.sort_values("r", key=abs, ascending=False, kind="stable", ignore_index=True)


def silhouettes(values: pd.DataFrame, genre: Sequence[str]) -> pd.Series:
    """Mean silhouette of each genre in the standardised columns, largest first (Rousseeuw 1987).

    -1: its tracks lie nearer to another genre; 1: a tight cluster far from the others.
    """
    labels = np.asarray(genre)
    if len(np.unique(labels)) < 2:
        raise DataError("silhouettes need tracks of two genres at least; add tracks of another")
    scores = silhouette_samples(StandardScaler().fit_transform(values), labels)
    by_genre = pd.Series(scores).groupby(labels).mean()
    return by_genre.sort_values(ascending=False, kind="stable")


def one_against_rest(
    values: pd.DataFrame,
    genre: Sequence[str],
    artist: StrArray | None = None,
    *,
    seed: int = 0,
) -> pd.Series:
    """Measure how well each genre is told from all others, on tracks not used for the rule.

    Area under the ROC curve by genre, largest first: 0.5 is chance, 1 is complete separation. The
    rule is a linear discriminant with a shrunken covariance (Ledoit and Wolf 2004). Where
    artists are given, those of one stand in one fold.
    """
    labels = np.asarray(genre)
    areas = {name: _area(values, labels == name, artist, seed) for name in np.unique(labels)}
    return pd.Series(areas).sort_values(ascending=False, kind="stable")


def one_against_one(
    values: pd.DataFrame,
    genre: Sequence[str],
    artist: StrArray | None = None,
    *,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure how well two genres are told apart, on tracks not used for the rule.

    ``first``, ``second`` and ``area``, hardest pair first; area, rule and folds as in
    `one_against_rest`.
    """
    labels = np.asarray(genre)
    rows = []
    for first, second in combinations(np.unique(labels), 2):
        pair = (labels == first) | (labels == second)
        own = None if artist is None else artist[pair]
        rows.append((first, second, _area(values[pair], labels[pair] == first, own, seed)))
    table = pd.DataFrame(rows, columns=["first", "second", "area"])
    return table.sort_values("area", kind="stable", ignore_index=True)


def project_halves(values: pd.DataFrame, genre: Sequence[str], *, seed: int = 0) -> pd.DataFrame:
    """Fit linear discriminants on half of the tracks and project both halves.

    Returns
    -------
    DataFrame
        A row a track: ``first`` and ``second`` discriminant (in standard deviations within a
        genre of the fitted half), ``genre``, ``fitted`` (True for that half), ``right`` (whether
        the nearest genre, in all discriminants, is its own).
    """
    labels = np.asarray(genre)
    _check_counts(labels)
    if len(np.unique(labels)) < 3:
        raise DataError("two discriminants need tracks of three genres at least")
    halves = StratifiedKFold(2, shuffle=True, random_state=seed)
    fit, _ = next(halves.split(values, labels))
    fitted = np.isin(np.arange(len(labels)), fit)
    rule = _rule("eigen").fit(values[fitted], labels[fitted])
    first, second, *_ = rule.transform(values).T
    return pd.DataFrame(
        {
            "first": first,
            "second": second,
            "genre": labels,
            "fitted": fitted,
            "right": rule.predict(values) == labels,
        }
    )


def _area(
    values: pd.DataFrame, positive: npt.NDArray[np.bool_], groups: StrArray | None, seed: int
) -> float:
    smallest = _check_counts(positive)
    kind = StratifiedKFold if groups is None else StratifiedGroupKFold
    split = kind(min(N_FOLDS, smallest), shuffle=True, random_state=seed)
    # Hundreds of small fits: most of their time would go into checks of the same numbers.
    with config_context(assume_finite=True, skip_parameter_validation=True):
        scores = cross_val_predict(
            _rule("lsqr"),
            values.to_numpy(dtype=np.float64),
            positive,
            groups=groups,
            cv=split,
            method="decision_function",
        )
        return float(roc_auc_score(positive, scores))


def _rule(solver: str) -> Pipeline:
    discriminant = LinearDiscriminantAnalysis(solver=solver, shrinkage="auto")
    return make_pipeline(StandardScaler(), discriminant)


def _check_counts(labels: npt.NDArray[np.generic]) -> int:
    names, counts = np.unique(labels, return_counts=True)
    if counts.min() < 2 or len(names) < 2:
        raise DataError(
            f"{names[counts.argmin()]}: {counts.min()} track(s); separability needs two genres "
            "with two tracks each at least"
        )
    return int(counts.min())
