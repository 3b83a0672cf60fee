"""Pictures and players of the page "Hear the features", made from the demo clips by the build.

Of one clip of each genre, what `tools.pages.content.lanes` makes of it, and of some of them what
`tools.pages.content.hear_parts` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from mgc.datasets import tracks
from mgc.datasets.demo import DURATION_S, manifest
from mgc.datasets.tracks import GENRES
from mgc.display import formats
from mgc.display.figures import style
from mgc.features import extract
from tools.pages.content import hear_parts, lanes
from tools.pages.content.lanes import CHROMA_ROWS, MEL_ROWS, SLICES

NUMBER = 0  # of each genre's clips
PITCHES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")

NOTES = {
    "blues": (
        "A shuffle: onsets come in pairs, a long and a short one. The rule that looks for "
        "beats follows the short ones, so most heard beats come late. The horizontal lines in the "
        "middle are the guitar's tune. It ends before the clip does, and the band goes on "
        "alone."
    ),
    "classical": (
        "A piano and nothing else. Each note is a stack of thin horizontal lines, its overtones, "
        "which fade. No drum draws a stroke from bottom to top. Every heard beat falls "
        "halfway between two written ones: nothing in the sound of even notes says which of "
        "them is the beat."
    ),
    "country": (
        "The fiddle draws long horizontal lines; then it rests, and the chroma shows the chords "
        "of guitar and banjo alone. The train beat of the drums has its accents between the "
        "beats, and there all heard beats fall."
    ),
    "disco": (
        "The bass drum falls on every beat, and the whole band with it: even strokes from "
        "bottom to top, and onsets like a fence. Heard and written beats agree throughout. "
        "This is the music that a tempo feature is made for."
    ),
    "hiphop": (
        "A slow, heavy beat with air around it. The lowest bands carry most of the energy, "
        "and between the strokes the upper half goes dark. Chords stay for bars, as long "
        "bright rows in the chroma. Heard and written beats agree throughout."
    ),
    "jazz": (
        "The saxophone draws the horizontal lines. When it rests, the picture goes dark above "
        "piano and bass. The tempo that the features hear is too low, and yet every heard "
        "beat is right: the onsets pull the beats into place."
    ),
    "metal": (
        "Distortion adds partials until hardly a band is quiet, and the waveform is a block. "
        "The double bass drum fills every gap. The features hear about two thirds of the "
        "written tempo, so heard and written beats meet only now and then."
    ),
    "pop": (
        "The horizontal lines are a synthesizer's tune. It stops before the end, and the strokes "
        "of the drums stand alone. Heard and written beats agree throughout, although the "
        "rhythm is full of notes between the beats."
    ),
    "reggae": (
        "The guitar plays between the beats, and louder than anything on them: the bright "
        "blocks are its chords. Every heard beat follows the guitar and falls halfway between "
        "two written ones. Listeners who know the style hear the beat where the features hear "
        "a gap."
    ),
    "rock": (
        "Guitars fill the middle of the spectrogram; the snare drum cuts through it from "
        "bottom to top on every second beat. Slanted streaks in the chroma are rolls from "
        "high to low tom-toms. Heard and written beats agree throughout."
    ),
}
"""What to see and hear in each clip; a test holds what they say of beats against the score."""


def stage(generated: Path, static: Path) -> None:
    """Write the clips' part of the page, and its images below the static files."""
    rows = {row["track_id"]: row for row in manifest()}
    images = static / "hear"
    images.mkdir()
    sections = []
    for genre in GENRES:
        row = rows[f"{genre}.{NUMBER:05d}"]
        sections.append(section(genre, row, lanes.make(row["track_id"], images, genre)))
    body = "\n".join(sections)
    text = f'<div id="mgc-hear" class="mgc-hear">\n{body}\n</div>\n'
    (generated / "hear.md").write_text(text, encoding="utf-8")
    hear_parts.stage(generated, images)


