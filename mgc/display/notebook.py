"""Show text and tables in a chapter."""

from __future__ import annotations

import base64
import html
import re
from dataclasses import dataclass

import pandas as pd

from mgc.display.formats import MISSING
from mgc.util.textfiles import csv_bytes


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


def say(*sentences: str) -> Text | None:
    """Display full sentences (Markdown) that code wrote as a paragraph; nothing for none."""
    return Text(" ".join(sentences)) if sentences else None


def table(frame: pd.DataFrame, caption: str = "", link: str = "") -> Html:
    """Display formatted texts and numbers as a table that scrolls sideways on a narrow screen.

    The index is not shown. The same bytes in every run, so that a changed table is noticed. `link`
    is HTML to stand below, such as a `file_link`; without one, the caption offers what is shown as
    CSV.
    """
    shown = frame.astype(object).where(frame.notna(), MISSING)
    body = shown.to_html(index=False, border=0, classes="dataframe mgc-table", justify="left")
    if caption:
        head, _, rest = body.partition(">")
        name = "-".join(re.findall(r"\w+", caption.lower())[:4])
        offer = "" if link else f" {file_link(shown, f'{name}.csv', 'CSV')}"
        body = f"{head}><caption>{html.escape(caption)}{offer}</caption>{rest}"
    below = f"<p>{link}</p>" if link else ""
    return Html(f'<div style="overflow-x:auto" tabindex="0">{body}</div>{below}')


def file_link(frame: pd.DataFrame, name: str, text: str) -> str:
    """Write a link that saves a table as a CSV file of this name; the page holds the file."""
    content = base64.b64encode(csv_bytes(frame, "%.6g")).decode()
    address = f"data:text/csv;base64,{content}"
    return f'<a download="{html.escape(name)}" href="{address}">{html.escape(text)}</a>'
