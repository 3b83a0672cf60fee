"""Small records for tests, made up from a seed."""

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import softmax

from mgc.datasets.tracks import GENRES, P_COLUMNS
from mgc.records.checks import HISTORY_COLUMNS, PREDICTION_COLUMNS
from mgc.records.config import fit_id
from mgc.records.store import Record


def config(**changes):
    """Return a full configuration."""
    return {
        "format": 1, "edition": "gtzan-mini", "edition_hash": "ab" * 32, "protocol": "cv5",
        "model": "mlp", "variant": "quick", "seed": 0, "feature_version": "1",
        "recipe": {"epochs": 3, "rates": [0.001, 1e-5]},
    } | changes  # fmt: skip


def predictions(seed=0, per_genre=2, skill=1.0, segments=(-1,)):
    """Return valid and test rows; `skill` adds to the score of the true genre."""
    rng, parts = np.random.default_rng(seed), (("test", 0), ("valid", per_genre))
    rows = []
    for genre, (part, first), i in product(GENRES, parts, range(per_genre)):
        for segment in segments:
            score = rng.normal(size=len(GENRES))
            score[GENRES.index(genre)] += skill
            name = f"{genre}.{first + i:05d}"
            rows.append((name, segment, part, "fold1", genre, *softmax(score)))
    return pd.DataFrame(rows, columns=list(PREDICTION_COLUMNS))


def one_hot(pairs):
    """Return test rows from (track, true genre, predicted genre), probability 1 each."""
    rows = [
        (track, -1, "test", "fold1", true, *(float(g == said) for g in GENRES))
        for track, true, said in pairs
    ]
    return pd.DataFrame(rows, columns=list(PREDICTION_COLUMNS))


def history():
    """Return two epochs, the second with a gap."""
    rows = [
        ("fold1", "fit", 1, 2.3, 0.1, 2.2, 0.12, 1e-3),
        ("fold1", "autoencoder", 2, 0.25, np.nan, 0.5, np.nan, 1.6e-6),
    ]
    return pd.DataFrame(rows, columns=list(HISTORY_COLUMNS))


ENVIRONMENT = {
    "device": "CPU",
    "duration_s": 90.0,
    "peak_memory_mb": 512.5,
    "packages": {"numpy": "2.0"},
}
ARCHITECTURE = [
    {"name": "a", "type": "Dense", "output_shape": [10], "parameters": 20, "trainable": True},
    {"name": "b", "type": "Dense", "output_shape": [5], "parameters": 55, "trainable": False},
]
PROBABILITIES = list(P_COLUMNS)


def unsaved(frame, **changes):
    """Return a record that was never written; of no artist, unless an edition is named."""
    settings = config(**{"edition": "toy"} | changes)
    return Record(
        Path("nowhere"), fit_id(settings), settings, ENVIRONMENT, ARCHITECTURE, history(), frame
    )


def save(store, frame=None, **changes):
    """Save a record with the given predictions and changes to the configuration."""
    rows = predictions() if frame is None else frame
    return store.save(config(**changes), ENVIRONMENT, ARCHITECTURE, history(), rows)


def answers(right, *, tracks=None, segments=-1, wrong=""):
    """Return test rows from right and wrong answers, probability 0.91 each.

    Track n has genre n mod 10; a wrong answer is `wrong`, or the next genre.
    """
    numbers = range(len(right)) if tracks is None else tracks
    genre = [GENRES[n % 10] for n in numbers]
    after = dict(zip(GENRES, (*GENRES[1:], GENRES[0]), strict=True))
    named = [g if ok else wrong or after[g] for g, ok in zip(genre, right, strict=True)]
    ids = [f"{g}.{n // 10:05d}" for g, n in zip(genre, numbers, strict=True)]
    frame = one_hot(zip(ids, genre, named, strict=True)).assign(segment=segments)
    frame[PROBABILITIES] = frame[PROBABILITIES] * 0.9 + 0.01
    return frame


def segments(per_track):
    """Return test rows of segments, from a list of right and wrong answers for each track."""
    frames = [
        answers(right, tracks=[track] * len(right), segments=range(len(right)))
        for track, right in enumerate(per_track)
    ]
    return pd.concat(frames, ignore_index=True)
