"""Pitches, chords and chance: the small music theory that the demo's composer stands on."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

_T = TypeVar("_T")

TONICS = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")

SCALES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "harmonic": (0, 2, 3, 5, 7, 8, 11),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "blues": (0, 3, 5, 6, 7, 10),
    "pentatonic": (0, 2, 4, 7, 9),
    "pentatonic minor": (0, 3, 5, 7, 10),
}

_DEGREES = {"I": 0, "II": 2, "III": 4, "IV": 5, "V": 7, "VI": 9, "VII": 11}
_MAJOR_CHORDS = {
    "": (0, 4, 7), "7": (0, 4, 7, 10), "maj7": (0, 4, 7, 11), "6": (0, 4, 7, 9),
    "9": (0, 4, 7, 10, 14), "5": (0, 7), "add9": (0, 4, 7, 14),
}  # fmt: skip
_MINOR_CHORDS = {
    "": (0, 3, 7), "7": (0, 3, 7, 10), "6": (0, 3, 7, 9), "9": (0, 3, 7, 10, 14),
    "b5": (0, 3, 6, 10), "5": (0, 7),
}  # fmt: skip
_ROMAN = re.compile(r"([b#]?)([ivIV]+)(.*)")


class Dice:
    """Chance that is the same everywhere: one stream per (seed, track).

    Only the raw uniform stream of PCG64 is used. NumPy keeps bit generators stable between
    versions, but may change how `Generator.choice` or `normal` spend their bits.

    Parameters
    ----------
    seed : int
        The edition's seed.
    track_id : str
        Name of the track, such as ``"blues.00000"``.
    """

    def __init__(self, seed: int, track_id: str) -> None:
        digest = hashlib.sha256(f"{seed}:{track_id}".encode()).digest()
        self._generator = np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        """Return a number in [low, high)."""
        return low + (high - low) * float(self._generator.random())

    def integer(self, low: int, high: int) -> int:
        """Return a whole number from low to high, both included."""
        return min(high, low + int(self.uniform() * (high - low + 1)))

    def pick(self, options: Sequence[_T]) -> _T:
        """Return one of the options, each as likely as the other."""
        return options[self.integer(0, len(options) - 1)]

    def chance(self, probability: float) -> bool:
        """Return True with the given probability."""
        return self.uniform() < probability


@dataclass(frozen=True)
class Chord:
    """A chord that sounds for part of a bar."""

    root: int  # pitch class, 0 (C) to 11 (B)
    intervals: tuple[int, ...]  # semitones above the root, the root's 0 first
    beat: float = 0.0  # where in its bar it begins, in beats

    @property
    def classes(self) -> tuple[int, ...]:
        """Pitch classes of the chord, the root first."""
        return tuple((self.root + step) % 12 for step in self.intervals)


def parse_chord(symbol: str, tonic: int, beat: float = 0.0) -> Chord:
    """Read a roman numeral such as ``"bVII7"`` or ``"ii9"`` in a key: upper case for major.

    Raises
    ------
    ValueError
        If the symbol is no such numeral.
    """
    match = _ROMAN.fullmatch(symbol)
    if match is None or match[2].upper() not in _DEGREES:
        raise ValueError(f"{symbol!r} is no roman numeral")
    kinds = _MAJOR_CHORDS if match[2].isupper() else _MINOR_CHORDS
    if match[3] not in kinds:
        raise ValueError(f"{symbol!r}: unknown kind of chord {match[3]!r}")
    shift = {"": 0, "b": -1, "#": 1}[match[1]]
    return Chord((tonic + _DEGREES[match[2].upper()] + shift) % 12, kinds[match[3]], beat)


def parse_progression(text: str, tonic: int, meter: int) -> list[list[Chord]]:
    """Read bars of chords: a space between bars, a slash between chords of one bar.

    For example ``"ii7 V7 Imaj7/vi7 V7"``.
    """
    bars = []
    for bar in text.split():
        symbols = bar.split("/")
        width = meter / len(symbols)
        bars.append([parse_chord(s, tonic, i * width) for i, s in enumerate(symbols)])
    return bars


def nearest(pitch_class: int, centre: int) -> int:
    """Return the MIDI pitch of a pitch class that lies within six semitones of the centre."""
    return centre - 6 + (pitch_class - centre + 6) % 12


def voicing(chord: Chord, centre: int, size: int = 4) -> list[int]:
    """Place a chord's tones close around a pitch, which keeps voice leading smooth.

    Returns rising MIDI pitches, at most `size`; the fifth is the first to go.
    """
    classes = list(chord.classes)
    if len(classes) > size and len(classes) > 3:
        classes.pop(2)
    return sorted({nearest(c, centre) for c in classes[:size]})


def ladder(tonic: int, scale: str, low: int, high: int) -> list[int]:
    """Return every MIDI pitch of a scale between two pitches, both included."""
    steps = SCALES[scale]
    return [p for p in range(low, high + 1) if (p - tonic) % 12 in steps]
