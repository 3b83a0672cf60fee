"""Chapters' MyST as plain Markdown, for readers who open a notebook outside of the book.

Jupyter, Colab and editors show roles and directives as raw text; here they become the words that
the page shows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

ROLE = re.compile(r"\{(?P<role>[a-z:]+)\}`(?P<text>[^`]+)`")
TARGET = re.compile(r"^(?P<shown>.*?)\s*<(?P<target>[^<>]+)>$", re.DOTALL)
FENCE = re.compile(r"^(?P<mark>`{3,}|:{3,}|~{3,})(?:\{(?P<name>[\w:-]+)\})?\s*(?P<rest>.*)$")
OPTION = re.compile(r"^:[\w-]+:")
CODE = ("code", "code-block", "code-cell", "sourcecode")


def readable(
    markdown: str,
    values: Mapping[str, str],
    titles: Mapping[str, str],
    cited: Callable[[str], str] = str,
) -> str:
    """Return a text in which no role and no directive is left.

    Parameters
    ----------
    markdown : str
        A cell in MyST.
    values : mapping of str to str
        What was glued, by key.
    titles : mapping of str to str
        Titles of pages, by name.
    cited : callable
        Turns the key of a source into words such as "Sturm 2013".
    """

    def word(found: re.Match[str]) -> str:
        role, text = found["role"], " ".join(found["text"].split())
        if role.startswith("glue"):
            key = text.rpartition("::")[2].partition(":")[0]
            return values.get(key, found[0])
        if role.startswith("cite"):
            names = [cited(key.strip()) for key in text.split(",")]
            return f"({'; '.join(names)})" if role != "cite:t" else " and ".join(names)
        if role.startswith("math"):
            return f"${text}$"
        named = TARGET.match(text)
        shown = named["shown"] if named else text
        return titles.get(shown, shown) if role == "doc" else shown

    return ROLE.sub(word, _without_directives(markdown))


def _without_directives(markdown: str) -> str:
    """Turn boxes into quotations with a title in bold, equations into dollar signs."""
    lines: list[str] = []
    boxes: list[tuple[str, str]] = []  # mark of each open box, and what closes it in the new text
    code, begins = "", False  # mark of the open block of code; whether a box has just been opened
    for line in markdown.splitlines():
        before = "> " * sum(end == "" for _, end in boxes)
        found = FENCE.match(line)
        if code:
            lines.append(before + line)
            code = "" if found and line.strip() == code else code
        elif begins and (OPTION.match(line) or not line.strip()):
            continue
        elif found and boxes and line.strip() == boxes[-1][0]:
            if end := boxes.pop()[1]:
                lines.append(before + end)
        elif found and found["name"] and found["name"] not in CODE:
            boxes.append((found["mark"], "$$" if found["name"] == "math" else ""))
            title = found["rest"] or found["name"].capitalize()
            opened = ["$$"] if found["name"] == "math" else [f"> **{title}**", ">"]
            lines += [before + one for one in opened]
            begins = True
            continue
        elif found and found["mark"][0] != ":":
            code = found["mark"]
            lines.append(before + code + found["rest"])
        else:
            lines.append((before + line).rstrip())
        begins = False
    return "\n".join(lines)


def citations(bibliography: Path) -> Callable[[str], str]:
    """Return what turns a key of a BibTeX file into author and year."""
    if not bibliography.is_file():
        return str
    from pybtex.database import parse_file

    entries = parse_file(str(bibliography)).entries

    def cited(key: str) -> str:
        if key not in entries:
            return key
        names = [" ".join(one.last_names) for one in entries[key].persons.get("author", [])]
        who = f"{names[0]} et al." if len(names) > 2 else " and ".join(names)
        return f"{who} {entries[key].fields.get('year', '')}".strip()

    return cited
