"""The page *Try your own music* as HTML: a tool that already shows an answer, and so a figure.

Without JavaScript it stays that figure. With it, the answer to the reader's own sound takes the
place of the example, in the same markup (`book/_static/try/view.js`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import matplotlib as mpl
import numpy as np

from mgc.audio.windows import WINDOW_S
from mgc.datasets import tracks
from mgc.datasets.tracks import GENRES
from mgc.display import formats
from mgc.display.figures import style
from mgc.errors import BookError
from mgc.features.tag_mel import HOP_LENGTH, RATE, WINDOW_FRAMES
from mgc.inference import classifier, tag_network
from mgc.typing import Double

SCRIPTS = ("data", "resample", "listen", "sound", "view", "try")
RECORD_SECONDS = 10
LABEL_FROM = 0.22
"""Share of a layer's height from which its name is written into it."""

DARK_PAGE = "#121212"
LEAST_CONTRAST = 3.0
"""Of what is no text against the page (WCAG 2.1, 1.4.11)."""


def page(examples: Mapping[str, str], crops: Double, *, missing: bool) -> str:
    """Write the part of the page that is no prose, for a Markdown page to include.

    Parameters
    ----------
    examples : mapping of str to str
        Clips of the demo edition that a reader may try, with the names of their scripts. The
        first one is shown.
    crops : ndarray [shape=(n_crops, 10)]
        Probabilities that the network gives for the crops of the first.
    missing : bool
        The build has no runtime; the page says so.

    Returns
    -------
    markdown : str
    """
    mean, seconds = crops.mean(axis=0), WINDOW_S
    first = int(np.argmax(mean))
    label = [tracks.label(genre) for genre in GENRES]
    verdict = f"{label[first]}, {formats.percent(mean[first])}"
    if mean.max() < classifier.SURE_FROM:
        verdict = f"Unsure: {label[first]} perhaps, {formats.percent(mean[first])}"
    begins, length = times(seconds)
    genres, shown = [], []
    for k, genre in enumerate(GENRES):
        colours = {"colour": style.colour(genre), "lighter": lighter(style.colour(genre))}
        bar = {"p": f"{mean[k]:.4f}", "percent": formats.percent(mean[k]), "first": k == first}
        genres.append({"id": genre, "label": label[k], **colours, **bar})
    for clip, script in examples.items():
        kind = tracks.label(clip.partition(".")[0])
        described = f"{kind}, as the demo edition composes it"
        shown.append({"script": script, "genre": kind, "described": described})
    rows = [
        {
            "time": f"{begin:.1f}–{begin + length:.1f}",
            "first": label[int(np.argmax(crop))],
            "percents": [formats.percent(p) for p in crop],
        }
        for begin, crop in zip(begins, crops, strict=True)
    ]
    template = Path(__file__).with_name("try.html").read_text(encoding="utf-8")
    text: str = jinja2.Template(template, autoescape=True, keep_trailing_newline=True).render(
        genres=genres,
        examples=shown,
        verdict=verdict,
        missing=missing,
        seconds=f"{seconds:g}",
        layers=_layers(crops, seconds),
        axis=[f"{round(share * seconds):02d}" for share in (0, 0.5, 1)],
        rows=rows,
        record_seconds=RECORD_SECONDS,
        scripts=SCRIPTS,
    )
    return text


def times(seconds: float) -> tuple[Double, float]:
    """Tell in seconds where the crops of a sound begin, and how long they are."""
    starts = tag_network.crop_starts(1 + round(seconds * RATE) // HOP_LENGTH)
    return starts.astype(np.float64) * (HOP_LENGTH / RATE), WINDOW_FRAMES * HOP_LENGTH / RATE


def _layers(crops: Double, seconds: float) -> list[dict[str, Any]]:
    """Probabilities over time as polygons upon each other, in the form that view.js draws."""
    begins, length = times(seconds)
    moments = [0.0, *(begins + length / 2), seconds]
    heights = np.vstack([crops[:1], crops, crops[-1:]])
    below = np.zeros(len(moments))
    layers: list[dict[str, Any]] = []
    for k in np.argsort(-crops.mean(axis=0), kind="stable"):
        above = below + heights[:, k]
        lower = [f"{t:.3f},{1 - y:.4f}" for t, y in zip(moments, below, strict=True)]
        upper = [f"{t:.3f},{1 - y:.4f}" for t, y in zip(moments, above, strict=True)]
        layer = {"id": GENRES[k], "points": " ".join([*lower, *reversed(upper)])}
        thick = int(np.argmax(heights[:, k]))
        if heights[thick, k] >= LABEL_FROM:
            layer["name"] = tracks.label(GENRES[k])
            layer["left"] = f"{min(92.0, max(8.0, 100 * moments[thick] / seconds)):.1f}"
            layer["top"] = f"{100 * (1 - (below[thick] + above[thick]) / 2):.1f}"
        layers.append(layer)
        below = above
    return layers


def lighter(colour: str, page: str = DARK_PAGE, least: float = LEAST_CONTRAST) -> str:
    """Mix a colour with white until it stands out from a dark page.

    Parameters
    ----------
    colour, page : str
        Hexadecimal RGB colours.
    least : float
        Contrast that is enough, as WCAG defines it.

    Returns
    -------
    colour : str
    """
    rgb = np.array(mpl.colors.to_rgb(colour))
    for share in np.linspace(0, 1, 51):
        mixed = rgb + share * (1 - rgb)
        if _contrast(mixed, np.array(mpl.colors.to_rgb(page))) >= least:
            return colour if share == 0 else str(mpl.colors.to_hex(mixed))
    raise BookError(f"no mixture of {colour} with white has a contrast of {least} with {page}")


def _contrast(colour: Double, ground: Double) -> float:
    """Contrast ratio of two colours (WCAG 2.1)."""

    def luminance(rgb: Double) -> float:
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        return float(linear @ np.array([0.2126, 0.7152, 0.0722]))

    light, dark = sorted((luminance(colour), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
