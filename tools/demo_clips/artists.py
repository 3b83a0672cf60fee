"""The thirty artists of the demo: instruments, keys, tempi, density and sound of each.

A genre has a usual sound (`USUAL`), from which each artist strays in a way of its own; ways of
straying and instruments are shared between genres, so that neither tells the genre by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

Programs = tuple[int, ...]


@dataclass(frozen=True)
class Production:
    """How an artist's recordings are made."""

    tilt: float = 0.0  # treble shelf above 2 kHz, dB
    low: float = 0.0  # bass shelf below 200 Hz, dB
    cutoff: float = 10500.0  # bandwidth of the recording, Hz
    drive: float = 0.0  # saturation, 0 (none) to 3
    hiss: float = -100.0  # level of tape noise, dB re full scale; -100 is none
    reverb: int = 40  # MIDI reverb send, 0 to 127
    peak: float = 0.9  # peak level, 0 to 1


Stray = tuple[float, float, int, float]
PLAIN: Stray = (0.0, 0.0, 0, -100.0)
DULL: Stray = (-2.5, 1.5, -10, -64.0)
BRIGHT: Stray = (2.5, -1.0, 5, -100.0)
LIVE: Stray = (-0.5, -1.5, 35, -66.0)
DRY: Stray = (1.0, -1.0, -30, -100.0)
DEEP: Stray = (-1.0, 3.0, 15, -100.0)
TAPE: Stray = (-1.5, -3.0, -5, -58.0)

USUAL: dict[str, Production] = {
    "blues": Production(-3, 0, 8500, 0.5, -100, 35, 0.85),
    "classical": Production(-1, -3, 10500, 0.0, -100, 95, 0.80),
    "country": Production(3, -3, 10500, 0.1, -100, 30, 0.90),
    "disco": Production(2, 2, 10500, 0.3, -100, 45, 0.93),
    "hiphop": Production(-2, 6, 9000, 0.5, -100, 15, 0.95),
    "jazz": Production(-3, 1, 9500, 0.0, -100, 60, 0.82),
    "metal": Production(4, 0, 10500, 0.8, -100, 20, 0.97),
    "pop": Production(2, 2, 10000, 0.6, -100, 45, 0.96),
    "reggae": Production(-4, 6, 8000, 0.2, -100, 70, 0.90),
    "rock": Production(0, 0, 9500, 0.7, -100, 35, 0.92),
}


@dataclass(frozen=True)
class Artist:
    """What an artist chooses from, track by track; empty tuples mean *never plays it*.

    Levels are the loudness of drums, bass, accompaniment and tune.
    """

    tempo: tuple[float, float]  # range, beats a minute
    keys: tuple[str, ...]  # tonics
    minor: float  # share of pieces in minor, 0 to 1
    grooves: tuple[str, ...]  # of `patterns.GROOVES`; an empty one is a piece without drums
    lines: tuple[str, ...]  # of `patterns.BASS_LINES`
    comps: tuple[str, ...]  # of `patterns.COMPS`
    bass: Programs  # General MIDI programs, 0 to 127
    comp: Programs
    lead: Programs
    pad: Programs = ()
    kit: int = 0  # program of the drum channel
    density: tuple[float, float] = (0.35, 0.6)  # range of the tune's density, 0 to 1
    grid: int = 2  # possible onsets of the tune a beat
    levels: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)  # 0 to 1.3
    dynamics: float = 0.15  # spread of velocities, 0 to 1
    stray: Stray = PLAIN  # treble dB, bass dB, reverb, hiss dB, from the genre's


