"""The command line: what it prints, and how it ends."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import click
import pandas as pd
import pytest

from mgc.cli.main import main
from mgc.datasets import opening
from mgc.errors import MgcError
from mgc.models import BASELINES, NAMES
from tests.helpers import outside
from tests.helpers.archives import BINS, FRAMES, pictures, small
from tools.pages.command import main as pages

invoke = partial(outside.invoke, main)


@pytest.fixture
def damaged(tmp_path: Path, small_edition: Path) -> Path:
    """Return the small edition with a truncated track."""
    root = Path(shutil.copytree(small_edition, tmp_path / "damaged"))
    path = root / "jazz" / "jazz.00001.wav"
    path.write_bytes(path.read_bytes()[:100_000])
    return root


def refused(*arguments: object) -> str:
    """The one line in which a command says why it fails."""
    result = invoke(*arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    return result.stderr


# As a process


def test_help_is_fast_because_nothing_heavy_is_imported() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from mgc.cli.main import main;"
        "assert CliRunner().invoke(main, ['--help']).exit_code == 0;"
        "heavy = {'numpy', 'pandas', 'librosa', 'matplotlib', 'tensorflow', 'keras', 'rich'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    assert outside.python(code).stdout.strip() == "[]"


def test_what_fits_networks_starts_without_a_word() -> None:
    """In a process of its own, since TensorFlow greets but once."""
    code = "from mgc.training import keras_fit; keras_fit.set_up(1)"
    done = outside.python(code)
    assert done.stdout + done.stderr == ""


def test_a_reader_that_leaves_early_is_no_error(small_edition: Path) -> None:
    line = f"{sys.executable} -m mgc data verify --all {small_edition} | head -n 1"
    done = subprocess.run(line, shell=True, capture_output=True, text=True, check=False)
    assert done.stdout == "Files\n"
    assert "Traceback" not in done.stderr


# data


def test_verify_lists_odd_files_and_ends_with_one_line(damaged: Path, tmp_path: Path) -> None:
    shutil.rmtree(damaged / "pop")
    target = tmp_path / "table.csv"
    result = invoke("data", "verify", damaged, "--csv", target)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert f"{damaged / 'jazz' / 'jazz.00001.wav'} (truncated)" in result.stderr
    assert "Replace" in result.stderr
    for said in ("27 tracks", "Genres without a track: pop.", "55% of the sound is missing"):
        assert said in result.stdout
    assert "blues.00000" not in result.stdout
    assert "blues.00000" in invoke("data", "verify", damaged, "--all").stdout
    table = pd.read_csv(target)
    assert table["status"].value_counts().to_dict() == {"unknown": 26, "truncated": 1}


def test_verify_of_real_tracks_succeeds(gtzan_mini: Path) -> None:
    result = invoke("data", "verify", gtzan_mini)
    assert (result.exit_code, result.stderr) == (0, "")
    assert f"Edition {opening.open_edition(gtzan_mini).key}\n" in result.stdout
    assert "100 tracks, 100 of them GTZAN's own files by checksum." in result.stdout


def test_a_wrong_folder_and_a_wrong_target_are_one_line(
    small_edition: Path, tmp_path: Path
) -> None:
    nowhere = tmp_path / "nowhere"
    assert str(nowhere) in refused("data", "verify", nowhere)
    assert str(nowhere) in refused("data", "verify", small_edition, "--csv", nowhere / "a.csv")


def test_an_archive_is_verified_and_measured_as_far_as_pictures_go(tmp_path: Path) -> None:
    power = pictures(2, BINS, FRAMES)
    power[1] = power[0]
    archive = small(tmp_path / "a.npz", ("blues.00000", "rock.00001"), log_power=power)
    result = invoke("data", "verify", archive, "--csv", tmp_path / "table.csv")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "2 tracks, pictures without their audio" in result.stdout
    assert "of another kind than the published ones" in result.stdout
    table = pd.read_csv(tmp_path / "table.csv", keep_default_na=False)
    assert table["status"].tolist() == ["picture", "picture"]
    assert table["identical_to"].tolist() == ["", "blues.00000"]
    result = invoke("data", "quality", archive)
    assert result.exit_code == 0
    assert "2 tracks, 0 flagged, 0 left out" in result.stdout
    for line in (
        ["data", "pack", archive, "b.npz"],
        ["features", archive, "--out", "x"],
    ):
        assert "is an archive" in refused(*line)


def test_what_is_passed_over_is_said(damaged: Path, tmp_path: Path) -> None:
    (damaged / "rock").rename(damaged / "Rock'n'Roll")
    (damaged / "hiphop").rename(damaged / "Hip-Hop")
    told = f"passed over: {damaged / 'Rock'}'n'Roll: 3 audio files in a folder that"
    for line in (["data", "verify"], ["data", "quality"], ["features"]):
        result = invoke(*line, damaged)
        assert result.stderr.startswith(told)
        assert result.stderr.count("passed over") == 1
        assert "27 tracks" in result.stdout or "26 tracks" in result.stdout
    pack = invoke("data", "pack", damaged, tmp_path / "a.npz")
    assert "Rock'n'Roll: 3 audio files" in pack.stderr
    line = ("--data", damaged, "--protocol", "leaky_segments", "--models", "majority")
    result = invoke("run", *line, "--records", tmp_path / "store")
    assert result.exit_code == 0, result.output
    assert result.stderr.startswith(told)
    assert "left out: jazz.00001: truncated" in result.stderr


@pytest.mark.parametrize("command", ["run", "train", "tune"])
def test_one_genre_alone_is_refused_before_any_work(
    command: str, small_edition: Path, tmp_path: Path
) -> None:
    shutil.copytree(small_edition / "pop", tmp_path / "music" / "pop")
    target = {"run": (), "train": (tmp_path / "a.keras",), "tune": ("mlp",)}[command]
    line = (command, *target, "--data", tmp_path / "music", "--records", tmp_path / "store")
    assert "every track is pop, and a classifier needs two genres" in refused(*line)
    assert [path.name for path in tmp_path.iterdir()] == ["music"]


def test_where_and_fetch_say_what_is_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "mgc data fetch mini" in invoke("data", "where").stdout
    monkeypatch.setattr("mgc.datasets.fetch.fetch_mini", lambda folder: folder)
    result = invoke("data", "fetch", "mini", tmp_path / "mini")
    assert f"nox -s build -- --data {tmp_path / 'mini'}" in result.stdout


def test_quality_flags_and_names_what_is_left_out(damaged: Path, tmp_path: Path) -> None:
    result = invoke("data", "quality", damaged, "--csv", tmp_path / "table.csv")
    assert result.exit_code == 0
    assert "truncated: 55% of the sound is missing" in result.stdout
    assert "30 tracks, 30 flagged, 1 left out" in result.stdout  # all are shorter than 29 s
    assert len(pd.read_csv(tmp_path / "table.csv")) == 30


# run and records


@pytest.fixture(scope="session")
def fitted(small_edition: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store with the two baselines, fitted by the command."""
    store = tmp_path_factory.mktemp("store")
    line = ("--data", small_edition, "--protocol", "random", "--models", ",".join(BASELINES))
    result = invoke("run", *line, "--records", store, "--jobs", "1")
    assert result.exit_code == 0, result.output
    assert all(name in result.stdout for name in BASELINES)
    assert f"Records: {store}" in result.stdout
    return store


