"""Classical textures: sonata with Alberti bass, four-part strings, and invention in two voices."""

from __future__ import annotations

from tools.demo_clips.layers import Writer, chord_at, make_motif
from tools.demo_clips.theory import Chord, ladder, nearest, voicing

PHRASE_BARS = 4


def _swell(bar: int, low: float = 0.72, high: float = 1.08) -> float:
    """Return the loudness of a bar: phrases of eight bars rise and fall."""
    place = bar % 8
    return low + (high - low) * min(place, 8 - place) / 4.0


def melody(writer: Writer, bar: int, bars: list[list[Chord]], ch: int, centre: int, *,
           cells: list[list[tuple[float, int]]], level: float) -> None:  # fmt: skip
    """Write one bar of a sung line: a rhythmic cell on the scale, strong beats on the chord."""
    rungs = ladder(writer.tonic, writer.scale, centre - 10, centre + 12)
    cell = cells[(bar % PHRASE_BARS) % len(cells)]
    start = nearest(bars[0][0].classes[bar % 3], centre)
    rung = min(range(len(rungs)), key=lambda i: abs(rungs[i] - start))
    for i, (position, move) in enumerate(cell):
        rung = min(len(rungs) - 1, max(0, rung + move))
        pitch = rungs[rung]
        chord = chord_at(bars[0], position)
        if i == 0:
            pitch = start
        elif position == int(position):
            pitch = min((nearest(c, pitch) for c in chord.classes), key=lambda p: abs(p - pitch))
        end = cell[i + 1][0] if i + 1 < len(cell) else float(writer.meter)
        beat = bar * writer.meter + position
        writer.add(ch, beat, (end - position) * 0.96, pitch, 92 * level * _swell(bar))


def make_cells(writer: Writer, busy: float) -> list[list[tuple[float, int]]]:
    """Invent three one-bar rhythms with their moves on the scale; the phrase's fourth repeats."""
    cells = []
    for _ in range(3):
        grid = 4 if writer.dice.chance(busy) else 2
        motif = make_motif(writer, grid, 0.45 + 0.4 * busy)
        cell = [(p, m) for p, _, m in motif.steps if p < writer.meter]
        cells.append(cell if cell and cell[0][0] == 0.0 else [(0.0, 0), *cell])
    return cells


def alberti(writer: Writer, bar: int, now: list[Chord], ch: int, level: float) -> None:
    """Break the chord low-high-middle-high in eighths (in 3/4: low, high, high)."""
    beat = 0.0
    while beat < writer.meter:
        tones = voicing(chord_at(now, beat), 53, 3)
        low, middle, high = tones[0], tones[len(tones) // 2], tones[-1]
        order = (low, high, middle, high)
        if writer.meter == 3:
            order = (low, middle, high, middle)
        pitch = order[int(beat * 2) % 4]
        writer.add(ch, bar * writer.meter + beat, 0.48, pitch, 66 * level * _swell(bar))
        beat += 0.5


def quartet(writer: Writer, bar: int, now: list[Chord], channels: list[int], level: float) -> None:
    """Move three lower voices: cello on roots, inner voices sustained or in repeated eighths."""
    busy = (bar // PHRASE_BARS) % 2 == 1
    for i, chord in enumerate(now):
        end = now[i + 1].beat if i + 1 < len(now) else float(writer.meter)
        origin = bar * writer.meter + chord.beat
        loud = 78 * level * _swell(bar)
        writer.add(channels[0], origin, (end - chord.beat) * 0.97, nearest(chord.root, 43), loud)
        for ch, pitch in zip(channels[1:], voicing(chord, 58, 3)[-2:], strict=False):
            if not busy:
                writer.add(ch, origin, (end - chord.beat) * 0.97, pitch, loud * 0.9)
                continue
            for k in range(int((end - chord.beat) * 2)):
                writer.add(ch, origin + k * 0.5, 0.4, pitch, loud * 0.85)


def continuo(writer: Writer, bar: int, now: list[Chord], after: Chord, ch: int,
             level: float) -> None:  # fmt: skip
    """Walk a baroque bass in eighths along the scale from chord to chord."""
    rungs = ladder(writer.tonic, writer.scale, 36, 62)
    here = nearest(now[0].root, 47)
    there = nearest(after.root, 47)
    count = writer.meter * 2
    first = min(range(len(rungs)), key=lambda i: abs(rungs[i] - here))
    last = min(range(len(rungs)), key=lambda i: abs(rungs[i] - there))
    turn = writer.dice.pick((-2, 2, 3, -3))
    for k in range(count):
        share = k / count
        bend = turn * (1.0 - abs(2.0 * share - 1.0))
        rung = round(first + (last - first) * share + bend)
        pitch = rungs[min(len(rungs) - 1, max(0, rung))]
        beat = bar * writer.meter + k * 0.5
        writer.add(ch, beat, 0.44, pitch, 80 * level * _swell(bar, 0.9, 1.0))
