"""No result is typed by hand: prose takes its numbers from records, by glue.

A number in the text of a chapter goes stale without a sound when the records change. So every
number in prose must be glued, quoted as somebody's claim (`<q class="claim">`), or be one of the
constants below, each true by definition.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import jupytext
import pytest

from tests.helpers.outside import ROOT
from tools.pages.project import Project

BOOK = ROOT / "book"

ALLOWED_CONSTANTS = (
    # Definitions of the signal and of the features, fixed in mgc.features.extract and
    # mgc.audio.samples.
    "22,050 Hz",
    "661,500",
    "2,048 samples",
    "512 samples",
    "93 ms",
    "93-ms",
    "23 ms",
    "25 ms",
    "30 s",
    "80 dB",
    "120 beats per minute",
    "use 128 of them",
    "128 bands by 1,292 frames",
    "1,292 rows",
    "beyond 0.95 either way",
    # Format of the spectrogram archive and of its features, fixed in mgc.datasets.archive.
    "128 frequency bins",
    "86 Hz apart",
    "by 496 frames",
    "60 ms apart",
    "128 by 496",
    "13 cepstra of 40 mel bands",
    "156 columns instead of 228",
    "38 jazz tracks",
    # Conventions of statistics.
    "95 % interval",
    "95 % confidence",
)
"""Phrases with numbers that are definitions. A measured value never belongs here."""

SPEAKING = {"say", "glue", "Markdown", "Text"}
SMALL = 12  # "ten genres", "5 folds": structure, not a result
_RESULT = re.compile(r"(?<![\w.{])\d[\d,.]*\s*(?:%|‰|per\s?cent\b|(?:percentage )?points\b)")
_SPELLED = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|\w+teen|twenty|thirty|forty|fifty"
    r"|sixty|seventy|eighty|ninety|hundred)(?:-\w+)?\s+(?:per\s?cent|percent|percentage points)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_NUMBER = re.compile(r"(?<![\w.,])(?<![A-Za-z]-)[-−+]?\.?\d(?:[\d,.]*\d)?")
_AFTER_RESULT = re.compile(
    r"\s*(?:%|‰|per\s?cent|percentage points|points\b|(?:out )?of\s+(?:the\s+)?\d)"
)


def typed_numbers(text: str) -> list[str]:
    """Find the numbers in Markdown that somebody typed and no rule allows, with their context."""
    prose = _prose(text)
    found = [*_RESULT.findall(" ".join(_inline_code(text))), *_SPELLED.findall(prose)]
    for match in _NUMBER.finditer(prose):
        token, rest = match.group(), prose[match.end() : match.end() + 30]
        if _AFTER_RESULT.match(rest) or not (_is_structure(token) or _YEAR.fullmatch(token)):
            around = prose[max(0, match.start() - 30) : match.end() + 20]
            found.append(" ".join(around.split()))
    return found


def _is_structure(token: str) -> bool:
    return token.isdigit() and int(token) <= SMALL


def _inline_code(text: str) -> list[str]:
    """Contents of inline code, which must not hide a result; roles and fences are not code."""
    bare = re.sub(r"^(`{3,}|~{3,}).*$", "", text, flags=re.MULTILINE)
    bare = re.sub(r"\{[\w:.+-]+\}`[^`]*`", "", bare)
    return re.findall(r"`([^`\n]+)`", bare)


def _prose(text: str) -> str:
    """Leave only what a reader reads as running text."""
    text = re.sub(r"^```(?:\w+)?\s*$.*?^```\s*$", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"^```\{(?:code|code-block|math|toctree|include|bibliography)\}.*?^```\s*$", "",
                  text, flags=re.MULTILINE | re.DOTALL)  # fmt: skip
    text = re.sub(r"^(?::{3,}|`{3,}).*$|^:[\w-]+:.*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r'<q class="claim">.*?</q>', "", text, flags=re.DOTALL)
    text = re.sub(r"\$\$.*?\$\$|\$[^$\n]+\$", "", text, flags=re.DOTALL)
    text = re.sub(r"\{[\w:.+-]+\}`[^`]*`", "", text)
    text = re.sub(r"`[^`\n]+`", "", text)
    text = re.sub(r"\]\([^)]*\)|<https?://[^>]*>|https?://\S+", "]", text)
    text = re.sub(r"</?\w[^>]*>", "", text)
    for phrase in sorted(ALLOWED_CONSTANTS, key=len, reverse=True):
        text = re.sub(rf"(?<![\d.,]){re.escape(phrase)}(?!\d|\s*%)", "", text)
    text = re.sub(r"^\s*\d+\.\s", "", text, flags=re.MULTILINE)
    return re.sub(r"\b(?:chapters?|sections?|steps?|figures?|tables?)\s\d+\b", "", text,
                  flags=re.IGNORECASE)  # fmt: skip


def typed_in_code(source: str) -> list[str]:
    """Find results typed into text that code shows: strings given to `say`, `glue`, Markdown."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    found = []
    for call in calls:
        if getattr(call.func, "attr", getattr(call.func, "id", "")) in SPEAKING:
            constants = [node for node in ast.walk(call) if isinstance(node, ast.Constant)]
            for text in (str(node.value) for node in constants):
                found += [*_RESULT.findall(text), *_SPELLED.findall(text)]
    return found


