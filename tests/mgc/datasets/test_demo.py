"""The embedded edition: what ships, and what a classifier finds in it."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import soundfile
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    StratifiedGroupKFold,
    StratifiedKFold,
    cross_val_predict,
    cross_val_score,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from mgc.datasets import demo, opening
from mgc.datasets.tracks import GENRES
from mgc.errors import DataError
from mgc.features.loading import load_arrays


def test_edition_is_ten_genres_of_three_artists_with_three_tracks_of_their_own() -> None:
    rows = demo.manifest()
    edition = opening.open_edition()
    assert (edition.name, edition.n_tracks, edition.missing_genres) == ("demo", 90, ())
    assert {t.track_id: t.artist for t in edition.tracks} == {
        row["track_id"]: row["artist"] for row in rows
    }
    artists = Counter((row["genre"], row["artist"]) for row in rows)
    assert set(artists.values()) == {3}
    assert Counter(genre for genre, _ in artists) == dict.fromkeys(GENRES, 3)
    assert tuple(rows[0]) == demo.MANIFEST_COLUMNS
    for column in ("track_id", "notes_sha256", "sha256"):
        assert len({row[column] for row in rows}) == 90


@pytest.mark.parametrize("genre", GENRES)
def test_clips_are_those_of_the_manifest_and_sound_throughout(genre: str) -> None:
    for row in demo.manifest():
        if row["genre"] != genre:
            continue
        path = demo.clip_path(row["track_id"])
        assert hashlib.sha256(path.read_bytes()).hexdigest() == row["sha256"], row["track_id"]
        info = soundfile.info(path)
        assert (info.format, info.subtype) == ("OGG", "VORBIS")
        samples, rate = soundfile.read(path, dtype="float32")
        assert (rate, samples.shape) == (22_050, (661_500,))
        assert 0.6 < np.abs(samples).max() < 1.0, row["track_id"]
        frames = samples[: 661_500 // 2048 * 2048].reshape(-1, 2048)
        rms = np.sqrt((frames**2).mean(axis=1))
        assert np.mean(20 * np.log10(rms + 1e-12) < -60) < 0.05, row["track_id"]
        assert abs(samples.mean()) < 2e-3, row["track_id"]


def test_the_clips_are_small_enough_to_ship() -> None:
    assert sum(path.stat().st_size for path in demo.CLIPS.rglob("*.ogg")) < 11e6


def test_unknown_track_is_a_named_error() -> None:
    with pytest.raises(DataError, match=r"polka\.00000"):
        demo.clip_path("polka.00000")


def test_no_shallow_tree_tells_the_genres_and_artists_matter(tmp_path: Path) -> None:
    arrays = load_arrays(opening.open_edition(), tmp_path, jobs=1, progress=False)
    assert not arrays.left_out
    x, y = arrays.tabular, arrays.genre
    tracks = StratifiedKFold(5, shuffle=True, random_state=0)
    artists = StratifiedGroupKFold(5, shuffle=True, random_state=0)
    # A tree of depth 3 has eight leaves and cannot pass 80 % by construction; depth 5 could.
    for depth in (3, 5):
        tree = DecisionTreeClassifier(max_depth=depth, random_state=0)
        assert cross_val_score(tree, x, y, cv=tracks).mean() < 0.8
    linear = make_pipeline(StandardScaler(), LogisticRegression(C=0.05, max_iter=2000))
    on_tracks = np.mean(cross_val_predict(linear, x, y, cv=tracks) == y)
    on_artists = np.mean(cross_val_predict(linear, x, y, cv=artists, groups=arrays.artist) == y)
    assert 0.75 < on_tracks < 0.97
    assert 0.45 < on_artists < on_tracks - 0.1
