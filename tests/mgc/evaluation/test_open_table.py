"""The open table holds the published models and the systems of others, by one rule."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mgc.datasets.tracks import P_COLUMNS
from mgc.errors import DataError, RecordError
from mgc.evaluation.accuracy import accuracy_summary
from mgc.evaluation.metrics import test_rows
from mgc.evaluation.open_table import FOLDER, LIST, among, open_table, systems
from mgc.evaluation.outside import GENRE_TAGS, GENRES_FILE, among_tagged
from mgc.records.store import Store
from mgc.records.study import Study, open_study

PUBLISHED = Path(__file__).resolve().parents[3] / "book" / "records"


@pytest.fixture(scope="module")
def study() -> Study:
    return open_study("gtzan-archive", records=PUBLISHED, protocol="artist_cv")


@pytest.fixture
def writable(study: Study, tmp_path: Path) -> Study:
    """The published study, with systems that a test may change."""
    for name in ("fits", "editions"):
        (tmp_path / name).symlink_to(PUBLISHED / name)
    shutil.copytree(PUBLISHED / FOLDER, tmp_path / FOLDER)
    return replace(study, store=Store(tmp_path))


def test_published_rows_are_what_the_book_says_of_them(study: Study) -> None:
    table = open_table(systems(study)).set_index(["system", "protocol"])
    fits = study.groups("tuned", "fault_filtered", ("cnn",))["cnn"]
    known = accuracy_summary(fits)
    row = table.loc["CNN (tuned)", "fault_filtered"]
    assert row["accuracy"] == known.accuracy
    assert (row["low"], row["high"], row["macro_f1"]) == (known.low, known.high, known.macro_f1)
    assert row["source"].split() == [fit.fit_id for fit in fits]
    assert set(table.loc[table["outside"] == ""].index.get_level_values(0)) >= {"CNN (tuned)"}
    assert "ImageNet" in table.loc["VGG16 transfer (tuned)", "artist_cv"]["outside"]


def test_systems_of_others_are_scored_from_their_answers(study: Study) -> None:
    row = next(s for s in systems(study) if s.title == "MusiCNN tags at their word")
    given = pd.read_csv(PUBLISHED / FOLDER / GENRES_FILE).set_index("track_id")
    best = given[list(P_COLUMNS)].idxmax(axis=1)
    right = best.str.removeprefix("p_") == best.index.str.split(".").str[0]
    assert accuracy_summary(row.records).accuracy == pytest.approx(right.mean())

    tagged = sorted(GENRE_TAGS.values())
    of_these = right[right.index.str.split(".").str[0].isin(tagged)]
    found = among_tagged([row]).iloc[0]
    assert found["accuracy"] == pytest.approx(of_these.mean())
    assert found["n_tracks"] == len(of_these)


def test_a_choice_among_some_genres_gives_no_other(study: Study) -> None:
    (fits,) = study.groups("tuned", "fault_filtered", ("mlp",)).values()
    rows = test_rows(fits[0])
    kept = rows[rows["genre"].isin(["jazz", "metal"])]
    answers = np.where(kept["p_jazz"] >= kept["p_metal"], "jazz", "metal")
    expected = np.mean(answers == kept["genre"])
    assert among(fits[:1], ["jazz", "metal"]).accuracy == pytest.approx(expected)
    with pytest.raises(DataError, match="polka"):
        among(fits, ["polka"])


def test_answers_that_do_not_fit_are_refused_by_name(writable: Study) -> None:
    file = writable.store.root / FOLDER / GENRES_FILE
    pd.read_csv(file).iloc[1:].to_csv(file, index=False)
    with pytest.raises(DataError, match=rf"{GENRES_FILE}: 1 of 290 answers are missing"):
        systems(writable)


def test_a_damaged_list_is_refused_and_no_list_is_no_system(writable: Study) -> None:
    file = writable.store.root / FOLDER / LIST
    text = file.read_text()
    file.write_text(text.replace("fault_filtered", "fault_filter"))
    with pytest.raises(RecordError, match="fault_filter is none of"):
        systems(writable)
    file.write_text(text.replace("outside", "elsewhere"))
    with pytest.raises(RecordError, match="its columns are not"):
        systems(writable)
    file.unlink()
    assert not [row for row in systems(writable) if row.title.startswith("MusiCNN")]
