"""The published runs: what is done and left, what is refused, and that no finished fit is lost."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from mgc.cli.main import main
from mgc.datasets.gtzan import gtzan_table
from mgc.datasets.tracks import GENRES
from mgc.errors import DataError, MgcError, WeightsError
from mgc.features.arrays import open_arrays
from mgc.models import BASELINES, CLASSICAL, NAMES
from mgc.records.config import fit_id
from mgc.records.store import NotRun, Record, Store
from mgc.records.study import Study, prepare_study
from mgc.training import fits as fits_module
from mgc.training import folds, parallel, published
from mgc.training.fold_fit import FoldFit
from mgc.training.published import ARCHIVE, MINI, PLAN, Block
from tests.helpers.archives import with_genres
from tests.helpers.records import ARCHITECTURE, ENVIRONMENT, history, predictions

RECORDS = Path(__file__).resolve().parents[3] / "book" / "records"
PART = "gtzan-part-archive"
SMALL = (
    Block(PART, "cv5", "tuned", (0, 1), BASELINES),
    Block(PART, "random", "tuned", (0,), ("majority",)),
    Block(PART, "random", "as_written", (0,), ("majority",)),  # the same fit once more
)
"""Blocks that take seconds: seven fits of which one stands there twice, so six."""


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive with five tracks of each genre, as few as `cv5` can divide."""
    ids = [f"{genre}.{number:05d}" for genre in GENRES for number in range(5)]
    return with_genres(tmp_path_factory.mktemp("part") / "part.npz", ids)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive with every track of GTZAN."""
    ids = gtzan_table()["track_id"].tolist()
    return with_genres(tmp_path_factory.mktemp("whole") / "whole.npz", ids)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the published runs be those of `SMALL`."""
    monkeypatch.setattr(published, "PLAN", SMALL)


def opened(part: Path, folder: Path) -> list[tuple[Block, Study]]:
    return published.studies(folder / "records", folder / "cache", {PART: part})


def record_of(study: Study, model: str, seed: int = 0, minutes: float = 1.5) -> Record:
    """Save a made-up record of a fit that a study asks for."""
    facts = ENVIRONMENT | {"duration_s": 60 * minutes}
    config = study.config(model, seed=seed)
    return study.store.save(config, facts, ARCHITECTURE, history(), predictions())


def in_this_process(
    monkeypatch: pytest.MonkeyPatch, watch: Callable[[parallel.Task], str | None]
) -> None:
    """Run tasks here, in their order; `watch` sees each, and may say why it cannot run."""

    def fit_tasks(
        tasks: Sequence[parallel.Task], jobs: int, *, progress: bool, done: Callable[..., None]
    ) -> None:
        for task in tasks:
            reason = watch(task) or ""
            if not reason:
                parallel.fit_task(task)
            done(task, reason)

    monkeypatch.setattr(parallel, "fit_tasks", fit_tasks)


# The plan and its state


def test_the_plan_holds_what_the_book_rests_on() -> None:
    known = {(b.edition, b.protocol, b.variant, b.seeds, b.models) for b in PLAN}
    for models in (NAMES, BASELINES):
        assert any(b.models == models and b.protocol == "fault_filtered" for b in PLAN)
    # The headline is fitted before anything that takes days, the cheap baselines before it.
    first = next(number for number, block in enumerate(PLAN) if block.models == NAMES)
    assert all(block.models in (BASELINES, CLASSICAL) for block in PLAN[:first])
    assert (PLAN[first].edition, PLAN[first].protocol) == (ARCHIVE, "artist_cv")
    assert len(known) == len(PLAN)


def test_without_data_and_records_there_is_nothing_to_do(tmp_path: Path) -> None:
    assert published.studies(tmp_path / "records", tmp_path / "cache", {}) == []
    nothing: dict[str, str | Path] = {ARCHIVE: "", MINI: ""}
    assert published.studies(tmp_path / "records", tmp_path / "cache", nothing) == []
    assert not (tmp_path / "records").exists()


