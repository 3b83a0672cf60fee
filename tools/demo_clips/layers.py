"""The layers of a piece: drums, bass, accompaniment, pads and tunes, written bar by bar."""

from __future__ import annotations

from dataclasses import dataclass, field

from mgc.datasets.demo import DURATION_S
from tools.demo_clips.patterns import BASS_LINES, COMPS, GROOVES, KIT, STROKES
from tools.demo_clips.theory import Chord, Dice, ladder, nearest, voicing

DRUM_CHANNEL = 9
BASS_LOW, BASS_HIGH = 28, 52


@dataclass(frozen=True)
class Note:
    """One note."""

    start: float  # seconds from the beginning, 0 to 30
    duration: float  # seconds, above 0
    pitch: int  # MIDI pitch 0 to 127, or percussion key on the drum channel
    velocity: int  # 1 to 127
    channel: int  # MIDI channel 0 to 15; 9 is drums


@dataclass
class Writer:
    """Turns beats into seconds, with swing and human unevenness, and collects notes."""

    dice: Dice  # the track's chance
    tempo: float  # beats a minute
    meter: int  # beats a bar
    tonic: int  # pitch class of the key, 0 to 11
    scale: str  # of the tune
    swing: float = 0.5  # where the second half of a swung pair falls, 0.5 (even) to 0.7
    swing_unit: float = 1.0  # length of a swung pair, beats
    jitter: float = 0.006  # largest random shift of an onset, seconds
    dynamics: float = 0.15  # spread of velocities, 0 to 1
    notes: list[Note] = field(default_factory=list)

    def seconds(self, beat: float) -> float:
        """Return when a beat falls, seconds."""
        pair = int(beat / self.swing_unit + 1e-9)
        part = beat / self.swing_unit - pair
        if part < 0.5:
            warped = part / 0.5 * self.swing
        else:
            warped = self.swing + (part - 0.5) / 0.5 * (1.0 - self.swing)
        return (pair + warped) * self.swing_unit * 60.0 / self.tempo

    def add(self, channel: int, beat: float, beats: float, pitch: int, velocity: float) -> None:
        """Write one note; whatever lies beyond 30 s is cut, extreme pitches move by octaves."""
        shift = self.dice.uniform(-self.jitter, self.jitter)
        spread = 1.0 + self.dynamics * self.dice.uniform(-1.0, 1.0)
        start = round(max(0.0, self.seconds(beat) + shift), 4)
        if start > DURATION_S - 0.1:
            return
        end = max(start + 0.03, self.seconds(beat + beats) + shift)
        duration = round(min(end, DURATION_S) - start, 4)
        if channel != DRUM_CHANNEL:
            while pitch < 24:
                pitch += 12
            while pitch > 100:
                pitch -= 12
        loud = min(127, max(1, round(velocity * spread)))
        self.notes.append(Note(start, duration, pitch, loud, channel))


def chord_at(bar: list[Chord], beat: float) -> Chord:
    """Return the chord that sounds at a beat of a bar."""
    current = bar[0]
    for chord in bar:
        if chord.beat <= beat + 1e-9:
            current = chord
    return current


def drums(writer: Writer, bar: int, groove: str, *, fill: bool, crash: bool, level: float) -> None:
    """Write one bar of a groove, its last beat a fill when asked."""
    for letter, steps in GROOVES[groove].items():
        key, velocity = KIT[letter]
        for i, stroke in enumerate(steps):
            beat = i * writer.meter / len(steps)
            if stroke == "." or (fill and beat >= writer.meter - 1 and letter not in "kp"):
                continue
            loud = velocity * STROKES[stroke] * level
            writer.add(DRUM_CHANNEL, bar * writer.meter + beat, 0.2, key, loud)
    if fill:
        keys = writer.dice.pick(((38, 38, 38, 38), (50, 47, 45, 43), (38, 47, 45, 36)))
        for i, key in enumerate(keys):
            beat = (bar + 1) * writer.meter - 1 + i * 0.25
            writer.add(DRUM_CHANNEL, beat, 0.2, key, (78 + 8 * i) * level)
    if crash:
        writer.add(DRUM_CHANNEL, bar * writer.meter, 1.0, 49, 88 * level)


def bass(writer: Writer, bar: int, now: list[Chord], after: Chord, kind: str, ch: int) -> None:
    """Write one bar of bass: one of `patterns.BASS_LINES`, or one that walks to the next chord."""
    origin = bar * writer.meter
    if kind == "walking":
        target = nearest(after.root, 38)
        for beat in range(writer.meter):
            chord = chord_at(now, beat)
            if beat == 0 or any(c.beat == beat for c in now):
                pitch = nearest(chord.root, 38)
            elif beat == writer.meter - 1:
                pitch = target + writer.dice.pick((-1, 1, -2, 2))
            else:
                pitch = nearest(writer.dice.pick(chord.classes[1:]), 40)
            writer.add(ch, origin + beat, 0.92, pitch, 92 if beat % 2 else 86)
        return
    steps = BASS_LINES[kind]
    for i, (position, beats, degree, accent) in enumerate(steps):
        if position >= writer.meter:
            continue
        if accent < 1.0 and not writer.dice.chance(0.85) and i:
            continue
        chord = chord_at(now, position)
        third = chord.intervals[1] if len(chord.intervals) > 2 else 7
        move = {"r": 0, "5": 7, "8": 12, "3": third, "6": 9, "7": 10, "4": -5}[degree]
        pitch = nearest(chord.root, 36) + move
        writer.add(ch, origin + position, beats, pitch, 94 * accent)


