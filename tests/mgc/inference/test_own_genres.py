"""A head for one's own folders: honest about artists, and a network like any other."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mgc.cli.main import main
from mgc.datasets import demo
from mgc.errors import DataError
from mgc.inference import tag_network
from mgc.inference.classifier import Classifier
from mgc.inference.own_genres import _group, fit_own
from mgc.inference.tag_head import fit, out_of_fold
from tests.helpers.outside import invoke

RATE = 16_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two genres of six tracks by three artists each, and what is no track."""
    root = tmp_path_factory.mktemp("own")
    rng, time = np.random.default_rng(0), np.arange(4 * RATE) / RATE
    for genre, pitch in (("Hums & drones", 110.0), ("rain", 0.0)):
        for number in range(6):
            place = root / genre / f"artist {number // 2}"
            place.mkdir(parents=True, exist_ok=True)
            tone = np.sin(2 * np.pi * pitch * (1 + number / 10) * time)
            sound = tone + (0.02 if pitch else 0.5) * rng.standard_normal(len(time))
            soundfile.write(place / f"{number}.wav", 0.4 * sound / np.abs(sound).max(), RATE)
    (root / "rain" / "bad.wav").write_text("no audio")
    (root / "loose.wav").write_bytes(demo.clip_path("jazz.00001").read_bytes())
    return root


def test_train_fits_own_folders_and_predict_knows_them(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "my.onnx"
    done = invoke(main, "train", target, "--data", folder)
    assert done.exit_code == 0, done.output
    assert "of 12 tracks in 6 groups" in done.stdout
    assert "rain: 6 tracks in 3 groups are few" in done.stderr
    assert "bad.wav" in done.stderr
    asked = invoke(
        main, "predict", folder / "rain" / "artist 0", "--network", target, "--json", "-"
    )
    for said in json.loads(asked.stdout):
        assert said["top"][0]["genre"] == "rain"
        assert list(said["probabilities"]) == ["Hums & drones", "rain"]
        assert said["verdict"] in ("sure", "unsure"), (
            "what is no music elsewhere may be a genre here"
        )
    table = invoke(main, "predict", folder / "rain", "--network", target, "--csv", "-").stdout
    assert "p_Hums & drones,p_rain" in table.splitlines()[0]
    assert Classifier(target).classes_.tolist() == ["Hums & drones", "rain"]
    assert target.stat().st_size < tag_network.shipped().stat().st_size + 1000


def test_too_few_genres_or_artists_are_refused(folder: Path, tmp_path: Path) -> None:
    one = tmp_path / "one"
    (one / "rain").mkdir(parents=True)
    (one / "rain" / "a.wav").symlink_to(folder / "rain" / "artist 0" / "0.wav")
    for place in (one, tmp_path / "none"):
        with pytest.raises(DataError, match="two folders or more"):
            fit_own(place, tmp_path / "x.onnx")
    assert not (tmp_path / "x.onnx").exists()


def test_what_shares_an_artist_by_its_tags_is_one_group(tmp_path: Path) -> None:
    files = [tmp_path / "rock" / name for name in ("a.flac", "b.flac", "c.flac", "d.wav")]
    files[0].parent.mkdir()
    for file, artist in zip(files, ("The Band", " the  band", "", ""), strict=True):
        with soundfile.SoundFile(file, "w", RATE, 1) as sound:
            if artist:
                sound.artist = artist
            sound.write(np.zeros(RATE))
    groups = [_group(file, tmp_path) for file in files]
    assert groups[0] == groups[1] == "artist the band"
    assert len(set(groups)) == 3


def test_a_score_is_no_better_than_chance_where_only_artists_can_be_told() -> None:
    """Each artist has a sound of its own, and no genre has one."""
    rng = np.random.default_rng(0)
    genre, artist = np.repeat([0, 1], 60), np.repeat(np.arange(24), 5)
    x = rng.normal(0, 1, (24, 1, 50))[artist] + rng.normal(0, 0.1, (120, 1, 50))
    form = ("tags", "tracks", 0.1)
    p, fold = out_of_fold(x, genre, artist.astype(str), form)
    assert np.mean(p.mean(axis=1).argmax(axis=1) == genre) < 0.75
    own = fit(x, genre, form, 2)
    known = (x.mean(axis=1) @ own.kernel + own.bias).argmax(axis=1)
    assert np.mean(known == genre) > 0.95, "while tracks that it knows are told apart"
    assert all(len(set(fold[artist == name])) == 1 for name in range(24))
