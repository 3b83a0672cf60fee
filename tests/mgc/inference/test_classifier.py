"""Classifying files: whatever their format, an answer for each half minute and for the whole."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import librosa
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import soundfile
import soxr

from mgc.cli.main import main
from mgc.datasets import demo
from mgc.datasets.archive import open_archive
from mgc.datasets.tracks import GENRES, P_COLUMNS
from mgc.display.figures.model_plots import genres_over_time
from mgc.errors import AudioError, NetworkError
from mgc.inference import network_file
from mgc.inference.answers import bar, plain, shown, table, text
from mgc.inference.batch.tables import write_genres
from mgc.inference.classifier import Answer, Classifier, WindowAnswer
from mgc.inference.picture_network import crop_probabilities
from tests.helpers.outside import invoke, python

RATE = 22_050


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier()


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seventy seconds: two demo clips and a part of a third."""
    names = ("metal.00000", "classical.00000", "reggae.00000")
    clips = [soundfile.read(demo.clip_path(name))[0] for name in names]
    path = tmp_path_factory.mktemp("song") / "song.wav"
    joined = np.concatenate([clips[0][: 30 * RATE], clips[1][: 30 * RATE], clips[2][: 10 * RATE]])
    soundfile.write(path, joined, RATE, subtype="FLOAT")
    return path


ask = partial(invoke, main, "predict")


def test_rate_and_channels_do_not_change_the_answer(
    classifier: Classifier, tmp_path: Path
) -> None:
    samples, _ = soundfile.read(demo.clip_path("disco.00000"))
    twice = soxr.resample(samples, RATE, 44_100, quality="VHQ")
    difference = np.random.default_rng(0).normal(0, 0.05, len(twice))
    stereo = np.stack([twice + difference, twice - difference], axis=1)
    soundfile.write(tmp_path / "stereo.wav", stereo, 44_100, subtype="FLOAT")
    mixed, _ = librosa.load(tmp_path / "stereo.wav", sr=RATE, mono=True)
    soundfile.write(tmp_path / "mono.wav", mixed, RATE, subtype="FLOAT")
    mono, wide = classifier.predict_proba([tmp_path / "mono.wav", tmp_path / "stereo.wav"])
    assert np.allclose(mono, wide, atol=0.001)
    assert mono.argmax() == wide.argmax()


def test_the_whole_is_the_mean_of_its_windows_by_length(
    classifier: Classifier, song: Path
) -> None:
    answer = classifier.answer(song)
    assert [(w.start_s, w.duration_s) for w in answer.windows] == [(0, 30), (30, 30), (60, 10)]
    by_hand = sum(w.duration_s * w.crops.mean(axis=0) for w in answer.windows) / 70
    assert np.allclose(answer.probabilities, by_hand)
    assert answer.probabilities.sum() == pytest.approx(1)
    assert classifier.predict([song])[0] == answer.top[0][0] == GENRES[by_hand.argmax()]
    assert classifier.predict([]).shape == (0,)


def test_one_name_may_be_asked_about_and_anything_else_is_refused(
    classifier: Classifier, song: Path, tmp_path: Path
) -> None:
    expected = classifier.predict_proba([song])
    for given in (song, str(song), iter([song]), np.array([str(song)])):
        assert (classifier.predict_proba(given) == expected).all()
        assert classifier.predict(song).shape == (1,)
    samples: Any = soundfile.read(song)[0]
    for wrong in (samples, [samples], None, 7):
        with pytest.raises(AudioError, match="in the place of an audio file: give its name"):
            classifier.predict(wrong)
    with pytest.raises(AudioError, match="a ndarray in the place"):
        classifier.answer(samples)
    report = write_genres(str(song), tmp_path / "out", jobs=1)
    assert (report.n_files, report.left_out) == (1, {})


def test_what_is_no_network_is_refused_with_what_is_expected() -> None:
    wrong: Any = np.zeros(3)
    with pytest.raises(NetworkError, match="a ndarray in the place of a network's file"):
        Classifier(wrong)
    for threads in (0, -1, "2", 1.5):
        with pytest.raises(NetworkError, match=r"threads=.*give a whole number from 1 on"):
            Classifier(threads=threads)


