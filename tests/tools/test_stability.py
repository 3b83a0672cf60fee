"""The forms of a recording that a network is asked about."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner
from numpy.typing import NDArray

from mgc.audio.ffmpeg import find_ffmpeg
from mgc.audio.samples import SAMPLE_RATE, load
from mgc.errors import DataError
from mgc.evaluation import stability
from mgc.inference import network_file
from mgc.inference.opening import network_path
from tools.stability import FORMS, convert, main, with_top_of


def tone(hertz: float, seconds: float = 5.0) -> NDArray[np.float32]:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (0.4 * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def test_a_control_takes_the_low_from_the_form_and_the_high_from_the_original() -> None:
    low, lower = tone(3_000), tone(500)
    high, higher = tone(stability.SPLIT_HZ + 300), tone(stability.SPLIT_HZ + 700)
    joined = with_top_of(low + high, lower + higher)
    inner = slice(2_000, -2_000)  # the filter reaches beyond the ends
    assert np.allclose(joined[inner], (lower + high)[inner], atol=1e-4)
    assert np.array_equal(with_top_of(low, low), low)
    assert len(with_top_of(low, low[:-100])) == len(low) - 100


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.usefixtures("ffmpeg")
def test_each_form_is_the_same_music(form: str, tmp_path: Path) -> None:
    ending, settings = FORMS[form]
    sound = tone(440) * np.linspace(0.2, 1, 5 * SAMPLE_RATE, dtype=np.float32)
    soundfile.write(tmp_path / "original.wav", sound, SAMPLE_RATE)
    program, file = find_ffmpeg(), tmp_path / f"form.{ending}"
    assert program is not None
    convert(program, tmp_path / "original.wav", file, settings)
    again = load(file)[: len(sound)]
    assert np.corrcoef(again, sound[: len(again)])[0, 1] > 0.99
    with pytest.raises(DataError, match=r"none\.wav: ffmpeg cannot convert it"):
        convert(program, tmp_path / "none.wav", file, settings)


@pytest.mark.usefixtures("ffmpeg")
def test_the_tool_writes_a_record_about_the_network_it_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "data" / "jazz"
    folder.mkdir(parents=True)
    for number in range(2):
        sound = tone(440 * (1 + number)) + np.random.default_rng(number).normal(0, 0.05, 110_250)
        soundfile.write(folder / f"jazz.{number:05d}.wav", sound, SAMPLE_RATE)
    few = {name: FORMS[name] for name in list(FORMS)[:2]}
    monkeypatch.setattr("tools.stability.FORMS", few)
    monkeypatch.setattr("tools.stability.CONTROLS", tuple(few)[:1])
    line = ["--data", str(folder.parent), "--out", str(tmp_path)]
    done = CliRunner().invoke(main, line)
    assert done.exit_code == 0, done.output
    found = stability.load(tmp_path)
    first = next(iter(few))
    forms = [stability.ORIGINAL, first, first + stability.CONTROL, list(few)[1]]
    assert stability.by_form(found.answers)["form"].tolist() == forms
    assert found.facts["network_sha256"] == network_file.sha256(network_path(None))
    assert found.facts["forms"][first] == few[first][1]


def test_without_ffmpeg_one_sentence_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = CliRunner().invoke(main, ["--data", "demo", "--out", str(tmp_path)])
    assert done.exit_code == 1
    assert "ffmpeg is missing" in done.stderr
