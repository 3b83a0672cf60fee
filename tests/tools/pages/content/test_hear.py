"""The page "Hear the features" says of each clip what its score and its features say."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import librosa
import numpy as np
import pytest
from matplotlib.image import imread

from mgc.audio.samples import SAMPLE_RATE, load
from mgc.datasets.demo import clip_path
from mgc.datasets.tracks import GENRES
from mgc.features.extract import HOP_LENGTH, N_FRAMES, N_MELS
from tools.demo_clips.compose import compose
from tools.pages.content import hear, hear_parts, lanes

FRAME_S = HOP_LENGTH / SAMPLE_RATE


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, dict[str, Any]]:
    """Stage the page once: its text, the folder of static files, and the facts of each clip."""
    folder, facts = tmp_path_factory.mktemp("staged"), dict[str, Any]()
    (folder / "generated").mkdir()
    (folder / "_static").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        make = lanes.make

        def noted(track: str, images: Path, genre: str) -> dict[str, Any]:
            facts[genre] = make(track, images, genre)
            return facts[genre]

        patch.setattr(lanes, "make", noted)
        hear.stage(folder / "generated", folder / "_static")
    page = (folder / "generated" / "hear.md").read_text(encoding="utf-8")
    return page, folder / "_static", facts


def test_each_genre_has_a_clip_with_its_pictures_and_a_text(staged) -> None:
    page, static, _ = staged
    assert re.findall(r'id="hear-(\w+)"', page) == list(GENRES)
    for genre in GENRES:
        assert f'src="_static/audio/{genre}.00000.ogg"' in page
        assert hear.NOTES[genre] in unescape(page)
    assert "\n\n" not in page, "an empty line would end the block of HTML"
    assert all(re.findall(r'alt="(.+?)"', image) for image in re.findall("<img[^>]+>", page))
    assert page.count('preload="none"') == len(GENRES)
    total = 0
    for name in re.findall(r'<img src="_static/([^"]+)"', page):
        height, width, _ = imread(static / name).shape
        assert width == N_FRAMES, "as wide as the clip is long"
        assert height % (N_MELS if "mel" in name else 12) == 0
        total += (static / name).stat().st_size
    assert 0 < total < 1_300_000


def test_what_the_texts_say_of_beats_is_so(staged) -> None:
    for genre, facts in staged[2].items():
        said, piece, heard = hear.NOTES[genre], compose(f"{genre}.00000"), np.array(facts["heard"])
        phases = heard * piece.tempo_bpm / 60 % 1  # where they stand between written ones
        if "agree throughout" in said or "every heard beat is right" in said:
            assert facts["agree"] == len(heard), genre
        elif "halfway" in said:
            assert np.abs(phases - 0.5).max() < 0.13, genre
        elif "between the beats, and there" in said:
            assert facts["agree"] == 0, genre
        elif "short ones" in said:
            assert (np.abs(phases - piece.swing) < 0.12).mean() > 0.5, genre
        else:
            assert "two thirds" in said, genre
            assert abs(facts["tempo"] / piece.tempo_bpm - 2 / 3) < 0.05
        if "too low" in said:
            assert facts["tempo"] < 0.96 * piece.tempo_bpm


def test_written_beats_are_those_of_the_score(staged) -> None:
    for genre in ("disco", "jazz"):
        piece = compose(f"{genre}.00000")
        drums = np.array([note.start for note in piece.notes if note.channel == 9])
        written = np.array(staged[2][genre]["written"])
        nearest = np.abs(written[:, None] - drums[None]).min(axis=1)
        assert np.median(nearest) < 0.02, "the drums mark them"


def test_beats_of_clicks_are_found_at_their_tempo_and_those_of_silence_are_not() -> None:
    tempo = 100.0
    strength = np.zeros(N_FRAMES)
    clicks = np.round(np.arange(0.5, 29.5, 60 / tempo) / FRAME_S).astype(int)
    strength[clicks] = 5.0
    found = lanes.beats(strength, tempo)
    assert np.abs(found[:, None] - FRAME_S * clicks[None]).min(axis=1).max() < 0.03
    assert len(found) >= len(clicks) - 1
    assert (np.diff(found) > 0).all()
    assert len(lanes.beats(np.zeros(N_FRAMES), tempo)) == 0, "silence has none"


def test_beats_agree_with_librosa() -> None:
    """The same strength and tempo give nearly librosa's beats."""
    strength = np.random.default_rng(3).gamma(0.3, 1.0, N_FRAMES)
    strength[::22] += 4.0
    tempo = 60 / (22 * FRAME_S)
    ours = lanes.beats(strength, tempo)
    _, theirs = librosa.beat.beat_track(
        onset_envelope=strength, sr=SAMPLE_RATE, hop_length=HOP_LENGTH, bpm=tempo, units="time",
        trim=False,
    )  # fmt: skip
    assert (np.abs(ours[:, None] - theirs[None]).min(axis=1) < FRAME_S / 2).mean() > 0.95


def test_the_frequency_axis_rises_in_mel() -> None:
    places = np.array([place for _, place in lanes.mel_ticks()])
    hertz = np.array(lanes.MEL_TICKS_HZ, dtype=float)
    mel = librosa.hz_to_mel(hertz) / librosa.hz_to_mel(SAMPLE_RATE / 2)
    assert np.abs(places - mel).max() < 0.01


def test_the_parts_of_a_clip_add_up_to_it_and_differ_in_what_they_hold(staged) -> None:
    """As the page plays them, decoded again: small files, named once each."""
    _, static, _ = staged
    page = (static.parent / "generated" / "hear_parts.md").read_text(encoding="utf-8")
    named = re.findall(r'src="_static/(hear/[a-z-]+\.ogg)" aria-label="[^"]+"', page)
    assert len(named) == len(set(named)) == 2 * len(hear_parts.NOTES)
    assert "\n\n" not in page, "an empty line would end the block of HTML"
    length = (hear_parts.SECONDS - 1) * SAMPLE_RATE  # before the end fades
    flatness, shares = {}, [float(share) for share in re.findall(r"has (\d+)\u00a0%", page)]
    for genre, said in zip(hear_parts.NOTES, shares, strict=True):
        whole = load(clip_path(f"{genre}.00000"))[:length]
        parts = [
            load(static / "hear" / f"{genre}-{kind}.ogg") for kind in ("harmonic", "percussive")
        ]
        assert {len(part) for part in parts} == {hear_parts.SECONDS * SAMPLE_RATE}
        rest = whole - parts[0][:length] - parts[1][:length]
        assert np.square(rest).sum() < 0.02 * np.square(whole).sum(), "Vorbis loses little"
        energy = [np.square(part.astype(float)).sum() for part in parts]
        assert 100 * energy[1] / sum(energy) == pytest.approx(said, abs=1)
        flatness[genre] = [librosa.feature.spectral_flatness(y=p).mean() for p in parts]
    assert all(held < struck for held, struck in flatness.values()), "strokes have all frequencies"
    assert shares[0] > shares[1], "disco has drums"
    assert all((static / name).stat().st_size < 60_000 for name in named)


def test_the_same_sound_gives_the_same_bytes() -> None:
    sound = np.sin(np.arange(SAMPLE_RATE) / 20).astype(np.float32)
    assert hear_parts.encoded(sound, 1) == hear_parts.encoded(sound, 1)
    assert hear_parts.encoded(sound, 1) != hear_parts.encoded(sound, 2)
