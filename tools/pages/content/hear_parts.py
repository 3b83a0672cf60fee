"""The harmonic and the percussive part of demo clips: sounds for the page "Hear the features"."""

from __future__ import annotations

import io
from html import escape
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mgc.audio.samples import SAMPLE_RATE, load
from mgc.datasets import tracks
from mgc.datasets.demo import clip_path
from mgc.display import formats
from tools.demo_clips.ogg import with_serial
from tools.demo_clips.render import COMPRESSION

SECONDS, FADE_S = 10, 0.05  # enough to hear what is gone; a sudden end would click

NOTES = {
    "disco": "Strings, bass and guitar are left in the one, and the drums in the other.",
    "classical": (
        "A piano has no drums, and yet there is a percussive part: each note begins with a stroke."
    ),
}
"""What to hear in the parts of a genre's first clip."""


def stage(generated: Path, static: Path) -> None:
    """Write the text about the parts, and their sounds below the static files."""
    blocks = []
    for number, genre in enumerate(NOTES):
        whole = load(clip_path(f"{genre}.00000"))[: SECONDS * SAMPLE_RATE]
        kinds = dict(zip(("harmonic", "percussive"), parts(whole), strict=True))
        for place, (kind, sound) in enumerate(kinds.items()):
            content = encoded(sound, serial=2 * number + place + 1)
            (static / f"{genre}-{kind}.ogg").write_bytes(content)
        energy = [float(np.square(sound, dtype=np.float64).sum()) for sound in kinds.values()]
        share = formats.percent(energy[1] / sum(energy))
        name = escape(tracks.label(genre))
        players = "".join(
            f'<figure><figcaption>{name}, {kind} part</figcaption><audio controls preload="none"'
            f' src="_static/hear/{genre}-{kind}.ogg" aria-label="{name}, {kind} part"></audio>'
            "</figure>"
            for kind in kinds
        )
        blocks.append(
            f"<p><b>{name.capitalize()}.</b> {escape(NOTES[genre])} The percussive part has"
            f" {share} of the energy of the two.</p>{players}"
        )
    body = "\n".join(blocks)
    text = f'<div id="mgc-hear-parts">\n{body}\n</div>\n'
    (generated / "hear_parts.md").write_text(text, encoding="utf-8")


def parts(samples: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.float32], ...]:
    """Split a sound into its harmonic and its percussive part, which add up to it, and fade both.

    librosa's median filters: along time, what lasts; along frequency, what strikes.
    """
    import librosa

    fade = np.ones(len(samples), dtype=np.float32)
    fade[-round(FADE_S * SAMPLE_RATE) :] = np.linspace(1, 0, round(FADE_S * SAMPLE_RATE))
    return tuple(fade * part for part in librosa.effects.hpss(samples))


def encoded(samples: npt.NDArray[np.float32], serial: int) -> bytes:
    """Encode a sound as Ogg Vorbis, the same bytes each time."""
    import soundfile

    buffer = io.BytesIO()
    soundfile.write(
        buffer, samples, SAMPLE_RATE, format="OGG", subtype="VORBIS", compression_level=COMPRESSION
    )
    return with_serial(buffer.getvalue(), serial)