def test_run_without_audio_replays_records_and_says_what_is_missing(
    fitted: Path, small_edition: Path
) -> None:
    line = ("run", "--data", opening.open_edition(small_edition).key, "--protocol", "random")
    result = invoke(*line, "--models", "majority", "--records", fitted)
    assert result.exit_code == 0, result.output
    assert "10.0%" in result.stdout  # ten genres of equal size
    assert "--data" in refused(*line, "--models", "mlp", "--records", fitted)


def test_records_are_listed_and_shown(fitted: Path) -> None:
    listed = invoke("records", "list", "--records", fitted)
    assert listed.exit_code == 0, listed.output
    fits = [path.name for path in (fitted / "fits").iterdir()]
    assert len(fits) == 2
    assert all(fit in listed.stdout for fit in fits)
    shown = invoke("records", "show", fits[0][:6], "--records", fitted)
    assert shown.exit_code == 0, shown.output
    assert f"Fit {fits[0]}" in shown.stdout
    for word in ("protocol", "random", "precision", "blues", "device"):
        assert word in shown.stdout


@pytest.mark.parametrize("fit", ["zzzz", "*", ""])
def test_an_unknown_fit_is_one_line(fitted: Path, fit: str) -> None:
    said = refused("records", "show", fit, "--records", fitted)
    assert f"no fit begins with {fit}".strip() in said
    assert "mgc run" in refused("records", "list", "--records", fitted / "empty")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("run --models mlp,resnet", "no model resnet"),
        ("run --seeds 0,one", "no list of whole numbers"),
        ("run --seeds ,", "no list of whole numbers"),
        ("run --jobs 0", "--jobs"),
        ("run --vgg16-weights /nowhere.h5", "/nowhere.h5"),
        ("features demo --fresh", "need --out"),
        ("features demo --cluster local", "need --out"),
        ("features demo --out x --csv y", "--csv"),
        ("features demo --out x --cluster tcp://h:1 --jobs 2", "--jobs"),
        ("predict demo --fresh", "need --out"),
        ("predict demo --cluster local", "need --out"),
        ("predict demo --out x --csv y", "--csv"),
    ],
)
def test_wrong_options_and_those_that_do_not_go_together_are_usage_errors(
    line: str, reason: str
) -> None:
    result = invoke(*line.split())
    assert result.exit_code == 2
    assert reason in result.stderr


