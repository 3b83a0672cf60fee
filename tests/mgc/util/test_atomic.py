"""Files and folders appear whole or not at all, and nothing half-written stays behind."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mgc.util import atomic
from mgc.util.atomic import remove_leftovers, scratch, whole_file, whole_folder, write_whole

FILE = "with whole_file(place) as stream: stream.write(b'half'); stream.flush(); wait()"
FOLDER = "with whole_folder(place) as made: (made / 'a').write_bytes(b'half'); wait()"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Return a process that has written half of ``tmp_path / "target"`` and goes on waiting."""
    yield from waiting(FILE, tmp_path)


@pytest.fixture
def folder_writer(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    yield from waiting(FOLDER, tmp_path)


def waiting(line: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    code = (
        "import sys, time; from pathlib import Path; from mgc.util.atomic import *\n"
        "def wait(): print('half', flush=True); time.sleep(600)\n"
        f"place = Path(sys.argv[1])\n{line}"
    )
    command = [sys.executable, "-c", code, str(folder / "target")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "half\n"
        yield process
        process.kill()


def test_a_file_appears_at_the_end_and_replaces_the_old_one_in_one_step(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    target.write_bytes(b"old")
    with whole_file(target) as stream:
        stream.write(b"new")
        stream.flush()
        assert target.read_bytes() == b"old"
        assert len(names(tmp_path)) == 2
        assert names(tmp_path)[0].startswith(".")
    assert target.read_bytes() == b"new"
    assert names(tmp_path) == ["a.csv"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_after_an_error_the_old_file_is_there_and_nothing_else(
    tmp_path: Path, error: type[BaseException]
) -> None:
    def half_a_file() -> None:
        with whole_file(tmp_path / "a") as stream:
            stream.write(b"new")
            raise error

    def half_a_folder() -> None:
        with whole_folder(tmp_path / "b") as folder:
            (folder / "x").touch()
            raise error

    write_whole(tmp_path / "a", b"old")
    for function in (half_a_file, half_a_folder):
        with pytest.raises(error):
            function()
        assert (tmp_path / "a").read_bytes() == b"old"
        assert names(tmp_path) == ["a"]


def test_the_caller_may_close_the_stream(tmp_path: Path) -> None:
    with whole_file(tmp_path / "a") as stream:
        stream.write(b"text")
        stream.close()
    assert (tmp_path / "a").read_bytes() == b"text"


@pytest.mark.parametrize("kind", ["writer", "folder_writer"])
def test_what_a_killed_writer_left_goes_and_what_a_live_one_writes_stays(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    process = request.getfixturevalue(kind)
    (half,) = names(tmp_path)
    write_whole(tmp_path / "other", b"")  # another process, by its own way, tidies too
    remove_leftovers(tmp_path)
    assert names(tmp_path) == [half, "other"]
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert names(tmp_path) == [half, "other"]
    with scratch(tmp_path):
        assert half not in names(tmp_path)
    assert names(tmp_path) == ["other"]


def test_a_writer_that_was_stopped_for_long_still_finishes(
    tmp_path: Path, writer: subprocess.Popen[str]
) -> None:
    (half,) = names(tmp_path)
    long_ago = time.time() - 10 * atomic.FOREIGN_AGE_S
    os.utime(tmp_path / half, (long_ago, long_ago))
    remove_leftovers(tmp_path)
    assert names(tmp_path) == [half]


def test_leftovers_of_other_machines_go_by_age(tmp_path: Path) -> None:
    old, new = (tmp_path / f".mgc-{8 * '0'}-{16 * digit}.part" for digit in "12")
    for part in (old, new):
        part.mkdir()
        (part / "x").touch()
    long_ago = time.time() - atomic.FOREIGN_AGE_S - 60
    os.utime(old, (long_ago, long_ago))
    remove_leftovers(tmp_path)
    assert names(tmp_path) == [new.name]


def test_nothing_else_is_taken_for_a_leftover(tmp_path: Path) -> None:
    kept = [".mgc-notes", ".mgc-0-0.part", "mgc.part", ".a.part"]
    for name in kept:
        (tmp_path / name).touch()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.touch()
    link = tmp_path / f".mgc-{atomic._machine()}-{16 * '0'}.part"
    link.symlink_to(elsewhere)
    remove_leftovers(tmp_path)
    assert names(tmp_path) == sorted([*kept, link.name, "elsewhere"])
    remove_leftovers(tmp_path / "nowhere")


def test_many_writers_of_one_file_and_many_sweepers_do_no_harm(tmp_path: Path) -> None:
    """Real processes: each write is whole, and none is swept away under its writer."""
    code = (
        "import sys; from pathlib import Path; from mgc.util.atomic import *\n"
        "for n in range(150): write_whole(Path(sys.argv[1]), sys.argv[2].encode() * 100_000)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "target")]
    writers = [subprocess.Popen([*command, letter]) for letter in "abc"]
    seen = set()
    while any(process.poll() is None for process in writers):
        remove_leftovers(tmp_path)
        if (tmp_path / "target").exists():
            content = (tmp_path / "target").read_bytes()
            assert len(content) == 100_000
            assert len(set(content)) == 1
            seen.add(content[:1])
    assert [process.wait() for process in writers] == [0, 0, 0]
    assert seen <= {b"a", b"b", b"c"}
    assert names(tmp_path) == ["target"]


def test_many_writers_of_one_folder_leave_one_and_a_reader_never_finds_none(
    tmp_path: Path,
) -> None:
    code = (
        "import sys; from pathlib import Path; from mgc.util.atomic import *\n"
        "for n in range(150):\n"
        "    with whole_folder(Path(sys.argv[1])) as made:\n"
        "        for name in 'xyz': (made / name).write_text(sys.argv[2])\n"
    )
    with whole_folder(tmp_path / "target") as made:
        (made / "x").touch()
    command = [sys.executable, "-c", code, str(tmp_path / "target")]
    writers = [subprocess.Popen([*command, letter]) for letter in "abc"]
    while any(process.poll() is None for process in writers):
        assert (tmp_path / "target").is_dir()
        remove_leftovers(tmp_path)
    assert [process.wait() for process in writers] == [0, 0, 0]
    assert names(tmp_path) == ["target"]
    assert len({path.read_text() for path in (tmp_path / "target").iterdir()}) == 1
    assert names(tmp_path / "target") == ["x", "y", "z"]


def test_a_folder_is_exchanged_also_where_the_system_cannot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic.ctypes, "CDLL", lambda *_, **__: object())
    for text in ("old", "new"):
        with whole_folder(tmp_path / "target") as made:
            (made / text).touch()
    assert names(tmp_path) == ["target"]
    assert names(tmp_path / "target") == ["new"]


def test_permissions_are_those_of_any_new_file_or_of_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    (tmp_path / "secret").touch(0o600)
    for name in ("new", "secret"):
        write_whole(tmp_path / name, b"x")
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in tmp_path.iterdir()}
    assert modes["new"] == modes["plain"]
    assert modes["secret"] == 0o600


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
    code = "from mgc.util.atomic import write_whole; write_whole('/dev/stdout', b'shown')"
    with (tmp_path / "out").open("wb") as out:
        subprocess.run([sys.executable, "-c", code], stdout=out, check=True)
    assert (tmp_path / "out").read_bytes() == b"shown"


def test_the_longest_name_that_the_system_allows_works(tmp_path: Path) -> None:
    name = "é" * 127 + "x"
    assert len(name.encode()) == 255
    write_whole(tmp_path / name, b"x")
    assert names(tmp_path) == [name]


def test_errors_name_the_target_and_no_hidden_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as missing:
        write_whole(tmp_path / "none" / "a.csv", b"")
    assert missing.value.filename == str(tmp_path / "none" / "a.csv")
    with pytest.raises(IsADirectoryError) as folder:
        write_whole(tmp_path, b"")
    assert folder.value.filename == str(tmp_path)
    assert names(tmp_path) == []
