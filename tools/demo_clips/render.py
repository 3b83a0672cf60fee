"""Render the demo's pieces to Ogg Vorbis and write the manifest.

``python -m tools.demo_clips.render`` needs the extra ``demo``: midirenderer plays the notes
through the SoundFont TimGM6mb, which the package pretty_midi carries. Nobody needs it to use the
edition: the clips ship with the package. Rendering again on another machine gives the same music,
but other versions of the encoder may give other bytes, and so another edition.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import importlib
import importlib.util
import io
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mgc.datasets.demo import CLIPS, DURATION_S, MANIFEST_COLUMNS
from mgc.util.atomic import write_whole
from mgc.util.pools import process_pool
from tools.demo_clips.artists import Production, production_of
from tools.demo_clips.compose import SEED, TRACK_IDS, Piece, compose
from tools.demo_clips.ogg import with_serial
from tools.demo_clips.theory import Dice

SAMPLE_RATE = 22_050
RENDER_RATE = 48_000
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
    """Write a piece as a standard MIDI file whose ticks are tenths of a millisecond.

    Parameters
    ----------
    piece : Piece
        What to play.
    reverb : int
        Reverb send of every channel, 0 to 127.

    Returns
    -------
    bytes
        A MIDI file of type 0.
    """
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

    Parameters
    ----------
    signal : ndarray [shape=(n,)], float64
        Mono sound at 22,050 Hz.
    production : Production
        The artist's habits; each track strays a little from them.
    dice : Dice
        The track's chance.

    Returns
    -------
    ndarray [shape=(n,)], float64
        The finished sound, peak at most 1.
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
    """Play a piece.

    Parameters
    ----------
    piece : Piece
        What to play.
    seed : int
        The edition's seed, which also decides how the track's sound strays from its artist's.

    Returns
    -------
    ndarray [shape=(661500,)], float64
        30.0 s of mono sound at 22,050 Hz.
    """
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
    content = with_serial(buffer.getvalue(), TRACK_IDS.index(track_id) + 1)
    path = folder / piece.genre / f"{track_id}.ogg"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)
    values = (
        track_id, piece.genre, piece.artist, f"{piece.tempo_bpm:.1f}", piece.key, str(seed),
        hashlib.sha256(content).hexdigest(), piece.notes_sha256,
    )  # fmt: skip
    return dict(zip(MANIFEST_COLUMNS, values, strict=True))


def _job(task: tuple[str, Path, int]) -> dict[str, str]:
    return write_clip(*task)


def main(argv: list[str] | None = None) -> int:
    """Render every track and write the manifest; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.demo_clips.render", description=__doc__)
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    parser.add_argument("--seed", type=int, default=SEED, help="seed of the edition")
    parser.add_argument("--out", type=Path, default=CLIPS, help="where to write")
    options = parser.parse_args(argv)
    tasks = [(track_id, options.out, options.seed) for track_id in TRACK_IDS]
    rows = []
    with process_pool(options.jobs) as pool:
        for row in pool.map(_job, tasks):
            rows.append(row)
            print(row["track_id"], row["artist"], row["tempo_bpm"], row["key"], flush=True)
    with (options.out / "manifest.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, MANIFEST_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    size = sum(path.stat().st_size for path in options.out.glob("*/*.ogg"))
    print(f"{len(rows)} clips, {size / 1e6:.1f} MB, in {options.out}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
