"""Modules, functions and files that a text names exist: texts outlive what they speak of."""

from __future__ import annotations

import ast
import re
from inspect import get_annotations
from pathlib import Path
from pkgutil import resolve_name

import pytest

from tests.helpers.outside import ROOT, committed

TEXTS = {".py", ".md", ".yml", ".toml", ".js", ".css", ".html", ".csv", ""}
NO_TEXTS = ("book/records/", "tests/notebooks/", "mgc/clips/", "mgc/tables/", "CHANGELOG.md")
"""Data, what is made, and the history, which may name what is gone."""

DOTTED = re.compile(r"(?<![\w./~-])(?:mgc|tools)(?:\.[A-Za-z]\w*)+")
PATH = re.compile(r"(?<![\w./-])(?:mgc|tools|tests|book|binder)/[\w./-]*\w\.\w+\b")
FILES = {"ipynb", "json", "part", "pdf"}
"""Ends of names such as `mgc.pdf`, which are no modules, and of files that are made."""

STAND_IN = re.compile(r"NN|NAME|\bx\b")
"""Names that stand for any other: `book/NN_name.py`, `mgc.x`."""


def texts() -> list[Path]:
    kept = [name for name in committed() if not name.startswith(NO_TEXTS)]
    paths = [ROOT / name for name in kept if Path(name).suffix in TEXTS]
    return [path for path in paths if path != Path(__file__).resolve()]


def exists(dotted: str) -> bool:
    """Tell whether a dotted name is a module, or something that stands in one."""
    try:
        resolve_name(dotted)
    except (ImportError, AttributeError):
        owner, _, field = dotted.rpartition(".")
        return "." in owner and exists(owner) and field in get_annotations(resolve_name(owner))
    return True


def named(pattern: re.Pattern[str], text: str) -> list[str]:
    """List names in a text, those left out that stand for any other or are made."""
    found = sorted(set(pattern.findall(text)))
    return [n for n in found if n.rpartition(".")[2] not in FILES and not STAND_IN.search(n)]


def gone_names(text: str) -> list[str]:
    """List dotted names of modules and their parts that do not exist."""
    return [name for name in named(DOTTED, text) if not exists(name)]


def gone_paths(text: str) -> list[str]:
    """List paths of files in the repository that do not exist."""
    return [name for name in named(PATH, text) if not (ROOT / name).exists()]


def test_no_text_names_a_module_or_a_file_that_is_gone() -> None:
    read = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in texts()}
    gone = {name: [*gone_names(text), *gone_paths(text)] for name, text in read.items()}
    assert {name: found for name, found in gone.items() if found} == {}


def test_what_is_gone_is_found_and_what_exists_is_not() -> None:
    there = "`mgc.datasets.tracks.GENRES`, mgc.records.study.Study.groups. See mgc/__init__.py"
    assert gone_names(there) == gone_paths(there) == []
    assert gone_names("as `mgc.data` says") == ["mgc.data"]
    assert gone_names("mgc.datasets.tracks.nothing") == ["mgc.datasets.tracks.nothing"]
    assert gone_names("mgc.records.study.Study.nothing") == ["mgc.records.study.Study.nothing"]
    assert gone_names("import mgc.runs as runs") == ["mgc.runs"]
    assert gone_names("the file mgc.pdf, and example.org/mgc.git") == []
    gone = ["mgc/book/site.py", "tests/test_kill.py"]
    assert gone_paths("in mgc/book/site.py and tests/test_kill.py.") == gone
    assert gone_paths("book/NN_name.py") == []


@pytest.mark.parametrize(
    "room",
    sorted(path for path in (ROOT / "mgc").glob("*/") if (path / "__init__.py").is_file()),
    ids=lambda path: path.name,
)
def test_a_room_names_parts_that_it_has(room: Path) -> None:
    """Each line of the list in its docstring begins with modules, or functions in them."""
    described = ast.get_docstring(ast.parse((room / "__init__.py").read_text())) or ""
    heads = [line.partition(":")[0] for line in described.splitlines() if line.startswith("- ")]
    parts = [name for head in heads for name in re.findall(r"`([\w.]+)`", head)]
    assert [name for name in parts if not exists(f"mgc.{room.name}.{name}")] == []


def test_there_is_one_door() -> None:
    """`mgc` and `python -m mgc` are the same command; no module is another one."""
    doors = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "mgc").rglob("*.py"))
        if '__name__ == "__main__"' in path.read_text(encoding="utf-8")
    ]
    assert doors == ["mgc/__main__.py"]
