"""Measure how answers about sound hold when it is degraded.

``python -m tools.robustness --mini FOLDER --archive FILE`` writes what
`mgc.experiments.robustness` reads: the mini set, degraded as sound, drawn by the rule of the
archive, and predicted by models that are fitted again on the published pictures, as their records
were. Three controls could refute the chain: the refitted models must give the recorded
predictions, and pictures of undegraded sound must agree with the published ones as
`tools.packing` found, or nothing is written; a stretch by 1 and a shift by 0 semitones go through
the same methods as all others.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import click
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from mgc.audio.samples import load
from mgc.cli import options
from mgc.datasets.archive import Archive, open_archive
from mgc.datasets.edition import Edition
from mgc.datasets.opening import open_edition
from mgc.datasets.splits import ARTIST_CV, Fold
from mgc.datasets.tracks import GENRES, P_COLUMNS
from mgc.errors import RecordError
from mgc.evaluation import packing
from mgc.evaluation.metrics import test_rows
from mgc.experiments import augmentation, harness, labels
from mgc.experiments.readout import PENALTY
from mgc.experiments.robustness import (
    ANEW,
    COPIES,
    FACTS,
    FILE,
    NEUTRAL,
    NONE,
    PLAIN,
    STRENGTHS,
)
from mgc.experiments.step import Arm, Material
from mgc.features.archive_picture import N_BINS
from mgc.features.from_archive import decibels
from mgc.features.pack import RANGE_DB
from mgc.features.statistics import NAMES as STATISTICS
from mgc.features.statistics import picture_statistics
from mgc.records.config import fit_id
from mgc.records.store import Record, default_root
from mgc.records.study import Study, open_study
from mgc.training.baselines import genre_probabilities
from mgc.training.inputs import scale
from mgc.typing import Double, Float, Grey, StrArray
from mgc.util import machine
from mgc.util.atomic import write_whole
from mgc.util.pools import extract_many
from mgc.util.textfiles import csv_bytes, json_bytes
from tools import degradation

PACKAGES = (
    "mgc", "librosa", "numpy", "pandas", "scikit-learn", "scipy", "soundfile", "soxr",
)  # fmt: skip
CONDITIONS = [(kind, strength) for kind, known in STRENGTHS.items() for strength in known]
FITTED: Mapping[str, Arm] = {PLAIN: labels.CONTROL, COPIES: augmentation.arm("")}
CLOSE, SAME = 0.03, 0.99
"""Largest difference of a probability from its record, and least share of equal answers.

