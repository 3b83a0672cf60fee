"""The release of the data is complete, described and the same bytes wherever it is made."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from mgc.datasets.tracks import P_COLUMNS
from mgc.evaluation.metrics import accuracy, test_rows
from mgc.evaluation.open_table import PROTOCOLS
from mgc.evaluation.scoring import published, read_answers
from mgc.records.study import Study, open_study
from tests.helpers import outside
from tools import release_data
from tools.pages.project import Project

ROOT = outside.ROOT
DATE = "2026-01-31"


@pytest.fixture(scope="module")
def study() -> Study:
    return open_study("gtzan-archive", records=ROOT / "book" / "records", protocol="artist_cv")


@pytest.fixture(scope="module")
def made(study: Study) -> bytes:
    return release_data.release(study, Project(ROOT), DATE)


@pytest.fixture(scope="module")
def files(made: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        names = archive.namelist()
        assert all(name.startswith(f"gtzan-facts-{DATE}/") for name in names)
        return {name.partition("/")[2]: archive.read(name) for name in names}


@pytest.fixture(scope="module")
def tables(files: dict[str, bytes]) -> dict[str, Any]:
    return {table["path"]: table for table in json.loads(files["datapackage.json"])["resources"]}


def test_the_same_date_gives_the_same_bytes_in_another_folder_and_at_another_time(
    made: bytes, tmp_path: Path
) -> None:
    line = ("--date", DATE, "--out", tmp_path / "deep" / "er")
    told = outside.invoke(release_data.main, *line)
    assert told.exit_code == 0, told.output
    (file,) = (tmp_path / "deep" / "er").iterdir()
    assert file.name == f"gtzan-facts-{DATE}.zip"
    assert file.read_bytes() == made
    assert hashlib.sha256(made).hexdigest() in told.stdout


def test_every_table_is_described_with_size_checksum_and_columns(
    files: dict[str, bytes], tables: dict[str, Any]
) -> None:
    others = {"datapackage.json", "CITATION.cff", "README.md", "LICENSE"}
    assert set(files) == set(tables) | others
    assert len({table["name"] for table in tables.values()}) == len(tables)
    for path, table in tables.items():
        content = files[path]
        assert table["bytes"] == len(content)
        assert table["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert table["licenses"]
        assert table["sources"]
        frame = pd.read_csv(io.BytesIO(content), keep_default_na=False, na_values=[""])
        fields = table["schema"]["fields"]
        assert list(frame.columns) == [field["name"] for field in fields], path
        for field in fields:
            known = frame[field["name"]].dropna()
            if field["type"] != "string":
                assert pd.to_numeric(known, errors="coerce").notna().all(), field["name"]
        assert not frame.duplicated(table["schema"]["primaryKey"]).any(), path


def test_facts_folds_and_all_published_predictions_are_in_it(
    files: dict[str, bytes], study: Study, tmp_path: Path
) -> None:
    for name in ("tracks", "artists", "artist_folds", "tempo_key", "track_faults", "faults"):
        table = (ROOT / "mgc" / "tables" / f"gtzan_{name}.csv").read_bytes()
        assert files[f"facts/gtzan_{name}.csv"] == table.replace(b"\r\n", b"\n")
    listed = pd.read_csv(io.BytesIO(files["predictions.csv"])).set_index("fit_id")
    fits = {
        fit.fit_id: fit
        for protocol in PROTOCOLS
        for group in published(study, protocol).values()
        for fit in group
    }
    assert set(listed.index) == set(fits)
    for fit_id, row in listed.iterrows():
        assert row["accuracy"] == pytest.approx(accuracy(test_rows(fits[str(fit_id)])), abs=1e-6)

    # Whoever has the release alone can score a published fit as anybody's answers.
    row = listed.loc[fits[next(iter(fits))].fit_id]
    split = pd.read_csv(io.BytesIO(files[f"folds/{row['protocol']}.csv"]))
    predictions = pd.read_csv(io.BytesIO(files[row["path"]]))
    predictions[predictions["part"] == "test"].to_csv(tmp_path / "a.csv", index=False)
    answers = read_answers(tmp_path / "a.csv", split)
    best = answers[list(P_COLUMNS)].idxmax(axis=1).str.removeprefix("p_")
    assert (best == answers["genre"]).mean() == pytest.approx(row["accuracy"], abs=1e-6)


def test_it_says_how_to_be_cited(files: dict[str, bytes]) -> None:
    said = yaml.safe_load(files["CITATION.cff"])
    assert said["type"] == "dataset"
    assert str(said["date-released"]) == said["version"] == DATE
    assert said["authors"]
    assert b"&id" not in files["CITATION.cff"]
    book = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert book["title"] in {reference["title"] for reference in said["references"]}
    assert DATE in files["README.md"].decode()


def test_it_is_small_and_names_no_machine(made: bytes, files: dict[str, bytes]) -> None:
    assert len(made) < 5e6
    for content in files.values():
        assert str(ROOT).encode() not in content
