"""Made-up fits on all of GTZAN's tracks, as the audit meets them."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from mgc.datasets.protocols import make_split
from mgc.datasets.tracks import GENRES, P_COLUMNS
from mgc.records.config import configuration
from mgc.records.editions import EditionRecord
from mgc.records.store import Record, Store

ENVIRONMENT = {
    "device": "CPU", "duration_s": 90.0, "peak_memory_mb": 700, "packages": {"keras": "3.15.1"},
    "python": "3.11.7", "commit": "abc", "threads": 1, "platform": "Linux x86_64",
}  # fmt: skip
LAYERS = [
    {"name": "dense", "type": "Dense", "output_shape": [10], "parameters": 30, "trainable": True}
]


def gtzan_edition() -> EditionRecord:
    """Return a thousand tracks without audio; the published split needs them all."""
    ids = [f"{genre}.{number:05d}" for genre in GENRES for number in range(100)]
    tracks = pd.DataFrame(
        {
            "track_id": ids, "genre": [name.split(".")[0] for name in ids], "artist": "",
            "duration_s": np.nan, "silence_share": np.nan, "clipped_share": np.nan,
            "peak": np.nan, "dc_offset": np.nan, "identical_to": "", "spectral_z": np.nan,
            "spectral_descriptor": "", "error": "",
        }
    )  # fmt: skip
    tabular = pd.DataFrame({"track_id": ids, "v": 0.0})
    return EditionRecord("gtzan-archive", "ab" * 32, 1000, "1", (), {}, tracks, tabular)


def save_fit(
    store: Store,
    edition: EditionRecord,
    model: str,
    share: float,
    *,
    protocol: str = "random",
    variant: str = "tuned",
    seed: int = 0,
    **environment: Any,
) -> Record:
    """Save a record of a fit that is right on a share of the test tracks."""
    tracks = edition.tracks
    ids, genres = tracks["track_id"].tolist(), tracks["genre"].tolist()
    split = make_split(protocol, ids, genres, [""] * len(ids), seed)
    rng = np.random.default_rng([int(1000 * share), seed])
    rows = []
    for fold in split.folds:
        for part, example in (*product(["valid"], fold.valid), *product(["test"], fold.test)):
            track, segment = split.example_track[example], split.example_segment[example]
            code = GENRES.index(genres[track])
            predicted = code if rng.random() < share else (code + 1) % 10
            values = np.where(np.arange(10) == predicted, 0.91, 0.01)
            rows.append((ids[track], segment, part, fold.name, genres[track], *values))
    names = ["track_id", "segment", "part", "fold", "genre", *P_COLUMNS]
    history = pd.DataFrame(
        {
            "fold": [fold.name for fold in split.folds], "stage": "fit", "epoch": 1, "loss": 1.0,
            "accuracy": 0.5, "val_loss": 1.0, "val_accuracy": 0.5, "learning_rate": 0.001,
        }
    )  # fmt: skip
    config = configuration(edition.name, edition.content_hash, protocol, model, variant, seed, "1")
    predictions = pd.DataFrame(rows, columns=names)
    return store.save(config, ENVIRONMENT | environment, LAYERS, history, predictions)
