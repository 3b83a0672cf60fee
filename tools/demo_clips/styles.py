"""What makes a genre: harmony, scales, metre and swing, shared by its three artists."""

from __future__ import annotations

from dataclasses import dataclass

GENRES = (
    "blues", "classical", "country", "disco", "hiphop",
    "jazz", "metal", "pop", "reggae", "rock",
)  # fmt: skip

TWELVE_BARS = "I7 I7 I7 I7 IV7 IV7 I7 I7 V7 IV7 I7 V7"
QUICK_CHANGE = "I7 IV7 I7 I7 IV7 IV7 I7 I7 V7 IV7 I7 V7"
MINOR_TWELVE = "i7 i7 i7 i7 iv7 iv7 i7 i7 V7 iv7 i7 V7"


@dataclass(frozen=True)
class Style:
    """The rules of a genre."""

    progressions: dict[str, tuple[str, ...]]  # by mode, as `parse_progression` reads them
    scales: dict[str, tuple[str, ...]]  # of tunes, by mode
    swing: tuple[float, float] = (0.5, 0.5)  # range of the swing ratio, 0.5 (even) to 0.7
    swing_unit: float = 1.0  # length of a swung pair, beats: 1 swings eighths, 0.5 sixteenths
    jitter: float = 0.006  # largest unevenness of an onset, seconds
    grace: float = 0.0  # chance of a grace note before a note of the tune, 0 to 1


STYLES: dict[str, Style] = {
    "blues": Style(
        {"major": (TWELVE_BARS, QUICK_CHANGE), "minor": (MINOR_TWELVE,)},
        {"major": ("blues", "mixolydian"), "minor": ("blues", "pentatonic minor")},
        swing=(0.6, 0.67), jitter=0.012, grace=0.25,
    ),
    "classical": Style(
        {
            "major": (
                "I V7 vi IV ii V7 I I", "I I ii V7 V7 V7 I I/V7",
                "I IV/V7 I vi ii/V7 I/IV I/V7 I",
            ),
            "minor": ("i iv V7 i bVI iv V7 i", "i i iv V7 bVI/iv V7 i V7",
                      "i bVII bIII iv i/iv V7 i/V7 i"),
        },
        {"major": ("major",), "minor": ("harmonic",)},
        jitter=0.014,
    ),
    "country": Style(
        {
            "major": ("I I IV IV I I V V", "I IV I V I IV I/V I", "I V vi IV I V IV/V I",
                      "I I IV I V IV I V7"),
            "minor": ("i bVII bVI V i bVII bVI/V i",),
        },
        {"major": ("pentatonic", "major"), "minor": ("pentatonic minor",)},
        swing=(0.5, 0.6), jitter=0.008, grace=0.15,
    ),
    "disco": Style(
        {
            "major": ("Imaj7 vi7 ii7 V7", "I vi7 IVmaj7 V7", "IVmaj7 iii7 ii7 V7"),
            "minor": ("i7 bVII bVImaj7 V7", "i7 i7 iv7 iv7",
                      "i7 iv7 bVII bIIImaj7 bVImaj7 iv7 V7 V7"),
        },
        {"major": ("major", "pentatonic"), "minor": ("dorian", "minor")},
    ),
    "hiphop": Style(
        {
            "major": ("Imaj7 vi7", "ii7 V9", "Imaj7 iii7 ii9 ii9"),
            "minor": ("i7 i7 bVImaj7 bVImaj7", "i9 iv9", "i7 bVImaj7 iv7 V7", "i i bVI V"),
        },
        {"major": ("pentatonic",), "minor": ("pentatonic minor", "blues")},
        swing=(0.5, 0.62), swing_unit=0.5, jitter=0.008, grace=0.05,
    ),
    "jazz": Style(
        {
            "major": (
                "ii9 V9 Imaj7 Imaj7 ii7 V7 Imaj7 vi7", "Imaj7/vi7 ii7/V7 iii7/vi7 ii9/V9",
                "I6 I6 ii7 V7 iii7/vi7 ii7/V7 I6 V9", "Imaj7 iv7 iii7 vi7 ii9 V9 Imaj7 V7",
            ),
            "minor": ("iib5 V7 i6 i6 iv7 bVII9 bIIImaj7 V7", "i6 iib5/V7 i6 iv7 bVI7 V7 i6 V7"),
        },
        {"major": ("major", "mixolydian"), "minor": ("dorian", "harmonic")},
        swing=(0.61, 0.68), jitter=0.012, grace=0.12,
    ),
    "metal": Style(
        {
            "major": ("I5 bVII5 bVI5 V5",),
            "minor": ("i5 i5 bVI5 bVII5", "i5 bII5 i5 bVII5", "i5 i5 i5 bVI5/bVII5",
                      "i5 bIII5 bVI5 V5", "i5 bII5 bIII5 bII5"),
        },
        {"major": ("minor",), "minor": ("phrygian", "harmonic", "minor")},
        jitter=0.004,
    ),
    "pop": Style(
        {
            "major": ("I V vi IV", "vi IV I V", "I vi IV V", "IV V iii vi", "Iadd9 IVadd9 vi7 V"),
            "minor": ("i bVI bIII bVII", "i iv bVI bVII"),
        },
        {"major": ("major", "pentatonic"), "minor": ("minor", "pentatonic minor")},
    ),
    "reggae": Style(
        {
            "major": ("I IV I V", "I ii I ii", "I V ii IV", "I I IV V"),
            "minor": ("i iv i iv", "i bVII i bVII", "i bVII bVI V"),
        },
        {"major": ("pentatonic", "major"), "minor": ("minor", "pentatonic minor")},
        swing=(0.5, 0.57), jitter=0.008, grace=0.05,
    ),
    "rock": Style(
        {
            "major": ("I bVII IV I", "I IV V IV", "I V bVII IV", "I I IV V"),
            "minor": ("i bVII bVI bVII", "i bIII bVII IV", "i iv bVII i", "i bVI bIII bVII"),
        },
        {"major": ("mixolydian", "pentatonic"), "minor": ("pentatonic minor", "blues", "minor")},
        jitter=0.009, grace=0.1,
    ),
}  # fmt: skip
