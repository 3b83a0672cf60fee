"""Trials: scored on validation tracks alone, each made once and kept."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pytest
from click.testing import CliRunner, Result
from sklearn.metrics import accuracy_score, log_loss

from mgc.cli.main import main
from mgc.datasets.gtzan import gtzan_table
from mgc.datasets.protocols import make_split
from mgc.datasets.tracks import GENRES
from mgc.errors import MgcError, RecordError
from mgc.models import CLASSICAL, classical, recipe
from mgc.models.recipe import VARIANTS, TunedRecipe, as_settings
from mgc.records.config import fit_id
from mgc.records.store import Store
from mgc.records.study import Study, prepare_study
from mgc.training import keras_fit, trainer, trials
from mgc.training.fold_fit import Fitted
from mgc.typing import Float
from tests.helpers.archives import with_genres
from tests.helpers.outside import ROOT


def test_settings_change_what_they_name_and_nothing_else() -> None:
    published = recipe("cnn", tuned=True)
    assert isinstance(published, TunedRecipe)
    plan = trials.settings("cnn", {"epochs": "7", "crop_s": "3", "scaling": "unit"})
    assert plan == replace(published, epochs=7, crop_s=3.0, scaling="unit")
    assert (type(plan.epochs), type(plan.crop_s)) == (int, float)
    assert trials.settings("cnn", {}) == published
    assert trials.settings("cnn", {"dropout": "False"}) == replace(published, dropout=False)
    assert trials.settings("cnn", {"dropout": True}) == published


@pytest.mark.parametrize(
    ("model", "changes", "words"),
    [
        ("mlp", {"epoch": 3}, ("epoch", "epochs", "crop_s")),
        ("mlp", {"epochs": "many"}, ("epochs=many", "int")),
        ("mlp", {"epochs": "2.5"}, ("epochs=2.5", "int")),
        ("cnn", {"dropout": "no"}, ("dropout=no", "bool")),
        ("mlp", {"mixup": "some"}, ("mixup=some", "float")),
        ("resnet", {}, ("resnet", "mlp")),
    ],
)
def test_a_wrong_setting_is_named_with_what_there_is(
    model: str, changes: dict[str, Any], words: tuple[str, ...]
) -> None:
    with pytest.raises(MgcError) as caught:
        trials.settings(model, changes)
    assert all(word in str(caught.value) for word in words)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Return a study of forty pictures: two a genre to train on, one to choose, one to test."""
    folder = tmp_path_factory.mktemp("study")
    table = gtzan_table()
    ids = []
    for genre in GENRES:
        for part, number in (("train", 2), ("valid", 1), ("test", 1)):
            rows = table[(table["genre"] == genre) & (table["fault_filtered"] == part)]
            ids += rows["track_id"].tolist()[:number]
    return prepare_study(
        with_genres(folder / "a.npz", ids),
        records=folder / "records",
        cache=folder / "cache",
        protocol=trials.PROTOCOL,
    )


def quick(**changes: Any) -> TunedRecipe:
    return trials.settings("mlp", {"epochs": 2, "steps": 2} | changes)


class Made(NamedTuple):
    """A trial, the store that holds it, what was fitted and how many examples were predicted."""

    study: Study
    trial: dict[str, Any]
    fitted: Fitted
    predicted: list[int]