The solver stops early, after hundreds of steps in single precision, and where it stops depends on
the processor: fits of one arm differ by up to 0.01 between machines, and not at all on one.
"""


class Heard(NamedTuple):
    """A track under each of `CONDITIONS`, and its undegraded picture.

    ``statistics`` is [n_conditions, 896], ``kbit_s`` is 0 where nothing was encoded.
    """

    statistics: Float
    kbit_s: Double
    picture: Grey


def hear(path: Path, conditions: list[tuple[str, float]] = CONDITIONS) -> Heard:
    """Degrade one file in each way, and sum up the pictures; the first of them is kept."""
    samples = load(path)
    statistics, rates, pictures = [], [], []
    for kind, strength in conditions:
        heard = degradation.degrade(samples, kind, strength, path.stem)
        drawn = degradation.picture(heard.samples, len(samples))
        statistics.append(picture_statistics(decibels(drawn[None]))[0])
        rates.append(heard.kbit_s)
        pictures.append(drawn)
    return Heard(np.stack(statistics), np.array(rates), pictures[0])


def recorded(study: Study, arm: Arm) -> Record:
    """Look up the record of an arm; RecordError where there is none."""
    name = fit_id(harness.configuration(study, arm, ARTIST_CV, 0))
    record = study.store.steps.get(name)
    if record is None:
        raise RecordError(f"no record {name} of {arm.name}; run `mgc steps` first")
    return record


class Refitted(NamedTuple):
    """The model of a fold, and the columns it was trained on, which set the scale."""

    model: LogisticRegression
    trained: Float

    def ask(self, asked: Float) -> Double:
        """Give the probabilities of tracks [n, 896], scaled as in training."""
        rows = np.arange(len(self.trained))
        scaled = scale(np.concatenate([self.trained, asked]), rows, "per column")
        return genre_probabilities(self.model, scaled[len(rows) :])


def refit(material: Material, fold: Fold, way: str) -> Refitted:
    """Fit a fold without or with altered copies, as the arm of that name does."""
    parts = [material.pictures[fold.train]]
    if way == COPIES:
        copied = material.once(augmentation.copies)
        parts += [copied[kind][fold.train] for kind in augmentation.KINDS]
    x, genre = np.concatenate(parts), np.tile(material.genre[fold.train], len(parts))
    weight = np.full(len(x), 1 / len(parts)) if way == COPIES else None
    model = LogisticRegression(C=PENALTY, max_iter=5000)
    model.fit(scale(x, np.arange(len(x)), "per column"), genre, sample_weight=weight)
    return Refitted(model, x)


def check(record: Record, test: StrArray, p: Double) -> float:
    """Compare test predictions of a refitted fold with the record's.

    Returns the largest difference of a probability; RecordError where it exceeds `CLOSE`, or
    fewer than `SAME` of the answers are the same.
    """
    rows = test_rows(record).set_index("track_id")
    known = rows.loc[test.tolist(), list(P_COLUMNS)].to_numpy()
    apart = float(np.abs(known - p).max())
    same = float((known.argmax(axis=1) == p.argmax(axis=1)).mean())
    if not (apart <= CLOSE and same >= SAME):
        raise RecordError(
            f"{record.fit_id}: fitted again, it differs from its record by up to {apart:.4f}, and"
            f" {same:.1%} of its answers are the same; run `mgc steps` with the packages that"
            " constraints.txt names"
        )
    return apart


def level_changes(heard: Float) -> list[dict[str, Any]]:
    """Say how far the mean level of pictures moves under each condition, in levels of 256.

    `heard` is [n, n_conditions, 896], the first condition undegraded. The weakest cell of a
    picture is its level 0, so that a change of that cell alone moves all the others.
    """
    first = STATISTICS.index("mean") * N_BINS
    level = heard[:, :, first : first + N_BINS].mean(axis=2) * (255 / RANGE_DB)
    change = np.abs(level - level[:, :1]).mean(axis=0)
    return [
        {"kind": kind, "strength": strength, "levels": round(float(moved), 2)}
        for (kind, strength), moved in zip(CONDITIONS, change, strict=True)
    ]


class Answers(NamedTuple):
    """Rows of the table, and how far each refitted model is from its record."""

    table: pd.DataFrame
    apart: dict[str, float]


def answer(material: Material, names: StrArray, heard: Float) -> Answers:
    """Fit each fold again and ask it about the degraded tracks that it tests.

    Parameters
    ----------
    material : Material
    names : ndarray [shape=(n,)], str
        Ids of tracks that were heard.
    heard : ndarray [shape=(n, n_conditions, 896)]
    """
    frames, apart = [], dict.fromkeys(FITTED, 0.0)
    for fold in material.split.folds:
        tested = np.isin(names, material.track_id[fold.test])
        for way, arm in FITTED.items():
            fitted = refit(material, fold, way)
            p = fitted.ask(material.pictures[fold.test])
            known = check(recorded(material.study, arm), material.track_id[fold.test], p)
            apart[way] = max(apart[way], known)
            if not tested.any():
                continue
            for number, condition in enumerate(CONDITIONS):
                p = fitted.ask(heard[tested, number])
                frames.append(_rows(condition, way, names[tested], p))
                if way == PLAIN:
                    # Mean and spread of equally degraded tracks that this fold does not test.
                    anew = scale(heard[:, number], np.flatnonzero(~tested), "per column")[tested]
                    p = genre_probabilities(fitted.model, anew)
                    frames.append(_rows(condition, ANEW, names[tested], p))
    table = pd.concat(frames)
    place = {condition: number for number, condition in enumerate(CONDITIONS)}
    table["place"] = [place[pair] for pair in zip(table["kind"], table["strength"], strict=True)]
    table["way"] = table["model"].map({PLAIN: 0, COPIES: 1, ANEW: 2})
    table = table.sort_values(["place", "way", "track_id"]).drop(columns=["place", "way"])
    return Answers(table.reset_index(drop=True), apart)


def _rows(condition: tuple[str, float], way: str, names: StrArray, p: Double) -> pd.DataFrame:
    genre = [name.split(".")[0] for name in names.tolist()]
    own = np.array([GENRES.index(name) for name in genre])
    return pd.DataFrame(
        {
            "kind": condition[0],
            "strength": condition[1],
            "model": way,
            "track_id": names,
            "genre": genre,
            "named": [GENRES[number] for number in p.argmax(axis=1)],
            "p": p[np.arange(len(p)), own],
        }
    )


def agreement(table: pd.DataFrame, material: Material) -> dict[str, float]:
    """Share of tracks whose answer from undegraded sound is that to the published picture."""
    shares = {}
    for way, arm in FITTED.items():
        known = test_rows(recorded(material.study, arm)).set_index("track_id")
        mine = table[(table["kind"] == NONE) & (table["model"] == way)]
        p = known.loc[mine["track_id"].tolist(), list(P_COLUMNS)].to_numpy()
        same = mine["named"].to_numpy() == np.array(GENRES)[p.argmax(axis=1)]
        shares[way] = round(float(same.mean()), 6)
    return shares


def equal_cells(archive: Archive, names: StrArray, pictures: Grey) -> Double:
    """Share of the cells of each picture that are those of the published one."""
    place = {name: row for row, name in enumerate(archive.track_id.tolist())}
    published = archive.log_power[[place[name] for name in names.tolist()]]
    shares: Double = (published == pictures).mean(axis=(1, 2))
    return shares


def check_pictures(root: Path, names: StrArray, equal: Double) -> None:
    """Raise RecordError where pictures do not agree with the archive as `tools.packing` found."""
    known = packing.load(root).tracks.set_index("track_id")["equal"]
    apart = np.abs(known.loc[names.tolist()].to_numpy() - equal)
    if apart.max() > 1e-3:
        raise RecordError(
            f"{names[apart.argmax()]}: its undegraded picture is not that of tools.packing; run"
            " that tool again, or look for what changed in the chain"
        )


def measure(study: Study, mini: Edition, jobs: int | None) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Give the table, and the facts that stand beside it."""
    material = Material(study, study.split())
    tracks = [t for t in mini.tracks if t.track_id in set(material.track_id.tolist())]
    names = np.array([track.track_id for track in tracks])
    paths = [track.path for track in tracks]
    found = list(extract_many(hear, paths, "Degrading", jobs, show=True))
    source = study.source()
    assert source.archive is not None
    equal = equal_cells(
        open_archive(source.archive), names, np.stack([track.picture for track in found])
    )
    check_pictures(study.store.root, names, equal)
    heard = np.stack([track.statistics for track in found])
    table, apart = answer(material, names, heard)
    rates = np.stack([track.kbit_s for track in found])
    encoded = {
        f"{strength:g}": [round(float(end(rates[:, number])), 2) for end in (np.min, np.max)]
        for number, (_, strength) in enumerate(CONDITIONS)
        if rates[:, number].any()
    }
    return table, {
        "archive": source.key,
        "mini": mini.key,
        "protocol": study.protocol,
        "tracks": len(names),
        "not_in_protocol": sorted({t.track_id for t in mini.tracks} - set(names.tolist())),
        "fits": {way: recorded(study, arm).fit_id for way, arm in FITTED.items()},
        "largest_difference_from_record": {way: float(f"{d:.2g}") for way, d in apart.items()},
        "same_answer_as_published_picture": agreement(table, material),
        "level_changes": level_changes(heard),
        "equal_cells": round(float(equal.mean()), 6),
        "neutral": dict(NEUTRAL),
        "mp3_kbit_s": encoded,
        "band_hz": list(degradation.BAND_HZ),
        "filter_order": degradation.ORDER,
        "noise_seed": degradation.SEED,
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        **machine.machine(PACKAGES),
    }