def commands(group: click.Group) -> Iterator[click.Command]:
    for command in group.commands.values():
        if isinstance(command, click.Group):
            yield from commands(command)
        else:
            yield command


NO_PLACES = {"protocol", "variant", "models", "seeds", "seed", "model", "changes", "cluster",
             "fit", "record", "jobs", "threads", "name", "port", "only", "like",
             "host", "token", "origins", "max_size", "max_duration", "max_time",
             "max_requests", "window", "source"}  # fmt: skip


@pytest.mark.parametrize("door", [main, pages])
@pytest.mark.parametrize("written", ["", "https://example.org/a.wav", "-"])
def test_every_command_refuses_what_is_no_place(door: click.Group, written: str) -> None:
    """Whatever takes text either is no path, or is read by the one type of paths."""
    seen = 0
    for command in commands(door):
        for param in command.params:
            flag = isinstance(param, click.Option) and param.is_flag
            if param.name in NO_PLACES or flag:
                continue
            if written == "-" and isinstance(param.type, click.Path) and param.type.allow_dash:
                continue
            with pytest.raises(click.BadParameter, match=r"names nothing|address|no place"):
                param.type.convert(written, param, click.Context(command))
            seen += 1
    assert seen >= 7


def test_the_home_folder_is_found_in_quotes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USERPROFILE" if os.name == "nt" else "HOME", str(tmp_path))
    assert str(tmp_path / "music") in refused("data", "verify", "~/music")
    assert str(tmp_path / "store") in refused("records", "list", "--records", "~/store")
    result = invoke("features", "demo", "--csv", "~/table.csv")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "table.csv").is_file()


def test_a_folder_called_demo_can_be_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "demo").mkdir()
    monkeypatch.chdir(tmp_path)
    assert "demo holds no tracks" in refused("data", "verify", "./demo")


def test_a_wrong_file_of_weights_is_refused_before_any_fold(
    small_edition: Path, tmp_path: Path
) -> None:
    file = tmp_path / "a.weights.h5"
    file.write_text("no weights")
    line = ("--data", small_edition, "--protocol", "random", "--models", "majority,vgg16")
    result = invoke("run", *line, "--vgg16-weights", file, "--records", tmp_path / "store")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert f"{file} does not hold them" in result.stderr
    assert "MGC_VGG16_WEIGHTS" in result.stderr
    assert not (tmp_path / "store" / "fits").exists()


@pytest.mark.parametrize("line", ["--protocol none", "--variant slow"])
def test_unknown_protocols_and_variants_list_the_known(line: str, tmp_path: Path) -> None:
    assert "choose one of" in refused("run", *line.split(), "--records", tmp_path)


def test_run_fits_all_five_models_and_the_baselines_by_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, ...]] = []

    def fit_all(study: object, names: tuple[str, ...], **_: object) -> None:
        asked.append(names)
        raise MgcError("ends where the fit would begin")

    monkeypatch.setattr("mgc.cli.main.prepared", lambda *_, **__: None)
    monkeypatch.setattr("mgc.training.fits.fit_all", fit_all)
    assert "would begin" in refused("run")
    assert asked == [(*NAMES, *BASELINES)]
