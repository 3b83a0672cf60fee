"""The drawing of the house is that of the contract, and the house is as it is drawn."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.helpers.outside import ROOT
from tools import rooms


def drawn(text: str) -> list[str]:
    """Names in the first column of the lower box, top to bottom."""
    return re.findall(r"^│ (\w+)", text.partition("┌─ mgc")[2], re.MULTILINE)


def test_contributing_shows_the_rooms_of_the_contract() -> None:
    shown = rooms.BLOCK.search((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    assert shown is not None
    assert rooms.drawing(ROOT) in shown[0], "run python -m tools.rooms"
    order = drawn(shown[0])
    assert order.index("cli") < order.index("models") < order.index("audio") < order.index("util")


def test_a_room_that_joins_the_contract_joins_the_drawing(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "CONTRIBUTING.md"):
        shutil.copy(ROOT / name, tmp_path)
    for building in ("mgc", "tools"):
        unneeded = shutil.ignore_patterns("clips", "networks", "tables", "*.pyc")
        shutil.copytree(ROOT / building, tmp_path / building, ignore=unneeded)
    (tmp_path / "mgc" / "garden").mkdir()
    (tmp_path / "mgc" / "garden" / "__init__.py").write_text('"""Green."""\n', encoding="utf-8")
    contract = (tmp_path / "pyproject.toml").read_text(encoding="utf-8")
    wider = contract.replace('    "cli",\n', '    "cli",\n    "garden",\n')
    (tmp_path / "pyproject.toml").write_text(wider, encoding="utf-8")
    rooms.main(tmp_path)
    text = (tmp_path / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert re.search(r"│ garden +Green\. +│", text)
    assert drawn(text)[:2] == ["cli", "garden"]
    assert text.count("rooms:begin") == text.count("rooms:end") == 1


def test_tests_stand_in_rooms_of_the_same_names() -> None:
    for building in ("mgc", "tools"):
        folders = {path.name for path in (ROOT / "tests" / building).glob("[a-z]*/")}
        assert folders <= {path.name for path in (ROOT / building).glob("[a-z]*/")}
