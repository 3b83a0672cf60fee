"""Answers from folders, files and pipes are watched for a change."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from mgc.cli.main import main
from mgc.datasets import demo
from mgc.service import monitor
from tests.helpers.outside import invoke


def answer(seed: int, blues: float = 1.0) -> dict[str, object]:
    p = np.random.default_rng(seed).dirichlet([blues, 1, 1])
    return {"file": "x", "probabilities": dict(zip(("blues", "jazz", "rock"), p, strict=True))}


def lines(answers: list[dict[str, object]]) -> str:
    return "".join(json.dumps(one) + "\n" for one in answers)


@pytest.fixture
def usual(tmp_path: Path) -> Path:
    """A hundred answers, as `mgc predict --json` writes them."""
    path = tmp_path / "usual.json"
    path.write_text(json.dumps([answer(k) for k in range(100)], indent=1))
    return path


def test_a_change_is_told_and_its_end_and_by_the_status(usual: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    same = [answer(k) for k in range(100, 160)]
    refused = [{"status": 422, "seconds": 0.1}, {"file": "s", "probabilities": None}]
    log.write_text(lines([*refused, *same, *(answer(k, 9.0) for k in range(50)), *same]))
    result = invoke(main, "monitor", usual, log, "--window", "20")
    assert result.exit_code == 1
    assert "blues: 0." in result.stdout
    assert ": as before" in result.stdout
    assert "170 answers, 2 without probabilities passed over: the music has changed" in (
        result.stderr
    )


def test_a_pipe_is_read_as_well_and_no_change_is_no_error(usual: Path) -> None:
    text = lines([answer(k) for k in range(100, 200)])
    result = CliRunner().invoke(main, ["monitor", str(usual), "-", "--window", "20"], input=text)
    assert result.exit_code == 0
    assert "100 answers, 0 without probabilities passed over: no change is shown." in result.stdout


def test_tags_count_where_the_reference_has_them() -> None:
    tagged = [answer(k) | {"tags": {"guitar": k / 100}} for k in range(60)]
    detector = monitor.make_detector(tagged, 20)
    assert detector.columns == ("blues", "jazz", "rock", "tag guitar")
    silent = [one | {"tags": {"guitar": 0.0}} for one in tagged]
    seen = monitor.Watch()
    looked = list(monitor.watch(detector, silent, seen))
    assert looked[-1][1]
    assert looked[-1][2].column == "tag guitar"
    plain = [answer(k) for k in range(30)]
    with pytest.raises(monitor.DataError, match="no probability of 'tag guitar'"):
        list(monitor.watch(detector, plain, seen))
    assert monitor.make_detector(plain, 20).columns == ("blues", "jazz", "rock")


def test_a_folder_is_heard_in_random_order(tmp_path: Path) -> None:
    for number in range(4):
        name = f"jazz.{number:05d}"
        (tmp_path / f"{name}.ogg").write_bytes(demo.clip_path(name).read_bytes())
    (tmp_path / "bad.wav").write_bytes(b"no audio")
    heard = list(monitor.read(tmp_path))
    assert [one["file"] for one in heard] == [one["file"] for one in monitor.read(tmp_path)]
    assert sorted(Path(str(one["file"])).name for one in heard)[0] == "bad.wav"
    assert sum("probabilities" in one for one in heard) == 4


@pytest.mark.parametrize("text", ["nonsense", '"a"', "[1]", '{"probabilities": {"blues": "x"}}'])
def test_what_is_no_answer_is_refused_with_a_remedy(
    usual: Path, tmp_path: Path, text: str
) -> None:
    (tmp_path / "bad.json").write_text(text + "\n")
    result = invoke(main, "monitor", usual, tmp_path / "bad.json")
    assert result.exit_code == 1
    assert "mgc serve" in result.stderr