@pytest.fixture(scope="module")
def made(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Make one trial and watch it."""
    mine = replace(study, store=Store(tmp_path_factory.mktemp("made")))
    seen: list[Fitted] = []
    predicted: list[int] = []
    fit_one, predict = trainer.fit, keras_fit.predict

    def watched(*arguments: Any, **options: Any) -> Fitted:
        seen.append(fit_one(*arguments, **options))
        return seen[-1]

    def counted(model: Any, x: Float, batch_size: int) -> npt.NDArray[np.float64]:
        predicted.append(len(x))
        return predict(model, x, batch_size)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trainer, "fit", watched)
        patch.setattr(keras_fit, "predict", counted)
        trial = trials.fit_trial(mine, "mlp", quick())
    (found,) = seen
    return Made(mine, trial, found, predicted)


def test_a_trial_is_scored_on_the_validation_part_alone(study: Study, made: Made) -> None:
    assert made.predicted == [10]
    assert len(made.fitted.test) == 0
    arrays, trial = study.arrays(), made.trial
    split = make_split(trials.PROTOCOL, arrays.track_id, arrays.genre, arrays.artist, 0)
    truth = arrays.genre[split.example_track[split.folds[0].valid]]
    said = np.array(GENRES)[made.fitted.valid.argmax(axis=1)]
    assert trial["valid_accuracy"] == pytest.approx(accuracy_score(truth, said))
    expected = log_loss(truth, made.fitted.valid, labels=GENRES)
    assert trial["valid_log_loss"] == pytest.approx(expected)
    losses = [row["val_loss"] for row in made.fitted.history]
    assert trial["best_epoch"] == 1 + int(np.argmin(losses))
    assert trial["config"]["protocol"] == "fault_filtered"
    assert trial["config"]["recipe"]["epochs"] == 2
    assert trial["minutes"] >= 0


def test_a_trial_is_made_once_and_read_back(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = made.study.store.root / trials.FOLDER
    (file,) = folder.iterdir()
    assert file.stem == fit_id(made.trial["config"])

    def never(*_: Any, **__: Any) -> Fitted:
        raise InterruptedError

    monkeypatch.setattr(trainer, "fit", never)
    assert trials.fit_trial(made.study, "mlp", quick()) == made.trial
    # Other settings, another seed or another model are other trials; a failure leaves nothing.
    for other, model, plan in (
        (made.study, "mlp", quick(mixup=0.1)),
        (replace(made.study, seeds=(1,)), "mlp", quick()),
        (made.study, "lstm", trials.settings("lstm", {})),
    ):
        with pytest.raises(InterruptedError):
            trials.fit_trial(other, model, plan)
    assert [path.name for path in folder.iterdir()] == [file.name]


def test_without_the_redrawn_pictures_another_trial_may_be_the_best(
    made: Made, tmp_path: Path
) -> None:
    assert trials.redrawn([tmp_path]).empty
    folder = tmp_path / trials.FOLDER
    folder.mkdir()

    def add(loss: float, without: float | None, **changes: Any) -> None:
        plan = as_settings(trials.settings("cnn", changes), VARIANTS["tuned"])
        config = made.trial["config"] | {"model": "cnn", "recipe": plan}
        content = made.trial | {"config": config, "valid_log_loss": loss}
        if without is None:
            del content["without_replotted"]
        else:
            content["without_replotted"] = {"valid_log_loss": without, "valid_accuracy": 0.5}
        (folder / f"{fit_id(config)}.json").write_text(json.dumps(content))

    add(1.2, 1.4, dropout=False)
    add(1.3, 1.3, mixup=0.0)
    add(1.0, None, mixup=0.1)
    (row,) = trials.redrawn([tmp_path]).to_dict("records")
    assert (row["model"], row["trials"]) == ("cnn", 2), "what was not scored without is no rival"
    assert (row["chosen_all"], row["chosen_without"]) == (1.2, 1.4)
    assert (row["other_all"], row["other_without"]) == (1.3, 1.3)
    assert {key for key in row["other"] if row["other"][key] != row["chosen"][key]} == {
        "dropout",
        "mixup",
    }
    # The trial of the first test was scored on real arrays: without them it has fewer tracks.
    assert set(made.trial["without_replotted"]) == {"valid_accuracy", "valid_log_loss"}


def test_the_table_shows_every_trial_best_first(made: Made, tmp_path: Path) -> None:
    assert list(trials.table(tmp_path)["chosen"]) == []
    shutil.copytree(made.study.store.root / trials.FOLDER, tmp_path / trials.FOLDER)
    trial = made.trial

    def add(model: str, loss: float, seed: int = 0, **changes: Any) -> None:
        """Write a trial as it would look."""
        plan = as_settings(trials.settings(model, changes), VARIANTS["tuned"])
        config = trial["config"] | {"model": model, "seed": seed, "recipe": plan}
        content = trial | {"config": config, "valid_log_loss": loss}
        file = tmp_path / trials.FOLDER / f"{fit_id(config)}.json"
        file.write_text(json.dumps(content))

    add("vgg16", 0.5)
    add("cnn", 2.0)
    add("cnn", 1.0, crop_s=1.25)
    add("cnn", 1.5, seed=1)
    add("mlp", 0.0, mixup=9)
    table = trials.table(tmp_path)
    assert len(table) == 6
    assert table["model"].tolist() == ["mlp", "mlp", "cnn", "cnn", "cnn", "vgg16"]
    assert table["valid_log_loss"].tolist() == [0.0, trial["valid_log_loss"], 1.0, 1.5, 2.0, 0.5]
    assert table["chosen"].tolist() == [False, False, False, True, True, True]
    assert table["crop_s"].tolist()[2] == 1.25
    assert table["mixup"].tolist()[0] == 9
    assert table["seed"].tolist() == [0, 0, 0, 1, 0, 0]
    assert {one.name for one in fields(TunedRecipe)} | set(trials.MEASURES) <= set(table.columns)
    row = table.iloc[1]
    assert {name: row[name] for name in asdict(quick())} == asdict(quick())


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"config": {}}'])
def test_a_damaged_trial_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / trials.FOLDER).mkdir()
    file = tmp_path / trials.FOLDER / "0123456789abcdef.json"
    file.write_text(content)
    with pytest.raises(RecordError, match=str(file)):
        trials.table(tmp_path)


def test_a_trial_under_another_name_is_refused(made: Made, tmp_path: Path) -> None:
    (file,) = (made.study.store.root / trials.FOLDER).iterdir()
    other = Path(shutil.copy(file, tmp_path / "0123456789abcdef.json"))
    with pytest.raises(RecordError, match=str(other)):
        trials.load(other)


def invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["tune", *map(str, arguments)])


def test_the_command_keeps_and_reports_the_trial(study: Study, tmp_path: Path) -> None:
    assert study.edition is not None
    assert study.edition.archive is not None
    options = ("--data", study.edition.archive, "--records", tmp_path, "--set", "epochs=2")
    result = invoke("mlp", *options, "--set", "steps=1")
    assert result.exit_code == 0, result.output
    (trial,) = (trials.load(path) for path in (tmp_path / trials.FOLDER).iterdir())
    assert f"validation accuracy {trial['valid_accuracy']:.1%}" in result.stdout
    assert f"best epoch {trial['best_epoch']} of 2" in result.stdout
    assert trial["config"]["recipe"]["steps"] == 1


@pytest.mark.parametrize(
    ("arguments", "status", "reason"),
    [
        (("mlp", "--set", "epoch=2"), 1, "no setting 'epoch'"),
        (("mlp", "--set", "epochs"), 2, "no NAME=VALUE"),
        (("resnet",), 2, "no model resnet"),
    ],
)
def test_a_wrong_trial_is_refused_in_a_line(
    arguments: tuple[str, ...], status: int, reason: str, tmp_path: Path
) -> None:
    result = invoke(*arguments, "--data", "demo", "--records", tmp_path)
    assert result.exit_code == status
    assert reason in result.stderr
    assert "Traceback" not in result.stderr
    assert not list(tmp_path.iterdir())


def test_the_classical_recipes_are_those_that_validation_chose():
    """The table and the constants of the package say the same, after 24 trials each."""
    table = trials.classical_table(ROOT / "book" / "records")
    assert sorted(table["model"]) == sorted(CLASSICAL)
    assert (table["trials"] == classical.N_TRIALS).all()
    for _, row in table.iterrows():
        recipe = classical.RECIPES[row["model"]]
        assert (recipe.C, recipe.gamma) == (row["C"], row["gamma"])