def window(p: Sequence[float] | None, seconds: float = 30.0) -> WindowAnswer:
    crops = np.empty((0, 10)) if p is None else np.array([p])
    middles = np.arange(len(crops)) + 1.5
    return WindowAnswer(0.0, seconds, seconds, crops, middles, np.zeros((128, 496), np.uint8))


def test_the_verdict_is_unsure_below_one_half_and_silent_without_sound() -> None:
    sure, unsure = [0.5, 0.5] + [0.0] * 8, [0.49, 0.31, 0.2] + [0.0] * 7
    assert Answer("x", (window(sure),)).verdict == "sure"
    assert Answer("x", (window(unsure),)).verdict == "unsure"
    assert Answer("x", (window(None), window(None))).verdict == "silent"
    assert np.isnan(Answer("x", (window(None),)).probabilities).all()
    assert Answer("x", (window(None),)).top == window(None).top == ()
    # A silent window says nothing, however long it is.
    mixed = Answer("x", (window(None, 300.0), window(unsure, 3.0)))
    assert np.allclose(mixed.probabilities, unsure)
    assert [genre for genre, _ in mixed.top] == ["blues", "classical", "country"]
    assert [p for _, p in mixed.top] == pytest.approx([0.49, 0.31, 0.2])


def hush(seconds: float) -> npt.NDArray[np.float64]:
    """Silence in 16 bits with the usual dither, of one step either way."""
    noise = np.random.default_rng(1).random((2, round(seconds * RATE)))
    return np.round(noise[0] - noise[1]) / 32768


def silences() -> dict[str, npt.NDArray[np.float64]]:
    clap = np.concatenate([hush(3), np.random.default_rng(0).normal(0, 0.1, RATE), hush(20)])
    return {"digital": np.zeros(5 * RATE), "dither": hush(30), "constant": np.full(5 * RATE, 0.7),
            "a clap": clap}  # fmt: skip


@pytest.mark.parametrize("name", silences())
def test_silence_has_no_genre(classifier: Classifier, tmp_path: Path, name: str) -> None:
    file = tmp_path / "silence.wav"
    soundfile.write(file, silences()[name], RATE, subtype="FLOAT")
    answer = classifier.answer(file)
    assert (answer.verdict, answer.top, answer.windows[0].top) == ("silent", (), ())
    assert classifier.predict([file]).tolist() == [""]
    assert np.isnan(classifier.predict_proba([file])).all()
    assert text(answer).splitlines()[0].endswith(": too little sound for a genre")
    said = json.loads(json.dumps(plain(answer), allow_nan=False))
    assert (said["top"], said["probabilities"]) == ([], None)
    found = table([answer])
    assert set(found["genre"]) == {""}
    assert found[list(P_COLUMNS)].isna().all(axis=None)
    (_, below) = genres_over_time(answer, "silence").axes
    assert not below.lines, "and a picture draws none"


def test_silence_does_not_sway_the_answer(classifier: Classifier, tmp_path: Path) -> None:
    """Neither behind a track, nor in its middle; the windows fall elsewhere in neither."""
    clips = [soundfile.read(demo.clip_path(f"metal.0000{k}"))[0] for k in (0, 1)]
    track = np.concatenate([clips[0][: 30 * RATE], clips[1][: 10 * RATE]])
    paused = np.concatenate([track[: 35 * RATE], hush(12), track[35 * RATE :]])
    answers = []
    for name, samples in {
        "plain": track, "before": np.concatenate([track, hush(90)]), "paused": paused,
    }.items():  # fmt: skip
        soundfile.write(tmp_path / f"{name}.wav", samples, RATE, subtype="PCM_16")
        answers.append(classifier.answer(tmp_path / f"{name}.wav"))
    plainly, *others = answers
    for other in others:
        assert other.verdict == plainly.verdict
        assert other.top[0][0] == plainly.top[0][0]
        assert np.allclose(other.probabilities, plainly.probabilities, atol=0.05)
    times = np.concatenate([window.middles_s for window in others[1].windows])
    assert (np.diff(times) > 0).all()
    assert not ((times > 35.2) & (times < 46.8)).any(), "crops lie where there is sound"


