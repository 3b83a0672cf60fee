"""Leakage: what is counted as shared, and what knowing the artists is worth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mgc.datasets.gtzan import gtzan_table
from mgc.datasets.tracks import GENRES
from mgc.display import leak_tables
from mgc.evaluation import leakage
from mgc.records.editions import EditionRecord
from mgc.records.store import Store
from mgc.records.study import Study


def edition(tracks: pd.DataFrame, values: np.ndarray, name: str = "custom") -> EditionRecord:
    tabular = pd.DataFrame(values, columns=[f"v{i}" for i in range(values.shape[1])])
    tabular.insert(0, "track_id", tracks["track_id"].to_numpy())
    return EditionRecord(name, "0" * 64, len(tracks), "1", (), {}, tracks, tabular)


@pytest.fixture
def by_artist() -> EditionRecord:
    """Ninety tracks of thirty artists whose sound says all about them and nothing of a genre."""
    rng = np.random.default_rng(3)
    rows, values = [], []
    for genre in GENRES:
        for letter in "abc":
            voice = rng.normal(0, 1, 40)
            for number in range(3):
                rows.append((f"{genre}.{letter}{number}", genre, f"{genre}-{letter}"))
                values.append(voice + rng.normal(0, 0.05, 40))
    tracks = pd.DataFrame(rows, columns=["track_id", "genre", "artist"])
    return edition(tracks, np.array(values))


def test_artists_on_both_sides_are_worth_everything_where_they_are_all_there_is(
    by_artist: EditionRecord,
) -> None:
    """A voice names its genre only if it was heard in training."""
    effect = leakage.artist_effect(by_artist).set_index("folds")
    assert effect.loc["artists on both sides", "accuracy"] > 0.95
    assert effect.loc["artists kept apart", "accuracy"] < 0.3
    assert (effect["low"] < effect["accuracy"]).all()


def test_without_artists_there_is_no_effect(by_artist: EditionRecord) -> None:
    """One unknown artist makes the folds undefined."""
    by_artist.tracks.loc[0, "artist"] = ""
    assert leakage.artist_effect(by_artist).empty


def test_repetitions_are_counted_by_hand(tmp_path: Path) -> None:
    """All of GTZAN by its table: segments leak tracks, random leaks files, the filter neither."""
    table = gtzan_table()
    tracks = table[["track_id", "genre"]].assign(artist="")
    record = edition(tracks, np.zeros((len(tracks), 2)), "gtzan")
    study = Study(Store(tmp_path), None, record, "random", "tuned", (0,), tmp_path)
    counts = leakage.repetitions(study).set_index("protocol")
    assert counts.loc["leaky_segments", "test_units"] == 1500
    # A test piece is alone with chance 0.15 or less to the ninth: nearly all leak.
    assert counts.loc["leaky_segments", "same_track"] >= 1490
    assert counts.loc["fault_filtered", ["same_track", "same_file"]].tolist() == [0, 0]
    assert counts.loc["fault_filtered", "test_units"] == (table["fault_filtered"] == "test").sum()
    assert counts.loc["random", "same_track"] == 0
    assert counts.loc["track_disjoint_segments", ["test_units", "same_track"]].tolist() == [
        1500,
        0,
    ]
    # Eight pairs of equal files: a test part of 15 % holds one or two of their tracks.
    pairs = (table["identical_to"] != "").sum()
    assert 0 <= counts.loc["random", "same_file"] <= 2 * pairs


def test_counted_tables_show_artists_where_they_are_known(by_artist: EditionRecord) -> None:
    """Nothing is shown that nobody knows."""
    counts = pd.DataFrame(
        [("random", 10, 0, 1, 4)],
        columns=["protocol", "test_units", "same_track", "same_file", "same_artist"],
    )
    assert "The artist trains" in leak_tables.repetition_table(counts, True)
    assert "The artist trains" not in leak_tables.repetition_table(counts, False)


def test_a_fall_is_clear_where_intervals_do_not_touch() -> None:
    """Two models fall by 20 and 10 points; only the first clearly."""
    rows = [
        ("random", "cnn", 0.8, 0.75, 0.85),
        ("random", "mlp", 0.6, 0.5, 0.7),
        ("fault_filtered", "cnn", 0.6, 0.55, 0.65),
        ("fault_filtered", "mlp", 0.5, 0.4, 0.6),
    ]
    table = pd.DataFrame(rows, columns=["protocol", "model", "accuracy", "low", "high"])
    (said,) = leak_tables.leak_statements(table)
    assert "−20\u00a0points to −10\u00a0points" in said
    assert said.endswith("for CNN.")
    assert "no records of two protocols" in leak_tables.leak_statements(table[:2])[0]
