"""The page "Hear the features" says of each clip what its score and its features say."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.image import imread

from mgc.audio.samples import SAMPLE_RATE
from mgc.datasets.tracks import GENRES
from mgc.features.extract import HOP_LENGTH, N_FRAMES, N_MELS
from tools.demo_clips.compose import compose
from tools.pages.content import beats, hear, lanes

FRAME_S = HOP_LENGTH / SAMPLE_RATE


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Stage the page once; return the folder and what is kept."""
    folder, kept = tmp_path_factory.mktemp("staged"), tmp_path_factory.mktemp("kept")
    (kept / "of-an-earlier-build").mkdir()
    hear.stage(folder, kept)
    return folder, kept


@pytest.fixture(scope="module")
def facts(staged: tuple[Path, Path]) -> dict[str, dict[str, Any]]:
    """What was computed of each clip."""
    return {
        genre: json.loads(next(staged[1].glob(f"{genre}-*/clip.json")).read_text())
        for genre in GENRES
    }


def test_each_genre_has_a_clip_with_its_pictures_and_a_text(staged: tuple[Path, Path]) -> None:
    folder, kept = staged
    page = (folder / "_generated" / "hear.md").read_text(encoding="utf-8")
    assert re.findall(r'id="hear-(\w+)"', page) == list(GENRES)
    for genre in GENRES:
        assert f'src="_static/audio/{genre}.00000.ogg"' in page
        assert hear.NOTES[genre] in unescape(page)
    assert "\n\n" not in page, "an empty line would end the block of HTML"
    for name in re.findall(r'<img src="([^"]+)"', page):
        assert (folder / name).is_file()
    assert all(re.findall(r'alt="(.+?)"', image) for image in re.findall("<img[^>]+>", page))
    assert page.count('preload="none"') == len(GENRES)
    assert {path.name.rpartition("-")[0] for path in kept.iterdir()} == set(GENRES)


def test_pictures_are_as_wide_as_the_clip_is_long(staged: tuple[Path, Path]) -> None:
    total = 0
    for genre in GENRES:
        for kind, bands in (("mel", N_MELS), ("chroma", 12)):
            path = staged[0] / "_static" / "hear" / f"{genre}-{kind}.webp"
            picture = imread(path)
            assert picture.shape[1] == N_FRAMES
            assert picture.shape[0] % bands == 0
            total += path.stat().st_size
    assert total < 1_300_000


def test_a_second_build_makes_nothing_anew(
    staged: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "make", lambda *_: pytest.fail("it was kept"))
    hear.stage(tmp_path, staged[1])
    first, second = (one / "_generated" / "hear.md" for one in (staged[0], tmp_path))
    assert first.read_text() == second.read_text()


def phases(facts: dict[str, Any], genre: str) -> np.ndarray:
    """Where heard beats stand between written ones, 0 to 1."""
    tempo = compose(f"{genre}.00000").tempo_bpm
    return np.array(facts[genre]["heard"]) * tempo / 60 % 1


def test_what_the_texts_say_of_beats_is_so(facts: dict[str, dict[str, Any]]) -> None:
    for genre in GENRES:
        said = hear.NOTES[genre]
        heard, agree = len(facts[genre]["heard"]), facts[genre]["agree"]
        if "agree throughout" in said or "every heard beat is right" in said:
            assert agree == heard, genre
        elif "halfway" in said:
            assert np.abs(phases(facts, genre) - 0.5).max() < 0.13, genre
        elif "between the beats, and there" in said:
            assert agree == 0, genre
        elif "short ones" in said:
            swing = compose(f"{genre}.00000").swing
            short = np.abs(phases(facts, genre) - swing) < 0.12
            assert short.mean() > 0.5, genre
        else:
            ratio = facts[genre]["tempo"] / compose(f"{genre}.00000").tempo_bpm
            assert "two thirds" in said, genre
            assert abs(ratio - 2 / 3) < 0.05
    jazz = compose("jazz.00000").tempo_bpm
    assert facts["jazz"]["tempo"] < 0.96 * jazz, "too low, as its text says"


def test_written_beats_are_those_of_the_score(facts: dict[str, dict[str, Any]]) -> None:
    for genre in ("disco", "jazz"):
        piece = compose(f"{genre}.00000")
        drums = np.array([note.start for note in piece.notes if note.channel == 9])
        written = np.array(facts[genre]["written"])
        nearest = np.abs(written[:, None] - drums[None]).min(axis=1)
        assert np.median(nearest) < 0.02, "the drums mark them"


def test_beats_of_clicks_are_found_at_their_tempo() -> None:
    tempo = 100.0
    strength = np.zeros(N_FRAMES)
    clicks = np.round(np.arange(0.5, 29.5, 60 / tempo) / FRAME_S).astype(int)
    strength[clicks] = 5.0
    found = beats.beats(strength, tempo)
    assert np.abs(found[:, None] - FRAME_S * clicks[None]).min(axis=1).max() < 0.03
    assert len(found) >= len(clicks) - 1
    assert (np.diff(found) > 0).all()


def test_beats_agree_with_librosa(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same strength and tempo give nearly librosa's beats."""
    librosa = pytest.importorskip("librosa")
    strength = np.random.default_rng(3).gamma(0.3, 1.0, N_FRAMES)
    strength[::22] += 4.0
    tempo = 60 / (22 * FRAME_S)
    ours = beats.beats(strength, tempo)
    _, theirs = librosa.beat.beat_track(
        onset_envelope=strength, sr=SAMPLE_RATE, hop_length=HOP_LENGTH, bpm=tempo, units="time",
        trim=False,
    )  # fmt: skip
    assert (np.abs(ours[:, None] - theirs[None]).min(axis=1) < FRAME_S / 2).mean() > 0.95


def test_silence_has_no_beats() -> None:
    assert len(beats.beats(np.zeros(N_FRAMES), 120.0)) == 0


def test_onset_strength_is_the_feature_of_that_name() -> None:
    from mgc.audio.samples import load
    from mgc.datasets.demo import clip_path
    from mgc.features.extract import extract
    from mgc.features.names import FEATURE_NAMES

    computed = extract(load(clip_path("pop.00000")))
    strength = beats.onset_strength(computed.spectrogram)
    column = computed.tabular[FEATURE_NAMES.index("onset_strength_mean")]
    assert strength.mean() == pytest.approx(column, rel=1e-4)


def test_the_frequency_axis_rises_in_mel() -> None:
    from librosa import hz_to_mel

    places = np.array([place for _, place in lanes.mel_ticks()])
    mel = hz_to_mel(np.array(lanes.MEL_TICKS_HZ, dtype=float)) / hz_to_mel(SAMPLE_RATE / 2)
    assert np.abs(places - mel).max() < 0.01
