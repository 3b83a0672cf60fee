"""Draw the rooms into CONTRIBUTING.md, from the contract that `nox -s lint` checks."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

from mgc.util.atomic import write_whole

BLOCK = re.compile(r"(<!-- rooms:begin -->\n).*?(<!-- rooms:end -->)", re.DOTALL)


def layers(root: Path) -> list[str]:
    """Names of the rooms of `mgc`, top to bottom, as the contract in pyproject.toml has them."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (contract,) = (one for one in contracts if one["type"] == "layers")
    names = [name.strip() for layer in contract["layers"] for name in layer.split("|")]
    return [name for name in names if name != "__main__"]


def drawing(root: Path) -> str:
    """Return the two buildings as boxes of text: a line a room, with what it says of itself."""
    tools = sorted(path.parent.name for path in (root / "tools").glob("*/__init__.py"))
    buildings = {
        "tools": [(name, _says(root / "tools" / name)) for name in tools],
        "mgc": [(name, _says(root / "mgc" / name)) for name in layers(root)],
    }
    rows = [row for building in buildings.values() for row in building]
    first = max(len(name) for name, _ in rows)
    width = first + 2 + max(len(says) for _, says in rows)
    lines = []
    for building, rooms in buildings.items():
        lines.append(f"┌─ {building} {'─' * (width - len(building) - 1)}┐")
        lines += [f"│ {f'{name:{first}}  {says}':{width}} │" for name, says in rooms]
        below = "─ each room imports only from rooms below it " if building == "mgc" else ""
        lines.append(f"└{below:─<{width + 2}}┘")
        if building == "tools":
            lines.append("   ↓ imports mgc, and never the other way round")
    return "\n".join(["```text", *lines, "```"])


def _says(room: Path) -> str:
    """First line of the docstring of a package or module."""
    file = room / "__init__.py" if room.is_dir() else room.with_suffix(".py")
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0]


def main(root: Path) -> None:
    """Write the drawing between its markers in CONTRIBUTING.md."""
    file = root / "CONTRIBUTING.md"
    text = file.read_text(encoding="utf-8")
    write_whole(file, BLOCK.sub(rf"\g<1>{drawing(root)}\n\g<2>", text).encode())


if __name__ == "__main__":
    main(Path(__file__).resolve().parents[1])
