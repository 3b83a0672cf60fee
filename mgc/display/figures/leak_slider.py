"""The slider over the share of leaked tracks: drawn at build, moved by ``_static/12_leak.js``.

Everything that is shown is in the page: a drawing for each model and the texts for each stop.
Without JavaScript the drawings stand one below the other.
"""

from __future__ import annotations

import html
import json
import math

import pandas as pd

from mgc.datasets.leak_splits import SHARES
from mgc.datasets.tracks import N_SEGMENTS
from mgc.display import formats, notebook
from mgc.display.figures import style
from mgc.display.leak_tables import stop_sentence, stops
from mgc.evaluation.leakage import LeakSummary
from mgc.models import TITLES

LEFT, RIGHT = 0.1, 0.056
"""Margins beside the axis as shares of the width; ``12_leak.css`` lays the slider below it."""

LOOKS = {
    "every": ("all test pieces", "●", "o-", style.ACCENT),
    "leaked": ("leaked pieces", "▲", "^--", style.WARNING),
    "clean": ("clean pieces", "■", "s:", style.colour("jazz")),
}
"""Kind of pieces to its name, its mark in the legend and in the drawing, and its colour."""

_CAPTION = (
    "share of right answers by share of test tracks of which other pieces train; the bands are"
    " 95 % intervals"
)


def slider(summary: LeakSummary) -> notebook.Html:
    """Draw every model, with buttons, slider and texts: the same bytes for the same records."""
    shown = stops(summary)
    models = shown["model"].unique()
    texts = {
        model: {str(stop["share"]): stop_sentence(stop) for _, stop in rows.iterrows()}
        for model, rows in shown.groupby("model", sort=False)
    }
    # "<" could end the script element.
    data = json.dumps(texts, ensure_ascii=False).replace("<", "\\u003c")
    buttons = "".join(
        f'<button type="button" data-model="{model}" aria-pressed="false">'
        f"{html.escape(TITLES[model])}</button>"
        for model in models
    )
    legend = "".join(
        f'<li style="color: var(--c-{shade.strip("#").lower()}, {shade})">{mark} {name}</li>'
        for name, mark, _, shade in LOOKS.values()
    )
    return notebook.Html(
        '<div class="mgc-leak">'
        f'<script type="application/json">{data}</script>'
        f'<div class="mgc-leak-models" role="group" aria-label="Model" hidden>{buttons}</div>'
        '<p class="mgc-leak-says" role="status" hidden></p>'
        f'<ul class="mgc-leak-legend">{legend}</ul>'
        f"{''.join(_figure(summary.accuracies, shown, model) for model in models)}"
        '<div class="mgc-leak-range" hidden>'
        f'<input type="range" id="mgc-leak-share" min="{SHARES[0]}" max="{SHARES[-1]}"'
        f' step="{SHARES[1] - SHARES[0]}" value="{SHARES[0]}" autocomplete="off">'
        '<label for="mgc-leak-share">Share of the test tracks that leak</label></div>'
        "</div>"
    )


def _figure(accuracies: pd.DataFrame, shown: pd.DataFrame, model: str) -> str:
    """Draw one model; all models share a scale."""
    low = math.floor(10 * accuracies["low"].min()) / 10
    high = math.ceil(10 * accuracies["high"].max()) / 10
    figure, axis = style.single(6.4, 3.6)
    axis.set_position((LEFT, 0.11, 1 - LEFT - RIGHT, 0.79))
    for share in SHARES:
        axis.axvline(share, color=style.MUTED, lw=1, gid=f"stop-{share}")
    own = accuracies[accuracies["model"] == model]
    for pieces, (_, _, look, shade) in LOOKS.items():
        line = own[own["pieces"] == pieces]
        axis.fill_between(line["share"], line["low"], line["high"], color=shade, alpha=0.14, lw=0)
        axis.plot(line["share"], line["accuracy"], look[1:], color=shade)
        for share, accuracy in zip(line["share"], line["accuracy"], strict=True):
            axis.plot(share, accuracy, look[0], color=shade, clip_on=False, gid=f"dot-{share}")
    axis.set(xlim=(SHARES[0], SHARES[-1]), ylim=(low, high), title="Pieces named rightly")
    axis.set_xticks(SHARES, [formats.percent(share / 100) for share in SHARES])
    style.percent_axis(axis)
    axis.grid(axis="y")
    axis.tick_params(length=0, pad=7)
    for side in axis.spines.values():
        side.set_visible(False)
    title = html.escape(TITLES[model])
    ends = shown.loc[shown["model"] == model, "every"]
    spoken = (
        f"{TITLES[model]}: {_CAPTION}. From {ends.iloc[0]} without a leak to"
        f" {ends.iloc[-1]} where every track leaks."
    )
    return (
        f'<figure class="mgc-leak-figure" data-model="{model}">'
        f"{style.page_svg(figure, f'mgc-leak-{model}', spoken)}"
        f"<figcaption>{title}: {_CAPTION}.</figcaption></figure>"
    )


def strips() -> notebook.Html:
    """Draw which pieces of a track train, are predicted or stay unused."""
    rows = (
        ("Training track", "trains", "unused"),
        ("Test track, clean", "unused", "tested"),
        ("Test track, leaked", "leaks", "tested"),
        ("Training track that makes way", "unused", "unused"),
    )
    body = "".join(
        f'<tr><th scope="row">{name}</th>'
        + f'<td class="{even}">{even}</td><td class="{odd}">{odd}</td>' * (N_SEGMENTS // 2)
        + "</tr>"
        for name, even, odd in rows
    )
    head = "".join(f'<th scope="col">{k + 1}</th>' for k in range(N_SEGMENTS))
    return notebook.Html(
        '<div class="mgc-leak-strips" tabindex="0"><table><caption>What becomes of the ten pieces'
        f' of a track</caption><thead><tr><th scope="col">Piece</th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )
