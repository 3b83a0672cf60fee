"""What a user installs: the wheel and the sdist, built here and looked into."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
LARGE = (".keras", ".onnx", ".h5", ".npz")
"""Kinds of files that users make in a clone, and that the package ships or may ship."""


def hatch(kind: str, source: Path, target: Path) -> Path:
    """Build one distribution with the back end that pyproject.toml names."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", kind]
    subprocess.run([*command, "--directory", str(target)], cwd=source, check=True)
    (made,) = target.iterdir()
    return made


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of an unpacked sdist."""
    archive = hatch("sdist", ROOT, tmp_path_factory.mktemp("sdist"))
    target = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(archive) as content:
        content.extractall(target, filter="data")
    (folder,) = target.iterdir()
    return folder


@pytest.fixture(scope="module")
def in_sdist(sdist: Path) -> set[str]:
    return {path.relative_to(sdist).as_posix() for path in sdist.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def in_wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names of the files in the wheel, which is made of the sdist, as package indexes make it."""
    with zipfile.ZipFile(hatch("wheel", sdist, tmp_path_factory.mktemp("wheel"))) as content:
        return set(content.namelist())


def committed(*paths: str) -> set[str]:
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", *paths], capture_output=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    names = listed.stdout.decode().split("\0")
    return {name for name in names if (ROOT / name).is_file()}


def test_the_wheel_holds_the_committed_package_and_nothing_else(in_wheel: set[str]) -> None:
    described = {name for name in in_wheel if name.partition("/")[0].endswith(".dist-info")}
    assert committed("mgc") <= in_wheel
    assert {name.partition("/")[0] for name in in_wheel - described} == {"mgc"}


def test_the_wheel_holds_what_is_no_code(in_wheel: set[str]) -> None:
    ends = [Path(name).suffix for name in in_wheel]
    assert "mgc/py.typed" in in_wheel
    assert {".keras", ".onnx"} <= set(ends)
    assert ends.count(".ogg") == 90, "nine clips for each of ten genres"
    assert {name for name in in_wheel if "gtzan" in name and name.endswith(".csv")}


def test_the_sdist_holds_every_committed_file(in_sdist: set[str]) -> None:
    assert committed() <= in_sdist


def test_the_sdist_builds_the_book_and_tests_itself(in_sdist: set[str]) -> None:
    needed = {"tools/pages/__main__.py", "tests/conftest.py", "noxfile.py", "constraints.txt"}
    assert needed <= in_sdist
    assert not {name for name in in_sdist if name.startswith(("_build/", ".nox/"))}


@pytest.mark.parametrize("kind", LARGE)
def test_git_sees_a_file_that_ships_wherever_it_moves(kind: str) -> None:
    """Hatchling reads .gitignore, too: what git overlooks is in no distribution."""

    def ignored(name: str) -> bool:
        command = ["git", "-C", str(ROOT), "check-ignore", "--quiet", "--no-index", name]
        done = subprocess.run(command, check=False)
        if done.returncode > 1:
            pytest.skip("not a git checkout")
        return done.returncode == 0

    assert not ignored(f"mgc/anywhere/below/new{kind}")
    assert not ignored(f"mgc/new{kind}")
    assert ignored(f"my{kind}"), "what a user makes at the top of a clone is left alone"
