"""A study from end to end on demo clips: fit what is missing, replay what is there."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mgc.datasets.opening import make_edition, open_edition
from mgc.datasets.tracks import GENRES
from mgc.errors import DataError, MgcError, WeightsError
from mgc.evaluation import metrics
from mgc.features.names import ARCHIVE_FEATURE_NAMES, ARCHIVE_VERSION
from mgc.models import BASELINES, NAMES
from mgc.records.config import fit_id
from mgc.records.store import NotRun, Record, Store
from mgc.records.study import Study, describe_edition, open_study, prepare_study
from mgc.training.fits import fit_all
from tests.helpers.archives import IDS, small

QUICK = ("mlp", *BASELINES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("study")


@pytest.fixture(scope="module")
def study(folder: Path) -> Study:
    """Three tracks a genre of the demo edition under the random protocol."""
    tracks = [t for t in open_edition("demo").tracks if int(t.track_id[-5:]) % 3 == 0]
    edition = make_edition(tracks)
    store = Store(folder / "records")
    store.save_edition(describe_edition(edition, folder / "cache", progress=False))
    record = store.edition(edition.key)
    assert record is not None
    return Study(store, edition, record, "random", "quick", (0,), folder / "cache")


def test_fits_are_made_once_and_again_on_request_with_the_same_predictions(study: Study) -> None:
    results = fit_all(study, QUICK, jobs=1, progress=False)
    places = [r.path / "predictions.csv" for r in results.values() if isinstance(r, Record)]
    assert len(places) == len(QUICK)
    before = [(place.stat().st_ino, place.read_bytes()) for place in places]
    assert fit_all(study, QUICK, jobs=1, progress=False).keys() == results.keys()
    assert [(place.stat().st_ino, place.read_bytes()) for place in places] == before
    after = fit_all(study, ("logistic",), jobs=1, fresh=True, progress=False)["logistic"]
    assert isinstance(after, Record)
    inode, content = before[QUICK.index("logistic")]
    assert places[QUICK.index("logistic")].stat().st_ino != inode
    assert (after.path / "predictions.csv").read_bytes() == content
    assert metrics.accuracy(metrics.test_rows(after)) > 0.1


def test_replay_needs_no_audio(study: Study) -> None:
    fit_all(study, QUICK, jobs=1, progress=False)
    replay = open_study(
        study.edition_record.key, records=study.store.root, protocol="random", cache=study.cache
    )
    assert replay.edition is None
    assert isinstance(replay.results(models=("mlp",))["mlp"], Record)
    assert replay.edition_record.tabular.shape == (30, 229)
    assert set(replay.edition_record.tracks["genre"]) == set(GENRES)
    with pytest.raises(DataError, match="only its records"):
        replay.arrays()
    with pytest.raises(DataError, match="only its records"):
        fit_all(replay, ("cnn",), progress=False)


def test_the_split_of_a_study_is_the_one_that_its_fits_were_tested_by(study: Study) -> None:
    record = fit_all(study, ("majority",), jobs=1, progress=False)["majority"]
    assert isinstance(record, Record)
    split = replace(study, edition=None).split()
    ids = study.edition_record.tabular["track_id"].to_numpy()
    (fold,) = split.folds
    for part in ("valid", "test"):
        rows = record.predictions[record.predictions["part"] == part]
        assert set(ids[split.example_track[getattr(fold, part)]]) == set(rows["track_id"])


def test_what_was_not_run_says_why(study: Study) -> None:
    results = study.results()
    assert list(results) == list(NAMES)
    missing = results["cnn"]
    assert isinstance(missing, NotRun)
    assert "mgc run" in missing.reason


def test_missing_weights_are_reported_and_nothing_is_put_in_their_place(
    study: Study, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MGC_VGG16_WEIGHTS", str(tmp_path / "absent.h5"))
    with pytest.raises(WeightsError, match=r"absent\.h5 is not a file"):  # asked before any fit
        fit_all(study, ("vgg16", "majority"), jobs=1, fresh=True, progress=False)
    # A download that fails is noticed by the fit that needs it.
    monkeypatch.setattr("mgc.training.fits.check_named_weights", lambda: None)
    results = fit_all(study, ("vgg16", "majority"), jobs=1, progress=False)
    assert isinstance(results["majority"], Record)
    assert isinstance(results["vgg16"], NotRun)
    assert results["vgg16"].reason.startswith("no ImageNet weights")
    # A later reader of the same records learns the reason too.
    later = replace(study, edition=None).results(models=("vgg16",))["vgg16"]
    assert isinstance(later, NotRun)
    assert "MGC_VGG16_WEIGHTS" in later.reason
    note = study.store.root / "not_run" / f"{fit_id(study.config('vgg16'))}.json"
    note.write_text("{")
    damaged = study.results(models=("vgg16",))["vgg16"]
    assert isinstance(damaged, NotRun)
    note.write_text(json.dumps({}))


@pytest.mark.slow
def test_the_same_study_in_two_processes_equals_one(study: Study, tmp_path: Path) -> None:
    contents = []
    for jobs in (1, 2):
        store = Store(tmp_path / str(jobs))
        other = replace(study, store=store)
        both = ("logistic", "majority")
        record = fit_all(other, both, jobs=jobs, progress=False)["logistic"]
        assert isinstance(record, Record)
        contents.append((record.path / "predictions.csv").read_bytes())
    assert contents[0] == contents[1]


@pytest.mark.parametrize("begin", [open_study, prepare_study])
def test_unknown_data_protocol_and_variant_are_named(
    tmp_path: Path, begin: Callable[..., Study]
) -> None:
    with pytest.raises(DataError, match=r"nowhere.*mgc data where"):
        begin("nowhere", records=tmp_path)
    with pytest.raises(MgcError, match="cv5"):
        begin("demo", records=tmp_path, protocol="10fold")
    with pytest.raises(MgcError, match="quick"):
        begin("demo", records=tmp_path, variant="slow")
    for seeds in ("12", 0.5, (0, 1.5), ()):
        with pytest.raises(DataError, match=r"seeds=.*give whole numbers"):
            begin("demo", records=tmp_path, seeds=seeds)
    assert not list(tmp_path.iterdir())


def test_opening_describes_nothing_and_says_what_does(
    small_edition: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = {"records": tmp_path / "records", "cache": tmp_path / "cache"}
    with pytest.raises(DataError, match=r"custom-.*mgc run"):
        open_study(small_edition, **places)
    assert not list(tmp_path.iterdir())
    prepared = prepare_study(small_edition, **places)
    assert prepared.edition_record.n_tracks == 30

    def never(*_: object, **__: object) -> None:
        raise AssertionError("computed again")

    monkeypatch.setattr("mgc.records.study.describe_edition", never)
    assert prepare_study(small_edition, **places).edition_record.key == prepared.edition_record.key
    assert open_study(small_edition, **places).edition == prepared.edition
    assert open_study(small_edition, **places, seeds=3).seeds == (3,)


def test_a_study_of_an_archive_describes_it_without_audio(tmp_path: Path) -> None:
    file = small(tmp_path / "a.npz")
    study = prepare_study(file, records=tmp_path / "records", cache=tmp_path / "cache")
    record = study.edition_record
    assert record.name == "gtzan-part-archive"
    assert record.feature_version == ARCHIVE_VERSION
    assert list(record.tabular.columns) == ["track_id", *ARCHIVE_FEATURE_NAMES]
    # Later the records are enough.
    file.unlink()
    replay = open_study(record.key, records=tmp_path / "records", cache=tmp_path / "cache")
    assert replay.edition_record.tracks["track_id"].tolist() == list(IDS)
