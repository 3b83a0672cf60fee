"""Rhythms as text: drum grooves, bass lines and accompaniment patterns, one bar each.

A pattern divides its bar evenly into as many steps as it has characters. ``X`` is an accent,
``x`` a normal stroke, ``o`` a ghost note, ``.`` nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

STROKES = {"X": 1.15, "x": 1.0, "o": 0.5}

# Letter -> General MIDI percussion key and usual velocity.
KIT = {
    "k": (36, 100), "s": (38, 92), "e": (40, 90), "r": (37, 84), "c": (39, 86), "h": (42, 66),
    "q": (46, 64), "p": (44, 60), "R": (51, 70), "C": (49, 84), "t": (54, 56),
    "m": (70, 58), "g": (63, 66), "G": (64, 66), "w": (56, 54), "l": (45, 90), "n": (48, 88),
}  # fmt: skip

_FOUR = "x...x...x...x..."
_BACK = "....x.......x..."
_EIGHTHS = "X.x.X.x.X.x.X.x."

GROOVES: dict[str, dict[str, str]] = {
    # blues
    "shuffle": {"k": "x...x..x", "s": "..x...x.", "h": "XxXxXxXx"},
    "ride shuffle": {"k": "x..xx...", "s": "..x...x.", "R": "XxXxXxXx", "p": "..x...x."},
    "slow blues": {"k": "x...x..o", "r": "..x...x.", "R": "x.xxx.xx"},
    "boogie": {"k": "x.x.x.x.", "s": "o.Xoo.Xo", "h": "x.x.x.x."},
    # country
    "train": {"k": "x...x...", "s": "o.oXo.oXo.oXo.oX"},
    "two-step": {"k": "x...x...", "s": "..x...x.", "h": "x.x.x.x."},
    "country rock": {"k": "x.....x.x.......", "s": _BACK, "h": _EIGHTHS, "t": _BACK},
    "country waltz": {"k": "x.....", "r": "..x.x.", "h": "x.x.x."},
    # disco
    "disco": {"k": _FOUR, "s": _BACK, "q": "..x...x...x...x.", "h": "x...x...x...x..."},
    "disco sixteenths": {"k": _FOUR, "c": _BACK, "s": _BACK, "h": "XoxoXoxoXoxoXoxo"},
    "disco conga": {"k": _FOUR, "s": _BACK, "q": "..x...x...x...x.", "g": "..x..x....x..xx.",
                    "G": "x......x.x......", "t": "....x.......x..."},
    "disco cowbell": {"k": _FOUR, "c": _BACK, "h": "..x...x...x...x.", "w": "x...x.x.x...x.x."},
    # hip hop
    "boom bap": {"k": "x......x..x.....", "s": _BACK, "h": "x.x.x.x.x.x.x.x."},
    "boom bap late": {"k": "x..x......xx....", "s": "....x..o....x..o", "h": "x.x.x.x.x.x.xox."},
    "half time": {"k": "x.....x...x.....", "c": "........x.......", "h": "x.x.xxx.x.x.xxxx"},
    "slow loop": {"k": "x.....x..x......", "e": _BACK, "h": "x...x.x.x...x.x.", "m": _EIGHTHS},
    # jazz
    "swing": {"R": "X.xxX.xx", "p": "..x...x.", "k": "o.o.o.o."},
    "brushes": {"s": "o.xoo.xo", "p": "..x...x.", "R": "o..oo..o"},
    "big band": {"R": "X.xxX.xx", "p": "..x...x.", "k": "x...x...", "r": "......x."},
    "jazz waltz": {"R": "X.xxx.", "p": "..x.x.", "k": "x....."},
    # metal
    "double kick": {"k": "xxxxxxxxxxxxxxxx", "s": "....X.......X...", "R": "x...x...x...x..."},
    "gallop": {"k": "x.xxx.xxx.xxx.xx", "s": "....X.......X...", "h": "X.x.X.x.X.x.X.x."},
    "thrash": {"k": "x.x.x.x.x.x.x.x.", "s": "..X...X...X...X.", "R": "x.x.x.x.x.x.x.x."},
    "doom": {"k": "x.....x.x..x....", "s": "........X.......", "C": "x.......x.......",
             "h": "x...x...x...x..."},
    # pop
    "pop backbeat": {"k": "x.....x.x.......", "s": _BACK, "h": _EIGHTHS},
    "pop clap": {"k": _FOUR, "c": _BACK, "h": "..x...x...x...x.", "m": _EIGHTHS},
    "pop ballad": {"k": "x.......x.x.....", "r": _BACK, "h": "x.x.x.x.x.x.x.x."},
    "pop syncopated": {"k": "x..x..x...x.....", "e": _BACK, "h": "x.xxx.xxx.xxx.xx"},
    # reggae
    "one drop": {"k": "........x.......", "r": "........x.......", "h": "X.x.X.x.X.x.X.x."},
    "rockers": {"k": "x.......x.......", "r": "........x.......", "h": "X.xxX.x.X.x.X.xx"},
    "steppers": {"k": _FOUR, "r": "........x......o", "h": "..x...x...x...x."},
    "nyabinghi": {"k": "........x.......", "s": "........x.......", "g": "x..x....x..x....",
                  "G": "......x.......x.", "h": "x.x.x.x.x.x.x.x."},
    # rock
    "rock": {"k": "x.......x.x.....", "s": "....X.......X...", "h": _EIGHTHS},
    "rock ride": {"k": "x..x....x.x.....", "s": "....X.......X...", "R": "X.x.X.x.X.x.X.x."},
    "rock open": {"k": "x.x.....x.x.....", "s": "....X.......X...", "q": "x...x...x...x..."},
    "rock toms": {"k": "x.......x.......", "s": "....x.......x...", "l": "x.xx..x.x.xx..x.",
                  "n": "......x.......xx"},
}  # fmt: skip


def _line(rhythm: str, degrees: str, length: float) -> tuple[tuple[float, float, str, float], ...]:
    """Pair a one-bar rhythm in 4/4 with chord degrees, taken in turn."""
    hits = [(i, s) for i, s in enumerate(rhythm) if s != "."]
    step = 4.0 / len(rhythm)
    return tuple(
        (i * step, length, degrees[n % len(degrees)], STROKES[s] if i else 1.05)
        for n, (i, s) in enumerate(hits)
    )


BASS_LINES = {
    "boogie": _line("x.x.x.x.", "r356", 0.9),
    "boogie eighths": _line("xxxxxxxx", "rr33556765", 0.45),
    "root fifth": _line("x...x...", "r4", 1.6),
    "root fifth run": _line("x...x.xx", "r435", 0.9),
    "octaves": _line("xxxxxxxx", "r8", 0.4),
    "octave funk": _line("x..xx.x..xx.x.x.", "rr8r5r87", 0.3),
    "half notes": _line("x...x...", "rr", 1.9),
    "eighths": _line("XxxxXxxx", "r", 0.45),
    "sixteenths": _line("XxxxXxxxXxxxXxxx", "r", 0.2),
    "gallop": _line("X.xxX.xxX.xxX.xx", "r", 0.22),
    "drop": _line("x.....x..x......", "rr5", 1.0),
    "sub": _line("x......x..x.....", "rr8", 1.4),
    "syncopated": _line("x..x..x.x..x..x.", "rr5r8575", 0.55),
    "roots reggae": _line("x..x.xx.", "r35r", 0.6),
    "steppers line": _line("..xx..x.x.x..x..", "r5r8r3", 0.5),
    "driving": _line("x.xxx.xx", "rr5r", 0.6),
    "doom": _line("X.......X..x....", "r", 1.8),
}


@dataclass(frozen=True)
class Comp:
    """How chords are played."""

    rhythm: str  # one bar of strokes
    manner: str = "block"  # block, strum, power, arpeggio, chug or stride
    length: float = 1.0  # longest duration of a stroke, beats
    centre: int = 60  # MIDI pitch around which the chord lies


COMPS: dict[str, Comp] = {
    # blues and country
    "shuffle chords": Comp("x.xxx.xx", "block", 0.45, 58),
    "boogie fifths": Comp("xxxxxxxx", "chug", 0.45, 45),
    "stabs": Comp("...x..x.", "block", 0.3, 62),
    "thumb picking": Comp("xxxxxxxx", "stride", 0.6, 52),
    "boom chick": Comp("..x...x.", "strum", 0.4, 60),
    "strummed": Comp("x...x.xx..xxx.xx", "strum", 0.5, 58),
    "waltz chick": Comp("..x.x.", "strum", 0.5, 60),
    "train strum": Comp("x.xxx.xxx.xxx.xx", "strum", 0.3, 59),
    # disco, hip hop, pop
    "scratch": Comp("..x.x.xx..x.x.x.", "strum", 0.15, 64),
    "off-beat piano": Comp(".x.x.x.x", "block", 0.4, 62),
    "octave stabs": Comp("x..x..x...x.x...", "block", 0.2, 64),
    "half notes": Comp("X...X...", "block", 1.9, 60),
    "loop keys": Comp("x..x......x.....", "block", 1.2, 58),
    "loop pick": Comp("x.xxx.xx.xx.x.x.", "arpeggio", 0.6, 62),
    "quarters": Comp("x.x.x.x.", "block", 0.9, 60),
    "arpeggio eighths": Comp("xxxxxxxx", "arpeggio", 0.6, 62),
    "arpeggio sixteenths": Comp("xxxxxxxxxxxxxxxx", "arpeggio", 0.25, 66),
    "pop push": Comp("x..x..x.....x...", "block", 0.7, 60),
    # jazz
    "charleston": Comp("x..x....", "block", 0.5, 58),
    "four to the bar": Comp("x.x.x.x.", "strum", 0.4, 56),
    "sparse": Comp("...x...x", "block", 0.6, 59),
    "waltz hits": Comp("x..x..", "block", 0.6, 58),
    # rock and metal
    "power eighths": Comp("XxxxXxxx", "power", 0.45, 45),
    "power held": Comp("X.....x.X.......", "power", 2.0, 45),
    "power riff": Comp("x.x..x.xx..x.x..", "power", 0.4, 45),
    "chug sixteenths": Comp("XxxxXxxxXxxxXxxx", "chug", 0.2, 40),
    "chug gallop": Comp("X.xxX.xxX.xxX.xx", "chug", 0.22, 40),
    "doom chords": Comp("X.......X..x....", "power", 2.0, 40),
    "rock strum": Comp("x.x.x.xx..xxx.x.", "strum", 0.5, 56),
    # reggae
    "skank": Comp(".x.x.x.x", "strum", 0.18, 64),
    "double skank": Comp("..xx..x...xx..x.", "strum", 0.12, 64),
}
