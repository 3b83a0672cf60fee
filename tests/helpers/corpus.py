"""A folder in GTZAN's layout with good tracks, strange ones, and one of each kind of bad file."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

RATE = 22_050
SECONDS = 5

Samples = npt.NDArray[np.float64]


def sound(samples: Samples, rate: int = RATE, kind: str = "WAV", subtype: str = "") -> bytes:
    """Encode samples in memory."""
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, format=kind, subtype=subtype or None)
    return buffer.getvalue()


def noise() -> Samples:
    """Five seconds, below full scale."""
    return np.random.default_rng(0).uniform(-0.5, 0.5, SECONDS * RATE)


def patched(place: int, value: bytes) -> bytes:
    """Write a WAV file and overwrite a field of its header."""
    content = bytearray(sound(noise()))
    assert content[12:16] == b"fmt "
    assert content[36:40] == b"data"
    content[place : place + len(value)] = value
    return bytes(content)


def holed_mp3() -> bytes:
    """An MP3 with a hole of 60 bytes in every ten frames or so."""
    content = bytearray(sound(noise(), kind="MP3"))
    for place in range(4_000, len(content), 4_000):
        content[place : place + 60] = bytes(60)
    return bytes(content)


def with_value(value: float) -> bytes:
    """Noise with one sample replaced."""
    samples = noise()
    samples[-7] = value
    return sound(samples, subtype="FLOAT")


CHANNELS, HERTZ, DATA_SIZE = 22, 24, 40
"""Places in the header of a WAV file."""

BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty.wav": (lambda: b"", "empty"),
    "text.wav": (lambda: b"this is text, not audio\n" * 40, "not readable as audio"),
    "random.wav": (lambda: np.random.default_rng(1).bytes(100_000), "not readable as audio"),
    "static.mp3": (lambda: np.random.default_rng(2).bytes(100_000), ""),
    "headless.wav": (lambda: sound(noise())[44:], "not readable as audio"),
    "truncated.wav": (lambda: sound(noise())[:100_000], "truncated"),
    "lying.wav": (lambda: patched(DATA_SIZE, (10**6).to_bytes(4, "little")), "truncated"),
    "half.wav": (lambda: patched(DATA_SIZE, (4 * RATE).to_bytes(4, "little")), "leaves out"),
    "no_channels.wav": (lambda: patched(CHANNELS, bytes(2)), "not readable as audio"),
    "one_hertz.wav": (lambda: patched(HERTZ, (1).to_bytes(4, "little")), "sample rate is 1 Hz"),
    "fast.wav": (lambda: patched(HERTZ, (10**7).to_bytes(4, "little")), "sample rate"),
    "no_samples.wav": (lambda: sound(np.zeros(0)), "no samples"),
    "nan.wav": (lambda: with_value(np.nan), "not finite"),
    "infinite.wav": (lambda: with_value(np.inf), "not finite"),
    "holes.mp3": (holed_mp3, "truncated"),
}
"""Name, content, and a word of the reason that every command gives (it may be any reason)."""

STRANGE: dict[str, Callable[[], bytes]] = {
    "zeros.wav": lambda: sound(np.zeros(SECONDS * RATE)),
    "offset.wav": lambda: sound(np.full(SECONDS * RATE, 0.5)),
    "square.wav": lambda: sound(np.tile([0.999] * 25 + [-1.0] * 25, SECONDS * RATE // 50)),
    "channels.wav": lambda: sound(np.repeat(noise()[:, None], 32, axis=1)),
    "high_rate.wav": lambda: sound(np.repeat(noise(), 30), 768_000),
    "open.wav": lambda: patched(DATA_SIZE, (10**9).to_bytes(4, "little")),
}
"""Sound all the same: each gets its row."""


def make(root: Path, edition: Path) -> tuple[list[str], list[str]]:
    """Fill a new folder with two tracks of two genres of an edition, all `STRANGE` and all `BAD`.

    Returns the paths below it of what is good, and of what is bad.
    """
    good = {f"pop/{name}": content() for name, content in STRANGE.items()}
    bad = {f"jazz/{name}": content() for name, (content, _) in BAD.items()}
    for genre in ("blues", "rock"):
        for path in sorted((edition / genre).iterdir())[:2]:
            good[f"{genre}/{path.name}"] = path.read_bytes()
    for name, content in (good | bad).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    (root / "jazz" / "folder.wav").mkdir()
    return sorted(good), sorted(bad)
