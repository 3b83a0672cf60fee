"""Windows of any audio file: what is cut where, what is converted how, and what is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import librosa
import numpy as np
import numpy.typing as npt
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from mgc.audio.samples import SAMPLE_RATE, decode, load
from mgc.audio.windows import MINIMUM_S, windows
from mgc.errors import AudioError

Samples = npt.NDArray[np.float64]


def music(seconds: float, rate: int, seed: int = 0) -> Samples:
    """Tones and noise, all below 400 Hz, so that every rate of the tests can carry them."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * rate)) / rate
    tones = (np.sin(2 * np.pi * hertz * time + hertz) for hertz in rng.uniform(50, 400, 5))
    return np.asarray(0.15 * sum(tones) * (1 + 0.3 * np.sin(time)))


def save(path: Path, samples: Samples, rate: int, subtype: str | None = None) -> Path:
    soundfile.write(path, samples, rate, subtype)
    return path


def joined(path: Path) -> npt.NDArray[np.float32]:
    return np.concatenate([window.samples for window in windows(path)])


@pytest.mark.parametrize(
    ("seconds", "lengths"),
    [
        (MINIMUM_S, [MINIMUM_S]),
        (29.9, [29.9]),
        (30.0, [30.0]),
        (30.6, [30.0]),  # as GTZAN's clips are
        (32.9, [30.0]),
        (33.0, [30.0, 3.0]),
        (95.0, [30.0, 30.0, 30.0, 5.0]),
    ],
)
def test_a_file_is_cut_into_windows_of_30_s(
    tmp_path: Path, seconds: float, lengths: list[float]
) -> None:
    wave = music(seconds, SAMPLE_RATE)
    found = list(windows(save(tmp_path / "a.wav", wave, SAMPLE_RATE, "FLOAT")))
    assert [len(window.samples) / SAMPLE_RATE for window in found] == lengths
    assert [window.start_s for window in found] == [30.0 * i for i in range(len(lengths))]
    for window in found:
        assert window.samples.dtype == np.float32
        start = round(window.start_s * SAMPLE_RATE)
        np.testing.assert_array_equal(
            window.samples, wave[start : start + len(window.samples)].astype(np.float32)
        )


@settings(max_examples=25, deadline=None)
@given(
    rate=st.integers(1_000, 60_000),
    seconds=st.floats(3.0, 12.0),
    length=st.floats(3.0, 6.0),
)
def test_windows_are_the_whole_file_resampled_at_once(
    tmp_path_factory: pytest.TempPathFactory, rate: int, seconds: float, length: float
) -> None:
    path = tmp_path_factory.mktemp("any") / "a.wav"
    noise = np.random.default_rng(rate).uniform(-0.5, 0.5, int(np.ceil(seconds * rate)))
    save(path, noise, rate, "FLOAT")
    expected = librosa.resample(
        noise.astype(np.float32), orig_sr=rate, target_sr=SAMPLE_RATE, res_type="soxr_hq"
    )
    found = list(windows(path, length_s=length))
    size = round(length * SAMPLE_RATE)
    assert all(len(window.samples) == size for window in found[:-1])
    for number, window in enumerate(found):
        assert window.start_s == number * size / SAMPLE_RATE
        piece = expected[number * size :][: len(window.samples)]
        np.testing.assert_allclose(window.samples, piece, atol=1e-5)
    left = len(expected) - sum(len(window.samples) for window in found)
    assert -2 <= left < MINIMUM_S * SAMPLE_RATE + 2


@pytest.mark.parametrize(
    ("rate", "channels"),
    [(1_000, 2), (8_000, 1), (11_025, 6), (44_100, 2), (48_000, 32), (96_000, 3), (768_000, 1)],
)
def test_any_rate_and_channels_give_the_windows_of_the_mono_original(
    tmp_path: Path, rate: int, channels: int
) -> None:
    seconds = 4.0
    mono = music(seconds, rate)
    weights = np.random.default_rng(channels).uniform(0.2, 1.8, channels)
    many = mono[:, None] * (weights / weights.mean())[None, :]
    (window,) = windows(save(tmp_path / "many.wav", many, rate, "FLOAT"))
    inner = slice(2_000, -2_000)  # a filter knows nothing of what was before the start
    difference = window.samples[inner] - music(seconds, SAMPLE_RATE)[inner]
    assert len(window.samples) == round(seconds * SAMPLE_RATE)
    assert np.abs(difference).max() < 2e-3


