"""The demo's notes come from the seed, keep to their styles, and sound as the clips that ship."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from statistics import median

import numpy as np
import pytest
import soundfile

from mgc.datasets import demo
from tests.helpers.outside import python
from tools.demo_clips.compose import SEED, TRACK_IDS, Piece, artist_of, compose, track_ids
from tools.demo_clips.layers import DRUM_CHANNEL, Note
from tools.demo_clips.ogg import crc32, with_serial
from tools.demo_clips.theory import Dice, parse_chord, parse_progression

GENRES = tuple(sorted({track_id.split(".")[0] for track_id in TRACK_IDS}))
KICKS = (35, 36)


def pieces(genre: str) -> list[Piece]:
    return [compose(track_id) for track_id in TRACK_IDS if track_id.startswith(genre + ".")]


def beats(notes: list[Note], piece: Piece) -> list[float]:
    """Onsets in beats from the beginning of the piece."""
    return [note.start * piece.tempo_bpm / 60 for note in notes]


def struck(piece: Piece, *keys: int) -> list[Note]:
    return [n for n in piece.notes if n.channel == DRUM_CHANNEL and n.pitch in keys]


# The notes come from the seed


@pytest.mark.parametrize("track_id", [f"{genre}.{n:05d}" for n, genre in enumerate(GENRES[:9])])
def test_recomposing_from_the_seed_gives_the_manifests_notes(track_id: str) -> None:
    row = next(row for row in demo.manifest() if row["track_id"] == track_id)
    piece = compose(track_id, int(row["seed"]))
    assert piece.notes_sha256 == row["notes_sha256"]
    assert (f"{piece.tempo_bpm:.1f}", piece.key) == (row["tempo_bpm"], row["key"])
    assert piece.artist == row["artist"]


def test_every_piece_that_is_composed_ships_and_another_seed_gives_others() -> None:
    assert [row["track_id"] for row in demo.manifest()] == sorted(TRACK_IDS)
    assert compose("rock.00004", SEED + 1).notes != compose("rock.00004").notes


def test_a_larger_edition_begins_with_the_demos_and_its_artists_take_turns() -> None:
    larger = track_ids(50)
    assert set(TRACK_IDS) < set(larger)
    assert len(set(larger)) == 500
    assert [artist_of(f"jazz.{n:05d}")[-1] for n in (0, 3, 6, 9, 12, 49)] == list("abcabb")
    assert compose("jazz.00049").notes != compose("jazz.00004").notes
    with pytest.raises(KeyError):
        compose("jazz.00100")


def test_composing_needs_no_rendering_library() -> None:
    code = (
        "import sys; sys.modules.update(dict.fromkeys(['mido', 'midirenderer', 'pretty_midi']));"
        "from tools.demo_clips.compose import compose; print(compose('jazz.00000').notes_sha256)"
    )
    assert python(code).stdout.strip() == compose("jazz.00000").notes_sha256


@pytest.mark.parametrize("genre", GENRES)
def test_notes_lie_within_30_seconds_and_midis_ranges(genre: str) -> None:
    for piece in pieces(genre):
        declared = {part.channel for part in piece.parts}
        assert len(declared) == len(piece.parts)
        for note in piece.notes:
            assert 0 <= note.start < note.start + note.duration <= 30 + 1e-6
            assert 0 <= note.pitch <= 127
            assert 1 <= note.velocity <= 127
            assert note.channel in declared
        for part in piece.parts:
            assert 0 <= part.channel <= 15
            assert 0 <= part.program <= 127
            assert 0 <= min(part.volume, part.pan) <= max(part.volume, part.pan) <= 127
            if part.role in ("bass", "comp"):
                assert piece.of(part.role), f"{piece.track_id}: {part.role} never plays"


# Styles are kept


def test_blues_follows_twelve_bars_and_its_bass_the_harmony_that_is_written() -> None:
    for piece in pieces("blues"):
        tonic = piece.bars[0][0].root
        degrees = [(bar[0].root - tonic) % 12 for bar in piece.bars]
        assert degrees.pop(1) in (0, 5)
        assert degrees == [0, 0, 0, 5, 5, 0, 0, 7, 5, 0, 7]
        assert piece.swing >= 0.6
    piece = compose("blues.00000")
    onsets = np.array(beats(piece.of("bass"), piece))
    for number in range(8):
        first = np.abs(onsets - number * piece.meter).argmin()
        assert piece.of("bass")[first].pitch % 12 == piece.bars[number][0].root


def test_classical_has_no_drums_but_is_not_alone_in_that() -> None:
    assert all(not piece.of("drums") for piece in pieces("classical"))
    without = {g for g in GENRES for piece in pieces(g) if not piece.of("drums")}
    assert without > {"classical"}


def test_disco_kicks_on_every_beat() -> None:
    for piece in pieces("disco"):
        kicks = {round(b) for b in beats(struck(piece, *KICKS), piece)}
        whole = range(int(30 * piece.tempo_bpm / 60))
        assert np.mean([b in kicks for b in whole]) > 0.97, piece.track_id


def test_reggae_skanks_off_the_beat_and_marks_the_third_of_the_bar() -> None:
    for piece in pieces("reggae"):
        phases = np.array(beats(piece.of("comp"), piece)) % 1
        assert ((phases > 0.4) & (phases < 0.9)).mean() > 0.8, piece.track_id
        marks = [round(b) % 4 for b in beats(struck(piece, 37, 38), piece)]
        assert Counter(marks).most_common(1)[0][0] == 2, piece.track_id


def test_jazz_swings_its_eighths() -> None:
    rides = {piece: [b % 1 for b in beats(struck(piece, 51), piece)] for piece in pieces("jazz")}
    off = {piece: [b for b in phases if 0.3 < b < 0.85] for piece, phases in rides.items()}
    swung = {piece: median(phases) for piece, phases in off.items() if phases}
    assert len(swung) >= 6
    assert all(0.6 < place < 0.7 for place in swung.values())
    assert all(place == pytest.approx(piece.swing, abs=0.02) for piece, place in swung.items())


@pytest.mark.parametrize("genre", ["disco", "metal", "pop", "rock"])
def test_straight_styles_do_not_swing_and_their_backbeat_falls_on_two_and_four(genre: str) -> None:
    for piece in pieces(genre):
        off = [b % 1 for b in beats(struck(piece, 42, 46, 51), piece) if 0.3 < b % 1 < 0.7]
        assert piece.swing == 0.5
        assert not off or median(off) == pytest.approx(0.5, abs=0.03), piece.track_id
        if genre != "metal":
            snare = beats(struck(piece, 37, 38, 39, 40), piece)
            marks = Counter(round(b * 4) / 4 % 4 for b in snare)
            assert {beat for beat, _ in marks.most_common(2)} == {1.0, 3.0}, piece.track_id


def test_metal_is_in_minor_on_distorted_guitar() -> None:
    for piece in pieces("metal"):
        assert piece.key.endswith("minor")
        assert any(part.program == 30 for part in piece.parts)


@pytest.mark.parametrize("genre", GENRES)
def test_each_artist_has_instruments_of_their_own(genre: str) -> None:
    programs: dict[str, set[int]] = {}
    for piece in pieces(genre):
        programs.setdefault(piece.artist, set()).update(part.program for part in piece.parts)
    assert len(set(map(frozenset, programs.values()))) == 3


# Small parts


def test_dice_is_the_same_everywhere() -> None:
    dice = Dice(1, "x")
    seed = int.from_bytes(hashlib.sha256(b"1:x").digest()[:16], "big")
    again = np.random.Generator(np.random.PCG64(seed))
    assert [dice.uniform() for _ in range(5)] == [float(again.random()) for _ in range(5)]
    assert {dice.integer(1, 3) for _ in range(200)} == {1, 2, 3}


def test_roman_numerals_in_a_key() -> None:
    assert parse_chord("V7", 0).classes == (7, 11, 2, 5)
    assert parse_chord("bVImaj7", 9).classes == (5, 9, 0, 4)
    assert parse_chord("iib5", 0).classes == (2, 5, 8, 0)
    assert [len(bar) for bar in parse_progression("I ii7/V7 I", 2, 4)] == [1, 2, 1]
    for wrong in ("X", "I13", "VIV", ""):
        with pytest.raises(ValueError, match=r"numeral|unknown kind"):
            parse_chord(wrong, 0)


def test_new_serial_number_leaves_the_sound_alone(tmp_path: Path) -> None:
    original = demo.clip_path("pop.00000").read_bytes()
    changed = with_serial(original, 12345)
    assert changed != original
    assert with_serial(changed, int.from_bytes(original[14:18], "little")) == original
    (tmp_path / "new.ogg").write_bytes(changed)
    before, _ = soundfile.read(demo.clip_path("pop.00000"))
    after, _ = soundfile.read(tmp_path / "new.ogg")
    assert np.array_equal(before, after)
    with pytest.raises(ValueError, match="no Ogg page"):
        with_serial(b"RIFF" + bytes(40), 1)
    assert crc32(b"\x01") == 0x04C11DB7


def test_rendering_again_gives_the_same_music() -> None:
    for package in ("midirenderer", "mido", "pretty_midi"):
        pytest.importorskip(package, reason="needs the extra 'demo'")
    from tools.demo_clips.render import render

    rendered = render(compose("reggae.00001"))
    shipped, _ = soundfile.read(demo.clip_path("reggae.00001"))
    assert rendered.shape == (661_500,)
    # Vorbis at this rate changes the waveform a little, but not the music.
    assert np.corrcoef(rendered, shipped)[0, 1] > 0.95
