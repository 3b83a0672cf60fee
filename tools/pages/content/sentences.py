"""The sentences that code wrote, out of the executed chapters, to be read as a list."""

from __future__ import annotations

import ast
import re
from html import unescape
from typing import Any

from tools.pages.content.numbers import LONG

REASON = re.compile(r"<p>([^<]+)</p>")
"""What is said in the card of a claim, whose other paragraphs have a class."""
FAULTS = {
    "one thing in the plural": re.compile(r"(?<![\w.,−–-])1 (?!times|minus|is|was|has)[a-z]+s\b"),
    "nothing said at length": re.compile(r": (0|none)\.|(?<![\d.,])0 of \d"),
    "a missing value": re.compile(r"\b(nan|NaN)\b"),
    "words that do not meet": re.compile(r"  |\(\)| [.,;]|[.,;]{2}"),
}
"""What is wrong with a paragraph that a pattern finds."""


def collect(notebook: Any) -> list[str]:
    """List the paragraphs that an executed chapter says, glues, or gives as reasons."""
    said: list[str] = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = {kind: "".join(text) for kind, text in output.get("data", {}).items()}
            if "scrapbook" in output.get("metadata", {}):
                values = [text for kind, text in data.items() if kind.endswith("text/plain")]
                said += [v for v in map(str, map(ast.literal_eval, values)) if len(v) > LONG]
            elif "text/markdown" in data:
                said.append(data["text/markdown"])
            elif "mgc-claim" in data.get("text/html", ""):
                said += map(unescape, REASON.findall(data["text/html"]))
    return [text.replace("\u00a0", " ") for text in said]


def faults(text: str) -> list[str]:
    """Name what is wrong with a paragraph, of what can be told without reading it."""
    return [name for name, pattern in FAULTS.items() if pattern.search(text)]
