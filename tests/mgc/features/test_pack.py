"""Archives made of audio: what they hold, what is left out, and that none is half written."""

from __future__ import annotations

import shutil
from pathlib import Path

import librosa
import numpy as np
import pytest
import soundfile
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from mgc.audio.samples import SAMPLE_RATE, load
from mgc.cli.main import main
from mgc.datasets import archive, demo
from mgc.datasets.archive import Archive
from mgc.datasets.opening import open_edition
from mgc.errors import DataError
from mgc.features import from_archive
from mgc.features.arrays import FRAME_RATE
from mgc.features.extract import extract
from mgc.features.loading import load_arrays
from mgc.features.pack import PUBLISHED, grey, pack

CLIPS = ("blues.00000", "classical.00004", "metal.00008")


@pytest.fixture(scope="module")
def audio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with three clips of the demo, a tone, and what cannot be packed."""
    root = tmp_path_factory.mktemp("audio") / "genres"
    for name in CLIPS:
        place = root / name.split(".")[0]
        place.mkdir(parents=True)
        shutil.copy(demo.clip_path(name), place)
    (root / "pop").mkdir()
    tone = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE)
    soundfile.write(root / "pop" / "pop.00000.wav", tone, SAMPLE_RATE)
    shutil.copy(root / "pop" / "pop.00000.wav", root / "pop" / "song.wav")
    (root / "pop" / "pop.00001.wav").write_bytes(b"not audio")
    whole = (root / "pop" / "pop.00000.wav").read_bytes()
    (root / "pop" / "pop.00002.wav").write_bytes(whole[: len(whole) // 2])
    soundfile.write(root / "pop" / "pop.00003.wav", tone[:1000], SAMPLE_RATE)
    return root.parent


REASONS = {
    "pop.00001": "unreadable",
    "pop.00002": "truncated",
    "pop.00003": "at least one second",
    "song": "GTZAN",
}


@pytest.fixture(scope="module")
def packed(audio: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """Return the archive of that folder, and what was left out."""
    target = tmp_path_factory.mktemp("packed") / "new" / "a.npz"
    return target, pack(audio, target, jobs=1, progress=False)


def assert_pictures_of(found: Archive, files: dict[str, Path]) -> None:
    """Compare with the features from audio, and with librosa's own, to half a grey level."""
    half = 80 / 255 / 2 + 1e-3
    for name, file in files.items():
        row = found.track_id.tolist().index(name)
        shown = from_archive.decibels(found.log_power[row : row + 1])[0]
        samples = load(file)
        np.testing.assert_allclose(shown, extract(samples).spectrogram, atol=half)
        whole = librosa.util.fix_length(samples, size=30 * SAMPLE_RATE)
        mel = librosa.feature.melspectrogram(y=whole, sr=SAMPLE_RATE, pad_mode="constant")
        expected = librosa.power_to_db(mel, ref=np.max, top_db=80)
        np.testing.assert_allclose(shown, expected, atol=half + 0.01)


def test_a_packed_archive_holds_the_pictures_of_its_audio(
    packed: tuple[Path, dict[str, str]],
) -> None:
    found = archive.open_archive(packed[0])
    assert found.track_id.tolist() == [*CLIPS, "pop.00000"]
    assert found.log_power.shape == (4, 128, 1292)
    assert found.frame_rate_hz == FRAME_RATE
    assert_pictures_of(found, {name: demo.clip_path(name) for name in CLIPS})


def test_the_bins_of_a_packed_archive_are_where_it_says(
    packed: tuple[Path, dict[str, str]],
) -> None:
    found = archive.open_archive(packed[0])
    tone = found.log_power[-1]
    assert tone[:, 10].argmax() == np.abs(found.freq_hz - 1000).argmin()
    sounding = np.flatnonzero(tone.max(axis=0) == 255) / found.frame_rate_hz
    assert sounding.max() == pytest.approx(2.0, abs=0.1)  # seconds; then it is padded


def test_models_see_a_packed_archive_as_an_edition(
    packed: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    source = open_edition(packed[0])
    assert source.name == "gtzan-part-archive"
    arrays = load_arrays(source, tmp_path, progress=False)
    assert arrays.spectrogram.shape == (4, 128, 1292)
    assert arrays.sequence.shape == (4, 1292, 13)
    for name in ("tabular", "sequence", "segments"):
        assert np.isfinite(getattr(arrays, name)).all()


def test_a_bad_track_is_left_out_with_its_reason(packed: tuple[Path, dict[str, str]]) -> None:
    left_out = packed[1]
    assert list(left_out) == sorted(REASONS)
    for name, reason in REASONS.items():
        assert reason in left_out[name]
        assert "/" not in left_out[name]  # no path of this machine


def invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["data", "pack", *map(str, arguments)])