def test_one_bad_file_is_reported_and_all_others_are_answered(song: Path, tmp_path: Path) -> None:
    folder = tmp_path / "music"
    folder.mkdir()
    (folder / "bad.wav").write_text("no audio")
    (folder / "new\nline.wav").symlink_to(song)
    (folder / "notes.txt").write_text("passed over")
    target = tmp_path / "answers.csv"
    result = ask(folder, "--csv", target)
    assert result.exit_code == 1
    assert "bad.wav" in result.stderr
    assert "1 of 2 files" in result.stderr
    assert "Traceback" not in result.output
    assert r"new\nline.wav (1:10)" in result.stdout
    table = pd.read_csv(target)
    assert table["window"].tolist() == [0, 1, 2, 3]
    assert np.allclose(table[list(P_COLUMNS)].sum(axis=1), 1, atol=1e-5)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["answers.csv", "music"]


def test_json_says_what_csv_and_python_say(
    classifier: Classifier, song: Path, tmp_path: Path
) -> None:
    printed = ask(song, "--json", "-", "--csv", tmp_path / "a.csv", "--plot", tmp_path / "plots")
    assert printed.exit_code == 0
    (said,) = json.loads(printed.stdout)
    table = pd.read_csv(tmp_path / "a.csv")
    answer = classifier.answer(song)
    assert list(said["probabilities"]) == list(GENRES)
    assert np.allclose(list(said["probabilities"].values()), answer.probabilities, atol=1e-6)
    assert np.allclose(table[list(P_COLUMNS)].iloc[0], answer.probabilities, atol=1e-6)
    assert [one["genre"] for one in said["top"]] == [genre for genre, _ in answer.top]
    assert [w["start_s"] for w in said["windows"]] == table["start_s"].iloc[1:].tolist()
    (picture,) = (tmp_path / "plots").iterdir()
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_what_cannot_be_done_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "fake.keras").write_text("no network")
    for arguments, word in (
        ([tmp_path], "no audio file"),
        ([tmp_path, "--json", "-", "--csv", "-"], "cannot both go to -"),
        ([demo.clip_path("jazz.00004"), "--network", tmp_path / "fake.keras"], "fake.keras"),
    ):
        result = ask(*arguments)
        assert result.exit_code == 1
        assert word in result.stderr
        assert result.stderr.count("\n") == 1


def test_text_is_fit_for_a_terminal() -> None:
    assert [bar(share).rstrip() for share in (1.0, 0.5, 0.0)] == ["█" * 30, "█" * 15, ""]
    assert len(bar(0.333)) == 30
    assert shown("a\nb\x1b[31m\udcff é 🎵") == r"a\nb\x1b[31m\udcff é 🎵"


def test_archive_and_audio_give_the_same_answer(gtzan_mini: Path, gtzan_archive: Path) -> None:
    """The 100 tracks that exist in both forms: at least 95 have the same first genre."""
    source = open_archive(gtzan_archive)
    files = sorted((gtzan_mini / "genres").glob("*/*.wav"))
    rows = np.searchsorted(source.track_id, [file.stem for file in files])
    drawn = crop_probabilities(network_file.open_network(), source.log_power[rows])
    from_archive = np.array([p.mean(axis=0).argmax() for p in drawn])
    from_audio = Classifier("cnn").predict_proba(files).argmax(axis=1)
    assert len(files) == 100
    assert (from_archive == from_audio).sum() >= 95


def test_out_writes_the_answers_of_the_command_in_parts(song: Path, tmp_path: Path) -> None:
    folder = tmp_path / "music"
    folder.mkdir()
    (folder / "bad.wav").write_text("no audio")
    (folder / "song.wav").symlink_to(song)
    ask(folder, "--csv", tmp_path / "answers.csv")
    result = ask(folder, "--out", tmp_path / "out", "--jobs", "1")
    assert result.exit_code == 1
    assert "left out: bad.wav: not readable as audio" in result.stderr
    parts = pd.read_parquet(tmp_path / "out")
    assert parts["error"].notna().tolist() == [True, False, False, False, False]
    expected = pd.read_csv(tmp_path / "answers.csv").drop(columns="file")
    found = parts[parts["error"].isna()][expected.columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, atol=1.1e-6)
    again = ask(folder, "--out", tmp_path / "out")
    assert "(1 of them from before)" in again.stdout


def test_the_command_prints_its_answer_and_nothing_else() -> None:
    clip = str(demo.clip_path("metal.00000"))
    done = python(f"from mgc.cli.main import main; main(['predict', {clip!r}])")
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == 5
