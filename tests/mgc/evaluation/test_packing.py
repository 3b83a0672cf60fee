"""What was measured of packed audio is read whole, and rests on the published fits."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from mgc.cli.main import main
from mgc.datasets.archive import open_archive
from mgc.datasets.fingerprint import agreement
from mgc.datasets.tracks import P_COLUMNS
from mgc.errors import RecordError
from mgc.evaluation import packing
from mgc.evaluation.metrics import test_rows
from mgc.features.pack import PUBLISHED as LIKE
from mgc.features.pack import pack
from mgc.records.study import open_study
from tests.helpers import outside
from tests.helpers.outside import ROOT

RECORDS = ROOT / "book" / "records"


def test_logistic_regression_was_fitted_as_the_published_baseline() -> None:
    """Its answers to the published pictures are those of the published record."""
    tracks = packing.load(RECORDS).tracks.set_index("track_id")
    study = open_study("gtzan-archive", records=RECORDS, protocol="artist_cv")
    (record, *_) = study.groups("tuned", "artist_cv", ("logistic",))["logistic"]
    rows = test_rows(record).set_index("track_id")[list(P_COLUMNS)]
    published = rows.idxmax(axis=1).str.removeprefix("p_")
    asked = tracks[tracks["logistic_archive"] != ""]
    assert len(asked) == 99, "one track of the mini set has no known artist"
    assert (published.loc[asked.index] == asked["logistic_archive"]).all()


def test_answers_and_cells_are_summed_up() -> None:
    columns = ["track_id", "genre", "equal", "near", "apart", *packing.ANSWERS]
    rows = [
        ("pop.00000", "pop", 0.5, 1.0, 0.5, "pop", "pop", "pop", "rock"),
        ("pop.00001", "pop", 0.7, 0.8, 1.5, "rock", "rock", "", ""),
        ("rock.00001", "rock", 0.0, 0.2, 9.0, "rock", "pop", "pop", "pop"),
    ]
    tracks = pd.DataFrame(rows, columns=columns)
    cells = packing.by_genre(tracks).set_index("genre")
    assert cells.loc["pop"].to_dict() == pytest.approx(
        {"equal": 0.6, "near": 0.9, "apart": 1.0, "n": 2}
    )
    cnn, logistic = packing.by_model(tracks).to_numpy().tolist()
    assert cnn == ["cnn", 3, pytest.approx(2 / 3), pytest.approx(2 / 3), pytest.approx(1 / 3)]
    assert logistic == ["logistic", 2, 0.5, 0.5, 0.0]


def test_a_damaged_record_is_refused(tmp_path: Path) -> None:
    shutil.copytree(RECORDS / "packing", tmp_path / "packing")
    file = tmp_path / packing.TRACKS_FILE
    file.write_text(file.read_text().replace(",jazz", ",jaz", 1))
    with pytest.raises(RecordError, match="holds no such table"):
        packing.load(tmp_path)


def test_a_pack_of_the_mini_set_agrees_as_recorded(gtzan_mini: Path, tmp_path: Path) -> None:
    """From audio to the verdict of `mgc data verify`, which samples the cells."""
    file = tmp_path / "mini.npz"
    pack(gtzan_mini, file, like=LIKE, jobs=1, progress=False)
    found = agreement(open_archive(file))
    assert found is not None
    sampled = found.tracks.set_index("track_id")
    whole = packing.load(RECORDS).tracks.set_index("track_id")
    assert (sampled["near"] - whole["near"]).abs().max() < 0.1
    assert sampled[["equal", "near"]].mean().to_numpy() == pytest.approx(
        whole[["equal", "near"]].mean().to_numpy(), abs=0.01
    )
    assert len(found.missing) == 899

    told = outside.invoke(main, "data", "verify", file, "--csv", tmp_path / "table.csv")
    assert told.exit_code == 0, told.output
    assert "0 of 100 pictures are the published ones." in told.stdout
    assert "90 of these agree in 90% of their cells or more, 10 in less: jazz." in told.stdout
    assert "899 published tracks are not in it: blues.00010, " in told.stdout
    table = pd.read_csv(tmp_path / "table.csv").set_index("track_id")
    apart = table.index[table["near"] < 0.9].tolist()
    assert apart == whole.index[whole["genre"] == "jazz"].tolist()


def test_the_published_archive_is_known(gtzan_archive: Path) -> None:
    told = outside.invoke(main, "data", "verify", gtzan_archive)
    assert told.exit_code == 0, told.output
    assert "999 of 999 pictures are the published ones.\n" in told.stdout
