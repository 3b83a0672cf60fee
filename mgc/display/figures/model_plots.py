"""Figures of one model: how it learned, what it takes for what, and what it hears in a file.

Each returns a Figure of at most `mgc.display.figures.style.MAX_WIDTH` inches that carries its
meaning in position, text or line style as well as in colour. Where a model was not run, the
figure says so in its place.
"""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from mgc.datasets import tracks as tracks_module
from mgc.datasets.tracks import GENRES
from mgc.display.figures import style
from mgc.display.figures.style import heatmap, note, percent_axis, single
from mgc.evaluation import metrics
from mgc.evaluation.significance import Groups, fits_of
from mgc.features.archive_picture import FREQ_HZ, N_BINS
from mgc.models import TITLES
from mgc.records.store import NotRun, Record

if TYPE_CHECKING:
    from mgc.inference.classifier import Answer

DASHES: Final = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
SHOWN: Final = 4
"""Genres of an answer that have a line of their own."""


def _not_run(entry: NotRun) -> Figure:
    return note(f"{TITLES.get(entry.model, entry.model)}: not run. {entry.reason}")


def learning_curves(entry: Record | NotRun, stage: str = "fit") -> Figure:
    """Draw loss and accuracy over the epochs, one pair of lines for each fold.

    Left: loss (cross-entropy in nats; mean squared error for the `stage` "autoencoder", which that
    model alone has). Right, for "fit": accuracy. Thin grey lines are training, dark lines
    validation; a dot marks the epoch with the lowest validation loss, whose weights were kept.
    """
    if isinstance(entry, NotRun):
        return _not_run(entry)
    history = entry.history[entry.history["stage"] == stage]
    if history.empty:
        return note(f"{TITLES.get(entry.model, entry.model)} does not learn in epochs.")
    both, folds = stage == "fit", history["fold"].nunique()
    several = f" ({folds} folds)" if folds > 1 else ""
    figure, axes = style.subplots(1, 2 if both else 1, size=(style.WIDTH, 3.4))
    for name, axis in zip(("loss", "accuracy") if both else ("loss",), axes[0], strict=True):
        for position, (_, rows) in enumerate(history.groupby("fold", sort=True)):
            rows = rows.sort_values("epoch")
            dash = DASHES[position % len(DASHES)]
            first = position == 0
            axis.plot(
                rows["epoch"], rows[name], color=style.MUTED, lw=1.1, ls=dash,
                label="training" if first else None,
            )  # fmt: skip
            axis.plot(
                rows["epoch"], rows[f"val_{name}"], color=style.ACCENT, lw=1.6, ls=dash,
                label=f"validation{several}" if first else None,
            )  # fmt: skip
            best = rows.iloc[int(rows["val_loss"].argmin())]
            axis.plot(best["epoch"], best[f"val_{name}"], "o", color=style.WARNING, ms=5, zorder=5)
        axis.set_xlabel("epoch")
        axis.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
        axis.set_title(name if both else "mean squared error")
        axis.grid(axis="y")
        if name == "accuracy":
            axis.set_ylim(0, 1.02)
            percent_axis(axis)
        else:
            _clip_spikes(axis, history[["loss", "val_loss"]].to_numpy(dtype=float))
    axes[0, 0].plot([], [], "o", color=style.WARNING, ms=5, label="kept")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper left", ncols=3)
    return figure


def _clip_spikes(axis: Axes, values: npt.NDArray[np.floating]) -> None:
    """Let single early spikes leave the picture when they would flatten everything else."""
    finite = values[np.isfinite(values)]
    top = float(np.quantile(finite, 0.97))
    if finite.max() > 3 * top:
        axis.set_ylim(0, 1.5 * top)
    else:
        axis.set_ylim(bottom=0)


def confusion(entry: Record | NotRun) -> Figure:
    """Draw the confusion matrix of the test part: rows true, columns predicted.

    Counts stand in the cells (zeros left blank), shaded by their share of the row.
    """
    if isinstance(entry, NotRun):
        return _not_run(entry)
    counts = metrics.confusion(metrics.test_rows(entry))
    share = counts.div(counts.sum(axis=1).clip(lower=1), axis=0)
    figure, axis = single(style.WIDTH, 5.0)
    names = [tracks_module.label(genre) for genre in GENRES]
    heatmap(axis, share, names, names, counts.astype(str).where(counts > 0), vmin=0, vmax=1)
    axis.set(xlabel="genre that the model names", ylabel="true genre")
    return figure


