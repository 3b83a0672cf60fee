"""The slider over the share of leaked tracks: drawn at build, moved by ``_static/12_leak.js``.

Everything that is shown is in the page: a drawing for each model and the texts for each stop.
Without JavaScript the drawings stand one below the other.
"""

from __future__ import annotations

import html
import json
import math
from collections.abc import Iterable, Sequence

from mgc.datasets.leak_splits import SHARES
from mgc.datasets.tracks import N_SEGMENTS
from mgc.display import formats, notebook
from mgc.display.leak_text import cell_text, says
from mgc.evaluation.accuracy import AccuracySummary
from mgc.evaluation.leak_curves import Curve, Point

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 36, 40, 40
KINDS = {"every": "all test pieces", "leaked": "leaked pieces", "clean": "clean pieces"}
"""Field of a point, and what the legend calls it."""

_CAPTION = (
    "share of right answers by share of test tracks of which other pieces train; the bands are"
    " 95 % intervals"
)


def slider(curves: Sequence[Curve]) -> notebook.Html:
    """Draw every model and put buttons, slider and texts around.

    Parameters
    ----------
    curves : sequence of Curve
        At least one.

    Returns
    -------
    html : show.Html
        The same bytes for the same curves.
    """
    cells = [cell for curve in curves for point in curve.points for cell in _cells(point)]
    low = math.floor(10 * min(cell.low for cell in cells)) / 10
    high = math.ceil(10 * max(cell.high for cell in cells)) / 10
    return notebook.Html(
        '<div class="mgc-leak">'
        f'<script type="application/json">{_texts(curves)}</script>'
        f'<div class="mgc-leak-models" role="group" aria-label="Model" hidden>{_buttons(curves)}'
        "</div>"
        '<p class="mgc-leak-says" role="status" hidden></p>'
        f"{_legend()}"
        f"{''.join(_figure(curve, low, high) for curve in curves)}"
        f"{_range()}"
        "</div>"
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
        + "".join(
            f'<td class="{(even, odd)[k % 2]}">{(even, odd)[k % 2]}</td>'
            for k in range(N_SEGMENTS)
        )
        + "</tr>"
        for name, even, odd in rows
    )
    head = "".join(f'<th scope="col">{k + 1}</th>' for k in range(N_SEGMENTS))
    return notebook.Html(
        '<div class="mgc-leak-strips" tabindex="0"><table><caption>What becomes of the ten pieces'
        f' of a track</caption><thead><tr><th scope="col">Piece</th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _texts(curves: Iterable[Curve]) -> str:
    """Write what the slider says as JSON that cannot end its script element."""
    texts = {
        curve.key: {str(point.share): says(curve, point) for point in curve.points}
        for curve in curves
    }
    return json.dumps(texts, ensure_ascii=False).replace("<", "\\u003c")


def _buttons(curves: Sequence[Curve]) -> str:
    return "".join(
        f'<button type="button" data-model="{curve.key}" aria-pressed="false">'
        f"{html.escape(curve.title)}</button>"
        for curve in curves
    )


def _legend() -> str:
    """Name the three lines."""
    entries = "".join(
        f'<li class="{kind}"><svg viewBox="0 0 34 12" width="34" height="12" aria-hidden="true">'
        f'<path class="line" d="M1 6H33"/>{_dot(kind, 17, 6)}</svg> {name}'
        "</li>"
        for kind, name in KINDS.items()
    )
    return f'<ul class="mgc-leak-legend">{entries}</ul>'


def _range() -> str:
    step = SHARES[1] - SHARES[0]
    return (
        '<div class="mgc-leak-range" hidden>'
        f'<input type="range" id="mgc-leak-share" min="{SHARES[0]}" max="{SHARES[-1]}"'
        f' step="{step}" value="{SHARES[0]}" autocomplete="off">'
        '<label for="mgc-leak-share">Share of the test tracks that leak</label></div>'
    )


def _figure(curve: Curve, low: float, high: float) -> str:
    spoken = (
        f"{curve.title}: {_CAPTION}. From {cell_text(curve.points[0].every)} without a leak to"
        f" {cell_text(curve.points[-1].every)} where every track leaks."
    )
    inside = [_axes(low, high)]
    for kind in KINDS:
        there = [(p.share, c) for p in curve.points if (c := getattr(p, kind)) is not None]
        inside.append(f'<g class="{kind}">{_line(kind, there, low, high)}</g>')
    return (
        f'<figure class="mgc-leak-figure" data-model="{curve.key}">'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html.escape(spoken)}">'
        f"{''.join(inside)}</svg>"
        f"<figcaption>{html.escape(curve.title)}: {_CAPTION}.</figcaption></figure>"
    )


def _axes(low: float, high: float) -> str:
    """Draw a line for each tenth of the accuracy, and one for each stop that can be marked."""
    parts = ['<text x="0" y="16">Pieces named rightly</text>']
    for tenth in range(round(10 * low), round(10 * high) + 1):
        y = _y(tenth / 10, low, high)
        parts.append(
            f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'
            f'<text x="{LEFT - 10}" y="{y + 5:.1f}" text-anchor="end">'
            f"{formats.percent(tenth / 10)}</text>"
        )
    parts += [
        f'<path class="stop" data-share="{share}" d="M{_x(share):.1f} {TOP}V{HEIGHT - BOTTOM}"/>'
        f'<text x="{_x(share):.1f}" y="{HEIGHT - BOTTOM + 24}" text-anchor="middle">'
        f"{formats.percent(share / 100)}</text>"
        for share in SHARES
    ]
    return "".join(parts)


def _line(kind: str, there: Sequence[tuple[int, AccuracySummary]], low: float, high: float) -> str:
    """Draw band, line and dots of one kind of pieces."""
    upper = [f"{_x(share):.1f} {_y(cell.high, low, high):.1f}" for share, cell in there]
    lower = [f"{_x(share):.1f} {_y(cell.low, low, high):.1f}" for share, cell in there]
    middle = [f"{_x(share):.1f} {_y(cell.accuracy, low, high):.1f}" for share, cell in there]
    dots = "".join(
        f'<g data-share="{share}">{_dot(kind, _x(share), _y(cell.accuracy, low, high))}</g>'
        for share, cell in there
    )
    return (
        f'<path class="band" d="M{"L".join(upper + lower[::-1])}Z"/>'
        f'<path class="line" d="M{"L".join(middle)}"/>{dots}'
    )


def _dot(kind: str, x: float, y: float) -> str:
    """Draw a circle, a triangle or a square, so that the lines differ in more than colour."""
    if kind == "every":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>'
    if kind == "leaked":
        return f'<path class="dot" d="M{x:.1f} {y - 5.5:.1f}l5.5 10h-11Z"/>'
    return f'<path class="dot" d="M{x - 4.5:.1f} {y - 4.5:.1f}h9v9h-9Z"/>'


def _cells(point: Point) -> list[AccuracySummary]:
    return [cell for kind in KINDS if (cell := getattr(point, kind)) is not None]


def _x(share: float) -> float:
    return LEFT + share / 100 * (WIDTH - LEFT - RIGHT)


def _y(accuracy: float, low: float, high: float) -> float:
    return HEIGHT - BOTTOM - (accuracy - low) / (high - low) * (HEIGHT - TOP - BOTTOM)
