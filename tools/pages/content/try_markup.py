"""The page *Try your own music* as HTML: a tool that already shows an answer, and so a figure.

Without JavaScript it stays that figure. With it, the answer to the reader's own sound takes the
place of the example, in the same markup (`book/_extra/_static/try/view.js`).
"""

from __future__ import annotations

import html
from collections.abc import Mapping

import matplotlib as mpl
import numpy as np

from mgc.audio.samples import SAMPLE_RATE
from mgc.datasets import tracks
from mgc.datasets.tracks import GENRES
from mgc.display import formats
from mgc.display.figures import style
from mgc.errors import BookError
from mgc.features import archive_picture
from mgc.inference import classifier
from mgc.typing import Double

SCRIPTS = ("data", "picture", "resample", "listen", "sound", "view", "try")
RECORD_SECONDS = 10
LABEL_FROM = 0.22
"""Share of a layer's height from which its name is written into it."""

DARK_PAGE = "#121212"
LEAST_CONTRAST = 3.0
"""Of what is no text against the page (WCAG 2.1, 1.4.11)."""


def page(examples: Mapping[str, str], said: Double, *, missing: bool) -> str:
    """Write the part of the page that is no prose, for a Markdown page to include.

    Parameters
    ----------
    examples : mapping of str to str
        Clips of the demo edition that a reader may try, with the names of their scripts. The
        first one is shown.
    said : ndarray [shape=(n_crops, 10)]
        What the network says of the crops of the first.
    missing : bool
        The build has no runtime; the page says so.

    Returns
    -------
    markdown : str
    """
    clip = next(iter(examples))
    mean, seconds = said.mean(axis=0), archive_picture.CLIP_SAMPLES / SAMPLE_RATE
    first = int(np.argmax(mean))
    kind = tracks.label(clip.partition(".")[0])
    verdict = f"{tracks.label(GENRES[first])}, {formats.percent(mean[first])}"
    if classifier.verdict(mean) == "unsure":
        verdict = f"Unsure: {tracks.label(GENRES[first])} perhaps, {formats.percent(mean[first])}"
    note = (
        '<p class="try-missing"><strong>This build was made without the network’s runtime'
        "</strong>, since npm’s registry could not be reached: build the book once with a"
        " connection, and this page classifies your own music.</p>"
    )
    lines = [
        "```{raw} html",
        '<link rel="stylesheet" href="_static/try/try.css">',
        f"<style>{_colours()}</style>",
        '<section class="try" id="mgc-try" aria-label="Try your own music" data-state="idle">',
        note if missing else "",
        _inputs(examples),
        '<div class="try-result">',
        f'<p class="try-name">An example: {_described(clip)}</p>',
        f'<p class="try-verdict">{html.escape(verdict)}</p>',
        '<p class="try-often">Below the picture that the network sees, the genres that it names'
        " over time, the more probable the thicker.</p>",
        '<audio class="try-player" controls hidden aria-label="The sound that was classified">'
        "</audio>",
        _over_time(said, seconds, kind),
        '<p class="try-now"></p>',
        _bars(mean, first),
        _table(said, seconds),
        '<a class="try-save" href="#mgc-try" hidden>Save the answer (JSON)</a>',
        "</div>",
        "</section>",
        *(
            f'<script defer src="_static/try/{name}.js"></script>'
            for name in (() if missing else SCRIPTS)
        ),
        "```",
    ]
    return "\n".join(line for line in lines if line) + "\n"


def _described(clip: str) -> str:
    return f"{tracks.label(clip.partition('.')[0])}, as the demo edition composes it"


def _inputs(examples: Mapping[str, str]) -> str:
    """Write what takes a sound; shown by the script, since nothing works without."""
    buttons = "".join(
        f'<button type="button" class="try-example" value="{script}"'
        f' data-name="{_described(clip)}">'
        f"{tracks.label(clip.partition('.')[0])}</button>"
        for clip, script in examples.items()
    )
    arrow = (
        '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8"'
        ' stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">'
        '<path d="M9 17V6l10-2v11"/><circle cx="6.5" cy="17" r="2.5"/>'
        '<circle cx="16.5" cy="15" r="2.5"/></svg>'
    )
    return (
        '<div class="try-input" hidden>'
        f'<label class="try-drop">{arrow}<strong>Drop a piece of music here</strong>'
        '<span class="try-hint">or choose a file. It stays on your machine.</span>'
        '<input class="try-file" type="file" accept="audio/*,.mp3,.wav,.flac,.ogg,.opus,.m4a"'
        ' aria-label="Choose an audio file"></label>'
        '<div class="try-actions">'
        f'<button type="button" class="try-record">Record {RECORD_SECONDS} seconds</button>'
        f"<span>or take a piece of the demo edition:</span>{buttons}</div>"
        '<p class="try-status" role="status"></p><p class="try-problem" role="alert"></p></div>'
    )