def section(genre: str, row: dict[str, str], facts: dict[str, Any]) -> str:
    """Write the part of the page about one clip, complete without JavaScript."""
    name, track = escape(tracks.label(genre)), escape(row["track_id"])
    tempo, written = formats.number(facts["tempo"], 1), formats.number(float(row["tempo_bpm"]), 1)
    agree = f"{facts['agree']} of {len(facts['heard'])}"
    wave = f'<path d="{facts["wave"]}"/>'
    onset = f'<path d="{facts["onsets"]}"/>' + _marks("heard", facts["heard"], 0, 24)
    onset += _marks("written", facts["written"], 88, 100)
    classes = [(pitch, (number + 0.5) / len(PITCHES)) for number, pitch in enumerate(PITCHES)]
    parts = (
        _lane("wave", "Waveform", "loud where it is wide", _axis([("+1", 0.96), ("−1", 0.04)]),
              _svg(wave, 200, f"Waveform of the {name} clip over 30 seconds.")),
        _lane("mel", "Mel-spectrogram", "low notes at the bottom, bright where there is energy",
              _axis(lanes.mel_ticks()),
              _img(genre, "mel", f"Mel-spectrogram of the {name} clip over 30 seconds.")),
        _lane("chroma", "Chroma", "the twelve pitch classes, whatever the octave", _axis(classes),
              _img(genre, "chroma", f"Chroma of the {name} clip over 30 seconds.")),
        _lane("beats", "Onsets and beats", "marks above: beats heard; below: beats written",
              "", _svg(onset, 100, f"Onset strength of the {name} clip, with {len(facts['heard'])}"
              f" heard and {len(facts['written'])} written beats.")),
    )  # fmt: skip
    ticks = "".join(
        f'<span style="left:{100 * t / 30:.3f}%">{t}{" s" * (t == 30)}</span>'
        for t in range(0, 31, 5)
    )
    data = f'data-heard="{_list(facts["heard"])}" data-pitch="{facts["pitch"]}"'
    return (
        f'<section class="hear-clip" id="hear-{genre}" data-genre="{name}"'
        f' style="--genre:{style.colour(genre)}" {data} aria-label="{name}">'
        f'<p class="hear-title"><strong>{name}</strong> <code>{track}</code>'
        f" <span>{escape(row['key'])}</span> <span>written at {written} beats a minute</span>"
        f" <span>heard at {tempo}</span>"
        f" <span>{agree} heard beats fall on a written one</span></p>"
        f'<audio controls preload="none" src="_static/audio/{track}.ogg"'
        f' aria-label="{name}, demo clip {track}"></audio>'
        f'<div class="hear-stage">{"".join(parts)}<div class="hear-time" aria-hidden="true">'
        f"{ticks}</div></div>"
        f'<p class="hear-note">{escape(NOTES[genre])}</p></section>'
    )


def _lane(kind: str, title: str, hint: str, axis: str, picture: str) -> str:
    return (
        f'<figure class="hear-lane hear-{kind}"><figcaption><b>{title}</b> {hint}</figcaption>'
        f'<div class="hear-axis" aria-hidden="true">{axis}</div>'
        f'<div class="hear-plot">{picture}</div></figure>'
    )


def _axis(ticks: Sequence[tuple[str, float]]) -> str:
    return "".join(f'<span style="bottom:{100 * at:.2f}%">{text}</span>' for text, at in ticks)


def _svg(inside: str, height: int, alt: str) -> str:
    return (
        f'<svg viewBox="0 0 {SLICES} {height}" preserveAspectRatio="none" role="img"'
        f' aria-label="{escape(alt)}">{inside}</svg>'
    )


def _img(genre: str, kind: str, alt: str) -> str:
    rows = {"mel": MEL_ROWS * extract.N_MELS, "chroma": CHROMA_ROWS * len(PITCHES)}[kind]
    return (
        f'<img src="_static/hear/{genre}-{kind}.webp" width="{extract.N_FRAMES}" height="{rows}"'
        f' loading="lazy" decoding="async" alt="{escape(alt)}">'
    )


def _marks(kind: str, times: Sequence[float], top: int, bottom: int) -> str:
    """Draw one vertical line for each time, as one path."""
    lines = (f"M{SLICES * time / DURATION_S:.1f} {top}V{bottom}" for time in times)
    return f'<path class="{kind}" d="{"".join(lines)}"/>'


def _list(times: Sequence[float]) -> str:
    return " ".join(f"{time:g}" for time in times)
