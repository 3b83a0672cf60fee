"""Terminals that cannot show every letter: no command fails, and data stay what they are."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from mgc.cli.main import main
from mgc.datasets import demo
from tools.pages.command import main as pages

NAME = "Ä 曲🎵 [bold] :a: x.ogg"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "jazz"
    place.mkdir()
    shutil.copy(demo.clip_path("jazz.00004"), place / NAME)
    return tmp_path


def ask(charset: str, *arguments: object) -> Result:
    """Call the command as on a terminal of that encoding."""
    return CliRunner(charset=charset).invoke(main, [str(argument) for argument in arguments])


@pytest.mark.parametrize(
    ("charset", "name"),
    [
        ("utf-8", NAME),
        ("latin-1", r"Ä \u66f2\U0001f3b5 [bold] :a: x.ogg"),
        ("cp1252", r"Ä \u66f2\U0001f3b5 [bold] :a: x.ogg"),
        ("cp437", r"Ä \u66f2\U0001f3b5 [bold] :a: x.ogg"),
    ],
)
def test_names_that_a_terminal_cannot_show_are_escaped_on_both_outputs(
    folder: Path, charset: str, name: str
) -> None:
    listed = ask(charset, "data", "verify", folder, "--all")
    assert listed.exit_code == 0, listed.stderr
    assert name.removesuffix(".ogg") in listed.stdout_bytes.decode(charset)
    failed = ask(charset, "predict", folder / "missing" / NAME)
    assert failed.exit_code == 1
    assert name in failed.stderr_bytes.decode(charset)


def test_an_answer_is_drawn_with_what_the_terminal_has(folder: Path) -> None:
    told = ask("latin-1", "predict", folder)
    assert told.exit_code == 0, told.stderr
    first, bar = told.stdout_bytes.decode("latin-1").splitlines()[:2]
    assert r"Ä \u66f2\U0001f3b5" in first
    assert "###" in bar
    wide = ask("utf-8", "predict", folder).stdout_bytes.decode().splitlines()[1]
    assert len(bar) == len(wide)


def test_tables_and_json_on_the_output_are_the_bytes_of_a_file(
    folder: Path, tmp_path: Path
) -> None:
    """No question mark and no escape for a terminal stands in what a program reads."""
    for option in ("--csv", "--json"):
        file = tmp_path / f"file{option}"
        assert ask("latin-1", "predict", folder, option, file).exit_code == 0
        printed = ask("latin-1", "predict", folder, option, "-").stdout_bytes
        assert printed == file.read_bytes()
        found = (
            json.loads(printed)[0]["file"]
            if option == "--json"
            else pd.read_csv(io.BytesIO(printed))["file"][0]
        )
        assert Path(found).name == NAME


def test_the_door_to_the_pages_fails_in_words_too() -> None:
    done = CliRunner(charset="latin-1").invoke(pages, ["曲"])
    assert done.exit_code == 2
    assert r"\u66f2" in done.stderr_bytes.decode("latin-1")
