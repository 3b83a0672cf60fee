"""Leakage: what training and test parts share under each protocol, and what that is worth."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mgc.datasets.gtzan import gtzan_table
from mgc.datasets.protocols import make_split
from mgc.datasets.splits import PROTOCOLS
from mgc.errors import DataError
from mgc.evaluation.significance import wilson
from mgc.records.editions import EditionRecord
from mgc.records.study import Study

STEPS = (("leaky_segments", "track_disjoint_segments"), ("random", "fault_filtered"))
"""Pairs of protocols that score the same kind of unit, the one with a leak first."""

N_FOLDS = 3
"""Of `artist_effect`: as many as an artist of the demo edition has pieces."""


def repetitions(study: Study, seed: int = 0) -> pd.DataFrame:
    """Count what training and test parts share under each protocol.

    Parameters
    ----------
    study : Study
    seed : int

    Returns
    -------
    DataFrame
        ``protocol``, ``test_units``, ``same_track`` (test units of which another piece of the
        same track trains), ``same_file`` (test units whose track is byte for byte a track that
        trains), ``same_artist`` (test units whose artist, where known, trains). Protocols that
        this edition cannot be divided by are left out.
    """
    record = study.edition_record
    tracks = record.tracks.set_index("track_id").loc[record.tabular["track_id"]]
    ids = tracks.index.to_numpy(dtype=str)
    artist = tracks["artist"].fillna("").to_numpy(dtype=str)
    known = gtzan_table().set_index("track_id")["identical_to"]
    # Every file of a group of equal ones goes by the name of the first.
    first = [known.get(name, "") or name for name in ids] if record.name != "demo" else list(ids)
    rows = []
    for protocol in PROTOCOLS:
        try:
            split = make_split(protocol, ids, tracks["genre"].to_numpy(dtype=str), artist, seed)
        except DataError:
            continue
        counts = [0, 0, 0, 0]
        for fold in split.folds:
            train, test = split.example_track[fold.train], split.example_track[fold.test]
            trained, files = set(train.tolist()), {first[i] for i in train.tolist()}
            artists = {artist[i] for i in train.tolist()} - {""}
            counts[0] += len(test)
            counts[1] += sum(i in trained for i in test.tolist())
            counts[2] += sum(first[i] in files and i not in trained for i in test.tolist())
            counts[3] += sum(artist[i] in artists for i in test.tolist())
        rows.append((protocol, *counts))
    columns = ["protocol", "test_units", "same_track", "same_file", "same_artist"]
    return pd.DataFrame(rows, columns=columns)


def artist_effect(record: EditionRecord, seed: int = 0) -> pd.DataFrame:
    """Measure what knowing the artists is worth, where they are known: the demo edition.

    The same logistic regression on the same statistics is cross-validated twice over the same
    tracks. Once the pieces of an artist may stand on both sides, once they may not.

    Parameters
    ----------
    record : EditionRecord
        With the names of the artists and the statistics of the tracks.
    seed : int

    Returns
    -------
    DataFrame
        Two rows: ``folds``, ``right``, ``n``, ``accuracy``, ``low``, ``high`` (95 %, Wilson; over
        tracks, so it does not cover another draw of artists). Empty where no artist is known.
    """
    columns = ["folds", "right", "n", "accuracy", "low", "high"]
    tracks = record.tracks.set_index("track_id").loc[record.tabular["track_id"]]
    artist = tracks["artist"].fillna("").to_numpy(dtype=str)
    genre = tracks["genre"].to_numpy(dtype=str)
    if (artist == "").any():
        return pd.DataFrame(columns=columns)
    values = record.tabular.drop(columns="track_id").to_numpy(dtype=np.float64)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
    rows = []
    mixed = StratifiedKFold(N_FOLDS, shuffle=True, random_state=seed)
    apart = StratifiedGroupKFold(N_FOLDS, shuffle=True, random_state=seed)
    for title, folds in (
        ("artists on both sides", mixed.split(values, genre)),
        ("artists kept apart", apart.split(values, genre, artist)),
    ):
        named = cross_val_predict(model, values, genre, cv=list(folds))
        right, n = int((named == genre).sum()), len(genre)
        rows.append((title, right, n, right / n, *wilson(right, n)))
    return pd.DataFrame(rows, columns=columns)
