"""Render the demo's pieces to Ogg Vorbis.

midirenderer plays the notes through the SoundFont TimGM6mb, which the package pretty_midi carries.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import io
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mgc.datasets.demo import DURATION_S, MANIFEST_COLUMNS
from mgc.util.atomic import write_whole
from tools.demo_clips.artists import Production, production_of
from tools.demo_clips.compose import SEED, TRACKS_PER_GENRE, Piece, compose
from tools.demo_clips.ogg import with_serial
from tools.demo_clips.styles import GENRES
from tools.demo_clips.theory import Dice

SAMPLE_RATE = 22_050
TICKS_PER_SECOND = 10_000
COMPRESSION = 0.93  # about 110 kB for 30 s

Signal = npt.NDArray[np.float64]


@lru_cache(maxsize=1)
def soundfont() -> bytes:
    """Return the SoundFont that pretty_midi carries.

    Raises
    ------
    RuntimeError
        If pretty_midi is not installed.
    """
    spec = importlib.util.find_spec("pretty_midi")
    if spec is None or spec.origin is None:
        raise RuntimeError("pretty_midi is not installed: pip install 'mgc[demo]'")
    return (Path(spec.origin).parent / "TimGM6mb.sf2").read_bytes()


def to_midi(piece: Piece, reverb: int) -> bytes:
    """Write a piece as a MIDI file of type 0 whose ticks are tenths of a millisecond."""
    mido: Any = importlib.import_module("mido")

    events: list[tuple[int, int, Any]] = []
    for part in piece.parts:
        ch = part.channel
        controls = {7: part.volume, 10: part.pan, 91: reverb, 93: 0}
        events += [
            (0, 0, mido.Message("control_change", channel=ch, control=c, value=v))
            for c, v in controls.items()
        ]
        events.append((0, 1, mido.Message("program_change", channel=ch, program=part.program)))
    for note in piece.notes:
        begin = round(note.start * TICKS_PER_SECOND)
        end = max(begin + 1, round((note.start + note.duration) * TICKS_PER_SECOND))
        for when, kind, velocity in ((begin, 3, note.velocity), (end, 2, 0)):
            name = "note_on" if velocity else "note_off"
            message = mido.Message(name, channel=note.channel, note=note.pitch, velocity=velocity)
            events.append((when, kind, message))
    events.sort(key=lambda event: (event[0], event[1]))
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=500_000, time=0)])
    now = 0
    for when, _, message in events:
        track.append(message.copy(time=when - now))
        now = when
    length = round(DURATION_S * TICKS_PER_SECOND)
    track.append(mido.MetaMessage("end_of_track", time=length - now))
    # At 120 beats a minute, 5,000 ticks a beat are 10,000 ticks a second.
    file = mido.MidiFile(type=0, ticks_per_beat=TICKS_PER_SECOND // 2, tracks=[track])
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def master(signal: Signal, production: Production, dice: Dice) -> Signal:
    """Shape a mono signal as the artist's recordings sound: shelves, bandwidth, drive, hiss.

    Each track strays a little from the artist's habits. The result peaks at most at 1.
    """
    tilt = production.tilt + dice.uniform(-1.0, 1.0)
    low = production.low + dice.uniform(-1.0, 1.0)
    cutoff = production.cutoff * dice.uniform(0.88, 1.0)
    spectrum = np.fft.rfft(signal)
    hertz = np.fft.rfftfreq(len(signal), 1 / SAMPLE_RATE)
    treble_db = tilt / (1.0 + (2000.0 / np.maximum(hertz, 1.0)) ** 2)
    bass_db = low / (1.0 + (hertz / 200.0) ** 2)
    slope = 1.0 / np.sqrt(1.0 + (hertz / cutoff) ** 12)
    rumble = 1.0 / np.sqrt(1.0 + (28.0 / np.maximum(hertz, 1.0)) ** 4)
    shaped = np.fft.irfft(
        spectrum * slope * rumble * 10 ** ((treble_db + bass_db) / 20), len(signal)
    )
    shaped /= max(1e-9, float(np.percentile(np.abs(shaped), 99.9)))
    drive = production.drive * dice.uniform(0.7, 1.3)
    # Soft saturation: nearly linear below half scale, and no sample beyond full scale.
    shaped = np.tanh(shaped * (0.6 + drive))
    shaped = np.fft.irfft(np.fft.rfft(shaped) * rumble, len(signal))  # saturation shifts zero
    if production.hiss > -100:
        noise = np.random.Generator(np.random.PCG64(dice.integer(0, 2**31))).random(len(signal))
        shaped += (noise * 2.0 - 1.0) * 3**0.5 * 10 ** (production.hiss / 20)
    fade = np.ones(len(signal))
    ramp = np.linspace(0.0, 1.0, SAMPLE_RATE // 100)
    fade[: len(ramp)], fade[-len(ramp) :] = ramp, ramp[::-1]
    peak = production.peak * dice.uniform(0.94, 1.0)
    shaped *= fade
    return np.asarray(shaped * peak / np.abs(shaped).max(), dtype=np.float64)


def render(piece: Piece, seed: int = SEED) -> Signal:
    """Play a piece: 30.0 s of mono sound at 22,050 Hz, strayed from its artist's by the seed."""
    import midirenderer
    import soundfile
    import soxr

    production = production_of(piece.artist)
    wave = midirenderer.render_wave_from(soundfont(), to_midi(piece, production.reverb))
    stereo, rate = soundfile.read(io.BytesIO(wave), always_2d=True)
    mono = soxr.resample(stereo.mean(axis=1), rate, SAMPLE_RATE, quality="HQ")
    length = round(DURATION_S * SAMPLE_RATE)
    mono = np.pad(mono[:length], (0, max(0, length - len(mono))))
    return master(mono, production, Dice(seed, f"{piece.track_id} master"))


def write_clip(track_id: str, folder: Path, seed: int = SEED) -> dict[str, str]:
    """Compose, render and encode one track; return its row of the manifest."""
    import soundfile

    piece = compose(track_id, seed)
    sound = render(piece, seed)
    wanted = float(np.abs(sound).max())
    for _ in range(4):  # the encoder overshoots: come down until the decoded peak fits
        buffer = io.BytesIO()
        soundfile.write(
            buffer, sound, SAMPLE_RATE, format="OGG", subtype="VORBIS",
            compression_level=COMPRESSION,
        )  # fmt: skip
        peak = float(np.abs(soundfile.read(io.BytesIO(buffer.getvalue()))[0]).max())
        if peak <= wanted:
            break
        sound *= 0.995 * wanted / peak
    number = GENRES.index(piece.genre) * TRACKS_PER_GENRE + int(track_id.split(".")[1])
    content = with_serial(buffer.getvalue(), number + 1)
    path = folder / piece.genre / f"{track_id}.ogg"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)
    values = (
        track_id, piece.genre, piece.artist, f"{piece.tempo_bpm:.1f}", piece.key, str(seed),
        hashlib.sha256(content).hexdigest(), piece.notes_sha256,
    )  # fmt: skip
    return dict(zip(MANIFEST_COLUMNS, values, strict=True))