@click.command()
@click.option("--mini", type=options.DATA, default=lambda: os.environ.get("MGC_DATA"),
              help="Folder of the mini set [MGC_DATA].")  # fmt: skip
@click.option("--archive", type=options.FILE, default=lambda: os.environ.get("MGC_ARCHIVE"),
              help="Archive of all of GTZAN [MGC_ARCHIVE].")  # fmt: skip
@click.option("--out", type=options.FOLDER, help="Store of records [book/records of the clone].")
@options.JOBS
def main(mini: str | None, archive: Path | None, out: Path | None, jobs: int | None) -> None:
    """Degrade the mini set, ask both models, and write table and facts."""
    if mini is None or archive is None:
        raise click.UsageError("name the mini set (--mini) and the archive of GTZAN (--archive)")
    root = out or default_root()
    study = open_study(archive, records=default_root(), protocol=ARTIST_CV, variant="tuned")
    table, facts = measure(study, open_edition(mini), jobs)
    (root / FILE).parent.mkdir(parents=True, exist_ok=True)
    write_whole(root / FILE, csv_bytes(table, "%.6g"))
    write_whole(root / FACTS, json_bytes(facts))
    right = table.assign(right=table["named"] == table["genre"])
    wide = right.pivot_table(index=["kind", "strength"], columns="model", values="right")
    click.echo(wide.to_string(float_format="{:.3f}".format))


if __name__ == "__main__":
    main(prog_name="python -m tools.robustness")
