"""Whatever is not heard of a file is told, and one odd file costs itself alone."""

from __future__ import annotations

import os
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mgc.audio.containers import extent
from mgc.audio.decoders import open_sound
from mgc.audio.samples import SAMPLE_RATE, decode
from mgc.datasets.measures import measure_track
from mgc.datasets.tracks import Track
from mgc.errors import AudioError

SECONDS = 8
NOISE = np.random.default_rng(0).uniform(-0.5, 0.5, SECONDS * SAMPLE_RATE).astype(np.float32)
BY_LIBSNDFILE = ("wav", "rf64", "w64", "aiff", "caf", "au", "flac", "ogg", "mp3")
GIVEN_UP = ("flac", "caf")
"""What libsndfile reads to no end once it is cut; ffmpeg knows more of it."""
BY_FFMPEG = ("m4a", "mov", "mkv", "webm", "avi", "wma", "opus")


def seconds(path: Path) -> float:
    samples, rate = decode(path)
    return len(samples) / rate


def refusal(path: Path) -> str:
    """Why a file is refused, after its name."""
    with pytest.raises(AudioError) as caught:
        decode(path)
    assert str(caught.value).startswith(f"{path}: ")
    return str(caught.value).removeprefix(f"{path}: ")


def recording(path: Path, seed: int = 0) -> Path:
    noise = np.random.default_rng(seed).permutation(NOISE)
    named = {"aiff": "AIFF", "au": "AU", "rf64": "RF64"}.get(path.suffix[1:])
    soundfile.write(path, noise, SAMPLE_RATE, format=named)
    return path


def by_ffmpeg(folder: Path, target: Path) -> Path:
    source = recording(target.with_suffix(".source.wav"))
    # The index of MP4 in front, as streaming has it: behind the cut nothing could be read at all.
    make = [folder / "ffmpeg", "-v", "error", "-i", source, "-movflags", "+faststart"]
    subprocess.run([*make, target], check=True, stdin=subprocess.DEVNULL)
    return target


def cut(path: Path, share: float = 0.6) -> Path:
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    return path


def cut_by_forty_percent(path: Path) -> None:
    """Make a recording, cut it, and look whether its refusal says by how much."""
    recording(path)
    assert seconds(path) == pytest.approx(SECONDS, rel=0.01)
    why = refusal(cut(path))
    assert why.startswith("truncated: ")
    assert path.suffix == ".ogg" or 35 <= int(why.split()[1].rstrip("%")) <= 45


@pytest.mark.parametrize("suffix", [name for name in BY_LIBSNDFILE if name not in GIVEN_UP])
def test_a_file_that_was_cut_is_refused(tmp_path: Path, suffix: str) -> None:
    cut_by_forty_percent(tmp_path / f"a.{suffix}")


@pytest.mark.parametrize("suffix", GIVEN_UP)
def test_ffmpeg_says_what_is_missing_where_libsndfile_gives_up(
    ffmpeg: Path, tmp_path: Path, suffix: str
) -> None:
    cut_by_forty_percent(tmp_path / f"a.{suffix}")


@pytest.mark.parametrize("suffix", GIVEN_UP)
def test_without_ffmpeg_they_are_refused_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    monkeypatch.setenv("PATH", "")
    why = refusal(cut(recording(tmp_path / f"a.{suffix}")))
    assert why.startswith(("damaged after ", "not readable as audio "))
    assert why.endswith("replace the file with an intact copy or remove it")


@pytest.mark.parametrize("suffix", BY_FFMPEG)
def test_a_file_of_ffmpegs_that_was_cut_is_refused(
    ffmpeg: Path, tmp_path: Path, suffix: str
) -> None:
    path = by_ffmpeg(ffmpeg, tmp_path / f"a.{suffix}")
    assert seconds(path) == pytest.approx(SECONDS, rel=0.02)
    assert refusal(cut(path)).startswith("truncated: ")


def test_a_film_may_be_longer_than_its_sound(ffmpeg: Path, tmp_path: Path) -> None:
    film, sound = tmp_path / "a.mp4", recording(tmp_path / "a.wav")
    pictures = ["-f", "lavfi", "-i", "color=size=16x16:rate=5:duration=20"]
    make = [ffmpeg / "ffmpeg", "-v", "error", *pictures, "-i", sound, film]
    subprocess.run(make, check=True, stdin=subprocess.DEVNULL)
    assert seconds(film) == pytest.approx(SECONDS, rel=0.02)


