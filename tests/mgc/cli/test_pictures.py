"""`mgc predict --plot`: a picture of a file, whatever the file is called."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mgc.audio.samples import SAMPLE_RATE
from mgc.cli.main import main
from mgc.display.figures import style
from tests.helpers.outside import invoke

LINUX_NAMES = sys.platform == "linux"  # others count letters, or forbid some
NAMES = {
    "plain": "a song.wav",
    "as long as a name can be": "W" * 246 + ".wav",
    "long, of three bytes each": "曲" * 83 + ".wav",
    "long, of four bytes each": "𠀀" * 62 + ".wav",
    "emoji and Chinese": "🎵 曲 ünïcode.wav",
    "dollars, which are formulas elsewhere": r"a$b$ $\frac$ ^_.wav",
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    file = tmp_path_factory.mktemp("sound") / "sound.wav"
    samples = np.random.default_rng(0).normal(0, 0.1, 4 * SAMPLE_RATE)
    soundfile.write(file, samples, SAMPLE_RATE)
    return file.read_bytes()


@pytest.mark.skipif(not LINUX_NAMES, reason="some of these names exist on Linux alone")
def test_every_name_has_a_picture_of_the_usual_size(sound: bytes, tmp_path: Path) -> None:
    """Warnings of missing letters are errors in tests."""
    songs, plots = tmp_path / "songs", tmp_path / "plots"
    songs.mkdir()
    for name in NAMES.values():
        (songs / name).write_bytes(sound)
    done = invoke(main, "predict", songs, "--plot", plots)
    assert done.exit_code == 0, done.stderr
    assert done.stderr == ""
    pictures = sorted(plots.iterdir())
    assert len(pictures) == len(NAMES)
    for picture in pictures:
        width, height = struct.unpack(">II", picture.read_bytes()[16:24])
        assert 800 < width < 1100, picture.name
        assert 500 < height < 700, picture.name
        assert len(picture.name.encode()) < 143  # the least that file systems allow
    assert any("曲" in picture.name for picture in pictures)


@pytest.mark.parametrize("title", ["", "a song.wav", "Ärger – naïve.flac"])
def test_titles_that_fit_stay_as_they_are(title: str) -> None:
    assert style.drawable(title) == title


def test_long_titles_keep_both_ends_and_unknown_letters_leave_a_box() -> None:
    shown = style.drawable("beginning" + "x" * 200 + "end.mp3")
    assert len(shown) == style.TITLE_LENGTH
    assert shown.startswith("beginning")
    assert shown.endswith("end.mp3")
    assert style.drawable("曲 🎵.mp3") == "□ □.mp3"
