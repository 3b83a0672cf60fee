"""Small sets of features that models can learn, made without audio."""

from __future__ import annotations

import numpy as np

from mgc.datasets.splits import Fold, Split
from mgc.datasets.tracks import GENRES
from mgc.features.arrays import FRAME_RATE, Arrays


def make_arrays(
    per_genre: int = 3, n_frames: int = 129, seed: int = 0, n_genres: int = 10
) -> Arrays:
    """Tracks whose genre shows in every representation, under noise."""
    rng = np.random.default_rng(seed)
    genre = np.repeat(np.array(GENRES[:n_genres]), per_genre)
    n, code = len(genre), np.repeat(np.arange(n_genres), per_genre)
    tabular = rng.standard_normal((n, 228)) + 2 * (np.arange(228) % 10 == code[:, None])
    spectrogram = rng.uniform(-80, -40, (n, 128, n_frames))
    spectrogram[np.arange(128)[None] // 13 == code[:, None]] += 40
    sequence = rng.standard_normal((n, n_frames, 13)) + (np.arange(13) == code[:, None])[:, None]
    segments = np.repeat(tabular[:, None], 10, axis=1) + rng.standard_normal((n, 10, 228)) / 2
    return Arrays(
        track_id=np.array([f"{g}.{i % per_genre:05d}" for i, g in enumerate(genre)]),
        genre=genre,
        artist=np.array([""] * n),
        tabular=tabular.astype(np.float32),
        spectrogram=spectrogram.astype(np.float32),
        sequence=sequence.astype(np.float32),
        segments=segments.astype(np.float32),
        left_out={},
        frame_rate=FRAME_RATE,
    )


def one_fold(arrays: Arrays, per_genre: int = 3) -> Split:
    """First track of each genre to test, second to validate, the others to train."""
    examples = np.arange(len(arrays.genre))
    place = examples % per_genre
    fold = Fold("holdout", examples[place > 1], examples[place == 1], examples[place == 0])
    return Split("random", examples, np.full(len(examples), -1), (fold,))
