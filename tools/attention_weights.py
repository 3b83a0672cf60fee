"""Measure which moments VGG16's head with attention over time listens to.

``python -m tools.attention_weights --data ARCHIVE`` trains the networks of
`mgc.experiments.attention` once more, lets each weigh the test tracks of its fold, and writes what
that module reads.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from mgc.cli import options
from mgc.datasets.archive import open_archive
from mgc.datasets.splits import ARTIST_CV
from mgc.datasets.tracks import GENRES
from mgc.experiments import attention
from mgc.experiments.networks import fold_fit
from mgc.experiments.step import Material
from mgc.models.backend import keras
from mgc.records.store import default_root
from mgc.records.study import prepare_study
from mgc.training import trainer
from mgc.typing import Double, Float
from mgc.util import machine
from mgc.util.atomic import write_whole
from mgc.util.textfiles import csv_bytes, json_bytes
from tools.explanations import SHOWN, levels


def followed(weights: Double, spectrogram: Float) -> float:
    """Rank correlation of weights with the mean level over time of a picture [rows, frames]."""
    parts = np.array_split(spectrogram.mean(axis=0), len(weights))
    return float(spearmanr(weights, [part.mean() for part in parts]).statistic)


def measure(material: Material, number: int) -> tuple[pd.DataFrame, Double]:
    """Train the network of a fold, seed 0: a row and the weights of each test track."""
    fold = material.split.folds[number]
    trained = trainer.train(
        fold_fit(material, fold, 0, "vgg16", {}), attention.pooled_by_attention
    )
    columns = trained.examples.values[fold.test]  # noqa: PD011  # no pandas here
    weights = attention.weights_over_time(trained.model, columns)
    pictures = material.arrays.spectrogram[material.split.example_track[fold.test]]
    table = pd.DataFrame(
        {
            "track_id": material.track_id[fold.test],
            "genre": material.genre[fold.test],
            "fold": fold.name,
            "named": np.asarray(GENRES)[trained.predict(fold.test)[0].argmax(axis=1)],
            "half": attention.half(weights),
            "loudness": [followed(*pair) for pair in zip(weights, pictures, strict=True)],
        }
    )
    return table, weights


@click.command()
@click.option("--data", required=True, type=options.FILE, help="Archive with all of GTZAN.")
@click.option("--out", type=options.FOLDER, help="Store of records [book/records of the clone].")
@click.option("--cache", type=options.FOLDER, help="Folder of intermediate results.")
def main(data: Path, out: Path | None, cache: Path | None) -> None:
    """Weigh the test tracks of all artist folds, and write table and shown tracks."""
    root = out or default_root()
    study = prepare_study(data, records=root, cache=cache or "", protocol=ARTIST_CV)
    material = Material(study, study.edition_record.split(ARTIST_CV, 0))
    found = [measure(material, number) for number in range(len(material.split.folds))]
    table = pd.concat([rows for rows, _ in found], ignore_index=True)
    weights = pd.Series(list(np.concatenate([each for _, each in found])), table["track_id"])
    archive = open_archive(data)
    shown: list[dict[str, Any]] = []
    for genre in SHOWN:
        row = table[table["genre"] == genre].sort_values("track_id").iloc[0]
        picture = archive.log_power[np.searchsorted(archive.track_id, row["track_id"])]
        facts = {name: row[name] for name in ("track_id", "genre", "named")}
        over_time = weights[row["track_id"]].round(3).tolist()
        shown.append(facts | {"weights": over_time, "picture": levels(picture)})
    (root / attention.FACTS).parent.mkdir(exist_ok=True)
    write_whole(root / attention.WEIGHTS, csv_bytes(table.sort_values("track_id"), "%.4f"))
    made = {"commit": machine.commit(), "backend": keras.backend.backend(), "seed": 0}
    write_whole(root / attention.FACTS, json_bytes(made | {"shown": shown}))


if __name__ == "__main__":
    main(prog_name="python -m tools.attention_weights")
