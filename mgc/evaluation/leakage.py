"""Leakage: what training and test parts share under each protocol, and what that is worth.

Under the protocols ``LEAK_SHARES`` a test piece is *leaked* in a fit when other pieces of its
track train, and *clean* when none do. Which those are follows from share and seed alone, so the
split is drawn again to tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mgc.datasets.gtzan import gtzan_table
from mgc.datasets.leak_splits import SHARES, leaked_tracks, share_of
from mgc.datasets.splits import ARTIST_CV, LEAK_SHARES, PROTOCOLS
from mgc.errors import DataError, RecordError
from mgc.evaluation.accuracy import accuracy_summary
from mgc.evaluation.clusters import artist_groups, count, group_names, interval
from mgc.evaluation.gain import Estimate, summed_up
from mgc.evaluation.metrics import correct, test_rows
from mgc.evaluation.significance import EXAMPLE
from mgc.records.editions import EditionRecord
from mgc.records.store import Record, Store, split_of
from mgc.records.study import Study
from mgc.training.published import ARCHIVE, PLAN

STEPS = (
    ("leaky_segments", "track_disjoint_segments"),
    ("random", "fault_filtered"),
    ("random", ARTIST_CV),
)
"""Pairs of protocols that score the same kind of unit, the one with a leak first."""

N_FOLDS = 3
"""Of `artist_effect`: as many as an artist of the demo edition has pieces."""

PIECES = ("every", "leaked", "clean")
COMPANY = ("with", "without")
"""Clean pieces of tracks whose artist group has another track that leaks, and the others."""
"""Kinds of test pieces that are counted apart."""


def repetitions(study: Study, seed: int = 0) -> pd.DataFrame:
    """Count what training and test parts share under each protocol.

    Returns
    -------
    DataFrame
        ``protocol``, ``test_units``, ``same_track`` (test units of which another piece of the
        same track trains), ``same_file`` (test units whose track is byte for byte a track that
        trains), ``same_artist`` (test units whose artist, where known, trains). Protocols that
        this edition cannot be divided by are left out.
    """
    known = gtzan_table().set_index("track_id")["identical_to"]
    if study.edition_record.name == "demo":  # its tracks bear ids of GTZAN's
        known = known[:0]
    tracks = study.edition_record.usable
    # Every file of a group of equal ones goes by the name of the first.
    first = tracks["track_id"].map(known).fillna("")
    tracks["file"] = first.where(first != "", tracks["track_id"])
    tracks["artist"] = tracks["track_id"].map(artist_groups(study.edition_record.name)).fillna("")
    rows = []
    for protocol in (*PROTOCOLS, ARTIST_CV):
        try:
            split = study.split(protocol, seed)
        except DataError:
            continue
        counts = np.zeros(4, dtype=np.int64)
        for fold in split.folds:
            parts = (split.example_track[part] for part in (fold.train, fold.test))
            train, test = (tracks.loc[rows_of_part] for rows_of_part in parts)
            track, file = (test[name].isin(train[name]) for name in ("track_id", "file"))
            artist = test["artist"].isin(train["artist"]) & (test["artist"] != "")
            counts += [len(test), track.sum(), (file & ~track).sum(), artist.sum()]
        rows.append((protocol, *counts.tolist()))
    columns = ["protocol", "test_units", "same_track", "same_file", "same_artist"]
    return pd.DataFrame(rows, columns=columns)


def artist_effect(record: EditionRecord) -> pd.DataFrame:
    """Measure what knowing the artists is worth, where they are known: the demo edition.

    The same logistic regression on the same statistics is cross-validated twice over the same
    tracks. Once the pieces of an artist may stand on both sides, once they may not.

    Returns
    -------
    DataFrame
        Two rows: ``folds``, ``right``, ``n``, ``accuracy``, ``low``, ``high`` (95 %, artists
        resampled). Empty where no artist is known.
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
    mixed = StratifiedKFold(N_FOLDS, shuffle=True, random_state=0)
    apart = StratifiedGroupKFold(N_FOLDS, shuffle=True, random_state=0)
    for title, folds in (
        ("artists on both sides", mixed.split(values, genre)),
        ("artists kept apart", apart.split(values, genre, artist)),
    ):
        predicted = cross_val_predict(model, values, genre, cv=list(folds))
        right, n = int((predicted == genre).sum()), len(genre)
        answers = pd.DataFrame({"track_id": tracks.index, "genre": genre})
        artists = dict(zip(tracks.index, artist, strict=True))
        clusters = count([answers.assign(right=predicted == genre)], artists)
        rows.append((title, right, n, right / n, *interval(clusters)))
    return pd.DataFrame(rows, columns=columns)


