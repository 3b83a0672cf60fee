"""One look for every figure: colours, markers and matplotlib settings that all readers can use.

The ten genre colours are Paul Tol's "muted" scheme (nine hues that stay apart under the common
colour-vision deficiencies) and a dark grey as the tenth. Ten hues are more than an eye tells
apart with certainty, so every genre has a marker of its own as well.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
from cycler import cycler

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from matplotlib.figure import Figure

#: Widest figure in inches: more is scaled down by the page and its text gets too small to read.
MAX_WIDTH: Final = 8.0

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

GENRE_MARKERS: Final = MappingProxyType(
    {
        "blues": "o",
        "classical": "s",
        "country": "D",
        "disco": "^",
        "hiphop": "v",
        "jazz": "P",
        "metal": "X",
        "pop": "<",
        "reggae": ">",
        "rock": "*",
    }
)


def colour(genre: str) -> str:
    """Colour of a genre; grey for a name that is not one of the ten.

    Parameters
    ----------
    genre : str
        A genre name, in any spelling of case.

    Returns
    -------
    str
        A hexadecimal RGB colour.
    """
    return GENRE_COLOURS.get(genre.lower(), MUTED)


def marker(genre: str) -> str:
    """Plot marker of a genre; a point for a name that is not one of the ten.

    Parameters
    ----------
    genre : str
        A genre name, in any spelling of case.

    Returns
    -------
    str
        A matplotlib marker code.
    """
    return GENRE_MARKERS.get(genre.lower(), ".")


def use_style() -> None:
    """Set matplotlib's defaults for the book.

    The background is opaque white: the page theme lays a light box behind figures in dark mode,
    and an opaque figure looks the same there, on a phone and in a saved file. Font sizes hold
    for figures up to `MAX_WIDTH` inches. Used by the other modules of
    this folder.
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
    """Make a figure in the book's style that a notebook shows once.

    Parameters
    ----------
    rows, columns : int
        Number of axes.
    size : tuple of float, inches
        Width (at most `MAX_WIDTH`) and height.
    **options
        Passed to `matplotlib.pyplot.subplots`.

    Returns
    -------
    figure : matplotlib.figure.Figure
    axes : ndarray [shape=(rows, columns)] of matplotlib.axes.Axes

    Raises
    ------
    ValueError
        When the figure would be wider than `MAX_WIDTH`.
    """
    from matplotlib import pyplot as plt

    if size[0] > MAX_WIDTH:
        raise ValueError(f"figure {size[0]} in wide: at most {MAX_WIDTH} in fit the page")
    use_style()
    figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False, **options)
    # A notebook shows every open figure at the end of a cell, besides the one the cell returns.
    plt.close(figure)
    return figure, axes