def reliability(groups: Groups) -> Figure:
    """Draw how often the models are right when they say how sure they are.

    One small panel a model: share right against the probability of the predicted genre, in bins;
    the area of a dot grows with the tracks in its bin. On the diagonal a model is calibrated.
    The answers of all seeds lie in the bins together; the calibration error is a mean over seeds.
    """
    fits = fits_of(groups)
    if not fits:
        return note("No model was run.")
    columns = min(3, len(fits))
    lines = -(-len(fits) // columns)
    figure, axes = style.subplots(
        lines, columns, size=(style.WIDTH, 2.0 * lines + 0.6), sharex=True, sharey=True
    )
    panels: list[Axes] = axes.ravel().tolist()
    for axis in panels[len(fits) :]:
        axis.set_axis_off()
    for axis, (name, records) in zip(panels, fits.items(), strict=False):
        frames = [metrics.test_rows(record) for record in records]
        error = np.mean([metrics.calibration(frame).ece for frame in frames])
        bins = metrics.calibration(pd.concat(frames, ignore_index=True)).bins
        used = bins[bins["n"] > 0]
        axis.plot([0, 1], [0, 1], color=style.MUTED, ls="--", lw=1)
        axis.plot(used["confidence"], used["accuracy"], color=style.ACCENT, lw=1)
        area = 160 * used["n"] / max(1, used["n"].sum()) + 8
        axis.scatter(used["confidence"], used["accuracy"], s=area, color=style.ACCENT, zorder=3)
        title = fill(TITLES.get(name, name), 18)  # a longer one reaches into the next
        axis.set_title(f"{title}\nECE {error:.2f}", fontsize=10)
        axis.set(xlim=(0, 1), ylim=(0, 1.02), xticks=(0, 0.5, 1), yticks=(0, 0.5, 1))
        percent_axis(axis)
        percent_axis(axis, "x")
    figure.supxlabel("probability of the named genre", fontsize=11)
    figure.supylabel("share right", fontsize=11)
    return figure


def genres_over_time(answer: Answer, title: str) -> Figure:
    """Draw the spectrogram of a file and, below it, its most probable genres over time.

    A point for each crop of a window, at the middle of the crop; silence has none. Without any, as
    in a silent file, no genre is drawn.
    """
    figure, axes = style.subplots(2, 1, size=(7.5, 5.2), sharex=True, height_ratios=(1, 1.2))
    above, below = axes[:, 0]
    seconds, probabilities = [], []
    for window in answer.windows:
        end = window.start_s + window.duration_s
        drawn = window.picture
        linear = len(drawn) == N_BINS
        extent = (window.start_s, end, 0.0, FREQ_HZ[-1] / 1000 if linear else len(drawn))
        above.imshow(drawn, origin="lower", aspect="auto", extent=extent, vmin=0, vmax=255)
        gap = np.full((1, len(answer.classes)), np.nan)
        seconds.append([window.start_s] if window.silent else window.middles_s)
        probabilities.append(gap if window.silent else window.crops)
    above.set(ylabel="frequency (kHz)" if linear else "mel band")
    tags = ", ".join(f"{tag} {p:.0%}" for tag, p in answer.top_tags)
    lines = [style.drawable(title), *([f"tags: {tags}"] if tags else [])]
    above.set_title("\n".join(lines), parse_math=False)  # a $ is a letter of a name
    times, shown = np.concatenate(seconds), np.concatenate(probabilities)
    n_drawn = 0 if answer.silent else SHOWN
    for k in np.argsort(-answer.probabilities, kind="stable")[:n_drawn]:
        genre = answer.classes[k]
        below.plot(
            times, shown[:, k], marker=style.marker(genre), markersize=5,
            color=style.colour(genre) if genre in GENRES else None,
            markevery=max(1, len(times) // 20), label=tracks_module.label(genre),
        )  # fmt: skip
    ends = (answer.windows[0].start_s, end)
    below.set(ylim=(0, 1), xlim=ends, xlabel="time (s)", ylabel="probability")
    if not answer.silent:
        below.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure
