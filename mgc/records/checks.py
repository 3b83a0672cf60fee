"""What makes a record sound: the checks that each of its files must pass.

Run on writing and on every reading, so that a damaged record never reaches a table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mgc.datasets.splits import ALL_PROTOCOLS, BY_SEGMENT
from mgc.datasets.tracks import GENRES, N_SEGMENTS, P_COLUMNS
from mgc.records.config import FORMAT
from mgc.typing import IntArray
from mgc.util.textfiles import fail

FILES = ("config.json", "environment.json", "architecture.json", "history.csv", "predictions.csv")
CHECKSUMS = "checksums.json"
PARTS = ("valid", "test")
TRANSFER, TRANSFER_PARTS = "musicnn", ("train", "test")
"""A model that learned elsewhere, and the parts for which its inputs are published."""
STAGES = ("fit", "autoencoder")
PREDICTION_COLUMNS = ("track_id", "segment", "part", "fold", "genre", *P_COLUMNS)
HISTORY_COLUMNS = (
    "fold", "stage", "epoch", "loss", "accuracy", "val_loss", "val_accuracy", "learning_rate",
)  # fmt: skip
CONFIG_KEYS: Mapping[str, type] = {
    "format": int, "edition": str, "edition_hash": str, "protocol": str, "model": str,
    "variant": str, "seed": int, "feature_version": str, "recipe": dict,
}  # fmt: skip
LAYER_KEYS = ("name", "type", "output_shape", "parameters", "trainable")
SUM_TOLERANCE = 1e-4


def check_config(config: Any, path: Path) -> dict[str, Any]:
    """Check the keys and types of a configuration; the hash is checked by the reader."""
    if not isinstance(config, dict):
        fail(path, "holds no configuration")
    for key, kind in CONFIG_KEYS.items():
        if key not in config:
            fail(path, f"the key {key} is missing")
        if not isinstance(config[key], kind) or isinstance(config[key], bool):
            fail(path, f"{key} is {config[key]!r}, which is no {kind.__name__}")
    if config["format"] != FORMAT:
        fail(path, f"format {config['format']}, and this version reads format {FORMAT}")
    if config["protocol"] not in ALL_PROTOCOLS:
        fail(path, f"unknown protocol {config['protocol']!r}")
    if config["seed"] < 0:
        fail(path, f"the seed is {config['seed']}, below 0")
    return config


def check_environment(environment: Any, path: Path) -> dict[str, Any]:
    """Check what the cost table needs: device, duration_s, peak_memory_mb, packages."""
    if not isinstance(environment, dict):
        fail(path, "holds no environment")
    if not isinstance(environment.get("device"), str):
        fail(path, "device is missing or no text")
    if not isinstance(environment.get("packages"), dict):
        fail(path, "packages is missing or no table of names and versions")
    for key in ("duration_s", "peak_memory_mb"):
        value = environment.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            fail(path, f"{key} is missing or no number of 0 or more")
    return environment


def check_architecture(layers: Any, path: Path) -> list[dict[str, Any]]:
    """Check the list of layers, each with name, type, output_shape, parameters, trainable."""
    if not isinstance(layers, list) or not all(isinstance(layer, dict) for layer in layers):
        fail(path, "holds no list of layers")
    for number, layer in enumerate(layers):
        for key in LAYER_KEYS:
            if key not in layer:
                fail(path, f"layer {number} has no {key}")
        count = layer["parameters"]
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            fail(path, f"layer {number} has {count!r} parameters, which is no count")
    return layers


def need_columns(
    frame: pd.DataFrame, columns: Sequence[str], path: Path, *, rows: bool = True
) -> None:
    """Refuse a table that lacks one of the columns, or has no rows unless `rows` is False."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        fail(path, f"the column {missing[0]} is missing")
    if rows and frame.empty:
        fail(path, "holds no rows")


def check_known(
    frame: pd.DataFrame, column: str, good: pd.Series[bool], path: Path, what: str
) -> None:
    """Refuse a table with a value that is not among the known ones."""
    bad = frame[column][~good]
    if len(bad):
        fail(path, f"{column} {bad.tolist()[0]!r} is no known {what}")


