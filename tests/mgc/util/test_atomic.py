"""Files and folders appear whole or not at all, and nothing half-written stays behind."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mgc.util import atomic
from mgc.util.atomic import remove_leftovers, scratch, whole_file, whole_folder, write_whole
from tests.helpers.outside import started

HALF = {
    "file": "with whole_file(target) as stream: stream.write(b'half'); stream.flush(); wait()",
    "folder": "with whole_folder(target) as made: (made / 'a').write_bytes(b'half'); wait()",
}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def command(code: str, *arguments: object) -> list[str]:
    start = "import sys, time; from pathlib import Path; from mgc.util.atomic import *\n"
    return [sys.executable, "-c", start + code, *map(str, arguments)]


@pytest.fixture
def writer(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    """Return a process that has written half of ``tmp_path / "target"`` and goes on waiting."""
    code = (
        "def wait(): print('half', flush=True); time.sleep(600)\n"
        f"target = Path(sys.argv[1])\n{HALF[request.param]}"
    )
    line = command(code, tmp_path / "target")
    with started(line, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "half\n"
        yield process


def test_a_file_appears_at_the_end_and_replaces_the_old_one_in_one_step(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    target.write_bytes(b"old")
    with whole_file(target) as stream:
        stream.write(b"new")
        stream.flush()
        assert target.read_bytes() == b"old"
        assert [name for name in names(tmp_path) if not name.startswith(".")] == ["a.csv"]
        stream.close()  # as some callers do
    assert target.read_bytes() == b"new"
    assert names(tmp_path) == ["a.csv"]


def test_a_folder_is_exchanged_for_the_new_one(tmp_path: Path) -> None:
    for text in ("old", "new"):
        with whole_folder(tmp_path / "deep" / "target") as made:
            (made / text).touch()
    assert names(tmp_path / "deep") == ["target"]
    assert names(tmp_path / "deep" / "target") == ["new"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_after_an_error_the_old_one_is_there_and_nothing_else(
    tmp_path: Path, error: type[BaseException]
) -> None:
    write_whole(tmp_path / "a", b"old")
    with whole_folder(tmp_path / "b") as made:
        (made / "old").touch()

    def half() -> None:
        with whole_file(tmp_path / "a") as stream, whole_folder(tmp_path / "b") as made:
            stream.write(b"new")
            (made / "x").touch()
            raise error

    with pytest.raises(error):
        half()
    assert (tmp_path / "a").read_bytes() == b"old"
    assert names(tmp_path / "b") == ["old"]
    assert names(tmp_path) == ["a", "b"]


@pytest.mark.parametrize("writer", list(HALF), indirect=True)
def test_what_a_killed_writer_left_goes_and_what_a_live_one_writes_stays(
    tmp_path: Path, writer: subprocess.Popen[str]
) -> None:
    hidden = names(tmp_path)
    assert hidden
    long_ago = time.time() - 10 * atomic.LEFT_AGE_S  # it may have been stopped for long
    for name in hidden:
        os.utime(tmp_path / name, (long_ago, long_ago))
    write_whole(tmp_path / "other", b"")  # another process, by its own way, tidies too
    assert names(tmp_path) == [*hidden, "other"]
    writer.kill()
    writer.wait()
    assert names(tmp_path) == [*hidden, "other"]
    with scratch(tmp_path):
        assert not set(hidden) & set(names(tmp_path))
    assert names(tmp_path) == ["other"]


@pytest.mark.parametrize("step", [0, 1, 2, 3])
@pytest.mark.parametrize("before", [False, True], ids=["first", "replaced"])
def test_a_folder_is_there_wherever_its_exchange_was_killed(
    tmp_path: Path, before: bool, step: int
) -> None:
    """The process ends at its `step`-th renaming; whoever looks next finds a whole folder."""
    target = tmp_path / "target"
    if before:
        with whole_folder(target) as made:
            (made / "old").touch()
    code = (
        "import os\n"
        "left, rename = int(sys.argv[2]), Path.rename\n"
        "def dying(self, target):\n"
        "    global left\n"
        "    if left == 0: os._exit(9)\n"
        "    left -= 1\n"
        "    return rename(self, target)\n"
        "Path.rename = dying\n"
        "with whole_folder(Path(sys.argv[1])) as made: (made / 'new').touch()\n"
    )
    ended = subprocess.run(command(code, target, step)).returncode
    remove_leftovers(tmp_path)
    assert names(tmp_path) == ["target"]
    killed_first = ended == 9 and step == 0
    assert names(target) == (["old"] if killed_first and before else ["new"])


@pytest.mark.parametrize("immovable", [("new",), ("new", "old")])
def test_a_folder_that_cannot_be_put_in_place_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, immovable: tuple[str, ...]
) -> None:
    """As on Windows, where a program that looks into a folder holds it fast."""
    with whole_folder(tmp_path / "target") as made:
        (made / "old").touch()
    rename = Path.rename

    def refused(self: Path, target: Path) -> Path:
        if self.name in immovable:
            raise PermissionError(13, "Permission denied", str(self))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(PermissionError) as caught, whole_folder(tmp_path / "target") as made:
        (made / "x").touch()
    assert caught.value.filename == str(tmp_path / "target")
    monkeypatch.undo()
    if len(immovable) == 1:
        assert names(tmp_path / "target") == ["old"]
    remove_leftovers(tmp_path)
    assert names(tmp_path) == ["target"]
    assert names(tmp_path / "target") == (["old"] if len(immovable) == 1 else ["x"])


def test_who_reads_what_is_replaced_delays_it_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows renames nothing over a file that is open, nor a folder that holds one."""
    refusals = {"replace": 2, "rename": 2}

    def refusing(name: str, original: Callable[[Path, Path], Path]) -> None:
        def refused(self: Path, target: Path) -> Path:
            refusals[name] -= 1
            if refusals[name] >= 0:
                raise PermissionError(13, "Access is denied", str(self))
            return original(self, target)

        monkeypatch.setattr(Path, name, refused)

    for text in ("old", "new"):
        write_whole(tmp_path / "file", text.encode())
        with whole_folder(tmp_path / "folder") as made:
            (made / text).touch()
        refusing("replace", Path.replace)
        refusing("rename", Path.rename)
    assert max(refusals.values()) < 0
    assert (tmp_path / "file").read_bytes() == b"new"
    assert names(tmp_path / "folder") == ["new"]
    assert names(tmp_path) == ["file", "folder"]


