"""Show text and tables in a chapter."""

from __future__ import annotations

import html
from dataclasses import dataclass

import pandas as pd

from mgc.display.formats import MISSING


@dataclass(frozen=True)
class Html:
    """A piece of HTML that a notebook shows as such."""

    source: str

    def _repr_html_(self) -> str:
        return self.source

    def __repr__(self) -> str:
        return "<table>"


@dataclass(frozen=True)
class Text:
    """A paragraph in Markdown that a notebook shows as text of the page."""

    source: str

    def _repr_markdown_(self) -> str:
        return self.source

    def __repr__(self) -> str:
        return self.source


def say(*sentences: str) -> Text:
    """Display full sentences (Markdown) that code wrote as a paragraph of the page."""
    return Text(" ".join(sentences))


def table(frame: pd.DataFrame, caption: str = "") -> Html:
    """Display formatted texts and numbers as a table that scrolls sideways on a narrow screen.

    The index is not shown. The same bytes in every run, so that a changed table is noticed.
    """
    shown = frame.astype(object).where(frame.notna(), MISSING)
    body = shown.to_html(index=False, border=0, classes="dataframe mgc-table", justify="left")
    if caption:
        head, _, rest = body.partition(">")
        body = f"{head}><caption>{html.escape(caption)}</caption>{rest}"
    return Html(f'<div style="overflow-x:auto" tabindex="0">{body}</div>')
