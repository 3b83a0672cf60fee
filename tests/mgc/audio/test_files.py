"""Audio files in folders: found once, in order, and nothing that loops or waits."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mgc.audio.files import audio_files
from mgc.audio.windows import windows
from mgc.errors import AudioError


def test_names_of_every_kind_are_found_in_order(tmp_path: Path) -> None:
    names = ["B.WAV", "a.wav", "ü😀.flac", "sub.wav/in.ogg"]
    if sys.platform == "linux":  # which allows them, and tells capitals from others
        names += ["A.wav", "a\nb.mp3", "x" * 251 + ".wav", os.fsdecode(b"\xff.wav")]
    (tmp_path / "sub.wav").mkdir()
    for name in [*names, ".hidden.wav", "cover.jpg", "notes.txt", "wav"]:
        (tmp_path / name).touch()
    files, reported = audio_files([tmp_path])
    assert [path.relative_to(tmp_path).as_posix() for path in files] == sorted(names)
    assert reported == {}


def test_what_is_named_is_tried_and_taken_once(tmp_path: Path) -> None:
    for name in ("song.xyz", ".hidden", "a.wav"):
        (tmp_path / name).touch()
    named = [tmp_path / name for name in ("song.xyz", ".hidden", "missing.wav", "a.wav")]
    files, reported = audio_files([*named, tmp_path, str(named[0])])
    assert (files, reported) == (named, {})


@pytest.mark.skipif(os.name == "nt", reason="no pipes there, and links take a right")
def test_links_that_loop_or_lead_nowhere_and_pipes_are_reported(tmp_path: Path) -> None:
    (tmp_path / "real.wav").touch()
    (tmp_path / "good.wav").symlink_to("real.wav")
    (tmp_path / "up").symlink_to(tmp_path)
    (tmp_path / "self.wav").symlink_to("self.wav")
    (tmp_path / "gone.wav").symlink_to("nothing.wav")
    os.mkfifo(tmp_path / "pipe.wav")
    files, reported = audio_files([tmp_path])
    assert [path.name for path in files] == ["good.wav", "real.wav"]
    assert {path.name for path in reported} == {"up", "self.wav", "gone.wav", "pipe.wav"}
    assert "not followed" in reported[tmp_path / "up"]
    for name in ("self.wav", "gone.wav", "pipe.wav", "up"):
        with pytest.raises(AudioError, match=name):  # named, it is tried, and does not wait
            list(windows(tmp_path / name))


UNPRIVILEGED = """
import os, sys
from mgc.errors import AudioError
from mgc.audio.files import audio_files
from mgc.audio.windows import windows
os.setgid(65534)
os.setuid(65534)
files, reported = audio_files(sys.argv[1:])
print([path.name for path in files], [(path.name, why) for path, why in reported.items()])
try:
    list(windows(files[0]))
except AudioError as problem:
    print(problem)
"""


@pytest.mark.skipif(
    getattr(os, "geteuid", lambda: -1)() != 0,
    reason="only root can become a user without permissions",
)
def test_what_may_not_be_read_is_reported(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o000)
    (tmp_path / "closed.wav").touch(mode=0o000)
    for place in (tmp_path, *tmp_path.parents[:-2]):
        place.chmod(place.stat().st_mode | 0o055)
    done = subprocess.run(
        [sys.executable, "-c", UNPRIVILEGED, str(tmp_path)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found, refused = done.stdout.splitlines()
    assert found.startswith("['closed.wav'] [('locked', 'cannot be read (Permission denied)")
    assert "closed.wav: cannot be opened (Permission denied)" in refused
