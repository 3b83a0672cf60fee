"""Folders with every kind of bad file: the run ends, and each file has its row or its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import Result

from mgc.audio.samples import decode
from mgc.audio.windows import windows
from mgc.cli.main import main
from mgc.datasets.tracks import GENRES
from mgc.errors import AudioError
from mgc.inference import network_file
from mgc.inference.batch.parts import part_size
from mgc.models import cnn
from mgc.training import keras_fit
from tests.helpers import corpus
from tests.helpers.outside import invoke

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Corpus:
    root: Path
    good: list[str]
    bad: list[str]


@pytest.fixture(scope="module")
def music(small_edition: Path, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    root = tmp_path_factory.mktemp("corpus") / "music"
    return Corpus(root, *corpus.make(root, small_edition))


def listing(folder: Path) -> dict[Path, bytes]:
    """Every file below a folder with its content."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def run(music: Corpus, *arguments: str | Path) -> Result:
    """Run a command; it changes nothing in the folder of music and never shows a traceback."""
    before = listing(music.root)
    result = invoke(main, *arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    assert listing(music.root) == before
    return result


def reasons(stderr: str, start: str) -> dict[str, str]:
    """Name and reason of each line that begins so."""
    return dict(re.findall(rf"^{start}(.+?): (.+)", stderr, re.MULTILINE))


def check_reasons(found: dict[str, str], names: dict[str, str]) -> None:
    """Each bad file, and no other, with the reason that belongs to it."""
    assert sorted(found) == sorted(names)
    for said, name in names.items():
        why = corpus.BAD[name][1]
        assert why in found[said], (name, found[said])


@pytest.mark.parametrize("name", sorted(corpus.BAD))
def test_every_bad_file_is_refused_by_name(tmp_path: Path, name: str) -> None:
    content, why = corpus.BAD[name]
    (tmp_path / name).write_bytes(content())
    with pytest.raises(AudioError, match=f"{name}.*{why}"):
        decode(tmp_path / name)
    with pytest.raises(AudioError, match=f"{name}.*{why}"):
        list(windows(tmp_path / name))


def test_a_size_far_beyond_the_file_means_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(corpus.STRANGE["open.wav"]())
    samples, rate = decode(tmp_path / "a.wav")
    assert (len(samples), rate) == (corpus.SECONDS * corpus.RATE, corpus.RATE)


@pytest.mark.parametrize(
    "head",
    [b"", b"\0\0\0\x20ftypM4A ", b"OggS\0\2", b"\x1aE\xdf\xa3", b"RIFF\xff\xff\xff\xffWAVEfmt ",
     b"fLaC\0\0\0\x22", b"ID3\4\0\0\0\0\0\0", b"0&\xb2u\x8ef\xcf\x11\xa6\xd9\0\xaa\0b\xcel"],
    ids=["none", "mp4", "ogg", "matroska", "wav", "flac", "id3", "asf"],
)  # fmt: skip
def test_random_bytes_get_an_error_or_samples_from_ffmpeg(
    ffmpeg: Path, tmp_path: Path, head: bytes
) -> None:
    """Some decoders make sound of anything; what they must not do is crash or wait."""
    path = tmp_path / "random.m4a"
    path.write_bytes(head + np.random.default_rng(len(head)).bytes(50_000))
    refused, found = "", []
    try:
        found = list(windows(path))
    except AudioError as error:
        refused = str(error)
    assert found or "random.m4a" in refused
    assert all(np.isfinite(window.samples).all() for window in found)


def test_features_gives_each_good_track_its_row(music: Corpus, tmp_path: Path) -> None:
    target, cache = tmp_path / "table.csv", tmp_path / "cache"
    result = run(music, "features", music.root, "--csv", target, "--cache", cache, "--jobs", "1")
    assert result.exit_code == 1
    assert f"{len(music.bad)} tracks were left out" in result.stderr
    ids = {Path(name).stem: Path(name).name for name in music.bad}
    check_reasons(reasons(result.stderr, "left out: "), ids)
    table = pd.read_csv(target)
    assert sorted(table["track_id"]) == sorted(Path(name).stem for name in music.good)
    assert np.isfinite(table.drop(columns=["track_id", "genre"]).to_numpy()).all()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "table.csv"]
    assert all(path.name.endswith(".npz") for path in cache.iterdir())
    assert len(list(cache.iterdir())) == len(music.good)


def test_features_in_parts_gives_each_good_track_its_row(music: Corpus, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run(music, "features", music.root, "--out", out, "--jobs", "1")
    assert result.exit_code == 1
    assert f"{len(music.bad)} files were left out" in result.stderr
    check_reasons(reasons(result.stderr, "left out: "), {n: Path(n).name for n in music.bad})
    table = pd.read_parquet(out)
    assert sorted(table[table["error"].isna()]["path"]) == music.good
    assert sorted(table[table["error"].notna()]["path"]) == music.bad
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    files = len(music.good) + len(music.bad)
    assert len(list(out.glob("part-*.parquet"))) == len(list(out.iterdir()))
    assert len(list(out.iterdir())) == -(-files // part_size(files))


@pytest.fixture(scope="module")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network of the right form; what it says does not matter here."""
    keras_fit.start(3)
    target = tmp_path_factory.mktemp("network") / "cnn.keras"
    network_file.write(cnn.build((128, 50, 1), len(GENRES)), target)
    return target


def test_predict_gives_each_good_file_its_rows(
    music: Corpus, untrained: Path, tmp_path: Path
) -> None:
    target = tmp_path / "answers.csv"
    result = run(music, "predict", music.root, "--csv", target, "--network", untrained)
    assert result.exit_code == 1
    total = len(music.good) + len(music.bad)
    assert f"{len(music.bad)} of {total} files got no answer" in result.stderr
    bad = {str(music.root / name): Path(name).name for name in music.bad}
    check_reasons(reasons(result.stderr, "no answer: "), bad)
    table = pd.read_csv(target)
    assert sorted(set(table["file"])) == [str(music.root / name) for name in music.good]
    mute = table["file"].str.endswith(("zeros.wav", "offset.wav"))  # nobody hears a constant
    assert mute.any()
    sums = table.filter(regex="^p_").sum(axis=1, min_count=1)
    assert sums[mute].isna().all()
    np.testing.assert_allclose(sums[~mute], 1, atol=1e-5)
    assert [path.name for path in tmp_path.iterdir()] == ["answers.csv"]