@pytest.mark.parametrize("path", Project(ROOT).chapters(), ids=lambda path: path.stem)
def test_no_chapter_types_a_result(path: Path) -> None:
    notebook = jupytext.read(path, fmt="py:percent")
    found = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            found += typed_numbers(cell.source)
            continue
        found += typed_in_code(cell.source)
        shown = cell.metadata.get("mystnb", {})
        found += typed_numbers(shown.get("figure", {}).get("caption", ""))
        found += typed_numbers(shown.get("image", {}).get("alt", ""))
    assert found == []


@pytest.mark.parametrize("name", ["index", "run", "explorer", "hear", "glossary"])
def test_no_page_types_a_result(name: str) -> None:
    assert typed_numbers((BOOK / f"{name}.md").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "planted",
    [
        "The CNN reaches 54.1 % here.",
        "It is right in fifty-four percent of cases.",
        "It gains 12 percentage points.",
        "An accuracy of .72 is reached.",
        "It got 7 out of 10 right.",
        "It has 526,474 parameters.",
        "| CNN | 0.85 |",
        "**61.5**",
        "The code says `54 %`.",
        ":::{tip}\nThe CNN reaches 0.54.\n:::",
        'The claim is <q class="claim">89 %</q>, the truth 54 %.',
        "In 2012 tracks it fails.\n\nIt wins in 2012 of 3000.",
        "A 95 % interval from 44 to 64.",
        "Loss: -1.25",
    ],
)
def test_a_planted_result_is_found(planted: str) -> None:
    assert typed_numbers(planted) != []


@pytest.mark.parametrize(
    "allowed",
    [
        "It reaches {glue:text}`c4_cnn_accuracy` (95 % interval {glue:text}`c4_interval`).",
        'The report claims <q class="claim">89.23 %</q>.',
        "Ten genres, 5 folds, 3 seeds.",
        "Audio at 22,050 Hz, cut to 30 s.",
        "The rate is $\\frac{1}{20} = 0.05$.",
        "$$\nx = 0.25\n$$ (eq-x)",
        "`f(0.5)` and `n_fft=2048`",
        "```python\naccuracy = 0.9\n```",
        "{cite:t}`kereliuk2015` in 2015, see chapter 14 and {numref}`fig-12`.",
        "[the paper](https://arxiv.org/abs/1306.1461)",
        "1. first\n2. second\n13. thirteenth",
        "VGG16, MP3, F1, SHA-256 and conv2d are names.",
        "<!-- measured: 54 % --> Fine.",
        "```{figure} plot.png\n:width: 640px\nA picture.\n```",
    ],
)
def test_what_is_no_result_passes(allowed: str) -> None:
    assert typed_numbers(allowed) == []


def test_results_typed_into_code_that_speaks_are_found() -> None:
    assert typed_in_code('show.say(f"{name} reaches 54 %.")')
    assert typed_in_code('glue("a", "fifty percent")')
    assert typed_in_code('glue("a", f"{accuracy:.0%}")') == []
    assert typed_in_code("show.say(show.percent(share))") == []


def test_an_allowed_constant_does_not_excuse_a_longer_number() -> None:
    for longer in ("1661,500", "661,500 %", "0.661,500"):
        assert typed_numbers(f"It has {longer} samples.")
