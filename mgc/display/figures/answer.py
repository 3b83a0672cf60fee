"""The one figure of the front page, and the picture that shows up where the book is shared.

Accuracy with its interval of each network and baseline, on the split of the study and on a random
one, beside what the report claims. Drawn as SVG inside the page, so that text takes the page's
fonts and colours, in two widths, so that a phone can show it; `tools.pages.content.extras` puts it
there.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mgc.display.formats import count, percent

if TYPE_CHECKING:
    from mgc.records.study import Study

OTHER = "random"
GRID = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


class Measured(NamedTuple):
    """An accuracy with its 95 % interval (0 to 1)."""

    accuracy: float
    low: float
    high: float


@dataclass(frozen=True)
class Row:
    """What the figure says of one network or baseline; None is what nobody measured or claimed."""

    title: str
    main: Measured | None
    other: Measured | None
    claim: float | None


@dataclass(frozen=True)
class Answer:
    """All that the figure shows.

    Attributes
    ----------
    rows : tuple of Row
        The five networks in the report's order, then the baselines.
    protocol, other : str
        Titles of the study's protocol and of the one it is compared with ("" without records).
    n_tracks : int
        Test tracks under the study's protocol.
    chance : float
        Accuracy of guessing (0 to 1).
    """

    rows: tuple[Row, ...]
    protocol: str
    other: str
    n_tracks: int
    chance: float

    @property
    def claims(self) -> list[tuple[Row, float]]:
        """Rows with a claim and a measurement."""
        return [(one, one.claim) for one in self.rows if one.claim is not None and one.main]


def answer(study: Study) -> Answer:
    """Read from the records of a study what the figure shows.

    Parameters
    ----------
    study : Study
        Its protocol and variant are the main ones.

    Returns
    -------
    Answer
        Without any records, rows that hold the claims alone.
    """
    from mgc.datasets.facts import report_claims
    from mgc.datasets.splits import PROTOCOL_TITLES
    from mgc.evaluation.results import accuracy_table
    from mgc.models import BASELINES, NAMES, TITLES

    names = (*NAMES, *BASELINES)

    def measured(one: Study) -> tuple[dict[str, Measured], int]:
        table = accuracy_table(one.groups(models=names)).dropna(subset=["accuracy"])
        found = {
            str(row["model"]): Measured(row["accuracy"], row["low"], row["high"])
            for _, row in table.iterrows()
        }
        return found, int(table["n_tracks"].max()) if len(table) else 0

    main, n_tracks = measured(study)
    same = study.protocol == OTHER
    other = {} if same else measured(replace(study, protocol=OTHER))[0]
    claims = report_claims().set_index("model")["accuracy"].to_dict()
    return Answer(
        tuple(Row(TITLES[n], main.get(n), other.get(n), claims.get(n)) for n in names),
        PROTOCOL_TITLES[study.protocol],
        PROTOCOL_TITLES[OTHER] if other else "",
        n_tracks,
        1 / study.edition_record.tracks["genre"].nunique(),
    )


def caption(shown: Answer) -> str:
    """Say what to see, in sentences that follow the data."""
    if not shown.n_tracks:
        return "There are no records of this study yet, so the figure shows the claims alone."
    said = [
        f"Filled dots: accuracy on {count(shown.n_tracks)} test tracks under the protocol "
        f"{shown.protocol}, with 95 % intervals."
    ]
    if shown.other:
        said.append(
            f"Rings: the same recipes on a {shown.other} split, which leaves artists, albums and "
            "copies on both sides."
        )
    said.append("Diamonds: what the report claims for a random split.")
    beyond = [one for one, claim in shown.claims if one.main and claim > one.main.high]
    if (n := len(shown.claims)) > 1:
        said.append(
            f"{_of(len(beyond), n)} beyond the interval of its network"
            + (f", {_also(shown, n)}." if shown.other and len(beyond) == n else ".")
        )
    return " ".join(said)


def _of(k: int, n: int) -> str:
    """Say how many of n claims lie somewhere, to go on with a place."""
    if k == n:
        return "Every claim lies"
    return (
        f"{count(k)} of {count(n)} claims {'lies' if k == 1 else 'lie'}" if k else "No claim lies"
    )


def _also(shown: Answer, n: int) -> str:
    """Say for how many claims the random split does not change that."""
    still = sum(bool(one.other and claim > one.other.high) for one, claim in shown.claims)
    if still == n:
        return "and the random split does not change that"
    return f"and {count(still) if still else 'none'} of them beyond that on the random split too"


class _Size(NamedTuple):
    """Measures of one drawing, in pixels of the page."""

    width: int
    left: int  # where the axis begins
    right: int  # room to the right of its end
    row: int  # height of a row
    title_above: bool


WIDE = _Size(720, 176, 24, 46, False)
NARROW = _Size(340, 14, 26, 66, True)


def figure(shown: Answer) -> str:
    """Return the figure as HTML, one block without an empty line.

    Parameters
    ----------
    shown : Answer
    """
    return "\n".join(
        (
            '<figure class="mgc-answer">',
            _drawing(shown, WIDE, "wide"),
            _drawing(shown, NARROW, "narrow"),
            f"<figcaption>{html.escape(caption(shown))}</figcaption>",
            "</figure>",
        )
    )


def spoken(shown: Answer) -> str:
    """Return the alternative text: every value that the drawing shows."""
    parts = []
    for row in shown.rows:
        said = []
        for measured, name in ((row.main, shown.protocol), (row.other, shown.other)):
            if measured:
                low, high = percent(measured.low), percent(measured.high)
                said.append(f"{percent(measured.accuracy)} ({low} to {high}) {name}")
        said += [f"{percent(row.claim)} claimed"] if row.claim is not None else []
        parts.append(f"{row.title}: {', '.join(said) or 'not run'}")
    return f"Accuracy of networks and baselines. {'. '.join(parts)}."


def _drawing(shown: Answer, size: _Size, name: str) -> str:
    """Draw one width."""
    first = 62 if size.title_above and shown.other else 40
    end = first + size.row * len(shown.rows)
    parts = [*_key(shown, size)]

    def x(share: float) -> float:
        return round(size.left + share * (size.width - size.left - size.right), 1)

    for share in GRID:
        parts.append(f'<path class="grid" d="M{x(share)} {first}V{end}"/>')
        text = f"{100 * share:.0f}{' %' if share in (GRID[0], GRID[-1]) else ''}"
        parts.append(f'<text class="tick" x="{x(share)}" y="{end + 18}">{text}</text>')
    parts.append(f'<path class="chance" d="M{x(shown.chance)} {first}V{end}"/>')
    parts.append(f'<text class="tick" x="{x(shown.chance)}" y="{end + 33}">guessing</text>')
    for number, row in enumerate(shown.rows):
        y = first + size.row * number
        parts.append(f'<path class="rule" d="M0 {y}H{size.width}"/>')
        middle = y + size.row // 2 + (9 if size.title_above else 0)
        name_y = y + 18 if size.title_above else middle + 5
        title = html.escape(row.title)
        parts.append(f'<text class="name" x="0" y="{name_y}" text-anchor="start">{title}</text>')
        # Without a second line, claims take its place, off the interval that they may lie in.
        shifts = {"main": -9, "other": 9, "claim": 0 if shown.other else 9}
        for measured, kind in ((row.main, "main"), (row.other, "other")):
            if measured:
                parts.append(_interval(measured, kind, x, middle + shifts[kind]))
        if row.claim is not None:
            at, low = x(row.claim), middle + shifts["claim"]
            parts.append(_diamond(at, low))
            parts.append(
                f'<text class="value claimed" x="{at + 11}" y="{low + 4.5}">'
                f"{_short(row.claim)}</text>"
            )
        if not row.main and not row.other:
            parts.append(f'<text class="value" x="{x(0.02)}" y="{middle + 5}">not run</text>')
    label = html.escape(spoken(shown), quote=True)
    return (
        f'<svg class="{name}" viewBox="0 0 {size.width} {end + 40}" role="img" '
        f'aria-label="{label}">{"".join(parts)}</svg>'
    )


def _interval(measured: Measured, kind: str, x: Callable[[float], float], y: float) -> str:
    """Draw a line with its dot, and the value to its left."""
    low, at, high = (x(one) for one in (measured.low, measured.accuracy, measured.high))
    return (
        f'<path class="{kind}" d="M{low} {y}H{high}"/><circle class="{kind}" cx="{at}" cy="{y}" '
        f'r="5"/><text class="value {kind}" x="{low - 6}" y="{y + 4.5}" text-anchor="end">'
        f"{_short(measured.accuracy)}</text>"
    )


def _diamond(x: float, y: float) -> str:
    """Draw the mark of a claim."""
    return f'<path class="claim" d="M{x} {y - 6.5}l6.5 6.5l-6.5 6.5l-6.5 -6.5z"/>'


def _short(share: float) -> str:
    """Write a share in whole percent; the axis has the unit."""
    return f"{100 * share:.0f}"


def _key(shown: Answer, size: _Size) -> list[str]:
    """Draw the key above the rows: two lines of it on a phone."""
    entries = [("main", f"measured, {shown.protocol}")]
    if shown.other:
        entries.append(("other", f"measured, {shown.other} split"))
    entries.append(("claim", "claimed by the report"))
    places = [(0, 14), (196, 14), (0, 38)] if size.title_above else [(0, 14), (236, 14), (468, 14)]
    if size.title_above:
        entries = [(kind, text.removeprefix("measured, ")) for kind, text in entries]
    elif not shown.other:
        places = places[:2]
    if size.title_above and not shown.other:
        places = [(0, 14), (150, 14)]
    parts = []
    for (kind, text), (left, y) in zip(entries, places, strict=True):
        if kind == "claim":
            parts.append(_diamond(left + 13, y))
        else:
            parts.append(
                f'<path class="{kind}" d="M{left} {y}H{left + 26}"/>'
                f'<circle class="{kind}" cx="{left + 13}" cy="{y}" r="5"/>'
            )
        parts.append(f'<text class="key" x="{left + 34}" y="{y + 4.5}">{html.escape(text)}</text>')
    return parts


def social(shown: Answer, title: str, path: Path) -> None:
    """Draw the preview that other sites show beside a link to the book.

    Parameters
    ----------
    shown : Answer
    title : str
        Of the book.
    path : Path
        A PNG of 1200 by 630 pixels, some tens of kilobytes.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from PIL import Image

    from mgc.display.figures import style

    rows = [(row, row.claim) for row in shown.rows if row.claim is not None]
    with mpl.rc_context():
        style.use_style()
        mpl.rcParams.update({"savefig.bbox": None, "figure.constrained_layout.use": False})
        drawn = Figure(figsize=(12, 6.3), dpi=100)
        drawn.text(0.05, 0.88, title, fontsize=34, fontweight="bold", color=style.ACCENT)
        drawn.text(0.05, 0.8, "Five networks, ten genres: what was claimed, what was measured",
                   fontsize=21)  # fmt: skip
        axis = drawn.add_axes((0.34, 0.2, 0.6, 0.54))
        for place, (row, claim) in enumerate(rows):
            if row.main:
                axis.plot([row.main.low, row.main.high], [place] * 2, color=style.ACCENT, lw=6)
                axis.plot(row.main.accuracy, place, "o", color=style.ACCENT, ms=17)
            axis.plot(claim, place, "D", mfc="white", mec=style.WARNING, ms=16, mew=3.5)
        axis.set_yticks(range(len(rows)), [row.title for row, _ in rows], fontsize=20)
        axis.set_xticks(GRID, [percent(share) for share in GRID], fontsize=17)
        axis.set_ylim(len(rows) - 0.4, -0.6)
        axis.set_xlim(0, 1)
        axis.grid(axis="x")
        axis.tick_params(length=0)
        axis.spines["left"].set_visible(False)
        axis.plot([], [], "o-", color=style.ACCENT, lw=6, ms=17,
                  label=f"measured, {shown.protocol}, 95 % interval")  # fmt: skip
        axis.plot([], [], "D", mfc="white", mec=style.WARNING, ms=16, mew=3.5, label="claimed")
        drawn.legend(loc="lower left", bbox_to_anchor=(0.32, 0.015), ncols=2, fontsize=18)
        drawn.savefig(path, metadata={"Software": None})
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)