def test_without_locks_leftovers_go_by_age(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_lock(*_: object, **__: object) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(atomic.FileLock, "acquire", no_lock)
    with whole_folder(tmp_path / "target") as made:
        (made / "x").touch()
    old, new = (tmp_path / f".mgc-{16 * digit}.part" for digit in "12")
    for part in (old, new):
        part.mkdir()
        (part / "x").touch()
    long_ago = time.time() - atomic.LEFT_AGE_S - 60
    os.utime(old, (long_ago, long_ago))
    remove_leftovers(tmp_path)
    assert names(tmp_path) == [new.name, "target"]


def test_nothing_else_is_taken_for_a_leftover(tmp_path: Path) -> None:
    kept = [".mgc-notes", ".mgc-0-0.part", "mgc.part", ".a.part", f".mgc-{16 * '0'}.part.txt"]
    for name in kept:
        (tmp_path / name).touch()
    remove_leftovers(tmp_path)
    assert names(tmp_path) == sorted(kept)
    remove_leftovers(tmp_path / "nowhere")


def test_many_writers_of_one_place_and_many_sweepers_do_no_harm(tmp_path: Path) -> None:
    """Real processes: each write is whole, and none is swept away under its writer."""
    file, folder = tmp_path / "file", tmp_path / "folder"
    code = (
        "for n in range(100):\n"
        "    write_whole(sys.argv[1], sys.argv[3].encode() * 100_000)\n"
        "    with whole_folder(sys.argv[2]) as made:\n"
        "        for name in 'xyz': (made / name).write_text(sys.argv[3])\n"
    )
    writers = [subprocess.Popen(command(code, file, folder, letter)) for letter in "abc"]
    while any(process.poll() is None for process in writers):
        remove_leftovers(tmp_path)
        if file.exists():
            content = file.read_text()
            assert content in {letter * 100_000 for letter in "abc"}
    assert [process.wait() for process in writers] == [0, 0, 0]
    assert names(tmp_path) == ["file", "folder"]
    assert names(folder) == ["x", "y", "z"]
    assert len({path.read_text() for path in folder.iterdir()}) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_permissions_are_those_of_any_new_file_or_of_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    (tmp_path / "secret").touch(0o600)
    for name in ("new", "secret"):
        write_whole(tmp_path / name, b"x")
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in tmp_path.iterdir()}
    assert modes["new"] == modes["plain"]
    assert modes["secret"] == 0o600


@pytest.mark.skipif(os.name == "nt", reason="links take a right there that few have")
def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "link").symlink_to("far/file")
    write_whole(tmp_path / "link", b"x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "far" / "file").read_bytes() == b"x"
    (tmp_path / "records").symlink_to("far")
    with whole_folder(tmp_path / "records") as made:
        (made / "inside").touch()
    assert names(tmp_path / "far") == ["inside"]
    assert names(tmp_path) == ["far", "link", "records"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_a_device_or_a_pipe_is_written_to_and_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    write_whole(pipe, b"through")
    reader.join()
    assert got == [b"through"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    write_whole("/dev/null", b"x")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    with (tmp_path / "out").open("wb") as out:
        line = command("write_whole('/dev/stdout', b'shown')")
        subprocess.run(line, stdout=out, check=True)
    assert (tmp_path / "out").read_bytes() == b"shown"


def test_the_longest_name_that_the_system_allows_works(tmp_path: Path) -> None:
    name = "é" * 127 + "x"
    write_whole(tmp_path / name, b"x")
    with whole_folder(tmp_path / name[:-1]) as made:
        (made / "x").touch()
    assert names(tmp_path) == [name[:-1], name]


def test_errors_name_the_target_and_nothing_hidden(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    missing = tmp_path / "none" / "a.csv"
    with pytest.raises(FileNotFoundError, match=f"'{re.escape(str(missing))}'"):
        write_whole(missing, b"")
    with pytest.raises(IsADirectoryError, match=f"'{re.escape(str(tmp_path))}'"):
        write_whole(tmp_path, b"")
    with (
        pytest.raises(NotADirectoryError, match=f"'{re.escape(str(tmp_path / 'file'))}'"),
        whole_folder(tmp_path / "file"),
    ):
        pass
    assert names(tmp_path) == ["file"]
