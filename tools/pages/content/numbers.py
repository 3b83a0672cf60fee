"""Where each number comes from: links around glued values, and the page that they lead to."""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mgc.display.glue import KEY
from mgc.errors import BookError

PAGE = "numbers"
ROLE = re.compile(r"\{glue:text\}`([^`]+)`")
CODE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
MARKUP = re.compile(r"([\\`*_{}\[\]$~^|#])")
MENTION = re.compile(r"\{(?:doc|term|ref)\}`([^`<]+?)\s*(?:<[^`]*>)?`")
NAMED_SOURCE, SOURCE = re.compile(r"\{cite:t\}`([^`]*)`"), re.compile(r"\s*\{cite[^}]*\}`[^`]*`")
BLOCK_START = re.compile(r"^\s*(?:[-*>]|\d+\.|\|)\s*")
SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
SHOWN = 3
"""Fits that a tooltip names; the page names them all."""

LONG = 60
"""Characters above which a value is a sentence, whose link is not underlined."""


@dataclass(frozen=True)
class Fit:
    """What the page says of one record."""

    fit_id: str
    what: tuple[str, ...]  # edition, protocol, variant, model, seed
    commit: str  # of the package that fitted it


@dataclass(frozen=True)
class Number:
    """A glued value."""

    key: str
    chapter: str
    text: str
    fits: tuple[str, ...]  # ids of the records that it rests on
    sources: tuple[str, ...]  # names of other sources

    @property
    def command(self) -> str:
        """What recomputes it."""
        return f"nox -s book -- --only {self.chapter}"


def describe(records: Iterable[Any]) -> tuple[Fit, ...]:
    """Take from records what the page shows."""
    names = ("edition", "protocol", "variant", "model", "seed")
    return tuple(
        Fit(r.fit_id, tuple(str(r.config[name]) for name in names), str(r.environment["commit"]))
        for r in records
    )


def collect(notebook: Any, chapter: str) -> list[Number]:
    """List what an executed chapter glued, in order."""
    numbers = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            metadata = output.get("metadata", {})
            if "scrapbook" not in metadata:
                continue
            basis = metadata.get(KEY, {})
            text = next(v for k, v in output["data"].items() if k.endswith("text/plain"))
            numbers.append(
                Number(
                    metadata["scrapbook"]["name"],
                    chapter,
                    str(ast.literal_eval("".join(text))),
                    tuple(basis.get("fits", ())),
                    tuple(basis.get("sources", ())),
                )
            )
    return numbers


def tooltip(number: Number, fits: Mapping[str, Fit]) -> str:
    """Say in one line what a value rests on and how to recompute it."""
    parts = [f"From {source}" for source in number.sources]
    if number.fits:
        names = ", ".join(number.fits[:SHOWN])
        more = f" and {len(number.fits) - SHOWN} more" if len(number.fits) > SHOWN else ""
        parts.append(f"From {_records(number.fits)} {names}{more}")
        known = [fits[fit] for fit in number.fits if fit in fits]
        if known:
            parts.append("; ".join(_configurations(known)))
            parts.append(f"Commit {', '.join(sorted({fit.commit for fit in known}))}")
    parts.append(f"Recompute: {number.command}")
    return ". ".join(parts)


def linked(markdown: str, numbers: Mapping[str, Number], fits: Mapping[str, Fit]) -> str:
    """Write each glued value of a text as a link with a tooltip, but not inside code.

    Numbers are known by their keys, fits by their ids. Raises BookError if no chapter glued a
    value.
    """

    def link(role: re.Match[str]) -> str:
        key = _key(role)
        if key not in numbers:
            raise BookError(f"{role[0]}: no chapter glues {key}")
        number = numbers[key]
        title = html.escape(tooltip(number, fits), quote=True)
        kind = "mgc-number" if len(number.text) <= LONG else "mgc-number mgc-sentence"
        text = MARKUP.sub(r"\\\1", html.escape(number.text, quote=False))
        return f'<a class="{kind}" href="{PAGE}.html#{key}" title="{title}">{text}</a>'

    parts = CODE.split(markdown)
    return "".join(part if part.startswith("```") else ROLE.sub(link, part) for part in parts)


def sentences(
    texts: Iterable[str], numbers: Mapping[str, Number], titles: Mapping[str, str]
) -> dict[str, str]:
    """Find the sentence that each value first stands in, as HTML with the value in bold.

    Numbers are known by their keys, titles of chapters by their names; `texts` is Markdown with
    roles.
    """
    found: dict[str, str] = {}
    lines = [line for text in texts for line in CODE.sub("", text).splitlines()]
    for line in lines:
        named = MENTION.sub(lambda role: titles.get(role[1], role[1]), BLOCK_START.sub("", line))
        for part in SENTENCE_END.split(SOURCE.sub("", NAMED_SOURCE.sub(r"\1", named))):
            for role in ROLE.finditer(part):
                if (key := _key(role)) in numbers and key not in found:
                    found[key] = _plain(part, role.start(), numbers)
    return found


