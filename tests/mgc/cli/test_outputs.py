"""No output takes the place of something else, and none fails after the work."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mgc.cli.main import main
from tests.helpers import outside

RATE = 22_050


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder: two recordings, one without an ending, and a letter."""
    monkeypatch.chdir(tmp_path)
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 4 * RATE)
    for name in ("a.wav", "b.wav", "tape"):
        soundfile.write(name, noise, RATE, format="WAV")
    Path("letter.txt").write_text("Dear Ella,", encoding="utf-8")
    return tmp_path


SLIPS = {
    "predict --csv a.wav b.wav": "a.wav: that is the name of an audio file",
    "predict --json a.wav b.wav": "a.wav: that is the name of an audio file",
    "predict --csv new.flac b.wav": "new.flac: that is the name of an audio file",
    "predict --json tape b.wav": "tape: that file exists, and this command did not write it",
    "predict --csv letter.txt b.wav": "letter.txt: that file exists",
    "predict --csv x --json ./x b.wav": "cannot both go to",
    "predict --csv - --json - b.wav": "cannot both go to",
    "predict --csv none/x.csv b.wav": "there is no folder",
    "predict --csv . b.wav": "that is a folder; name a file in it",
    "predict --plot a.wav b.wav": "that is a file; name a folder",
    "predict --plot none/of/it b.wav": "there is no folder",
    "features demo --csv letter.txt": "letter.txt: that file exists",
    "data verify demo --csv tape": "tape: that file exists",
    "data quality demo --csv none/x.csv": "there is no folder",
    "train letter.txt --data demo": "letter.txt: that file exists",
    "train none/x.keras --data demo": "there is no folder",
    "export-web tape": "tape: that file exists",
}


@pytest.mark.parametrize("line", SLIPS)
def test_a_slip_is_refused_before_the_work(
    folder: Path, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(*_: object, **__: object) -> None:
        raise AssertionError("the work began")

    monkeypatch.setattr("mgc.inference.classifier.Classifier.__init__", work)
    monkeypatch.setattr("mgc.datasets.opening.open_edition", work)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    result = outside.invoke(main, *line.split())
    assert result.exit_code == 1, result.output
    assert result.stderr.startswith("Error: ")
    assert SLIPS[line] in result.stderr
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_to_is_named_at_once(folder: Path) -> None:
    locked = folder / "locked"
    locked.mkdir(0o500)
    result = outside.invoke(main, "predict", "--csv", locked / "x.csv", "a.wav")
    assert "may not be written to" in result.stderr


def test_a_command_replaces_what_it_wrote(folder: Path) -> None:
    for option, file in (("--csv", "x.csv"), ("--json", "x.json")):
        for names in (["a.wav"], ["a.wav", "b.wav"]):
            result = outside.invoke(main, "predict", option, file, *names)
            assert result.exit_code == 0, result.output
        assert "b.wav" in Path(file).read_text(encoding="utf-8")
        assert outside.invoke(main, "features", "demo", "--csv", file).exit_code == 1
    for _ in range(2):
        assert outside.invoke(main, "export-web", "x.onnx").exit_code == 0