def test_the_command_writes_the_same_file_and_says_what_is_missing(
    audio: Path, packed: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    target = tmp_path / "b.npz"
    result = invoke(audio, target, "--jobs", "1")
    assert result.exit_code == 0, result.output
    assert target.read_bytes() == packed[0].read_bytes()
    assert f"4 tracks in {target}, 4 left out" in result.stdout
    assert archive.edition(target).key in result.stdout
    for name in REASONS:
        assert f"left out: {name}: " in result.stderr
        assert name not in result.stdout


def one_clip(tmp_path: Path) -> Path:
    place = tmp_path / "audio" / "blues"
    place.mkdir(parents=True)
    shutil.copy(demo.clip_path("blues.00000"), place)
    return place.parent


def test_a_file_that_exists_is_replaced_on_request_only(tmp_path: Path) -> None:
    root, target = one_clip(tmp_path), tmp_path / "a.npz"
    target.write_text("mine")
    result = invoke(root, target, "--jobs", "1")
    assert result.exit_code == 1
    assert str(target) in result.stderr
    assert "--fresh" in result.stderr
    assert target.read_text() == "mine"
    assert invoke(root, target, "--jobs", "1", "--fresh").exit_code == 0
    assert archive.edition(target).n_tracks == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.npz", "audio"]


@pytest.mark.parametrize(
    ("source", "name", "reason"),
    [
        ("demo", "a.zip", "ends in .npz"),
        ("demo", "folder.npz", "is a folder"),
        ("nowhere", "a.npz", "does not exist"),
        ("other.npz", "a.npz", "archive already"),
    ],
)
def test_what_cannot_be_packed_is_said_first(
    tmp_path: Path, source: str, name: str, reason: str
) -> None:
    (tmp_path / "folder.npz").mkdir()
    with pytest.raises(DataError, match=reason):
        pack(source, tmp_path / name, progress=False)
    assert [p.name for p in tmp_path.iterdir()] == ["folder.npz"]


def test_without_a_usable_track_there_is_no_archive(tmp_path: Path) -> None:
    root = tmp_path / "audio" / "jazz"
    root.mkdir(parents=True)
    (root / "jazz.00054.wav").write_bytes(b"not audio")
    with pytest.raises(DataError, match=r"no usable track.*unreadable"):
        pack(root.parent, tmp_path / "a.npz", jobs=1, progress=False)
    assert [p.name for p in tmp_path.iterdir()] == ["audio"]


@settings(max_examples=50, deadline=None)
@given(lowest=st.floats(-80, 0), seed=st.integers(0, 99))
def test_grey_and_back_is_exact_to_half_a_level(lowest: float, seed: int) -> None:
    decibels = np.random.default_rng(seed).uniform(lowest, 0, (128, 20)).astype(np.float32)
    back = from_archive.decibels(grey(decibels)[None])[0]
    assert np.abs(back - decibels).max() <= 40 / 255 + 1e-4


def test_silence_is_even_not_an_error() -> None:
    silent = extract(np.zeros(SAMPLE_RATE, np.float32)).spectrogram
    assert (grey(silent) == 255).all()


def test_real_tracks_are_packed_as_they_sound(gtzan_mini: Path, tmp_path: Path) -> None:
    chosen = [min(gtzan_mini.rglob(f"{genre}.*.wav")) for genre in ("blues", "jazz", "rock")]
    files = {path.stem: path for path in chosen}
    for name, path in files.items():
        (tmp_path / "in" / name.split(".")[0]).mkdir(parents=True)
        (tmp_path / "in" / name.split(".")[0] / path.name).symlink_to(path)
    assert pack(tmp_path / "in", tmp_path / "a.npz", jobs=1, progress=False) == {}
    packed = archive.open_archive(tmp_path / "a.npz")
    assert packed.track_id.tolist() == sorted(files)
    assert_pictures_of(packed, files)


def test_pictures_like_the_published_ones_agree_with_them(
    gtzan_mini: Path, gtzan_archive: Path, tmp_path: Path
) -> None:
    """Nearly all cells to one grey level, on the published scale; jazz was drawn otherwise."""
    for genre in ("blues", "metal", "rock"):
        path = min(gtzan_mini.rglob(f"{genre}.*.wav"))
        (tmp_path / "in" / genre).mkdir(parents=True)
        (tmp_path / "in" / genre / path.name).symlink_to(path)
    made = pack(tmp_path / "in", tmp_path / "a.npz", like=PUBLISHED, jobs=1, progress=False)
    assert made == {}
    ours, theirs = (archive.open_archive(p) for p in (tmp_path / "a.npz", gtzan_archive))
    assert ours.frame_rate_hz == pytest.approx(theirs.frame_rate_hz)
    np.testing.assert_allclose(ours.freq_hz, theirs.freq_hz)
    rows = np.searchsorted(theirs.track_id, ours.track_id)
    gap = np.abs(ours.log_power.astype(int) - theirs.log_power[rows].astype(int))
    assert (gap <= 1).mean() > 0.98
