"""The command line: what it prints, and how it ends."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
from click.testing import CliRunner, Result

from mgc import __version__
from mgc.cli.main import main
from mgc.datasets import opening
from mgc.features.names import AUDIO_VERSION
from mgc.models import BASELINES, NAMES


def invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does, in a process of its own."""
    line = [sys.executable, "-m", "mgc", *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture
def damaged(tmp_path: Path, small_edition: Path) -> Path:
    """Return the small edition with a truncated track."""
    root = Path(shutil.copytree(small_edition, tmp_path / "damaged"))
    path = root / "jazz" / "jazz.00001.wav"
    path.write_bytes(path.read_bytes()[:100_000])
    return root


def is_one_line_error(text: str) -> bool:
    return text.startswith("Error: ") and text.count("\n") == 1 and "Traceback" not in text


# As a process


def test_help_is_fast_because_nothing_heavy_is_imported() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from mgc.cli.main import main;"
        "assert CliRunner().invoke(main, ['--help']).exit_code == 0;"
        "heavy = {'numpy', 'pandas', 'librosa', 'matplotlib', 'tensorflow', 'keras', 'rich'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_fits_networks_starts_without_a_word() -> None:
    """In a process of its own, since TensorFlow greets but once."""
    code = "from mgc.training import keras_fit; keras_fit.set_up(1)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout + done.stderr == ""


def test_verify_of_a_truncated_file_ends_with_one_line_and_status_1(damaged: Path) -> None:
    done = command("data", "verify", damaged)
    assert done.returncode == 1
    assert is_one_line_error(done.stderr)
    assert f"{damaged / 'jazz' / 'jazz.00001.wav'} (truncated)" in done.stderr
    assert "Replace" in done.stderr
    assert "55% of the sound is missing" in done.stdout
    assert "30 tracks" in done.stdout


def test_verify_of_real_tracks_succeeds(gtzan_mini: Path) -> None:
    done = command("data", "verify", gtzan_mini)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"Edition {opening.open_edition(gtzan_mini).key}\n" in done.stdout
    assert "100 tracks, 100 of them GTZAN's own files by checksum." in done.stdout


def test_a_reader_that_leaves_early_is_no_error(small_edition: Path) -> None:
    line = f"{sys.executable} -m mgc data verify --all {small_edition} | head -n 1"
    done = subprocess.run(line, shell=True, capture_output=True, text=True, check=False)
    assert done.stdout == "Files\n"
    assert "Traceback" not in done.stderr


# data


def test_verify_lists_odd_files_and_writes_the_table(damaged: Path, tmp_path: Path) -> None:
    shutil.rmtree(damaged / "pop")
    target = tmp_path / "table.csv"
    result = invoke("data", "verify", damaged, "--csv", target)
    assert result.exit_code == 1
    assert "Genres without a track: pop." in result.stdout
    assert "jazz.00001" in result.stdout
    assert "blues.00000" not in result.stdout
    assert "blues.00000" in invoke("data", "verify", damaged, "--all").stdout
    table = pd.read_csv(target)
    assert len(table) == 27
    assert table["status"].value_counts().to_dict() == {"unknown": 26, "truncated": 1}


@pytest.mark.parametrize("name", ["verify", "quality"])
def test_a_wrong_folder_is_one_line(tmp_path: Path, name: str) -> None:
    result = invoke("data", name, tmp_path / "nowhere")
    assert result.exit_code == 1
    assert is_one_line_error(result.stderr)
    assert str(tmp_path / "nowhere") in result.stderr


def test_a_target_that_cannot_be_written_is_one_line(small_edition: Path, tmp_path: Path) -> None:
    result = invoke("data", "verify", small_edition, "--csv", tmp_path / "none" / "table.csv")
    assert result.exit_code == 1
    assert is_one_line_error(result.stderr)
    assert "none" in result.stderr


def test_where_prints_the_text() -> None:
    result = invoke("data", "where")
    assert result.exit_code == 0
    assert "mgc data fetch mini" in result.stdout


def test_fetch_hands_the_folder_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mgc.datasets.fetch.fetch_mini", lambda folder: folder)
    result = invoke("data", "fetch", "mini", tmp_path / "mini")
    assert result.exit_code == 0
    assert f"nox -s build -- --data {tmp_path / 'mini'}" in result.stdout


def test_quality_flags_and_names_what_is_left_out(damaged: Path, tmp_path: Path) -> None:
    result = invoke("data", "quality", damaged, "--csv", tmp_path / "table.csv")
    assert result.exit_code == 0
    assert "truncated: 55% of the sound is missing" in result.stdout
    assert "30 tracks, 30 flagged, 1 left out" in result.stdout  # all are shorter than 29 s
    assert len(pd.read_csv(tmp_path / "table.csv")) == 30


# features


def test_features_fill_the_cache_and_leave_bad_files_out(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    (tmp_path / "in" / "pop").mkdir(parents=True)
    for number in range(2):
        path = tmp_path / "in" / "pop" / f"pop.{number:05d}.wav"
        soundfile.write(path, rng.normal(0, 0.1, 66_150), 22_050)
    (tmp_path / "in" / "pop" / "pop.00002.wav").write_bytes(b"not audio")
    cache, target = tmp_path / "cache", tmp_path / "features.csv"
    result = invoke("features", tmp_path / "in", "--cache", cache, "--jobs", "1", "--csv", target)
    assert result.exit_code == 1, result.output
    assert "left out: pop.00002: not readable as audio" in result.stderr
    assert f"2 tracks in {cache}, 1 left out." in result.stdout
    assert len(list(cache.glob(f"*-v{AUDIO_VERSION}.npz"))) == 2
    table = pd.read_csv(target)
    assert table.shape == (2, 230)
    assert np.isfinite(table.drop(columns=["track_id", "genre"]).to_numpy(dtype=float)).all()


# run and records


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an edition of two genres with five tracks each, as few as `cv5` can divide."""
    root = tmp_path_factory.mktemp("pair")
    rng = np.random.default_rng(1)
    for genre in ("blues", "rock"):
        (root / genre).mkdir()
        for number in range(5):
            samples = rng.normal(0, 0.1, 33_075)
            soundfile.write(root / genre / f"{genre}.{number:05d}.wav", samples, 22_050)
    return root


@pytest.fixture(scope="session")
def fitted(pair: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store with the two baselines, fitted by the command."""
    store = tmp_path_factory.mktemp("store")
    names = ",".join(BASELINES)
    result = invoke(
        "run", "--data", pair, "--models", names, "--records", store, "--jobs", "1"
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert all(name in result.stdout for name in BASELINES)
    assert f"Records: {store}" in result.stdout
    return store


def test_run_replays_what_has_a_record(fitted: Path, pair: Path) -> None:
    key = opening.open_edition(pair).key
    result = invoke("run", "--data", key, "--models", "majority", "--records", fitted)
    assert result.exit_code == 0, result.output
    assert "50.0%" in result.stdout  # two genres of equal size


def test_run_without_audio_and_record_says_what_is_missing(fitted: Path, pair: Path) -> None:
    key = opening.open_edition(pair).key
    result = invoke("run", "--data", key, "--models", "mlp", "--records", fitted)
    assert result.exit_code == 1
    assert is_one_line_error(result.stderr)
    assert "--data" in result.stderr


def test_records_are_listed_and_shown(fitted: Path) -> None:
    listed = invoke("records", "list", "--records", fitted)
    assert listed.exit_code == 0, listed.output
    fits = [path.name for path in (fitted / "fits").iterdir()]
    assert len(fits) == 2
    assert all(fit in listed.stdout for fit in fits)
    shown = invoke("records", "show", fits[0][:6], "--records", fitted)
    assert shown.exit_code == 0, shown.output
    assert f"Fit {fits[0]}" in shown.stdout
    for word in ("protocol", "cv5", "precision", "blues", "device"):
        assert word in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("show", "zzzz"), "no fit begins with zzzz"),
        (("show", "*"), "no fit begins"),
        (("show", ""), "no fit begins"),
    ],
)
def test_an_unknown_fit_is_one_line(fitted: Path, arguments: tuple[str, ...], reason: str) -> None:
    result = invoke("records", *arguments, "--records", fitted)
    assert result.exit_code == 1
    assert is_one_line_error(result.stderr)
    assert reason in result.stderr