def _key(role: re.Match[str]) -> str:
    return role[1].rpartition("::")[2].partition(":")[0]


def _plain(sentence: str, marked: int, numbers: Mapping[str, Number]) -> str:
    """Write a sentence without its markup, all values in their places, one of them in bold."""

    def value(role: re.Match[str]) -> str:
        text = html.escape(numbers[_key(role)].text) if _key(role) in numbers else "…"
        return f"<strong>{text}</strong>" if role.start() == marked else text

    parts, end = [], 0
    for role in ROLE.finditer(sentence):
        parts += [_without_markup(sentence[end : role.start()]), value(role)]
        end = role.end()
    return "".join([*parts, _without_markup(sentence[end:])])


def _without_markup(text: str) -> str:
    return html.escape(re.sub(r"[*`]|^#+ |</?\w[^>]*>", "", text))


def title(notebook: Any) -> str:
    """Return the first heading of a chapter."""
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return next(line for line in text.splitlines() if line.startswith("# ")).removeprefix("# ")


def page(
    numbers: Iterable[Number],
    fits: Mapping[str, Fit],
    titles: Mapping[str, str],
    said: Mapping[str, str],
) -> str:
    """Write the page that the links lead to: every value, then every record behind one.

    Fits are known by their ids, titles of chapters by their names, sentences (`sentences`) by the
    keys of the values that stand in them.
    """
    numbers = list(numbers)
    parts = [
        "# Where each number comes from",
        "Every number in the text is glued: code computed it when the chapter was executed. Each"
        " is listed here with the sentence that it stands in, and what it rests on. A number in"
        " the text links to its line here, and the tooltip of the link says the same in short."
        " `mgc audit FIT_ID` tells what a fit was, and `nox -s audit` recomputes every published"
        " result from the predictions.",
    ]
    for chapter in dict.fromkeys(number.chapter for number in numbers):
        here = [number for number in numbers if number.chapter == chapter]
        first: dict[tuple[str, ...], str] = {}
        for number in here:
            first.setdefault(number.fits, number.key)
        rows = [
            f'<tr id="{number.key}">'
            f"<td>{said.get(number.key) or html.escape(number.text)}"
            f"<br><code>{number.key}</code></td>"
            f"<td>{_basis(number, fits, first[number.fits])}</td></tr>"
            for number in here
        ]
        where = f"In {{doc}}`{chapter}`; `{here[0].command}` recomputes them."
        head = ("What the text says, and the key", "Rests on")
        parts += [f"## {titles[chapter]}", where, _table(head, rows)]
    used = {fit for number in numbers for fit in number.fits}
    rows = [
        f'<tr id="fit-{fit.fit_id}"><td><code>{fit.fit_id}</code></td>'
        + "".join(f"<td>{html.escape(text)}</td>" for text in (*fit.what, fit.commit))
        + "</tr>"
        for fit in fits.values()
        if fit.fit_id in used
    ]
    if rows:
        names = ("Fit", "Edition", "Protocol", "Variant", "Model", "Seed", "Commit")
        parts += ["## The records", _table(names, rows)]
    return "\n\n".join(parts) + "\n"


def _basis(number: Number, fits: Mapping[str, Fit], first: str) -> str:
    """Write what a value rests on, records as links to their lines.

    Many records are listed once, below `first`, the value of the chapter that names them first.
    """
    parts = [html.escape(source) for source in number.sources]
    if len(number.fits) > SHOWN and first != number.key:
        parts.append(f'the {_records(number.fits)} of <a href="#{first}"><code>{first}</code></a>')
        return "<br>".join(parts)
    links = [
        f'<a href="#fit-{fit}">{fit}</a>' if fit in fits else f"<code>{fit}</code>"
        for fit in number.fits
    ]
    if len(links) > SHOWN:
        known = [fits[fit] for fit in number.fits if fit in fits]
        what = f"{_records(number.fits)}: {'; '.join(_configurations(known))}"
        parts.append(f"<details><summary>{html.escape(what)}</summary>{' '.join(links)}</details>")
    else:
        parts += links
    return "<br>".join(parts)


def _records(fits: Sequence[str]) -> str:
    return f"{len(fits)} record{'s' if len(fits) > 1 else ''}"


def _configurations(fits: Iterable[Fit]) -> list[str]:
    """Edition, protocol and variant of fits, each once."""
    return list(dict.fromkeys(", ".join(part for part in fit.what[:3] if part) for fit in fits))


def _table(head: Sequence[str], rows: Sequence[str]) -> str:
    """Write rows of HTML as a table; one line, so that Markdown leaves it alone."""
    names = "".join(f"<th>{name}</th>" for name in head)
    body = "".join(rows)
    return (
        '<div style="overflow-x:auto" tabindex="0"><table class="dataframe mgc-table"><thead>'
        f"<tr>{names}</tr></thead><tbody>{body}</tbody></table></div>"
    )