def _over_time(said: Double, seconds: float, kind: str) -> str:
    """Picture and stacked probabilities of the example, in the form that view.js draws."""
    middles = _middles(len(said), seconds)
    times = [0.0, *middles, seconds]
    rows = np.vstack([said[:1], said, said[-1:]])
    order = np.argsort(-said.mean(axis=0), kind="stable")
    below = np.zeros(len(times))
    shapes, labels = [], []
    for k in order:
        above = below + rows[:, k]
        lower = [f"{t:.3f},{1 - y:.4f}" for t, y in zip(times, below, strict=True)]
        upper = [f"{t:.3f},{1 - y:.4f}" for t, y in zip(times, above, strict=True)]
        points = " ".join([*lower, *reversed(upper)])
        shapes.append(f'<polygon class="try-g-{GENRES[k]}" points="{points}"/>')
        thick = int(np.argmax(rows[:, k]))
        if rows[thick, k] >= LABEL_FROM:
            left = min(92.0, max(8.0, 100 * times[thick] / seconds))
            top = 100 * (1 - (below[thick] + above[thick]) / 2)
            name = tracks.label(GENRES[k])
            labels.append(f'<span style="left:{left:.1f}%;top:{top:.1f}%">{name}</span>')
        below = above
    axis = "".join(f"<span>0:{round(f * seconds):02d}</span>" for f in (0, 0.5, 1))
    return (
        '<div class="try-time">'
        f'<img class="try-drawn" src="_static/try/example.png" alt="Spectrogram of the example,'
        f' a piece of {kind}: time from left to right, low tones at the bottom.">'
        '<canvas class="try-picture" hidden role="img" aria-label="Spectrogram of the sound: time'
        ' from left to right, low tones at the bottom."></canvas>'
        f'<div class="try-layers"><svg class="try-stack" viewBox="0 0 {seconds:g} 1"'
        ' preserveAspectRatio="none" role="img" aria-label="Probability of each genre over time,'
        f' stacked; the table below holds the same numbers.">{"".join(shapes)}</svg>'
        f'<div class="try-labels" aria-hidden="true">{"".join(labels)}</div></div>'
        '<div class="try-cursor"></div></div>'
        f'<div class="try-axis" aria-hidden="true">{axis}</div>'
    )


def _bars(mean: Double, first: int) -> str:
    rows = "".join(
        f'<li class="try-g-{genre}{" try-first" if k == first else ""}" style="--p:{mean[k]:.4f}">'
        f'<span>{tracks.label(genre)}</span><span class="try-bar"></span>'
        f'<span class="try-p">{formats.percent(mean[k])}</span></li>'
        for k, genre in enumerate(GENRES)
    )
    return f'<ol class="try-bars" aria-label="Probability of each genre in the whole">{rows}</ol>'


def _table(said: Double, seconds: float) -> str:
    head = "".join(f'<th scope="col">{tracks.label(genre)}</th>' for genre in GENRES)
    half = seconds / (len(said) + 1)
    rows = "".join(
        f'<tr><th scope="row">{middle - half:.1f}–{middle + half:.1f} s</th>'
        f"<td>{tracks.label(GENRES[int(np.argmax(row))])}</td>"
        + "".join(f"<td>{formats.percent(p)}</td>" for p in row)
        + "</tr>"
        for middle, row in zip(_middles(len(said), seconds), said, strict=True)
    )
    return (
        '<details class="try-more"><summary>The same as a table</summary>'
        '<div class="try-scroll" tabindex="0" role="region" aria-label="Genres over time">'
        '<table class="try-table"><caption>Probability of each genre in every piece of three'
        " seconds</caption><thead><tr>"
        f'<th scope="col">Time</th><th scope="col">Most probable</th>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div></details>"
    )


def _middles(n: int, seconds: float) -> list[float]:
    """Middles of n crops that overlap by half: together they are as long as n + 1 halves."""
    return [seconds * (k + 1) / (n + 1) for k in range(n)]


def _colours() -> str:
    """Write a rule for each genre's colour, and one for dark pages where it must be lighter."""
    rules = []
    for genre in GENRES:
        plain = style.colour(genre)
        rules.append(f".try-g-{genre}{{--g:{plain}}}")
        if (light := lighter(plain)) != plain:
            rules.append(f'html[data-theme="dark"] .try-g-{genre}{{--g:{light}}}')
    return "".join(rules)


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


def _contrast(one: Double, other: Double) -> float:
    """Contrast ratio of two colours (WCAG 2.1)."""

    def luminance(rgb: Double) -> float:
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        return float(linear @ np.array([0.2126, 0.7152, 0.0722]))

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
