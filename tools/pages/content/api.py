"""The page for those who use the package: what each room offers, read from the docstrings.

A room's docstring names what is public in it and ends with an example; Sphinx writes the rest.
"""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from types import ModuleType

ROOMS = (
    "audio", "datasets", "features", "models", "records", "training", "evaluation", "inference",
    "experiments", "service", "display", "report",
)  # fmt: skip
"""In the order in which they build on one another."""
NAME = re.compile(r"(?<!`)`([\w.]+)`(?!`)")
EXAMPLES = "\n\nExamples\n--------\n"


def page() -> str:
    """Write a section a room: what it does and offers, its example, its public names."""
    return "\n\n".join(_room(room) for room in ROOMS)


def public_names(room: str) -> list[str]:
    """List the full names that the docstring of a room tells of: modules, and parts of modules."""
    said, _, _ = _docstring(room).partition(EXAMPLES)
    return [f"mgc.{room}.{name}" for name in NAME.findall(said)]


def found(name: str) -> object:
    """Return the module, function, class or value of a full name; AttributeError without one."""
    home, _, last = name.rpartition(".")
    module = import_module(home)
    known = getattr(module, last, None)
    return import_module(name) if known is None or isinstance(known, ModuleType) else known


def _docstring(room: str) -> str:
    return inspect.getdoc(import_module(f"mgc.{room}")) or ""


def _room(room: str) -> str:
    said, _, example = _docstring(room).partition(EXAMPLES)
    said = NAME.sub(rf"{{py:obj}}`\1 <mgc.{room}.\1>`", said).replace("``", "`")
    names = "\n".join(_directive(name) for name in public_names(room))
    return (
        f"## `mgc.{room}`\n\n{said}\n\n```pycon\n{example}\n```\n\n"
        f"````{{dropdown}} Names of mgc.{room}\n:class-container: mgc-names\n\n"
        f"```{{eval-rst}}\n{names}\n```\n````"
    )


def _directive(name: str) -> str:
    """Write the directive that shows a name with its docstring."""
    kind = found(name)
    if isinstance(kind, ModuleType):
        return f".. automodule:: {name}\n   :members:\n"
    if inspect.isclass(kind):
        return f".. autoclass:: {name}\n   :members:\n"
    return f".. auto{'function' if callable(kind) else 'data'}:: {name}\n"