def check_history(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Check the learning curves; models that do not learn in epochs have no rows."""
    need_columns(frame, HISTORY_COLUMNS, path, rows=False)
    frame = frame[list(HISTORY_COLUMNS)].reset_index(drop=True)
    frame["fold"] = frame["fold"].astype(str)
    check_known(frame, "stage", frame["stage"].isin(STAGES), path, "stage")
    for column in HISTORY_COLUMNS[2:]:
        try:
            frame[column] = pd.to_numeric(frame[column]).astype(
                np.int64 if column == "epoch" else np.float64
            )
        except (ValueError, TypeError, OverflowError):
            fail(path, f"{column} holds something that is no number")
    return frame


def check_predictions(frame: pd.DataFrame, config: Mapping[str, Any], path: Path) -> pd.DataFrame:
    """Check the predictions of a fit; returns them with their columns and rows in order.

    Every row has a known genre and part; probabilities lie in [0, 1] and sum to 1 within
    1e-4; no example is predicted twice in a part of a fold, or in both parts of it; a track has
    one genre; the segment column fits the protocol; in ``cv5`` each track is tested once.
    """
    need_columns(frame, PREDICTION_COLUMNS, path)
    try:
        segment = pd.to_numeric(frame["segment"]).astype(np.int64)
        p = frame[list(P_COLUMNS)].to_numpy(dtype=np.float64)
    except (ValueError, TypeError, OverflowError):
        fail(path, "a probability or a segment is no number")
    parts = TRANSFER_PARTS if config["model"] == TRANSFER else PARTS
    texts = {name: frame[name].astype(str) for name in ("track_id", "part", "fold", "genre")}
    frame = pd.DataFrame({**texts, "segment": segment})
    check_known(frame, "part", frame["part"].isin(parts), path, "part")
    check_known(frame, "genre", frame["genre"].isin(GENRES), path, "genre")
    off = np.abs(p.sum(axis=1) - 1.0)
    for row in np.flatnonzero(~((off <= SUM_TOLERANCE) & (p >= 0).all(axis=1)))[:1]:
        who = frame["track_id"].iloc[row]
        if not np.isfinite(p[row]).all() or (p[row] < 0).any():
            fail(path, f"a probability of {who} is negative or no number")
        fail(path, f"the probabilities of {who} sum to {p[row].sum():.4f} instead of 1")
    # Numbers in the place of texts, in the same order: what follows is many times as quick.
    track, names = pd.factorize(frame["track_id"], sort=True)
    fold = pd.factorize(frame["fold"], sort=True)[0]
    _check_rows(frame, track, names, fold, config, path)
    part = frame["part"].map({name: number for number, name in enumerate(parts)})
    order = np.lexsort((segment, track, part, fold))
    whole = pd.concat([frame, pd.DataFrame(p.round(6), frame.index, list(P_COLUMNS))], axis=1)
    return whole[list(PREDICTION_COLUMNS)].iloc[order].reset_index(drop=True)


def _check_rows(
    frame: pd.DataFrame,
    track: IntArray,
    names: pd.Index[str],
    fold: IntArray,
    config: Mapping[str, Any],
    path: Path,
) -> None:
    """Check what the rows say together: genres, segments, repeats, coverage.

    `track` numbers the track of each row by its place in `names`, and `fold` its fold.
    """
    place = {name: number for number, name in enumerate(GENRES)}
    genre = frame["genre"].map(place).to_numpy(dtype=np.int64)
    if len(np.unique(track * len(GENRES) + genre)) > len(names):
        fail(path, "a track has two genres")
    if config["edition"] != "custom":
        # Named editions follow GTZAN's ids; in a folder of one's own a file has any name.
        said = np.asarray([place.get(name.partition(".")[0], -1) for name in names])[track]
        wrong = frame[(said >= 0) & (said != genre)]
        if len(wrong):
            row = wrong.iloc[0]
            fail(path, f"{row['track_id']} has the wrong genre {row['genre']}")
    segmented = config["protocol"] in BY_SEGMENT
    least, most = (0, N_SEGMENTS - 1) if segmented else (-1, -1)
    check_known(frame, "segment", frame["segment"].between(least, most), path, "segment here")
    example = track * (N_SEGMENTS + 1) + frame["segment"].to_numpy() + 1
    if len(twice := frame[pd.Series(fold * (example.max() + 1) + example).duplicated().array]):
        row = twice.iloc[0]
        fail(path, f"{row['track_id']} is predicted twice in fold {row['fold']}")
    test = (frame["part"] == "test").to_numpy(dtype=bool)
    if not test.any():
        fail(path, "the part test has no rows")
    if len(twice := frame[test][pd.Series(example[test]).duplicated().array]):
        fail(path, f"{twice.iloc[0]['track_id']} is in the test part of two folds")
