"""What a user installs: the wheel and the sdist, built here and looked into."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.helpers.outside import ROOT, committed

pytestmark = pytest.mark.slow
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
        # Python 3.11 has filters since its fourth release; Debian 12 ships the second.
        content.extraction_filter = getattr(tarfile, "data_filter", None)
        content.extractall(target)
    (folder,) = target.iterdir()
    return folder


@pytest.fixture(scope="module")
def in_wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names of the files in the wheel, which is made of the sdist, as package indexes make it."""
    with zipfile.ZipFile(hatch("wheel", sdist, tmp_path_factory.mktemp("wheel"))) as content:
        return set(content.namelist())


def test_the_wheel_holds_the_committed_package_and_nothing_else(in_wheel: set[str]) -> None:
    described = {name for name in in_wheel if name.partition("/")[0].endswith(".dist-info")}
    assert set(committed("mgc")) <= in_wheel
    assert {name.partition("/")[0] for name in in_wheel - described} == {"mgc"}


def test_the_sdist_holds_every_committed_file_and_nothing_that_is_made(sdist: Path) -> None:
    """So it builds the book and tests itself."""
    names = {path.relative_to(sdist).as_posix() for path in sdist.rglob("*") if path.is_file()}
    assert set(committed()) <= names
    assert not {name for name in names if name.startswith(("_build/", ".nox/"))}


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
