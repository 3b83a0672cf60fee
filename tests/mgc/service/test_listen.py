"""Live sound, from a pipe and from a microphone that stands for a real one."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner, Result

from mgc.audio.samples import SAMPLE_RATE, load
from mgc.cli.main import main
from mgc.datasets import demo
from mgc.inference.classifier import Classifier
from mgc.service import listen as listening

SECONDS = 33


@pytest.fixture(scope="module")
def samples() -> bytes:
    """Music of 33 seconds as a pipe brings it."""
    clip = np.resize(load(demo.clip_path("jazz.00004")), SECONDS * SAMPLE_RATE)
    return (clip * 32767).astype("<i2").tobytes()


@pytest.fixture(scope="module")
def said(samples: bytes) -> list[listening.Heard]:
    return list(listening.listen(io.BytesIO(samples).read, Classifier()))


def test_it_answers_each_second_from_the_third_on(said: list[listening.Heard]) -> None:
    assert [heard.time_s for heard in said] == list(range(3, SECONDS + 1))
    for heard in said:
        assert heard.short.duration_s == pytest.approx(min(3.05, heard.time_s), abs=0.01)
        assert heard.long.duration_s == pytest.approx(min(30, heard.time_s), abs=0.01)
        assert heard.delay_s > 0


def test_the_last_half_minute_is_answered_as_a_file_of_it(
    samples: bytes, said: list[listening.Heard], tmp_path: Path
) -> None:
    import soundfile

    last = np.frombuffer(samples, "<i2")[-30 * SAMPLE_RATE :]
    soundfile.write(tmp_path / "last.wav", last, SAMPLE_RATE, subtype="PCM_16")
    expected = Classifier().answer(tmp_path / "last.wav")
    np.testing.assert_allclose(said[-1].long.probabilities, expected.probabilities, atol=1e-6)


def command(content: bytes, *options: str) -> Result:
    return CliRunner().invoke(main, ["listen", "-", *options], input=content)


def test_the_command_reads_a_pipe_of_any_length(samples: bytes) -> None:
    half = samples[: 2 * SAMPLE_RATE * 4 + 12_345]
    lines = command(half).stdout.splitlines()
    assert [line[:4] for line in lines] == ["0:03", "0:04", "0:04"]
    facts = [json.loads(line) for line in command(half, "--json").stdout.splitlines()]
    assert set(facts[-1]) == {"time_s", "delay_s", "last_3_s", "last_30_s"}
    assert sum(facts[-1]["last_30_s"]["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert command(half[: SAMPLE_RATE * 2]).stdout == ""


def test_a_file_is_refused_with_the_command_that_makes_samples_of_it() -> None:
    result = command(demo.clip_path("jazz.00004").read_bytes())
    assert result.exit_code == 1
    assert "ffmpeg -i SOURCE -f s16le -ac 1 -ar 22050 - | mgc listen -" in result.stderr


class DeviceError(Exception):
    pass


def device(samples: bytes) -> Callable[..., object]:
    """Stand for `sounddevice.RawInputStream`, with a microphone that hears these samples."""
    pipe = io.BytesIO(samples)

    class Stream:
        def __init__(self, *, samplerate: int, channels: int, dtype: str) -> None:
            assert (samplerate, channels, dtype) == (SAMPLE_RATE, 1, "int16")

        def __enter__(self) -> Stream:
            return self

        def __exit__(self, *_: object) -> None:
            pipe.close()

        def read(self, frames: int) -> tuple[bytes, bool]:
            return pipe.read(2 * frames), False

    return Stream


def test_the_microphone_is_listened_to(samples: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    module = SimpleNamespace(RawInputStream=device(samples[: 8 * SAMPLE_RATE]),
                             PortAudioError=DeviceError)  # fmt: skip
    monkeypatch.setitem(sys.modules, "sounddevice", module)
    result = CliRunner().invoke(main, ["listen"])
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 2


def test_without_a_microphone_the_pipe_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(**_: object) -> None:
        raise DeviceError("no default input device")

    module = SimpleNamespace(RawInputStream=none, PortAudioError=DeviceError)
    monkeypatch.setitem(sys.modules, "sounddevice", module)
    result = CliRunner().invoke(main, ["listen"])
    assert result.exit_code == 1
    assert "no microphone (no default input device); plug one in" in result.stderr
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    missing = CliRunner().invoke(main, ["listen"])
    assert 'pip install "mgc[listen]"' in missing.stderr
