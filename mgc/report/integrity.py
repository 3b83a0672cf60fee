"""Whether the records hold: every published figure recomputed, every split proven."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from mgc.datasets.gtzan import gtzan_table
from mgc.datasets.splits import LEAKING, Split
from mgc.errors import RecordError
from mgc.evaluation.accuracy import accuracy_summary
from mgc.records.editions import EditionRecord
from mgc.records.stated import check_stated
from mgc.records.store import Record, Store, split_of

KEYS = ("edition", "protocol", "variant", "model")
FIGURES = ("accuracy", "macro_f1", "sd", "low", "high")
TEXTS = (*KEYS, "fits")
COLUMNS = (*KEYS, "n_seeds", "n_tracks", *FIGURES, "fits")


def published_results(store: Store) -> pd.DataFrame:
    """Recompute every published figure from predictions, with six decimals.

    Returns
    -------
    DataFrame
        One row an edition, protocol, variant and model: number of seeds and test tracks, mean
        accuracy and macro F1 (0 to 1), standard deviation over seeds (empty with one), ends of
        the 95 % interval, and the ids of the fits.
    """
    groups: dict[tuple[str, ...], list[Record]] = {}
    for record in store.find():
        groups.setdefault(tuple(str(record.config[key]) for key in KEYS), []).append(record)
    rows = []
    for key, records in groups.items():
        known = accuracy_summary(records)
        figures = [round(float(getattr(known, name)), 6) for name in FIGURES]
        fits = " ".join(record.fit_id for record in records)
        rows.append((*key, known.n_seeds, known.n_tracks, *figures, fits))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def check_published(store: Store, file: Path) -> int:
    """Compare the committed table of results with the recomputed one; return how many agree.

    A RecordError names the first figure that differs, the file, and what it should be.
    """
    real = published_results(store)
    holds = f"the results of the records in {store.root}"
    check_stated(
        file, real, TEXTS, holds, lambda row: ", ".join(str(row[key]) for key in KEYS if row[key])
    )
    return len(real) * len(FIGURES)


def check_records(store: Store) -> Iterator[Record]:
    """Prove each record of a fit, a network, a head or the page on leaks; yield what passes.

    Raises
    ------
    RecordError
        Names the record and what does not hold: contents that do not fit its hash, a split that
        is not disjoint or not complete, a track that does not exist, test predictions of other
        tracks than the split's, a test track that was seen in training.
    """
    # `find` reads every file of a record and compares its checksums and its hash.
    editions: dict[str, EditionRecord | None] = {}
    for record in store.find_everywhere():
        key = record.edition_key
        edition = editions[key] = editions[key] if key in editions else store.edition(key)
        if edition is None:
            raise RecordError(f"{record.path}: its edition has no record in {store.root}")
        _check_tracks(record, edition)
        _check_parts(record, edition)
        yield record
    for record in store.transfer.find():
        _check_published_parts(record)
        yield record


def _check_tracks(record: Record, edition: EditionRecord) -> None:
    known = edition.tracks.set_index("track_id")["genre"]
    rows = record.predictions[["track_id", "genre"]].drop_duplicates()
    if strangers := sorted(set(rows["track_id"]) - set(known.index)):
        raise RecordError(f"{record.path}: the track {strangers[0]} is not in its edition")
    if not (known.loc[rows["track_id"]].to_numpy() == rows["genre"].to_numpy()).all():
        raise RecordError(f"{record.path}: it holds another genre of a track than its edition")
    gtzan = str(record.config["edition"]).startswith("gtzan")
    if gtzan and not rows["track_id"].isin(gtzan_table()["track_id"]).all():
        raise RecordError(f"{record.path}: it holds tracks that GTZAN does not have")


def _check_parts(record: Record, edition: EditionRecord) -> None:
    """Compare the split, drawn again, with the predictions."""
    split, ids = split_of(record, edition)
    predicted = record.predictions
    for fold in split.folds:
        rows = predicted[predicted["fold"] == fold.name]
        for part, units in (("test", fold.test), ("valid", fold.valid)):
            stated = rows[rows["part"] == part]
            held = set(zip(stated["track_id"], stated["segment"], strict=True))
            if held != _units(split, ids, units):
                raise RecordError(
                    f"{record.path}: its {part} part of fold {fold.name} is not that of the split"
                )
        tested = _units(split, ids, fold.test)
        seen = _units(split, ids, np.concatenate([fold.train, fold.valid]))
        if record.config["protocol"] not in LEAKING:
            tested, seen = {(t, -1) for t, _ in tested}, {(t, -1) for t, _ in seen}
        if tested & seen:
            raise RecordError(f"{record.path}: a test track was seen in training")


def _check_published_parts(record: Record) -> None:
    """Compare the parts of a record without an edition with those of the fault-filtered split."""
    parts = gtzan_table().set_index("track_id")["fault_filtered"]
    rows = record.predictions
    wrong = parts.reindex(rows["track_id"]).to_numpy() != rows["part"].to_numpy()
    if wrong.any():
        raise RecordError(f"{record.path}: {rows['track_id'][wrong].iloc[0]} is in another part")


def _units(split: Split, ids: np.ndarray, units: np.ndarray) -> set[tuple[str, int]]:
    names = ids[split.example_track[units]].tolist()
    return set(zip(names, split.example_segment[units].tolist(), strict=True))