@dataclass(frozen=True, eq=False)
class LeakSummary:
    """What the fits under ``LEAK_SHARES`` say, over all seeds of each model.

    Attributes
    ----------
    accuracies : DataFrame
        A row a model, share and kind of pieces that there are: ``model``, ``share`` (per cent, by
        the name of the protocol), ``pieces`` (one of `PIECES`), ``n_leaked`` (test tracks that
        leak, mean over seeds), ``n_seeds``, ``n_tracks``, ``accuracy``, ``low``, ``high``.
    gains : DataFrame
        ``model``, ``pieces``, ``mean``, ``low``, ``high``: from no leak to the whole leak for all
        pieces; and for the pieces that leak at half of the tracks, and those that do not, from no
        leak to that.
    gaps : DataFrame
        ``first``, ``second``, ``share`` (the smallest or the largest), ``mean``, ``low``,
        ``high``: by how much the second model is ahead, over the seeds that both have.
    records : tuple of Record
    """

    accuracies: pd.DataFrame
    gains: pd.DataFrame
    gaps: pd.DataFrame
    records: tuple[Record, ...]


def leak_summary(store: Store, edition: EditionRecord) -> LeakSummary:
    """Sum up each model whose fits are complete for at least one seed, in the plan's order.

    Parameters
    ----------
    store : Store
        `mgc.records.store.Store.leak` of the published records.
    edition : EditionRecord
        Of the archive that the fits were made on.

    Raises
    ------
    RecordError
        No model is complete.
    """
    fits: dict[str, dict[int, dict[int, Record]]] = {
        model: {} for block in PLAN if block.protocol in LEAK_SHARES for model in block.models
    }
    for record in store.find(edition=ARCHIVE, edition_hash=edition.content_hash):
        share = share_of(str(record.config["protocol"]))
        fits[record.model].setdefault(int(record.config["seed"]), {})[share] = record
    accuracies, gains, records = [], [], list[Record]()
    right: dict[str, dict[int, pd.DataFrame]] = {}
    for model, by_seed in fits.items():
        whole = [by_seed[seed] for seed in sorted(by_seed) if len(by_seed[seed]) == len(SHARES)]
        if not whole:
            continue
        records += [one[share] for one in whole for share in SHARES]
        right[model] = {}
        for share in SHARES:
            same_share = [one[share] for one in whole]
            tested = [_tested(fit, edition) for fit in same_share]
            rows = _accuracies(same_share, tested)
            accuracies += [{"model": model, "share": share, **row} for row in rows]
            index = ["seed", *EXAMPLE]
            right[model][share] = pd.concat(tested).set_index(index)[["right", "leaked", "genre"]]
        half = right[model][SHARES[len(SHARES) // 2]]
        clean = half[~half["leaked"]]
        beside = _beside(half, clean)
        ends = (
            right[model][SHARES[-1]],
            half[half["leaked"]],
            clean,
            clean[beside],
            clean[~beside],
        )
        for pieces, after in zip((*PIECES, *COMPANY), ends, strict=True):
            change = gain(right[model][SHARES[0]], after)
            gains.append({"model": model, "pieces": pieces, **change._asdict()})
    if not records:
        raise RecordError(
            f"{store.root}: no model has fits of every share; `mgc published` makes them"
        )
    gaps = [
        {"first": one, "second": two, "share": share}
        | gain(right[one][share], right[two][share])._asdict()
        for one, two in combinations(right, 2)
        for share in (SHARES[0], SHARES[-1])
    ]
    return LeakSummary(
        pd.DataFrame(accuracies),
        pd.DataFrame(gains),
        pd.DataFrame(gaps, columns=["first", "second", "share", *Estimate._fields]),
        tuple(records),
    )


def _beside(half: pd.DataFrame, clean: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell for each clean piece whether another track of its artist group leaks in its seed."""
    known = artist_groups(ARCHIVE)

    def groups(rows: pd.DataFrame) -> list[tuple[int, str]]:
        places = rows.index.to_frame()
        return list(zip(places["seed"], group_names(places["track_id"], known), strict=True))

    leaked = set(groups(half[half["leaked"]]))
    return np.array([group in leaked for group in groups(clean)], dtype=np.bool_)


def _tested(record: Record, edition: EditionRecord) -> pd.DataFrame:
    """Say of each test piece whether it was predicted rightly and whether it leaked."""
    split, track_id = split_of(record, edition)
    leaked, seed = track_id[leaked_tracks(split)], int(record.config["seed"])
    rows = test_rows(record)
    right = correct(rows).astype(np.int64)
    return rows.assign(seed=seed, right=right, leaked=rows["track_id"].isin(leaked))


def _accuracies(fits: Sequence[Record], tested: Sequence[pd.DataFrame]) -> list[dict[str, object]]:
    """Sum up all, leaked and clean pieces of fits that differ in their seed."""
    n_leaked = float(np.mean([rows.loc[rows["leaked"], "track_id"].nunique() for rows in tested]))
    summaries: list[dict[str, object]] = []
    for pieces in PIECES:
        kept = [
            rows if pieces == "every" else rows[rows["leaked"] == (pieces == "leaked")]
            for rows in tested
        ]
        if any(rows.empty for rows in kept):
            continue
        summary = accuracy_summary(
            [replace(fit, predictions=rows) for fit, rows in zip(fits, kept, strict=True)]
        )
        names = ("n_seeds", "n_tracks", "accuracy", "low", "high")
        summaries.append(
            {"pieces": pieces, "n_leaked": n_leaked}
            | {name: getattr(summary, name) for name in names}
        )
    return summaries


def gain(before: pd.DataFrame, after: pd.DataFrame) -> Estimate:
    """Compare the same pieces before and after, seed by seed.

    Parameters
    ----------
    before, after : DataFrame
        Whether each piece was predicted rightly (``right``, 0 or 1) and its ``genre``, indexed by
        ``seed``, ``track_id`` and ``segment``. Only pieces in both count.

    Notes
    -----
    Artists and seeds are resampled as in `mgc.evaluation.accuracy.accuracy_summary`.
    """
    ahead = after.assign(right=after["right"].sub(before["right"])).dropna().reset_index()
    frames = [rows for _, rows in ahead.groupby("seed")]
    return summed_up(frames, artist_groups("gtzan"))


def sizes(edition: EditionRecord) -> dict[str, int]:
    """Count pieces of ``train``, ``valid`` and ``test``, and their tracks (``train_tracks``, ...).

    They are the same at every share.
    """
    split = edition.split(LEAK_SHARES[0], seed=0)
    (fold,) = split.folds
    counts = {}
    for part in ("train", "valid", "test"):
        pieces = getattr(fold, part)
        counts[part] = len(pieces)
        counts[f"{part}_tracks"] = len(np.unique(split.example_track[pieces]))
    return counts


def usual(edition: EditionRecord) -> tuple[int, int, float]:
    """Count what leaks where all pieces are shuffled and divided: the usual practice.

    Returns
    -------
    tested, leaked : int
        Test pieces, and those of which another piece of the same track trains.
    others : float
        Pieces of its track that train, mean over test pieces.
    """
    split = edition.split("leaky_segments", seed=0)
    (fold,) = split.folds
    trained = np.bincount(split.example_track[fold.train], minlength=len(edition.usable))
    others = trained[split.example_track[fold.test]]
    return len(others), int((others > 0).sum()), float(others.mean())
