"""Altered copies of training clips, made on the waveform: the report's three augmentations."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import librosa
import numpy as np
import numpy.typing as npt

from mgc.audio.samples import SAMPLE_RATE, Samples, load
from mgc.datasets.edition import Edition
from mgc.features.arrays import Arrays, to_arrays
from mgc.features.extract import Features, extract
from mgc.features.loading import remembered
from mgc.features.names import AUDIO_VERSION
from mgc.util.pools import extract_many

STRETCH = 0.1
"""Largest relative change of tempo."""
SEMITONES = 2.0
"""Largest change of pitch."""
NOISE_DB = -30.0
"""Level of the added noise relative to the clip's."""


def time_stretch(samples: Samples, rng: np.random.Generator) -> Samples:
    """Play a clip up to 10 % faster or slower at the same pitch (phase vocoder, librosa)."""
    rate = float(rng.uniform(1 - STRETCH, 1 + STRETCH))
    return np.asarray(librosa.effects.time_stretch(samples, rate=rate), dtype=np.float32)


def pitch_shift(samples: Samples, rng: np.random.Generator) -> Samples:
    """Move a clip up to two semitones up or down at the same tempo (librosa)."""
    steps = float(rng.uniform(-SEMITONES, SEMITONES))
    shifted = librosa.effects.pitch_shift(
        samples, sr=SAMPLE_RATE, n_steps=steps, res_type="soxr_hq"
    )
    return np.asarray(shifted, dtype=np.float32)


def add_noise(samples: Samples, rng: np.random.Generator) -> Samples:
    """Add white noise 30 dB below the clip's own level; silence stays silence."""
    level = float(np.sqrt(np.mean(samples.astype(np.float64) ** 2))) * 10 ** (NOISE_DB / 20)
    noise: npt.NDArray[np.float32] = rng.standard_normal(len(samples), dtype=np.float32)
    return samples + np.float32(level) * noise


KINDS: Mapping[str, Callable[[Samples, np.random.Generator], Samples]] = MappingProxyType(
    {"time_stretch": time_stretch, "pitch_shift": pitch_shift, "noise": add_noise}
)


def augmented_arrays(
    edition: Edition,
    arrays: Arrays,
    cache_dir: str | Path,
    *,
    jobs: int | None = None,
    progress: bool = True,
) -> tuple[Arrays, ...]:
    """Features of one altered copy of each kind, of the same tracks in the same order.

    How far a copy is stretched or shifted is drawn from the content of its file, so that it is
    the same in every fold and every run. A fit uses the copies of its training tracks alone.

    Parameters
    ----------
    edition, arrays
        The tracks, and their unaltered features.
    cache_dir, jobs, progress
        As for `mgc.features.loading.load_arrays`.

    Returns
    -------
    copies : tuple of Arrays
        In the order of `KINDS`.

    Raises
    ------
    AudioError
        If a file has become unreadable since its features were computed.
    """
    folder = Path(cache_dir)
    usable = set(arrays.track_id.tolist())
    tracks = [track for track in edition.tracks if track.track_id in usable]
    copies = []
    for kind in KINDS:
        work = [(track.path, folder, kind) for track in tracks]
        found = list(
            extract_many(_altered_features, work, f"Augmentation: {kind}", jobs, show=progress)
        )
        copies.append(to_arrays(tracks, found, arrays.left_out))
    return tuple(copies)


def _altered_features(argument: tuple[Path, Path, str]) -> Features:
    path, folder, kind = argument
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    entry = folder / f"{digest[:32]}-{kind}-v{AUDIO_VERSION}.npz"
    seed = int.from_bytes(hashlib.sha256(f"{digest}{kind}".encode()).digest()[:8], "big")
    return remembered(entry, lambda: extract(KINDS[kind](load(path), np.random.default_rng(seed))))
