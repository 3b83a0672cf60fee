"""Drop rules that no page of the site can use from the style sheets of theme and extensions.

The theme's sheet is all of Bootstrap and more, 400 kB for every reader. A rule stays if each class
and id of its selector stands in some page or in some script; rules for elements always stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from pathlib import Path
from typing import Any

import tinycss2
from bs4 import BeautifulSoup

NAME = re.compile(r"[.#]((?:[\w-]|\\.)+)")
CHOICE = re.compile(r":(?:not|is|where|has)\([^()]*\)")
WORD = re.compile(r"[A-Za-z_][\w-]+")
URL = re.compile(r"""url\(["']?([^"')]+)""")
NESTING = ("media", "supports", "layer", "container")


def names_of_page(soup: BeautifulSoup) -> set[str]:
    """Return every class and id in a page."""
    names: set[str] = set()
    for element in soup.find_all(True):
        names.update(str(one) for one in element.get_attribute_list("class") if one)
        if element.get("id"):
            names.add(str(element["id"]))
    return names


def names_of_script(text: str) -> set[str]:
    """Return every word of a script: any may be a class that it sets."""
    return set(WORD.findall(text))


def pruned(css: str, names: Set[str], folder: Path) -> str:
    """Return a style sheet without rules whose classes or ids nothing has.

    Parameters
    ----------
    css : str
    names : set of str
        Classes and ids that can occur.
    folder : Path
        Where the sheet lies; a font whose file is gone is dropped.

    Returns
    -------
    str
        Notes on licences (`/*! ... */`) stay.
    """
    kept = _kept(tinycss2.parse_stylesheet(css, skip_whitespace=True), names)
    return "\n".join(rule.serialize() for rule in kept if not _lost(rule, folder))


def _kept(rules: Iterable[Any], names: Set[str]) -> list[Any]:
    """Return the rules that can match something."""
    kept = []
    for rule in rules:
        if rule.type == "comment":
            if rule.value.startswith("!"):
                kept.append(rule)
        elif rule.type == "at-rule" and rule.lower_at_keyword in NESTING and rule.content:
            inside = _kept(tinycss2.parse_rule_list(rule.content, skip_whitespace=True), names)
            if inside:
                rule.content = inside
                kept.append(rule)
        elif rule.type == "qualified-rule":
            selectors = _split(tinycss2.serialize(rule.prelude))
            usable = [one for one in selectors if _usable(one, names)]
            if usable:
                text = ",".join(usable)
                rule.prelude = tinycss2.parse_component_value_list(text)
                kept.append(rule)
        else:
            kept.append(rule)
    return kept


def _split(selectors: str) -> list[str]:
    """Split a list of selectors at its commas, but not inside brackets."""
    parts, depth, start = [], 0, 0
    for index, sign in enumerate(selectors):
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 0:
            parts.append(selectors[start:index].strip())
            start = index + 1
    return [*parts, selectors[start:].strip()]


def _usable(selector: str, names: Set[str]) -> bool:
    """Whether each class and id that a selector insists on can occur."""
    needed = NAME.findall(re.sub(r"\[[^\]]*\]", "", CHOICE.sub("", selector)))
    return all(re.sub(r"\\(.)", r"\1", one) in names for one in needed)


def _lost(rule: Any, folder: Path) -> bool:
    """Whether a rule names a font whose first file is not there."""
    if rule.type != "at-rule" or rule.lower_at_keyword != "font-face":
        return False
    found = URL.search(tinycss2.serialize(rule.content))
    return found is not None and not (folder / found[1].partition("?")[0]).is_file()