def with_size(path: Path, size: int) -> Path:
    """Write another number of bytes into the header of a WAV file's samples."""
    content = bytearray(path.read_bytes())
    at = content.index(b"data") + 4
    content[at : at + 4] = struct.pack("<I", size)
    path.write_bytes(content)
    return path


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recording(tmp_path_factory.mktemp("stream") / "a.wav")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.one_of(
        st.integers((1 << 31) - (1 << 12), 1 << 31),  # sox writes 0x7ffff000 into a pipe
        st.integers((1 << 32) - (1 << 16), (1 << 32) - 1),  # ffmpeg and others
        st.integers(100 * 2 * len(NOISE) + 1, (1 << 32) - 1),
    )
)
def test_a_size_that_cannot_be_means_to_the_end(stream: Path, size: int) -> None:
    samples, _ = decode(with_size(stream, size))
    assert len(samples) == len(NOISE)


def test_a_size_of_nothing_means_to_the_end_where_ffmpeg_can_read_it(
    ffmpeg: Path, tmp_path: Path
) -> None:
    assert seconds(with_size(recording(tmp_path / "a.wav"), 0)) == SECONDS


def test_a_header_that_speaks_of_half_is_not_believed(tmp_path: Path) -> None:
    path = with_size(recording(tmp_path / "a.wav"), len(NOISE))
    assert refusal(path).startswith("its header leaves out 50% of the sound")


def test_what_lies_behind_the_sound_is_no_sound(tmp_path: Path) -> None:
    """Chunks of names and pictures, and the few bytes that taggers leave."""
    for behind in (b"LIST" + struct.pack("<I", 90_000) + bytes(90_000), b"TAG" + bytes(125)):
        path = recording(tmp_path / "a.wav")
        path.write_bytes(path.read_bytes() + behind)
        assert seconds(path) == SECONDS


def test_all_of_joined_mp3_files_is_heard(ffmpeg: Path, tmp_path: Path) -> None:
    """The first frame counts the frames of the first file alone."""
    parts = [recording(tmp_path / f"{seed}.mp3", seed).read_bytes() for seed in (1, 2)]
    assert b"Xing" in parts[0][:1_000] or b"Info" in parts[0][:1_000]
    both = tmp_path / "both.mp3"
    both.write_bytes(b"".join(parts))
    assert seconds(both) == pytest.approx(2 * SECONDS, abs=0.2)


