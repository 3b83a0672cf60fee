"""Degrade sound: mono samples at 22,050 Hz in, as many or fewer out, as a file of 16 bits has."""

from __future__ import annotations

import io
from typing import NamedTuple

import librosa
import numpy as np
import soundfile
from scipy.signal import butter, sosfilt

from mgc.audio.samples import SAMPLE_RATE, Samples
from mgc.experiments.robustness import MP3, NOISE, PITCH, TELEPHONE, TIME
from mgc.features import archive_picture
from mgc.typing import Grey

BAND_HZ = (300.0, 3400.0)
ORDER = 4
"""Of the Butterworth filter at each edge of the band."""
SEED = 29
MP3_DELAY = 1105
"""Samples of delay, 576 of the encoder LAME and 529 of any decoder."""
SLOWEST, FASTEST = 8, 160
"""Bit rates of MP3 at this sample rate, kbit/s, which libsndfile spreads over levels 1 to 0."""


class Heard(NamedTuple):
    """Degraded samples, and the bit rate in kbit/s of the file that they went through, or 0."""

    samples: Samples
    kbit_s: float = 0.0


def degrade(samples: Samples, kind: str, strength: float, name: str) -> Heard:
    """Degrade a clip; see `mgc.experiments.robustness.STRENGTHS`. `name` seeds the noise."""
    kbit_s, heard = 0.0, samples
    if kind == TIME:
        heard = np.asarray(librosa.effects.time_stretch(samples, rate=strength), np.float32)
    elif kind == PITCH:
        heard = librosa.effects.pitch_shift(
            samples, sr=SAMPLE_RATE, n_steps=strength, res_type="soxr_hq"
        )
    elif kind == NOISE:
        heard = noisy(samples, strength, name)
    elif kind == MP3:
        heard, kbit_s = through_mp3(samples, strength)
    elif kind == TELEPHONE:
        band = butter(ORDER, BAND_HZ, "bandpass", fs=SAMPLE_RATE, output="sos")
        heard = sosfilt(band, samples.astype(np.float64))
    return Heard(stored(heard[: len(samples)]), kbit_s)


def stored(samples: Samples) -> Samples:
    """Round to 16 bits, as those of GTZAN are; what is louder than a file can hold is turned down.

    The weakest cell of a picture is its level 0. Without the rounding it would be whatever a
    filter leaves where nothing is, far below what any file holds.
    """
    loudest = 32767 / 32768
    if samples.max() > loudest or samples.min() < -1:
        samples = samples * (loudest / float(np.abs(samples).max()))
    return np.asarray(np.rint(samples * 32768) / 32768, np.float32)


def noisy(samples: Samples, snr_db: float, name: str) -> Samples:
    """Add white noise whose power is `snr_db` below that of the clip, the same at each level."""
    rng = np.random.default_rng([SEED, *name.encode()])
    level = np.sqrt(np.mean(samples.astype(np.float64) ** 2)) * 10 ** (-snr_db / 20)
    return np.asarray(samples + level * rng.standard_normal(len(samples)), np.float32)


def through_mp3(samples: Samples, kbit_s: float) -> tuple[Samples, float]:
    """Encode as MP3 at a constant bit rate and decode; also give the rate that the file has."""
    file = io.BytesIO()
    level = (FASTEST - kbit_s) / (FASTEST - SLOWEST)
    soundfile.write(
        file, samples, SAMPLE_RATE, format="MP3", subtype="MPEG_LAYER_III",
        bitrate_mode="CONSTANT", compression_level=level,
    )  # fmt: skip
    size = len(file.getvalue())
    file.seek(0)
    decoded, _ = soundfile.read(file, dtype="float32")
    # Files of low rates do not say how long the delay is, so decoders leave it in.
    begin = MP3_DELAY if len(decoded) > len(samples) else 0
    heard = decoded[begin : begin + len(samples)]
    heard = np.pad(heard, (0, len(samples) - len(heard)))
    return heard, size * 8 / 1000 / (len(samples) / SAMPLE_RATE)


def picture(samples: Samples, n_whole: int) -> Grey:
    """Draw a picture by the rule of the archive, as many columns a second as the whole clip has.

    The archive spreads a clip of any length over 496 columns, which would take most of a change
    of tempo back. So `degrade` cuts what is longer than the whole clip of `n_whole` samples, and
    what is shorter has fewer columns here: statistics over time are indifferent to their number.
    """
    columns = round(archive_picture.CLIP_COLUMNS * len(samples) / n_whole)
    return archive_picture.picture(samples, columns)