def test_an_empty_store_says_how_to_fill_it(tmp_path: Path) -> None:
    result = invoke("records", "list", "--records", tmp_path)
    assert result.exit_code == 1
    assert "mgc run" in result.stderr


@pytest.mark.parametrize(
    ("option", "value", "reason"),
    [
        ("--models", "mlp,resnet", "no model resnet"),
        ("--seeds", "0,one", "no list of whole numbers"),
        ("--seeds", "", "no list of whole numbers"),
        ("--jobs", "0", "--jobs"),
        ("--vgg16-weights", "/nowhere.h5", "/nowhere.h5"),
    ],
)
def test_wrong_options_are_usage_errors(option: str, value: str, reason: str) -> None:
    result = invoke("run", option, value)
    assert result.exit_code == 2
    assert reason in result.stderr


@pytest.mark.parametrize(("option", "value"), [("--protocol", "none"), ("--variant", "slow")])
def test_unknown_protocols_and_variants_list_the_known(
    option: str, value: str, tmp_path: Path
) -> None:
    result = invoke("run", option, value, "--records", tmp_path)
    assert result.exit_code == 1
    assert is_one_line_error(result.stderr)
    assert "choose one of" in result.stderr


def test_run_fits_all_five_models_and_the_baselines_by_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, ...]] = []

    class OpenedError(Exception):
        """Ends the command where the fit would begin."""

    def fit_all(study: object, names: tuple[str, ...], **_: object) -> None:
        asked.append(names)
        raise OpenedError

    monkeypatch.setattr("mgc.records.study.prepare_study", lambda *_, **__: None)
    monkeypatch.setattr("mgc.training.fits.fit_all", fit_all)
    assert isinstance(invoke("run").exception, OpenedError)
    assert asked == [(*NAMES, *BASELINES)]


def test_the_version_is_the_package_version() -> None:
    assert invoke("--version").stdout == f"mgc, version {__version__}\n"