def comp(writer: Writer, bar: int, now: list[Chord], name: str, ch: int, level: float) -> None:
    """Write one bar of accompaniment after a pattern of `tools.demo_clips.patterns.COMPS`."""
    pattern = COMPS[name]
    step = writer.meter / len(pattern.rhythm)
    for i, stroke in enumerate(pattern.rhythm):
        if stroke == ".":
            continue
        chord = chord_at(now, i * step)
        beat = bar * writer.meter + i * step
        loud = 84 * STROKES[stroke] * level
        length = min(pattern.length, (bar + 1) * writer.meter - beat)
        tones = voicing(chord, pattern.centre)
        if pattern.manner == "power":
            root = nearest(chord.root, pattern.centre)
            for move in (0, 7, 12):
                writer.add(ch, beat, length, root + move, loud)
        elif pattern.manner == "chug":
            root = nearest(chord.root, pattern.centre)
            top = (7, 7, 9, 9)[i * 4 // len(pattern.rhythm)] if pattern.centre > 42 else 7
            for move in (0, top):
                writer.add(ch, beat, length, root + move, loud)
        elif pattern.manner == "arpeggio":
            order = tones + tones[-2:0:-1]
            writer.add(ch, beat, length, order[i % len(order)], loud)
        elif pattern.manner == "stride":
            if i % 2 == 0:
                writer.add(ch, beat, 0.9, nearest(chord.root, 43) - 12 * (i % 4 == 2), loud)
            elif writer.dice.chance(0.8):
                writer.add(ch, beat, length, writer.dice.pick(tones), loud)
        else:
            late = 0.02 * writer.tempo / 60.0 if pattern.manner == "strum" else 0.0
            for n, pitch in enumerate(tones):
                writer.add(ch, beat + n * late, length, pitch, loud * (0.96**n))


def pad(writer: Writer, bar: int, now: list[Chord], ch: int, centre: int, level: float) -> None:
    """Hold the bar's chords."""
    for i, chord in enumerate(now):
        end = now[i + 1].beat if i + 1 < len(now) else float(writer.meter)
        for pitch in voicing(chord, centre, 3):
            beat = bar * writer.meter + chord.beat
            writer.add(ch, beat, (end - chord.beat) * 0.98, pitch, 66 * level)


@dataclass(frozen=True)
class Motif:
    """Two bars of a tune before it meets the harmony.

    Parameters
    ----------
    steps : tuple of (float, float, int)
        Onset and duration in beats, and the move on the scale's ladder.
    """

    steps: tuple[tuple[float, float, int], ...]


def make_motif(writer: Writer, grid: int, density: float) -> Motif:
    """Invent a two-bar motif; its density is the share of possible onsets that are taken."""
    dice = writer.dice
    length = 2 * writer.meter
    onsets = []
    for i in range(length * grid):
        weight = 1.25 if i % grid == 0 else 1.0 if (2 * i) % grid == 0 else 0.75
        if i / grid < length - 1 and dice.chance(density * weight):
            onsets.append(i / grid)
    onsets = onsets or [0.0]
    steps = []
    for here, following in zip(onsets, [*onsets[1:], float(length)], strict=True):
        move = dice.pick((-2, -1, -1, -1, 0, 1, 1, 1, 2, 3, -3))
        steps.append((here, min(following - here, 2.0) * 0.95, move))
    return Motif(tuple(steps))


def tune(
    writer: Writer, bar: int, bars: list[list[Chord]], motif: Motif, ch: int, centre: int,
    level: float, grace: float,
) -> None:  # fmt: skip
    """Set a motif to two bars of harmony: strong beats are drawn to chord tones."""
    rungs = ladder(writer.tonic, writer.scale, centre - 11, centre + 11)
    rung = len(rungs) // 2 + writer.dice.integer(-1, 1)
    for position, beats, move in motif.steps:
        rung += move
        if not 0 <= rung < len(rungs):
            rung = len(rungs) // 2
        pitch = rungs[rung]
        chord = chord_at(bars[int(position // writer.meter) % len(bars)], position % writer.meter)
        if position == int(position):
            pitch = min((nearest(c, pitch) for c in chord.classes), key=lambda p: abs(p - pitch))
        beat = bar * writer.meter + position
        if writer.dice.chance(grace):
            writer.add(ch, max(0.0, beat - 0.12), 0.12, pitch - 1, 70 * level)
        writer.add(ch, beat, beats, pitch, 96 * level)
