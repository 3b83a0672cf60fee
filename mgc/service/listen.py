"""Live sound is answered each second: what the last three and the last thirty seconds are."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from mgc.audio.samples import SAMPLE_RATE, Samples
from mgc.audio.windows import MINIMUM_S, WINDOW_S
from mgc.errors import DataError
from mgc.inference.classifier import Answer, Classifier
from mgc.util.atomic import scratch
from mgc.util.machine import need

EVERY_S = 1.0
MARGIN_S = 0.05
"""Beyond the shortest window, since converters of the sample rate may give a sample less."""
BEGINNINGS = (b"RIFF", b"OggS", b"fLaC", b"ID3", b".snd", b"FORM")
PIPE = "ffmpeg -i SOURCE -f s16le -ac 1 -ar 22050 - | mgc listen -"

Read = Callable[[int], bytes]
"""Waits for so many bytes of samples (mono, 16 bits, little-endian, 22,050 Hz); fewer at the end,
none after it."""


@dataclass(frozen=True, eq=False)
class Heard:
    """What was said after a second of sound.

    Attributes
    ----------
    time_s : float
        Seconds of sound until now.
    short, long : Answer
        To the last three seconds, and to the last thirty, or all where there are fewer.
    delay_s : float
        Seconds from the last sample to the answers.
    """

    time_s: float
    short: Answer
    long: Answer
    delay_s: float


def listen(read: Read, classifier: Classifier) -> Iterator[Heard]:
    """Answer after each second of sound, from the third on, to its end.

    Raises DataError for a stream that begins as a file does instead of with samples.
    """
    kept: Samples = np.empty(0, np.float32)
    total, first = 0, True
    with scratch(Path(tempfile.gettempdir())) as folder:
        while content := read(2 * round(EVERY_S * SAMPLE_RATE)):
            if first and content.startswith(BEGINNINGS):
                raise DataError(f"that is a file, and bare samples are needed: {PIPE}")
            first, arrived = False, time.perf_counter()
            samples = np.frombuffer(content[: len(content) // 2 * 2], "<i2") / np.float32(32768)
            total += len(samples)
            kept = np.concatenate([kept, samples])[-round(WINDOW_S * SAMPLE_RATE) :]
            short = kept[-round((MINIMUM_S + MARGIN_S) * SAMPLE_RATE) :]
            if len(short) < round(MINIMUM_S * SAMPLE_RATE):
                continue
            last, all_kept = (
                _answer(classifier, part, folder / "sound.wav") for part in (short, kept)
            )
            yield Heard(total / SAMPLE_RATE, last, all_kept, time.perf_counter() - arrived)


def _answer(classifier: Classifier, samples: Samples, file: Path) -> Answer:
    soundfile.write(file, samples, SAMPLE_RATE, subtype="FLOAT")
    return classifier.answer(file)


@contextmanager
def microphone() -> Iterator[Read]:
    """Open the microphone that the system prefers; DataError without one."""
    try:
        sounddevice = need("sounddevice", "listen", DataError)
    except OSError as problem:  # the package is there, its library is not
        raise DataError(
            f"the microphone needs PortAudio ({problem}); install it (libportaudio2 on Debian),"
            f" or use a pipe: {PIPE}"
        ) from problem
    try:
        stream = sounddevice.RawInputStream(samplerate=SAMPLE_RATE, channels=1, dtype="int16")
    except sounddevice.PortAudioError as problem:
        raise DataError(f"no microphone ({problem}); plug one in, or use a pipe: {PIPE}") from None
    with stream:
        yield lambda n_bytes: bytes(stream.read(n_bytes // 2)[0])
