"""Score anybody's answers as the book scores its own: same split, same intervals, same tests.

A split is handed out as a table (`split_table`). A system's answers to its test parts come back as
another (`read_answers`), and become a record like those of the book.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from mgc.datasets.splits import ALL_PROTOCOLS
from mgc.datasets.tracks import GENRES, P_COLUMNS
from mgc.errors import DataError, RecordError
from mgc.evaluation import metrics
from mgc.evaluation.accuracy import AccuracySummary, accuracy_summary
from mgc.evaluation.clusters import artist_groups, group_names
from mgc.evaluation.crossing import crossing
from mgc.evaluation.significance import EXAMPLE, Groups, fits_of, pairwise
from mgc.models import REFERENCES, TITLES
from mgc.models.recipe import VARIANTS
from mgc.records.editions import EditionRecord
from mgc.records.store import Record
from mgc.records.study import Study
from mgc.util.textfiles import read_csv

PARTS = ("train", "valid", "test")
YOURS = "yours"
TOLERANCE = 1e-3
"""By which ten probabilities may miss one in their sum: files are rounded."""


def split_table(edition: EditionRecord, protocol: str, seed: int = 0) -> pd.DataFrame:
    """Write a split as a table.

    Parameters
    ----------
    edition : EditionRecord
    protocol : str
        One of `mgc.datasets.splits.ALL_PROTOCOLS`.
    seed : int, at least 0
        Draws the split where a protocol draws at all.

    Returns
    -------
    table : DataFrame
        A row for each example in each fold that holds it: ``track_id``, ``segment`` (0 to 9, or
        -1 for a whole track), ``fold``, ``part`` (train, valid or test), ``genre``, ``group``
        (of its artist; the track's own id where the artist is unknown).

    Raises
    ------
    DataError
        There is no such protocol, or the edition has none of its tracks.
    """
    if protocol not in ALL_PROTOCOLS:
        raise DataError(f"no protocol {protocol!r}: choose one of {', '.join(ALL_PROTOCOLS)}")
    split, tracks = edition.split(protocol, seed), edition.usable
    known = artist_groups(edition.name)
    names = tracks["track_id"].to_numpy(dtype=str)
    examples = pd.DataFrame(
        {
            "track_id": names[split.example_track],
            "segment": split.example_segment,
            "genre": tracks["genre"].to_numpy(dtype=str)[split.example_track],
        }
    )
    parts = [
        examples.iloc[getattr(fold, part)].assign(fold=fold.name, part=part)
        for fold in split.folds
        for part in PARTS
    ]
    table: pd.DataFrame = pd.concat(parts, ignore_index=True)
    table["group"] = group_names(table["track_id"], known)
    return table[["track_id", "segment", "fold", "part", "genre", "group"]]


def read_answers(path: Path, split: pd.DataFrame) -> pd.DataFrame:
    """Read a system's answers to the test parts of a split, and refuse what does not fit.

    Parameters
    ----------
    path : Path
        A CSV with ``track_id``, ``fold`` (may be left out where a split has one), ``segment``
        (where the examples are segments), and either ``genre``, the answer, or the ten
        probabilities ``p_blues`` to ``p_rock``.
    split : DataFrame
        As `split_table` gives it.

    Returns
    -------
    answers : DataFrame
        The columns of a record's predictions; a bare genre counts as probability one.

    Raises
    ------
    DataError
        Columns are missing; a track is unknown, missing or doubled, or stands in another part of
        that fold; what is no genre, or no probabilities. The message names the first one.
    """
    try:
        given = read_csv(path, ("track_id", "fold", "genre"))
    except RecordError as problem:
        raise DataError(str(problem).partition(". Restore")[0]) from None
    probable = set(P_COLUMNS) <= set(given.columns)
    if not probable and "genre" not in given:
        raise DataError(f"{path}: needs a column genre, or the ten from p_blues to p_rock")
    key = ["fold", "track_id", "segment"]
    folds = split["fold"].unique()
    if len(folds) == 1 and "fold" not in given:
        given["fold"] = folds[0]
    if (split["segment"] < 0).all() and "segment" not in given:
        given["segment"] = -1
    for column in key:
        if column not in given:
            raise DataError(f"{path}: the column {column} is missing")
    given = given.rename(columns={"genre": "genre_given"})
    said = [*P_COLUMNS] if probable else ["genre_given"]
    tested = split[split["part"] == "test"]
    _check_examples(path, given[key], split)
    rows = tested.merge(given[[*key, *said]], on=key, validate="1:1")
    if probable:
        p = rows[list(P_COLUMNS)].to_numpy(dtype=np.float64)
        wrong = ~(np.isfinite(p).all(axis=1) & (p >= 0).all(axis=1))
        wrong |= np.abs(p.sum(axis=1) - 1) > TOLERANCE
        if wrong.any():
            raise DataError(
                f"{path}: {rows['track_id'][wrong].iloc[0]}: its ten numbers are no probabilities;"
                " they are at least 0 and add up to 1"
            )
        rows[list(P_COLUMNS)] = p / p.sum(axis=1, keepdims=True)
    else:
        strange = rows[~rows["genre_given"].isin(GENRES)]
        if len(strange):
            name, answer = strange[["track_id", "genre_given"]].iloc[0]
            raise DataError(f"{path}: {name}: {answer!r} is none of {', '.join(GENRES)}")
        for genre, column in zip(GENRES, P_COLUMNS, strict=True):
            rows[column] = (rows["genre_given"] == genre).astype(np.float64)
    return rows[["track_id", "segment", "part", "fold", "genre", *P_COLUMNS]]


def _check_examples(path: Path, given: pd.DataFrame, split: pd.DataFrame) -> None:
    """Refuse examples that are not those of the test parts, each once."""
    key = list(given.columns)
    unknown = given[~given["track_id"].isin(split["track_id"])]
    if len(unknown):
        raise DataError(f"{path}: {unknown['track_id'].iloc[0]} is no track of this split")
    folds = [str(name) for name in split["fold"].unique()]
    strange = given[~given["fold"].isin(folds)]
    if len(strange):
        raise DataError(
            f"{path}: {_named(strange.iloc[0])}: there is no such fold, only {', '.join(folds)}"
        )
    twice = given[given.duplicated()]
    if len(twice):
        raise DataError(f"{path}: {_named(twice.iloc[0])} stands in it more than once")
    placed = given.merge(split[[*key, "part"]], on=key, how="left")
    other = placed[placed["part"] != "test"]
    if len(other):
        titles = {"train": "in the training part", "valid": "in the validation part"}
        where = titles.get(other["part"].iloc[0], "in no part")
        raise DataError(
            f"{path}: {_named(other.iloc[0])} is {where} of that fold; only test tracks are scored"
        )
    tested = split.loc[split["part"] == "test", key]
    absent = tested.merge(given, on=key, how="left", indicator=True).query("_merge == 'left_only'")
    if len(absent):
        raise DataError(
            f"{path}: {len(absent)} of {len(tested)} answers are missing, the first for"
            f" {_named(absent.iloc[0])}; a system answers every test track"
        )


def _named(row: pd.Series) -> str:
    segment = f", segment {row['segment']}" if row["segment"] >= 0 else ""
    return f"{row['track_id']} (fold {row['fold']}{segment})"


@dataclass(frozen=True, eq=False)
class Score:
    """What a system's answers are worth.

    Attributes
    ----------
    summary : AccuracySummary
        Accuracy with its interval over artists.
    apart : AccuracySummary or None
        The same without the tracks whose artists cross; None where no artist does, or all do.
    n_crossing : int
        Number of these tracks.
    confusion : DataFrame
        As `mgc.evaluation.metrics.confusion`.
    calibration_error, log_loss : float
        In [0, 1], and in nats; NaN where the answers are bare genres.
    tests : DataFrame
        As `mgc.evaluation.significance.pairwise`, of the answers against each published model.
    """

    summary: AccuracySummary
    apart: AccuracySummary | None
    n_crossing: int
    confusion: pd.DataFrame
    calibration_error: float
    log_loss: float
    tests: pd.DataFrame


def score(
    answers: pd.DataFrame,
    split: pd.DataFrame,
    edition: EditionRecord,
    protocol: str,
    others: Groups,
    seed: int = 0,
) -> Score:
    """Score answers to a split, and set them against the published models of the same protocol.

    Parameters
    ----------
    answers : DataFrame
        As `read_answers` gives them.
    split : DataFrame
        As `split_table` gives it.
    edition : EditionRecord
    protocol : str
    others : mapping of str to Record, sequence of Record or NotRun
        Published models by name; fits that were tested on other tracks are passed over.
    seed : int
        That the split was drawn with.
    """
    record = as_record(answers, edition, protocol, seed)
    crossed = crossing(split)
    kept = answers[~answers["track_id"].isin(crossed)]
    split_by_artist = bool(crossed) and not kept.empty
    bare = bool(np.isin(metrics.probabilities(answers), (0.0, 1.0)).all())
    rivals = {name: fits for name, fits in _tested_alike(others, answers).items() if fits}
    return Score(
        summary=accuracy_summary(record),
        apart=accuracy_summary(as_record(kept, edition, protocol)) if split_by_artist else None,
        n_crossing=len(crossed),
        confusion=metrics.confusion(answers),
        calibration_error=float("nan") if bare else metrics.calibration(answers).ece,
        log_loss=float("nan") if bare else metrics.log_loss(answers),
        tests=pairwise({YOURS: record, **rivals}, [(YOURS, name) for name in rivals]),
    )


def _tested_alike(others: Groups, answers: pd.DataFrame) -> dict[str, list[Record]]:
    """Keep the fits that were tested on the examples of some answers."""
    examples = set(answers[EXAMPLE].itertuples(index=False, name=None))
    return {
        name: [
            fit
            for fit in fits
            if examples == set(metrics.test_rows(fit)[EXAMPLE].itertuples(index=False, name=None))
        ]
        for name, fits in fits_of(others).items()
    }


def as_record(
    answers: pd.DataFrame, edition: EditionRecord, protocol: str, seed: int = 0
) -> Record:
    """Wrap answers as a record of one seed, which the functions of this room take."""
    config = {
        "edition": edition.name, "edition_hash": edition.content_hash, "protocol": protocol,
        "model": YOURS, "variant": "", "seed": seed,
    }  # fmt: skip
    return Record(Path(), "", config, {}, [], pd.DataFrame(), answers)


def published(study: Study, protocol: str) -> Mapping[str, list[Record]]:
    """Find the published fits of each model and variant under a protocol, by title."""
    names = ("retuned", "tuned", "as_written")
    titles = {name: VARIANTS[name].title for name in names}
    groups: Groups = {
        f"{TITLES[model]} ({title})": fits
        for variant, title in titles.items()
        for model, fits in study.groups(variant, protocol).items()
    } | {
        TITLES[model]: fits for model, fits in study.groups("tuned", protocol, REFERENCES).items()
    }
    return fits_of(groups)