def test_the_state_counts_what_has_a_record(whole: Path, tmp_path: Path) -> None:
    sources: dict[str, str | Path] = {ARCHIVE: whole}
    plan = published.studies(tmp_path / "records", tmp_path / "cache", sources)
    blocks = [block for block in PLAN if block.edition == ARCHIVE]
    assert [block for block, _ in plan] == blocks
    before = published.status(plan)
    assert before["done"].tolist() == [0] * len(blocks)
    assert before["left"].tolist() == [len(b.models) * len(b.seeds) for b in blocks]
    assert before["minutes"].isna().all()  # nothing tells
    assert before["models"].tolist() == [
        "baselines" if b.models == BASELINES else " ".join(b.models) for b in blocks
    ]
    assert before["seeds"].tolist() == [" ".join(map(str, b.seeds)) for b in blocks]

    first, rest = (
        k for k, b in enumerate(blocks)
        if b.models == NAMES and b.protocol == "fault_filtered" and b.variant == "tuned"
    )  # fmt: skip
    study = plan[first][1]
    for model, minutes in zip(NAMES, (1, 2, 4, 8, 16), strict=True):
        record_of(study, model, minutes=minutes)
    record_of(study, "mlp", seed=1, minutes=3)
    table = published.status(plan, study.store.find())
    assert table.loc[first, ["done", "left", "minutes"]].tolist() == [len(NAMES), 0, 0.0]
    # Each of two more seeds takes what the earlier ones took, on average; one MLP is done.
    assert table.loc[rest, ["done", "left"]].tolist() == [1, 2 * len(NAMES) - 1]
    assert table.loc[rest, "minutes"] == pytest.approx(2 + 2 * (2 + 4 + 8 + 16))
    other = next(
        k for k, b in enumerate(blocks)
        if b.models == NAMES and b.protocol == "random" and b.variant == "tuned"
    )  # fmt: skip
    # Nothing is known of this protocol, so that the other one has to tell.
    seeds = len(blocks[other].seeds)
    assert table["minutes"][other] == pytest.approx(seeds * (2 + 2 + 4 + 8 + 16))
    assert table["done"].sum() == 6
    as_written = [k for k, b in enumerate(blocks) if b.variant == "as_written"]
    assert table["minutes"][as_written].isna().all()  # another variant tells nothing


def test_records_alone_tell_the_state_and_cannot_be_completed(
    part: Path, tmp_path: Path, small: None
) -> None:
    plan = opened(part, tmp_path)
    for _, study in plan:
        record_of(study, "majority")
    replay = published.studies(tmp_path / "records", tmp_path / "cache", {})
    assert [study.edition for _, study in replay] == [None] * 3
    assert published.status(replay)["left"].tolist() == [3, 0, 0]
    assert published.status(replay)["minutes"].tolist()[1:] == [0, 0]
    with pytest.raises(DataError, match=r"gtzan-part-archive.*only its records"):
        published.fit_plan(replay, jobs=1, progress=False)


def test_fits_of_the_leak_page_stand_in_a_store_of_their_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    of_leaks = next(block for block in PLAN if block.protocol == "leak_share_0")
    blocks = (Block(ARCHIVE, "random", "tuned", (0,), ("mlp",)), of_leaks)
    monkeypatch.setattr(published, "PLAN", blocks)
    plan = published.studies(RECORDS, tmp_path, {})
    assert [study.store.root for _, study in plan] == [RECORDS, RECORDS / "leak"]
    assert published.status(plan)["left"].tolist() == [0, 0]


@pytest.mark.parametrize("name", [ARCHIVE, MINI])
def test_another_edition_in_its_place_is_refused(part: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError) as caught:
        published.studies(tmp_path / "records", tmp_path / "cache", {name: part})
    for word in (str(part), PART, name):
        assert word in str(caught.value)


def test_a_source_that_is_not_there_is_named(tmp_path: Path) -> None:
    for name in ("nowhere", "nowhere.npz"):
        with pytest.raises(MgcError, match=name):
            published.studies(tmp_path, tmp_path / "cache", {ARCHIVE: tmp_path / name})


# Runs


