"""A disk that is full or cannot be written: one clear line, and nothing of what was there is lost.

The disks are real file systems in memory, which only root may mount.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result

from mgc.cli.main import main
from tests.helpers import outside
from tools.pages import command

pytestmark = pytest.mark.slow
FULL, CLOSED = "No space left on device; free some space", "Read-only file system; check the path"
BEFORE = "track_id,what was there before\n"


def mount(*arguments: str) -> None:
    try:
        done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount")
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB with a table on it, and another 40 KiB taken."""
    place = tmp_path / "disk"
    place.mkdir()
    mount("-t", "tmpfs", "-o", "size=64k", "none", str(place))
    try:
        (place / "table.csv").write_text(BEFORE)
        (place / "fill").write_bytes(bytes(40_000))
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


# What each command is to write does not fit into the rest of the disk.
COMMANDS: dict[str, tuple[tuple[str, ...], str]] = {
    "features": (("features", "{edition}", "--csv", "{disk}/table.csv"), "table.csv"),
    "parts": (("features", "{edition}", "--out", "{disk}/out"), "out/part-00000-"),
    "cache": (("features", "{edition}", "--cache", "{disk}/cache"), "cache/"),
    "records": (
        ("run", "--data", "{edition}", "--protocol", "random", "--models", "logistic",
         "--records", "{disk}/records"),
        "records/editions/",
    ),
    "plot": (("predict", "{edition}/blues", "--plot", "{disk}/plots"), "plots/0001-"),
}  # fmt: skip
CHECKED = {"features": "--csv {disk}/table.csv", "plot": "--plot {disk}/plots"}
"""What is refused before the work where it cannot be written."""


def invoke(name: str, edition: Path, disk: Path) -> Result:
    line, _ = COMMANDS[name]
    arguments = [word.format(edition=edition, disk=disk) for word in line]
    jobs = ["--jobs", "1"] if name in ("features", "parts", "cache") else []
    return outside.invoke(main, *arguments, *jobs)


@pytest.mark.parametrize("closed", [False, True], ids=["full", "read-only"])
@pytest.mark.parametrize("name", list(COMMANDS))
def test_a_full_or_closed_disk_is_one_line_and_loses_nothing(
    name: str, closed: bool, small_edition: Path, disk: Path
) -> None:
    if closed:
        mount("-o", "remount,ro", str(disk))
    result = invoke(name, small_edition, disk)
    assert result.exit_code == 1
    last = result.stderr.strip().splitlines()[-1]
    if closed and name in CHECKED:
        output = CHECKED[name].format(disk=disk)
        assert last == f"Error: {output}: the folder {disk} may not be written to"
    else:
        assert last.startswith(f"Error: {disk}/{'' if closed else COMMANDS[name][1]}"), last
        assert (CLOSED if closed else FULL) in last
    assert (disk / "table.csv").read_text() == BEFORE
    assert list(disk.rglob(".mgc-*")) == []
    assert "left out" not in result.stderr, "the disk is at fault, not a track"


def test_with_space_again_a_run_in_parts_ends_as_any_other(
    small_edition: Path, disk: Path, tmp_path: Path
) -> None:
    assert invoke("parts", small_edition, disk).exit_code == 1
    (disk / "fill").unlink()
    mount("-o", "remount,size=8m", str(disk))
    assert invoke("parts", small_edition, disk).exit_code == 0
    assert invoke("parts", small_edition, tmp_path).exit_code == 0
    ours, others = disk / "out", tmp_path / "out"
    names = sorted(path.name for path in others.iterdir())
    assert sorted(path.name for path in ours.iterdir()) == names
    assert all((ours / name).read_bytes() == (others / name).read_bytes() for name in names)


def test_the_build_of_the_book_says_so_in_one_line(
    disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages from records, in a checkout on the disk; the records lie elsewhere."""
    root = outside.ROOT
    (disk / "book").mkdir()
    (disk / "_toc.yml").write_bytes((root / "_toc.yml").read_bytes())
    (disk / "book" / "01_first.py").symlink_to(root / "book" / "01_objective.py")
    monkeypatch.chdir(disk)
    mount("-o", "remount,ro", str(disk))
    done = outside.invoke(command.main, "replay", "--records", root / "book" / "records")
    assert done.exit_code == 1
    said = done.stderr
    assert said.startswith("Error: ")
    assert CLOSED in said
    assert "Traceback" not in said
