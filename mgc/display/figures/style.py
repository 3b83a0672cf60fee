"""One look for every figure: colours, markers, settings, and the parts that figures share.

The ten genre colours are Paul Tol's "muted" scheme (nine hues that stay apart under the common
colour-vision deficiencies) and a dark grey as the tenth. Ten hues are more than an eye tells
apart with certainty, so every genre has a marker of its own as well.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Sequence
from textwrap import fill
from types import MappingProxyType
from typing import Any, Final

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pandas as pd
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.image import AxesImage
from matplotlib.ticker import FuncFormatter

#: Widest figure in inches: more is scaled down by the page and its text gets too small to read.
MAX_WIDTH: Final = 8.0

#: Width of figures in inches: on a phone, letters of 10 points are 9 pixels high.
WIDTH: Final = 5.1

#: Text upon a picture, which keeps its colour where a figure is drawn for a dark page.
ON_DARK: Final = "#FEFEFE"
ON_LIGHT: Final = "#010101"

#: Letters of the longest title: even wide ones leave the figure its width.
TITLE_LENGTH: Final = 48

#: Colour of the one thing a figure is about, of its background, and of what is wrong or claimed.
ACCENT: Final = "#332288"
MUTED: Final = "#8A8A8A"
WARNING: Final = "#AA3344"

#: Colour map for amounts (even in lightness, readable in grey print).
SEQUENTIAL: Final = "cividis"

GENRE_COLOURS: Final = MappingProxyType(
    {
        "blues": "#332288",
        "classical": "#88CCEE",
        "country": "#DDCC77",
        "disco": "#AA4499",
        "hiphop": "#999933",
        "jazz": "#117733",
        "metal": "#444444",
        "pop": "#CC6677",
        "reggae": "#44AA99",
        "rock": "#882255",
    }
)

GENRE_MARKERS: Final = MappingProxyType(dict(zip(GENRE_COLOURS, "osD^vPX<>*", strict=True)))


def colour(genre: str) -> str:
    """Hexadecimal colour of a genre in any case; grey for a name that is not one of the ten."""
    return GENRE_COLOURS.get(genre.lower(), MUTED)


def marker(genre: str) -> str:
    """Return the plot marker of a genre in any case; a point for any other name."""
    return GENRE_MARKERS.get(genre.lower(), ".")


def use_style() -> None:
    """Set matplotlib's defaults for the book.

    The background is opaque white, so that a saved file can be read anywhere; the pages draw each
    figure a second time, for dark ones (`tools.pages.sphinx_ext.figures`).
    """
    mpl.rcParams.update(
        {
            "figure.figsize": (7.0, 4.0),
            "figure.dpi": 180,
            "figure.facecolor": "white",
            "figure.constrained_layout.use": True,
            "savefig.facecolor": "white",
            "savefig.bbox": "tight",
            "axes.facecolor": "white",
            "axes.edgecolor": "#444444",
            "axes.labelcolor": "#1F1F1F",
            "axes.titlesize": 11,
            "axes.titleweight": "bold",
            "axes.titlelocation": "left",
            "axes.labelsize": 11,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.axisbelow": True,
            "axes.prop_cycle": cycler(color=list(GENRE_COLOURS.values())),
            "grid.color": "#DDDDDD",
            "grid.linewidth": 0.8,
            "font.size": 11,
            "text.color": "#1F1F1F",
            "xtick.labelsize": 10,
            "ytick.labelsize": 10,
            "xtick.color": "#333333",
            "ytick.color": "#333333",
            "legend.fontsize": 10,
            "legend.frameon": False,
            "lines.linewidth": 1.8,
            "image.cmap": SEQUENTIAL,
            "svg.hashsalt": "mgc",
        }
    )


def subplots(
    rows: int = 1, columns: int = 1, *, size: tuple[float, float], **options: Any
) -> tuple[Figure, npt.NDArray[np.object_]]:
    """Make a figure in the book's style that a notebook shows once, and its axes [rows, columns].

    `size` is width and height in inches; ValueError where it is wider than `MAX_WIDTH`. Other
    options go to `matplotlib.pyplot.subplots`.
    """
    from matplotlib import pyplot as plt

    if size[0] > MAX_WIDTH:
        raise ValueError(f"figure {size[0]} in wide: at most {MAX_WIDTH} in fit the page")
    use_style()
    figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False, **options)
    # A notebook shows every open figure at the end of a cell, besides the one the cell returns.
    plt.close(figure)
    return figure, axes


def single(width: float, height: float) -> tuple[Figure, Axes]:
    """Make a figure with one pair of axes."""
    figure, axes = subplots(size=(width, height))
    return figure, axes[0, 0]


def drawable(text: str) -> str:
    """Shorten a title to `TITLE_LENGTH` in its middle, with a box for what the font lacks."""
    if len(text) > TITLE_LENGTH:
        half = TITLE_LENGTH // 2
        text = f"{text[:half]}…{text[1 - half :]}"
    bold = FontProperties(family=mpl.rcParams["font.family"], weight="bold")
    known = get_font(findfont(bold)).get_charmap()
    return "".join(letter if ord(letter) in known else "□" for letter in text)


def note(text: str) -> Figure:
    """Draw a sentence where a figure would be, so that captions and links stay valid."""
    figure, axis = single(7.0, 1.1)
    axis.set_axis_off()
    axis.text(0.5, 0.5, fill(text, 78), ha="center", va="center", fontsize=11)
    return figure


def percent_axis(axis: Axes, which: str = "y") -> None:
    """Label an axis of shares in percent; `which` is "x" or "y"."""
    target = axis.yaxis if which == "y" else axis.xaxis
    target.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.0f} %"))


def heatmap(
    axis: Axes,
    values: npt.ArrayLike,
    rows: Sequence[str],
    columns: Sequence[str],
    texts: pd.DataFrame | None = None,
    **options: Any,
) -> AxesImage:
    """Draw a matrix [rows, columns] with named rows and columns, without frame or ticks.

    `texts` stand in the cells (none where NaN), white on dark ones and black on the others.
    """
    image = axis.imshow(values, **{"cmap": SEQUENTIAL, "aspect": "auto"} | options)
    axis.set_xticks(range(len(columns)), columns, rotation=45, ha="right", rotation_mode="anchor")
    axis.set_yticks(range(len(rows)), rows)
    axis.tick_params(length=0)
    for side in axis.spines.values():
        side.set_visible(False)
    if texts is not None:
        level = np.asarray(image.norm(np.asarray(values, dtype=float)), dtype=float)
        for row, column in zip(*np.nonzero(texts.notna()), strict=True):
            shade = ON_DARK if level[row, column] < 0.55 else ON_LIGHT
            text = texts.iloc[row, column]
            axis.text(column, row, text, ha="center", va="center", color=shade, fontsize=10)
    return image


def triangle(pairs: pd.DataFrame, column: str, names: Sequence[str] = ()) -> pd.DataFrame:
    """Spread a column of a table of pairs over the cells below a diagonal, NaN above it.

    Each pair stands there once, its ``first`` (columns of the result) before its ``second`` (rows)
    in `names`, by default the order in which the table has them.
    """
    names = list(names or dict.fromkeys([*pairs["first"], *pairs["second"]]))
    spread = pairs.pivot_table(index="second", columns="first", values=column)
    return spread.reindex(index=names[1:], columns=names[:-1])


def page_svg(figure: Figure, name: str, label: str) -> str:
    """Write a figure as SVG to stand inside a page, in the page's font and its light or dark.

    Parameters
    ----------
    figure : Figure
        Parts with the gid ``CLASS-NUMBER`` get that class and ``data-share="NUMBER"``.
    name : str
        Class of the drawing, and what tells the ids in it from those of other drawings.
    label : str
        What the drawing shows, for those who do not see it.

    Returns
    -------
    str
        One line, the same for the same figure. Each colour is a CSS variable ``--c-rrggbb``
        whose default is the colour itself.
    """
    file = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name, "savefig.bbox": None}):
        without = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(file, format="svg", transparent=True, metadata=without)
    drawing = re.sub(r"[ \n]+", " ", file.getvalue()).replace("> <", "><")
    box = re.search(r'viewBox="[^"]*"', drawing)
    # What stands before is a style for every element of a page.
    drawing = drawing[drawing.index("</defs>") + len("</defs>") :]
    for pattern, text in (
        (r' id="([a-z]+)-(\d+)"', r' class="\1" data-share="\2"'),
        (r' id="[A-Za-z0-9.]+_\d{1,3}"', ""),
        (r"#([0-9a-f]{6})(?=[;\"])", r"var(--c-\1, #\1)"),
        (r"(font(?:-family)?: [^;\"']*)'[^;\"]*", r"\1var(--pst-font-family-base, sans-serif)"),
    ):
        drawing = re.sub(pattern, text, drawing)
    start = f'<svg class="mgc-drawing {name}" {box[0] if box else ""} role="img"'
    return f'{start} aria-label="{html.escape(label)}">{drawing.strip()}'