@pytest.mark.usefixtures("small")
def test_a_record_is_there_as_soon_as_its_last_fold_is_done(
    part: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = opened(part, tmp_path)
    store = plan[0][1].store
    begun: list[tuple[str, int, int]] = []

    def watch(task: parallel.Task) -> None:
        there = len(list(store.fits.iterdir())) if store.fits.exists() else 0
        begun.append((fit_id(task.config), task.fold, there))

    in_this_process(monkeypatch, watch)
    published.fit_plan(plan, jobs=1, progress=False)
    order = list(dict.fromkeys(name for name, _, _ in begun))
    assert len(order) == 5 == len(store.find())  # the fit that stands there twice is made once
    for name, fold, there in begun:
        assert there == order.index(name)
        assert store.get(name) is not None
        assert fold in range(5)
    # The order of the plan is kept: four fits in five folds each, then one.
    seeds = [(model, seed) for seed in (0, 1) for model in BASELINES]
    study = plan[0][1]
    expected = [fit_id(study.config(model, seed=seed)) for model, seed in seeds]
    assert order == [*expected, fit_id(plan[1][1].config("majority"))]
    assert published.status(plan)["left"].sum() == 0
    assert not list((tmp_path / "cache" / "folds").iterdir())
    begun.clear()
    published.fit_plan(plan, jobs=1, progress=False)
    assert begun == []


@pytest.mark.usefixtures("small")
def test_an_interrupted_run_goes_on_where_it_stopped(
    part: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = opened(part, tmp_path)
    store = plan[0][1].store
    fitted: list[tuple[str, int, str]] = []
    fit_baseline = folds.fit_baseline

    def counted(arrays: Any, split: Any, fold: Any, name: str) -> Any:
        fitted.append((name, len(arrays.track_id), fold.name))
        return fit_baseline(arrays, split, fold, name)

    def stop(task: parallel.Task) -> None:
        if len(fitted) == 8:
            raise KeyboardInterrupt

    monkeypatch.setattr(folds, "fit_baseline", counted)
    in_this_process(monkeypatch, stop)
    with pytest.raises(KeyboardInterrupt):
        published.fit_plan(plan, jobs=1, progress=False)
    assert published.status(plan)["done"].tolist() == [1, 0, 0]  # five folds, and three of ten
    (first,) = store.find()
    stamp = first.path.stat().st_ino

    in_this_process(monkeypatch, lambda task: None)
    published.fit_plan(plan, jobs=1, progress=False)
    assert len(fitted) == 4 * 5 + 1  # nothing twice
    assert published.status(plan)["left"].sum() == 0
    assert first.path.stat().st_ino == stamp

    # What was interrupted is what it would have been.
    straight = opened(part, tmp_path / "straight")
    published.fit_plan(straight, jobs=1, progress=False)
    for record in store.find():
        other = straight[0][1].store.get(record.fit_id)
        assert other is not None
        for name in ("predictions.csv", "config.json"):
            assert (record.path / name).read_bytes() == (other.path / name).read_bytes()


@pytest.mark.usefixtures("small")
def test_a_fit_that_cannot_run_is_noted_and_left_out(
    part: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = opened(part, tmp_path)[0][1]

    def weightless(task: parallel.Task) -> str:
        missing = task.config["model"] == "logistic" and task.fold == 1
        return "no weights; get some" if missing else ""

    in_this_process(monkeypatch, weightless)
    one = replace(study, seeds=(0,))
    results = fits_module.fit_all(one, BASELINES, jobs=1, progress=False)
    assert isinstance(results["majority"], Record)
    assert results["logistic"] == NotRun("logistic", "no weights; get some")
    # The folds that were fitted stay, the next run takes them up, and the note goes.
    in_this_process(monkeypatch, lambda task: None)
    results = fits_module.fit_all(one, BASELINES, jobs=1, progress=False)
    assert isinstance(results["logistic"], Record)
    assert not list((study.store.root / "not_run").iterdir())


@pytest.mark.usefixtures("small")
def test_a_model_that_cannot_run_is_told_once_and_never_said_to_be_done(
    part: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    study = replace(opened(part, tmp_path)[0][1], seeds=(0,))

    def fit_task(task: parallel.Task) -> None:
        if task.config["model"] == "logistic":
            raise WeightsError("no weights; get some")
        folds.fit_fold(
            FoldFit(open_arrays(task.arrays), task.split, task.split.folds[task.fold],
                    task.config, task.settings)
        )  # fmt: skip

    monkeypatch.setattr(parallel, "process_pool", ThreadPoolExecutor)
    monkeypatch.setattr(parallel, "fit_task", fit_task)
    fits_module.fit_all(study, BASELINES, jobs=1)
    logistic = [line for line in capsys.readouterr().err.splitlines() if "Logistic" in line]
    assert logistic == ["Logistic regression, seed 0: not run: no weights; get some"]


def test_a_fresh_fit_forgets_finished_folds(
    part: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = prepare_study(part, records=tmp_path / "records", cache=tmp_path / "cache")
    in_this_process(monkeypatch, lambda task: None)
    (fit,) = fits_module.pending(study, ("majority",), jobs=1, progress=False)
    fits_module.carry_out([fit], jobs=1, progress=False)
    (record,) = study.store.find()
    assert fits_module.pending(study, ("majority",), jobs=1, progress=False) == []
    # An earlier attempt to fit anew left a fold behind.
    fold = fit.split.folds[0]
    folds.fit_fold(FoldFit(fit.arrays, fit.split, fold, fit.config, fit.settings))
    assert folds.fold_entry(fit.config, fold, fit.settings).exists()
    fresh = fits_module.pending(study, ("majority",), jobs=1, fresh=True, progress=False)
    assert not folds.fold_entry(fit.config, fold, fit.settings).exists()
    assert record.path.exists()  # until the new one takes its place
    fits_module.carry_out(fresh, jobs=1, progress=False)
    (again,) = study.store.find()
    assert again.predictions.equals(record.predictions)


def test_a_fold_is_fitted_from_its_arrays_alone(small_edition: Path, tmp_path: Path) -> None:
    """What workers are given is small, and once it is given they need no audio."""
    audio = Path(shutil.copytree(small_edition, tmp_path / "audio"))
    study = prepare_study(
        audio, records=tmp_path / "records", cache=tmp_path / "cache", protocol="random"
    )
    fits = fits_module.pending(study, BASELINES, progress=False)
    shutil.rmtree(audio)
    sent: list[int] = []
    fit_tasks = parallel.fit_tasks

    def watched(tasks: Sequence[parallel.Task], *arguments: Any, **options: Any) -> None:
        sent.extend(len(pickle.dumps(task)) for task in tasks)
        fit_tasks(tasks, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parallel, "fit_tasks", watched)
        fits_module.carry_out(fits, jobs=2, progress=False)
    assert all(isinstance(result, Record) for result in study.baselines().values())
    assert max(sent) < 10_000
    assert not list((tmp_path / "cache").glob(".*")), "the arrays are gone"


# The command


def invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["published", *map(str, arguments)])


def test_the_command_says_what_is_left_and_fits_nothing(whole: Path, tmp_path: Path) -> None:
    records = tmp_path / "records"
    block, study = published.studies(records, tmp_path / "cache", {ARCHIVE: whole})[0]
    record_of(study, block.models[0])
    fits = sum(len(b.models) * len(b.seeds) for b in PLAN if b.edition == ARCHIVE)
    for source in (("--archive", whole), ()):
        result = invoke(*source, "--records", records, "--status")
        assert result.exit_code == 0, result.output
        assert f"1 fits done, {fits - 1} left" in result.stdout
        assert "fault_filtered" in result.stdout
    assert len(Store(records).find()) == 1


def test_the_command_counts_the_steps_that_take_audio_or_composed_pieces(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It asks for what `mgc steps` asks for with the same folders."""
    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr("mgc.cli.main.carry_out_steps", lambda *given: asked.append(given))
    monkeypatch.setattr(published, "studies", lambda root, cache, sources: [(PLAN[0], None)])
    monkeypatch.setattr(published, "status", lambda *_: pd.DataFrame({
        "done": [1], "left": [0], "minutes": [0.0]}))  # fmt: skip
    folders = {"--mini": tmp_path / "mini", "--composed": tmp_path / "composed"}
    for folder in folders.values():
        folder.mkdir()
    records, options = tmp_path / "records", [part for pair in folders.items() for part in pair]
    given = ("--archive", whole, *options, "--records", records, "--status")
    assert invoke(*given).exit_code == 0
    assert asked == [(whole, records, True, folders["--composed"], folders["--mini"])]


def test_the_command_needs_data_or_records(tmp_path: Path) -> None:
    result = invoke("--records", tmp_path)
    assert result.exit_code == 1
    assert "--archive" in result.stderr
    assert "Traceback" not in result.stderr