def test_joined_mp3_files_are_refused_without_ffmpeg(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    path = recording(tmp_path / "a.mp3")
    path.write_bytes(2 * path.read_bytes())
    assert "install ffmpeg" in refusal(path)


ID3V1 = b"TAG" + b"x" * 125
ID3V2 = b"ID3\4\0\0" + bytes([0, 3, 100, 0]) + b"x" * (3 * 128**2 + 100 * 128)
APE = b"APETAGEX" + struct.pack("<III", 2000, 60_000, 1) + b"x" * 60_012


@pytest.mark.parametrize("tag", [ID3V1, ID3V2, APE], ids=["v1", "v2", "ape"])
def test_all_of_joined_mp3_files_is_heard_whatever_tag_is_between(
    ffmpeg: Path, tmp_path: Path, tag: bytes
) -> None:
    path = recording(tmp_path / "a.mp3")
    path.write_bytes(path.read_bytes() + tag + path.read_bytes())
    assert seconds(path) == pytest.approx(2 * SECONDS, abs=0.2)


@pytest.mark.parametrize("suffix", ["wav", "aiff", "flac", "m4a", "wma"])
def test_a_file_that_was_joined_to_another_is_told(
    ffmpeg: Path, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"a.{suffix}"
    recording(path) if suffix in BY_LIBSNDFILE else by_ffmpeg(ffmpeg, path)
    path.write_bytes(2 * path.read_bytes())
    assert "leaves out 50%" in refusal(path)


ODD = b"id3 " + struct.pack("<I", 90_000) + b"x" * 90_000
"""A chunk where a writer did not pad the sound to an even size."""


@pytest.mark.parametrize(
    "behind",
    [ID3V2, APE + ID3V1, bytes(100_000), b"\xa9abc" + struct.pack("<I", 9_000) + b"x" * 9_000],
    ids=["v2", "ape", "zeros", "letters"],
)
def test_no_tag_makes_a_good_file_a_bad_one(tmp_path: Path, behind: bytes) -> None:
    path = recording(tmp_path / "a.wav")
    path.write_bytes(path.read_bytes() + behind)
    assert seconds(path) == SECONDS
    soundfile.write(path, NOISE[:-1], SAMPLE_RATE, subtype="PCM_U8")
    content = path.read_bytes()
    path.write_bytes(content[: content.index(b"data") + 8 + len(NOISE) - 1] + ODD)
    assert seconds(path) == pytest.approx(SECONDS, abs=1e-3)


@pytest.mark.parametrize("suffix", ["wav", "aiff", "flac", "caf"])
def test_a_tag_before_the_header_hides_no_sound(ffmpeg: Path, tmp_path: Path, suffix: str) -> None:
    """libsndfile would end as much too early."""
    path = recording(tmp_path / f"a.{suffix}")
    path.write_bytes(ID3V2 + path.read_bytes())
    assert seconds(path) == SECONDS
    # Not every ffmpeg finds a CAF behind a tag; refused it is by any.
    known = "truncated: " if suffix != "caf" else ("truncated: ", "not readable as audio ")
    assert refusal(cut(path, 0.8)).startswith(known)


@pytest.mark.parametrize("tag", [ID3V1, APE], ids=["v1", "ape"])
def test_a_tag_behind_an_mp3_is_no_second_file(
    tmp_path: Path, tag: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    path = recording(tmp_path / "a.mp3")
    path.write_bytes(path.read_bytes() + tag)
    assert seconds(path) == pytest.approx(SECONDS, abs=0.1)


def test_damage_in_the_middle_of_an_mp3_costs_what_is_damaged(
    ffmpeg: Path, tmp_path: Path
) -> None:
    whole = recording(tmp_path / "a.mp3").read_bytes()
    rng = np.random.default_rng(3)
    hole = bytearray(whole)
    start, size = len(whole) // 2, len(whole) // 10
    hole[start : start + size] = rng.bytes(size)
    (tmp_path / "hole.mp3").write_bytes(hole)
    why = refusal(tmp_path / "hole.mp3")
    assert why.startswith("truncated: ")
    assert 5 <= int(why.split()[1].rstrip("%")) <= 15
    bits = bytearray(whole)
    for at in rng.integers(len(whole) // 10, len(whole), 20):
        bits[at] ^= 1 << int(rng.integers(8))
    (tmp_path / "bits.mp3").write_bytes(bits)
    assert seconds(tmp_path / "bits.mp3") == pytest.approx(SECONDS, rel=0.02)


@pytest.mark.parametrize("value", [4e37, -1e17, np.nan, np.inf])
def test_one_absurd_sample_costs_its_file_alone(tmp_path: Path, value: float) -> None:
    noise = NOISE.copy()
    noise[len(noise) // 2] = value
    path = tmp_path / "a.wav"
    soundfile.write(path, noise, SAMPLE_RATE, subtype="FLOAT")
    assert "holds " in refusal(path)
    assert measure_track(Track("a", "pop", path))["error"] != ""


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_named_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.wav")
    assert "no regular file" in refusal(tmp_path / "a.wav")


def test_what_is_not_kept_is_heard_all_the_same(tmp_path: Path) -> None:
    path = recording(tmp_path / "a.wav")
    whole, rate = decode(path)
    kept, _ = decode(path, keep_s=2.5)
    np.testing.assert_array_equal(kept, whole[: int(2.5 * rate)])
    with pytest.raises(AudioError, match="truncated"):
        decode(cut(path), keep_s=2.5)


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=300), st.sampled_from(["wav", "aiff", "w64", "caf", "ogg", "avi", "wma"])
)
def test_no_header_confuses_the_search_for_the_sound(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, kind: str
) -> None:
    """Any bytes behind the first ones of a container give shares from 0 to 1, at once."""
    starts = {
        "wav": b"RIFF\0\0\0\0WAVE", "aiff": b"FORM\0\0\0\0AIFF", "caf": b"caff\0\1\0\0",
        "w64": b"riff" + bytes(20) + b"wave" + bytes(12), "ogg": b"OggS\0",
        "avi": b"RIFF\0\0\0\0AVI ", "wma": bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"),
    }  # fmt: skip
    path = tmp_path_factory.mktemp("odd") / "a"
    path.write_bytes(starts[kind] + content)
    found = extent(path)
    assert 0 <= found.missing <= 1
    assert 0 <= found.untold <= 1


def test_frames_are_counted(tmp_path: Path) -> None:
    with open_sound(recording(tmp_path / "a.flac")) as sound:
        assert sum(len(block) for block in sound.blocks()) == sound.frames == len(NOISE)
        assert sound.fault() == ""
