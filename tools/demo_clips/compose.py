"""Compose the demo's pieces: the same seed and track name always give the same notes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from mgc.datasets.demo import DURATION_S
from tools.demo_clips import classical, layers
from tools.demo_clips.artists import ARTISTS, Artist
from tools.demo_clips.layers import DRUM_CHANNEL, Note, Writer
from tools.demo_clips.patterns import COMPS
from tools.demo_clips.styles import GENRES, STYLES, Style
from tools.demo_clips.theory import TONICS, Chord, Dice, parse_progression

SEED = 20240229
TRACKS_PER_GENRE = 9
MOST_PER_GENRE = 100  # as in GTZAN


def track_ids(each: int) -> tuple[str, ...]:
    """Name the tracks of an edition with so many a genre, at most `MOST_PER_GENRE`."""
    return tuple(f"{genre}.{n:05d}" for genre in GENRES for n in range(each))


TRACK_IDS = track_ids(TRACKS_PER_GENRE)


@dataclass(frozen=True)
class Part:
    """One instrument of a piece."""

    role: str  # drums, bass, comp, pad, lead or inner
    channel: int  # MIDI channel 0 to 15
    program: int  # General MIDI program 0 to 127 (a drum kit on channel 9)
    volume: int  # MIDI controllers, 0 to 127
    pan: int


@dataclass(frozen=True)
class Piece:
    """A composed track."""

    track_id: str
    genre: str
    artist: str
    tempo_bpm: float  # beats a minute
    key: str  # tonic and mode, such as "A minor"
    meter: int  # beats a bar
    swing: float  # ratio, 0.5 to 0.7
    swing_unit: float  # length of the swung pair, beats
    groove: str  # of the drums, empty without them
    bars: tuple[tuple[Chord, ...], ...]  # harmony, one entry a bar, repeated to the end
    parts: tuple[Part, ...]
    notes: tuple[Note, ...]  # sorted by onset

    @property
    def notes_sha256(self) -> str:
        """SHA-256 of parts and notes, times in tenths of a millisecond."""
        lines = [f"{p.role},{p.channel},{p.program},{p.volume},{p.pan}" for p in self.parts]
        lines += [
            f"{round(n.start * 1e4)},{round(n.duration * 1e4)},{n.pitch},{n.velocity},{n.channel}"
            for n in self.notes
        ]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def of(self, role: str) -> list[Note]:
        """Return the notes of a role."""
        channels = {part.channel for part in self.parts if part.role == role}
        return [note for note in self.notes if note.channel in channels]


def artist_of(track_id: str) -> str:
    """Return the artist of a track: three tracks each, ``-a``, ``-b``, ``-c``, in turn."""
    genre, number = track_id.split(".")
    return f"{genre}-{'abc'[int(number) // 3 % 3]}"


@dataclass
class _Plan:
    """What the dice chose for one track."""

    dice: Dice
    artist: Artist
    style: Style
    writer: Writer
    bars: list[list[Chord]]
    groove: str
    mode: str
    parts: list[Part]

    @property
    def n_bars(self) -> int:
        return int(DURATION_S * self.writer.tempo / 60 / self.writer.meter) + 1

    def bar(self, number: int) -> list[Chord]:
        return self.bars[number % len(self.bars)]

    def part(self, role: str, program: int, channel: int, level: float) -> int:
        volume = min(127, round(98 * level * self.dice.uniform(0.88, 1.12)))
        pan = 64 if role in ("bass", "drums") else self.dice.integer(30, 98)
        self.parts.append(Part(role, channel, program, volume, pan))
        return channel


def _plan(track_id: str, seed: int) -> _Plan:
    """Choose tempo, key, groove and harmony."""
    genre = track_id.split(".")[0]
    artist, style = ARTISTS[artist_of(track_id)], STYLES[genre]
    dice = Dice(seed, track_id)
    mode = "minor" if dice.chance(artist.minor) else "major"
    groove = dice.pick(artist.grooves)
    comp = artist.comps[0] if artist.comps else ""
    meter = 3 if "waltz" in groove or (genre == "classical" and dice.chance(0.35)) else 4
    tonic = TONICS.index(dice.pick(artist.keys))
    writer = Writer(
        dice, round(dice.uniform(*artist.tempo), 1), meter, tonic,
        dice.pick(style.scales[mode]), round(dice.uniform(*style.swing), 3), style.swing_unit,
        style.jitter * (0.5 if comp == "continuo" else 1.0), artist.dynamics,
    )  # fmt: skip
    bars = parse_progression(dice.pick(style.progressions[mode]), tonic, meter)
    return _Plan(dice, artist, style, writer, bars, groove, mode, [])


def _band(plan: _Plan) -> None:
    """Write a piece for a band: drums, bass, accompaniment, pad, tune."""
    dice, artist, writer = plan.dice, plan.artist, plan.writer
    drum, low, chords, tune = artist.levels
    line = dice.pick([n for n in artist.lines if writer.meter == 4 or n != "octaves"])
    fits = [n for n in artist.comps if (len(COMPS[n].rhythm) == 6) == (writer.meter == 3)]
    names = [dice.pick(fits or artist.comps), dice.pick(fits or artist.comps)]
    if plan.groove:
        plan.part("drums", artist.kit, DRUM_CHANNEL, drum)
    # Only a guitarist who plays the bass with the thumb can do without drums and bass.
    alone = not plan.groove and set(names) == {"thumb picking"}
    has_bass = not (alone and dice.chance(0.5))
    if has_bass:
        plan.part("bass", dice.pick(artist.bass), 0, low)
    plan.part("comp", dice.pick(artist.comp), 1, chords)
    plan.part("lead", dice.pick(artist.lead), 2, tune)
    has_pad = bool(artist.pad) and dice.chance(0.6)
    if has_pad:
        plan.part("pad", dice.pick(artist.pad), 3, 0.8)
    density = dice.uniform(*artist.density)
    motifs = [layers.make_motif(writer, artist.grid, density) for _ in range(3)]
    order = dice.pick(((0, 0, 1, 0), (0, 1, 0, 2), (0, 0, 1, 1), (0, 1, 2, 1)))
    centre = dice.integer(66, 76)
    rests = dice.pick(((3,), (0,), (), (2,)))
    entry = dice.pick((0, 0, 0, 2))
    for bar in range(plan.n_bars):
        block = bar // 4
        if plan.groove:
            layers.drums(writer, bar, plan.groove, fill=bar % 4 == 3 and dice.chance(0.6),
                         crash=bar % 8 == 0 and dice.chance(0.5), level=drum)  # fmt: skip
        if has_bass and (bar >= entry or not plan.groove):
            layers.bass(writer, bar, plan.bar(bar), plan.bar(bar + 1)[0], line, 0)
        layers.comp(writer, bar, plan.bar(bar), names[block % 2], 1, chords)
        if has_pad and block % 3 != 0:
            layers.pad(writer, bar, plan.bar(bar), 3, 60, 0.9)
        if bar % 2 == 0 and block % 4 not in rests and bar >= entry:
            two = [plan.bar(bar), plan.bar(bar + 1)]
            motif = motifs[order[(bar // 2) % 4]]
            layers.tune(writer, bar, two, motif, 2, centre, tune, plan.style.grace)


def _classical(plan: _Plan) -> None:
    """Write a piece without drums in one of the three classical textures."""
    dice, artist, writer = plan.dice, plan.artist, plan.writer
    texture = artist.comps[0]
    lead = plan.part("lead", dice.pick(artist.lead), 2, 1.0)
    centre = dice.integer(70, 77)
    cells = classical.make_cells(writer, dice.uniform(*artist.density))
    if texture == "alberti":
        channels = [plan.part("comp", dice.pick(artist.comp), 1, 1.0)]
    elif texture == "quartet":
        inner = dice.pick(artist.comp)
        channels = [plan.part("bass", dice.pick(artist.bass), 0, 1.0)]
        channels += [plan.part("inner", inner, c, 0.9) for c in (1, 3)]
    else:
        channels = [plan.part("bass", dice.pick(artist.bass), 0, 1.0)]
        channels += [plan.part("comp", dice.pick(artist.comp), 1, 0.8)]
    for bar in range(plan.n_bars):
        now, after = plan.bar(bar), plan.bar(bar + 1)[0]
        classical.melody(writer, bar, [now], lead, centre, cells=cells, level=1.0)
        if texture == "alberti":
            classical.alberti(writer, bar, now, channels[0], 1.0)
        elif texture == "quartet":
            classical.quartet(writer, bar, now, channels, 1.0)
        else:
            classical.continuo(writer, bar, now, after, channels[0], 1.0)
            layers.comp(writer, bar, now, "half notes", channels[1], 0.7)


def compose(track_id: str, seed: int = SEED) -> Piece:
    """Compose one track: 30 s of notes, all decided by the seed and its name.

    The demo's are `TRACK_IDS`; a larger edition begins with them.

    Raises
    ------
    KeyError
        If no edition has such a track.
    """
    if track_id not in track_ids(MOST_PER_GENRE):
        raise KeyError(track_id)
    genre = track_id.split(".")[0]
    plan = _plan(track_id, seed)
    if genre == "classical":
        _classical(plan)
    else:
        _band(plan)
    writer = plan.writer
    return Piece(
        track_id, genre, artist_of(track_id), writer.tempo,
        f"{TONICS[writer.tonic]} {plan.mode}", writer.meter, writer.swing, writer.swing_unit,
        plan.groove, tuple(tuple(bar) for bar in plan.bars), tuple(plan.parts),
        tuple(sorted(writer.notes, key=lambda n: (n.start, n.channel, n.pitch))),
    )  # fmt: skip