ARTISTS: dict[str, Artist] = {
    "blues-a": Artist((88, 124), ("E", "A", "G"), 0.1, ("shuffle", "boogie"),
        ("boogie", "boogie eighths"), ("boogie fifths", "shuffle chords"), (33,), (27, 26),
        (29, 27), (16,), levels=(0.8, 1, 0.9, 1), dynamics=0.2, stray=BRIGHT),
    "blues-b": Artist((66, 96), ("C", "F", "Bb"), 0.4, ("slow blues", "ride shuffle"),
        ("walking", "boogie"), ("stabs", "shuffle chords"), (32, 33), (26, 0),
        (66, 27), (16,), 0, (0.35, 0.5), 2, (0.8, 0.9, 1, 1), 0.25, LIVE),
    "blues-c": Artist((76, 112), ("E", "D", "A"), 0.2, ("shuffle", "", "boogie"),
        ("boogie", "boogie eighths"), ("thumb picking", "boogie fifths"), (32, 33), (25, 26),
        (22, 27), (), 0, (0.35, 0.55), 2, (0.6, 0.8, 1, 0.9), 0.25, TAPE),
    "classical-a": Artist((96, 140), ("C", "G", "D", "F"), 0.25, ("",), (), ("alberti",),
        (), (0, 6), (40, 0, 73), (), density=(0.4, 0.9), dynamics=0.2, stray=DRY),
    "classical-b": Artist((72, 116), ("Eb", "Bb", "D", "A"), 0.5, ("",), (), ("quartet",),
        (42,), (41, 48), (40, 40, 68), (48,), density=(0.2, 0.6), dynamics=0.2, stray=LIVE),
    "classical-c": Artist((80, 120), ("G", "D", "A", "B"), 0.6, ("",), (), ("continuo",),
        (42, 70), (6, 48, 41), (73, 40, 68), (6,), density=(0.6, 1.0), dynamics=0.1,
        stray=BRIGHT),
    "country-a": Artist((92, 132), ("G", "C", "D"), 0.0, ("two-step", "train"),
        ("root fifth", "root fifth run"), ("boom chick", "strummed"), (32, 33), (25,),
        (110, 25), (105,), levels=(0.8, 1, 1, 1), stray=BRIGHT),
    "country-b": Artist((108, 148), ("A", "E", "D"), 0.15, ("country rock", "train"),
        ("root fifth run", "root fifth"), ("strummed", "train strum"), (33, 32), (25, 27),
        (27, 110), (25, 16), 0, (0.4, 0.6), 2, (0.9, 1, 1, 0.9), 0.15, DRY),
    "country-c": Artist((84, 116), ("F", "Bb", "G", "C"), 0.2, ("two-step", "country waltz", ""),
        ("root fifth", "half notes"), ("waltz chick", "thumb picking", "boom chick"),
        (32,), (25,), (110, 22, 105), (), 40, (0.3, 0.5), 2, (0.7, 0.9, 1, 1), 0.25, DULL),
    "disco-a": Artist((110, 124), ("C", "F", "G", "D"), 0.4, ("disco", "disco conga"),
        ("octaves", "octave funk"), ("scratch", "octave stabs"), (33, 36), (27, 28),
        (48, 61), (48,), density=(0.3, 0.5), levels=(1.1, 1, 0.9, 1), stray=BRIGHT),
    "disco-b": Artist((116, 132), ("A", "E", "B"), 0.8, ("disco sixteenths", "disco cowbell"),
        ("octaves",), ("octave stabs", "scratch"), (38, 33), (27, 62), (48, 81),
        (50, 48), 0, (0.35, 0.5), 2, (1.1, 1, 0.8, 0.9), 0.06, DRY),
    "disco-c": Artist((106, 120), ("Eb", "Bb", "Ab"), 0.5, ("disco conga", "disco"),
        ("octave funk", "octaves"), ("off-beat piano", "scratch"), (33, 36),
        (0, 28), (61, 48, 73), (48, 50), 0, (0.3, 0.5), 2, (1.0, 1.1, 1, 0.9), 0.15, DULL),
    "hiphop-a": Artist((84, 98), ("A", "D", "E"), 0.8, ("boom bap", "boom bap late"),
        ("drop", "sub"), ("loop keys", "loop pick"), (39, 33), (4, 5), (56, 73), (89,), 25,
        (0.15, 0.3), 2, (1.25, 1.2, 0.7, 0.6), 0.12, TAPE),
    "hiphop-b": Artist((72, 92), ("C", "Gb", "F", "G"), 1.0, ("half time", "slow loop"),
        ("sub", "drop"), ("loop pick", "loop keys"), (39, 38), (4, 10), (80, 54), (89,), 25,
        (0.2, 0.35), 2, (1.25, 1.3, 0.7, 0.6), 0.08, DEEP),
    "hiphop-c": Artist((86, 104), ("Bb", "Eb", "C"), 0.5, ("boom bap", "slow loop"),
        ("drop", "syncopated"), ("loop keys", "pop push"), (38, 39), (5, 27),
        (61, 73), (89,), 24, (0.15, 0.35), 2, (1.25, 1.2, 0.8, 0.6), 0.12, DRY),
    "jazz-a": Artist((112, 184), ("F", "Bb", "Eb"), 0.2, ("swing",), ("walking",),
        ("sparse", "charleston"), (32,), (0,), (66, 56), (), 32, (0.5, 0.7), 2,
        (0.9, 1, 0.9, 1), 0.25, LIVE),
    "jazz-b": Artist((84, 132), ("C", "G", "D"), 0.5, ("brushes", "jazz waltz", "swing"),
        ("walking",), ("four to the bar", "sparse", "waltz hits"), (32,),
        (26, 0), (26, 11, 66), (), 40, (0.4, 0.6), 2, (0.8, 1, 0.9, 0.9), 0.25, DULL),
    "jazz-c": Artist((120, 172), ("Ab", "Db", "C"), 0.4, ("big band", "swing"), ("walking",),
        ("charleston", "stabs"), (32,), (0, 61), (56, 65, 57), (66,), 32,
        (0.4, 0.65), 2, (1, 0.9, 1, 1), 0.15, BRIGHT),
    "metal-a": Artist((140, 184), ("E", "D", "A"), 1.0, ("double kick", "thrash"),
        ("sixteenths", "eighths"), ("chug sixteenths", "power riff"), (34,), (30,),
        (30, 29), (30,), 16, (0.4, 0.7), 4, (1, 0.9, 1, 0.8), 0.06, DRY),
    "metal-b": Artist((120, 164), ("E", "B", "Gb"), 1.0, ("gallop", "double kick"),
        ("gallop", "eighths"), ("chug gallop", "power eighths"), (34, 33), (30,),
        (29, 81), (30,), 16, (0.4, 0.7), 2, (1, 1, 1, 0.9), 0.1, BRIGHT),
    "metal-c": Artist((84, 124), ("C", "D", "B"), 1.0, ("doom", "gallop"),
        ("doom", "eighths"), ("doom chords", "power held", "chug gallop"), (34, 33), (30,),
        (30, 29), (30, 52), 16, (0.25, 0.5), 2, (1, 1.1, 1, 0.8), 0.1, DEEP),
    "pop-a": Artist((104, 126), ("C", "G", "D", "A"), 0.2, ("pop clap", "pop syncopated"),
        ("eighths", "octaves"), ("arpeggio sixteenths", "pop push"), (38, 39), (5, 90),
        (80, 54), (89, 50), 24, (0.4, 0.6), 2, (0.9, 1, 0.9, 1.1), 0.05, BRIGHT),
    "pop-b": Artist((92, 124), ("E", "B", "A", "F"), 0.2, ("pop backbeat", "pop syncopated"),
        ("eighths", "half notes"), ("arpeggio eighths", "pop push"), (38, 33), (5, 25),
        (53, 54), (89,), 24, (0.4, 0.55), 2, (0.9, 1, 1, 1.1), 0.12, DRY),
    "pop-c": Artist((76, 108), ("Ab", "Eb", "Db", "F"), 0.4, ("pop ballad", "pop backbeat"),
        ("half notes", "eighths"), ("quarters", "arpeggio eighths"), (33, 38),
        (5, 0), (53, 80), (89, 48), 24, (0.35, 0.55), 2, (0.8, 0.9, 1, 1.1), 0.15, LIVE),
    "reggae-a": Artist((68, 84), ("G", "A", "D"), 0.3, ("one drop", "rockers"),
        ("roots reggae",), ("skank",), (33, 35), (27, 28), (22, 53), (16,),
        0, (0.2, 0.4), 2, (0.9, 1.3, 0.9, 0.7), 0.15, DEEP),
    "reggae-b": Artist((76, 96), ("C", "F", "Bb"), 0.3, ("steppers", "rockers"),
        ("steppers line", "roots reggae"), ("skank", "double skank"), (33,),
        (27, 16), (61, 66), (16,), 0, (0.25, 0.4), 2, (0.9, 1.2, 1, 0.8), 0.12, BRIGHT),
    "reggae-c": Artist((80, 104), ("E", "Eb", "B"), 0.8, ("nyabinghi", "one drop"),
        ("roots reggae", "steppers line"), ("skank",), (33, 35), (27, 25),
        (73, 22), (16,), 0, (0.2, 0.4), 2, (0.9, 1.2, 0.9, 0.7), 0.2, TAPE),
    "rock-a": Artist((112, 152), ("E", "A", "D"), 0.4, ("rock", "rock open"),
        ("eighths", "driving"), ("power eighths", "power riff"), (34,), (29,),
        (29, 30), (29,), 16, (0.35, 0.6), 2, (1.1, 1, 0.9, 0.9), 0.15, BRIGHT),
    "rock-b": Artist((104, 136), ("G", "C", "F"), 0.3, ("rock ride", "rock"),
        ("driving", "eighths"), ("rock strum", "power eighths"), (33, 34), (29, 27),
        (29, 16), (18,), 8, (0.4, 0.6), 2, (1.1, 1, 0.9, 0.9), 0.2, LIVE),
    "rock-c": Artist((92, 124), ("B", "Gb", "E"), 0.7, ("rock toms", "rock"),
        ("eighths", "driving"), ("rock strum", "power held"), (34, 33), (29, 27),
        (27, 29), (29, 18), 8, (0.3, 0.5), 2, (1.1, 1, 0.9, 0.8), 0.12, DULL),
}  # fmt: skip


def production_of(artist: str) -> Production:
    """Return the sound of an artist's recordings: the genre's, strayed from."""
    usual = USUAL[artist.split("-")[0]]
    tilt, low, reverb, hiss = ARTISTS[artist].stray
    send = min(127, max(0, usual.reverb + reverb))
    return replace(
        usual, tilt=usual.tilt + tilt, low=usual.low + low, reverb=send, hiss=hiss,
        peak=usual.peak * (0.96 if hiss > -100 else 1.0),
    )  # fmt: skip
