"""What a network hears in a file: genres over time under the picture that it saw."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from mgc.datasets import tracks
from mgc.datasets.tracks import GENRES
from mgc.display.figures import style
from mgc.features.archive_picture import FREQ_HZ
from mgc.inference.classifier import Answer

SHOWN = 4
"""Genres that have a line of their own."""


def genres_over_time(answer: Answer, title: str) -> Figure:
    """Draw the spectrogram of a file and, below it, its most probable genres over time.

    Parameters
    ----------
    answer : Answer
    title : str

    Returns
    -------
    matplotlib.figure.Figure
        A point for each crop of a window, at the middle of the crop; silence has none.

    Notes
    -----
    Used by ``mgc predict --plot`` and in the appendix on the network.
    """
    figure, axes = style.subplots(2, 1, size=(7.5, 5.2), sharex=True, height_ratios=(1, 1.2))
    above, below = axes[:, 0]
    for part in answer.parts:
        end = part.start_s + part.duration_s
        extent = (part.start_s, end, 0.0, FREQ_HZ[-1] / 1000)
        above.imshow(part.picture, origin="lower", aspect="auto", extent=extent, vmin=0, vmax=255)
    above.set(ylabel="frequency (kHz)", title=title)
    seconds, probabilities = _crops(answer)
    for k in np.argsort(-answer.probabilities, kind="stable")[:SHOWN]:
        genre = GENRES[k]
        below.plot(
            seconds,
            probabilities[:, k],
            color=style.colour(genre),
            marker=style.marker(genre),
            markersize=5,
            markevery=max(1, len(seconds) // 20),
            label=tracks.label(genre),
        )
    first, last = answer.parts[0], answer.parts[-1]
    below.set(
        ylim=(0, 1),
        xlim=(first.start_s, last.start_s + last.duration_s),
        xlabel="time (s)",
        ylabel="probability",
    )
    below.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def _crops(answer: Answer) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Middle of each crop in seconds, and its probabilities; a gap where there is silence."""
    times, rows = [], []
    for part in answer.parts:
        n = max(1, len(part.crops))
        # n crops that overlap by half are as long as n + 1 halves.
        half = part.duration_s / (n + 1)
        times.append(part.start_s + half * np.arange(1, n + 1))
        rows.append(np.full((1, len(GENRES)), np.nan) if part.silent else part.crops)
    return np.concatenate(times), np.concatenate(rows)