@pytest.mark.parametrize("suffix", [".wav", ".au", ".aiff", ".caf", ".flac", ".ogg", ".mp3"])
def test_every_format_of_libsndfile_is_read(tmp_path: Path, suffix: str) -> None:
    wave = music(4.0, SAMPLE_RATE)
    found = joined(save(tmp_path / f"a{suffix}", wave, SAMPLE_RATE))
    assert abs(len(found) - len(wave)) < 3_000
    size = min(len(found), len(wave))
    assert np.corrcoef(found[:size], wave[:size])[0, 1] > 0.99


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".mp3"])
def test_windows_hold_what_decode_gives(tmp_path: Path, suffix: str) -> None:
    path = save(tmp_path / f"a{suffix}", music(40.0, SAMPLE_RATE), SAMPLE_RATE)
    np.testing.assert_array_equal(joined(path), decode(path)[0])


def test_too_little_is_refused_with_how_much_there_is(tmp_path: Path) -> None:
    path = save(tmp_path / "short.wav", music(0.1, 44_100), 44_100)
    with pytest.raises(AudioError, match=r"short\.wav: 0\.10 s of audio: at least 3 s") as caught:
        list(windows(path))
    assert "give a longer recording" in str(caught.value)
    for length in (2.0, float("nan"), float("inf"), "30", None):
        with pytest.raises(AudioError, match=r"length_s=.*at least 3 s"):
            windows(path, length_s=length)  # type: ignore[arg-type]


def test_damage_after_some_windows_is_an_error(tmp_path: Path) -> None:
    wave = music(70.0, SAMPLE_RATE)
    wave[65 * SAMPLE_RATE] = np.nan
    found = windows(save(tmp_path / "late.wav", wave, SAMPLE_RATE, "FLOAT"))
    next(found)
    with pytest.raises(AudioError, match="not finite"):
        list(found)


MEMORY = """
import sys
from pathlib import Path
from mgc.audio.windows import windows
from mgc.datasets.measures import measure_track
from mgc.datasets.tracks import Track
from mgc.features.loading import cached_features
from mgc.util.machine import PeakMemory
path = Path(sys.argv[1])
with PeakMemory() as memory:
    seconds = sum(len(window.samples) for window in windows(path)) / 22050
    row = measure_track(Track("a", "pop", path))
    assert row["duration_s"] == seconds, row
    cached_features(path, Path(sys.argv[2]))
print(seconds, memory.mb)
"""


def test_three_hours_take_the_memory_of_three_minutes(tmp_path: Path) -> None:
    """To hear all windows, to measure faults, and to extract features."""
    peaks = {}
    for minutes in (3, 180):
        path = tmp_path / f"{minutes}.wav"
        with soundfile.SoundFile(path, "w", 8_000, 1, "PCM_U8") as out:
            noise = np.random.default_rng(0).uniform(-0.5, 0.5, 60 * 8_000)
            for _ in range(minutes):
                out.write(noise)
        done = subprocess.run(
            [sys.executable, "-c", MEMORY, path, tmp_path],
            capture_output=True,
            text=True,
            check=True,
        )
        seconds, peaks[minutes] = map(float, done.stdout.split())
        assert seconds == minutes * 60
    # The samples alone are 950 MB; a peak that lasts an instant is not always seen.
    assert peaks[180] < peaks[3] + 50


# What libsndfile cannot read


def test_ffmpeg_reads_what_libsndfile_cannot(ffmpeg: Path, tmp_path: Path) -> None:
    wave = music(35.0, 44_100)
    stereo = save(tmp_path / "a.wav", np.stack([wave * 1.5, wave * 0.5], axis=1), 44_100)
    expected = joined(stereo)
    strange = "-a'é.m4a" if os.name == "nt" else "-a\n'é.m4a"
    for name in ("a.m4a", "a.wma", "a.webm", strange):
        target = tmp_path / name
        make = [ffmpeg / "ffmpeg", "-v", "error", "-i", stereo, f"file:{target}"]
        subprocess.run(make, check=True, stdin=subprocess.DEVNULL)
        with pytest.raises(soundfile.SoundFileError):
            soundfile.info(target)
        found = list(windows(target))
        assert [window.start_s for window in found] == [0.0, 30.0]
        samples = np.concatenate([window.samples for window in found])
        size = min(len(samples), len(expected))
        assert size > 34.9 * SAMPLE_RATE
        # Codecs may delay by some ms; the spectrum has no place in time.
        ours, theirs = (np.abs(np.fft.rfft(x[:size])) for x in (samples, expected))
        assert np.corrcoef(ours, theirs)[0, 1] > 0.9


