"""Clips of the embedded edition as chapters use them: the first of each genre."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import numpy.typing as npt

from mgc.audio.samples import load
from mgc.datasets import demo
from mgc.datasets.tracks import GENRES, label
from mgc.display import formats
from mgc.features.extract import Features, extract
from mgc.features.names import FEATURE_NAMES

with warnings.catch_warnings():
    # librosa loads pooch at its first call, and pooch loads tqdm, which complains in a notebook
    # without ipywidgets that it cannot draw the progress bars that nobody asked for.
    warnings.filterwarnings("ignore", message="IProgress not found")
    import pooch  # noqa: F401

CLIPS: Mapping[str, str] = {genre: f"{genre}.00000" for genre in GENRES}
"""Id of the clip that stands for each genre."""


@dataclass(frozen=True, eq=False)
class Clip:
    """A track of the embedded edition, decoded: mono samples [shape=(n,)] at 22,050 Hz."""

    track_id: str
    genre: str
    samples: npt.NDArray[np.float32]
    features: Features


def one_per_genre() -> list[Clip]:
    """Decode and describe `CLIPS`; raises DataError where the package lacks one."""
    clips = []
    for genre, track_id in CLIPS.items():
        samples = load(demo.clip_path(track_id))
        clips.append(Clip(track_id, genre, samples, extract(samples)))
    return clips


def players() -> str:
    """Write an HTML table of audio players for `CLIPS`.

    The players load nothing until they are pressed, and name their genre to screen readers. The
    book's build copies the clips that a page refers to.
    """
    rows = []
    for genre, track_id in CLIPS.items():
        title, name = escape(label(genre)), escape(track_id)
        rows.append(
            f'<tr><th scope="row">{title}</th><td><code>{name}</code></td>'
            f'<td><audio controls preload="none" aria-label="{title}, demo clip {name}"'
            f' src="_static/audio/{name}.ogg"></audio></td></tr>'
        )
    names = ("Genre", "Clip", "Listen")
    head = "<tr>" + "".join(f'<th scope="col">{name}</th>' for name in names) + "</tr>"
    body = "\n".join(rows)
    return (
        '<table class="clips"><caption>Generated clips, one a genre</caption>\n'
        f"<thead>{head}</thead>\n<tbody>\n{body}\n</tbody></table>"
    )


def composed_tempos() -> dict[str, float]:
    """Tell in which tempo (beats per minute) each clip of the edition was written, by track id."""
    return {row["track_id"]: float(row["tempo_bpm"]) for row in demo.manifest()}


def tempo_matches(clips: Sequence[Clip], truth: Mapping[str, float]) -> dict[str, int]:
    """Compare the tempo feature of clips with the tempo in which they were written, by track id.

    Counts the clips that are ``right`` (within eight hundredths), those that have a ``ratio`` of
    small whole numbers to the truth, and ``other``.
    """
    column, near = FEATURE_NAMES.index("tempo_mean"), np.log2(1.08)
    estimate = np.array([clip.features.tabular[column] for clip in clips])
    octaves = np.log2(estimate / np.array([truth[clip.track_id] for clip in clips]))
    ratios = np.log2([1 / 3, 1 / 2, 2 / 3, 1, 3 / 2, 2, 3])
    right = np.abs(octaves) < near
    related = (np.abs(octaves[:, None] + ratios) < near).any(axis=1) & ~right
    counts = {"right": int(right.sum()), "ratio": int(related.sum())}
    return counts | {"other": len(clips) - sum(counts.values())}


def tempo_sentence(matches: Mapping[str, int]) -> str:
    """Say in words what `tempo_matches` counted."""
    n = sum(matches.values())
    right, ratio, other = (matches[name] for name in ("right", "ratio", "other"))
    if right == n:
        return "It is always within eight hundredths of the composed tempo."
    said = f"It is within eight hundredths of the composed tempo in {right} of {n} clips"
    if ratio:
        others = f"the other {formats.counted(ratio, 'clip').removeprefix('one ')}"
        whose = f"{ratio} others" if other else others
        said += (
            f", and of a simple multiple of it (half, double, two thirds and the like) in {whose}"
        )
    return f"{said}. In {formats.counted(other, 'clip')} it fits neither." if other else f"{said}."