@pytest.mark.parametrize("ending", ["mp4", "m4a", "mkv", "avi", "wav"])
def test_a_film_without_sound_is_called_so(ffmpeg: Path, tmp_path: Path, ending: str) -> None:
    film = tmp_path / f"mute.{'mp4' if ending == 'wav' else ending}"
    draw = ["-f", "lavfi", "-i", "testsrc=duration=1:size=32x32", "-c:v", "mpeg4"]
    subprocess.run([ffmpeg / "ffmpeg", "-v", "error", *draw, film], check=True)
    film = film.rename(tmp_path / f"mute.{ending}")
    with pytest.raises(AudioError) as refused:
        list(windows(film))
    assert str(refused.value) == f"{film}: is a film without sound; give a file that holds music"


def test_an_abandoned_file_leaves_no_process(ffmpeg: Path, tmp_path: Path) -> None:
    import psutil

    wav = save(tmp_path / "a.wav", music(60.0, 44_100), 44_100)
    make = [ffmpeg / "ffmpeg", "-v", "error", "-i", wav, tmp_path / "a.m4a"]
    subprocess.run(make, check=True, stdin=subprocess.DEVNULL)
    before = set(psutil.Process().children())  # other tests may have left a tracker of resources
    found = windows(tmp_path / "a.m4a")
    next(found)
    assert set(psutil.Process().children()) > before
    found.close()  # type: ignore[attr-defined]
    assert set(psutil.Process().children()) <= before


def test_without_ffmpeg_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "a.m4a").write_bytes(b"\0\0\0\x20ftypM4A " + bytes(1_000))
    with pytest.raises(AudioError, match=r"a\.m4a.*ffmpeg"):
        list(windows(tmp_path / "a.m4a"))


def test_a_list_of_other_files_is_not_followed(ffmpeg: Path, tmp_path: Path) -> None:
    wav = save(tmp_path / "secret.wav", music(5.0, SAMPLE_RATE), SAMPLE_RATE)
    lists = {
        "a.m3u8": f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile:{wav}\n#EXT-X-ENDLIST\n",
        "b.wav": f"ffconcat version 1.0\nfile '{wav}'\n",
    }
    for name, text in lists.items():
        (tmp_path / name).write_text(text)
        with pytest.raises(AudioError, match="ffmpeg"):
            list(windows(tmp_path / name))


def uncounted_mp3(file: Path, bit_rate: str) -> float:
    """Write an MP3 without the frame that says how many there are; gives its seconds."""
    rng = np.random.default_rng(0)
    tone = 0.01 * np.sin(2 * np.pi * 220 / SAMPLE_RATE * np.arange(10 * SAMPLE_RATE))
    signal = np.concatenate([rng.normal(0, 0.2, 10 * SAMPLE_RATE), tone])
    how = {"bitrate_mode": bit_rate, "compression_level": 0.5}
    soundfile.write(file, signal, SAMPLE_RATE, format="MP3", **how)
    content = file.read_bytes()
    second = content.index(content[:2], 4)  # frames begin with the same eleven bits, and these
    assert b"Xing" in content[:second] or b"Info" in content[:second], "the encoder counts"
    file.write_bytes(content[second:])
    return len(signal) / SAMPLE_RATE


def test_an_mp3_that_does_not_tell_its_length_is_read_to_its_end_or_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without ffmpeg: libsndfile would guess by the first frame, and drop the rest in silence."""
    monkeypatch.setenv("PATH", str(tmp_path))
    seconds = uncounted_mp3(tmp_path / "longer.mp3", "VARIABLE")
    assert soundfile.info(tmp_path / "longer.mp3").duration < 0.9 * seconds
    with pytest.raises(AudioError, match=r"longer\.mp3.*no header tells.*ffmpeg"):
        load(tmp_path / "longer.mp3")
    seconds = uncounted_mp3(tmp_path / "even.mp3", "CONSTANT")
    assert len(load(tmp_path / "even.mp3")) / SAMPLE_RATE == pytest.approx(seconds, abs=0.15)


def test_ffmpeg_reads_an_mp3_that_does_not_tell_its_length(ffmpeg: Path, tmp_path: Path) -> None:
    seconds = uncounted_mp3(tmp_path / "a.mp3", "VARIABLE")
    assert len(load(tmp_path / "a.mp3")) / SAMPLE_RATE == pytest.approx(seconds, abs=0.15)
