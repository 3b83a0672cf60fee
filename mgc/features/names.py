"""Names and versions of the features, for what needs no more of them than that."""

from __future__ import annotations

from mgc.datasets.edition import Edition

AUDIO_VERSION = "1"
"""Version of the features from audio; changes whenever one of their values may change."""
ARCHIVE_VERSION = "archive-1"
"""Version of the features from the pictures of an archive."""

N_MFCC = 13
STATISTICS = ("mean", "std", "min", "max")
_NOTES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_CEPSTRAL = tuple(
    f"{kind}_{number:02d}"
    for kind in ("mfcc", "mfcc_delta", "mfcc_delta2")
    for number in range(1, N_MFCC + 1)
)
FRAME_DESCRIPTORS = (
    *_CEPSTRAL,
    *("centroid", "rolloff", "bandwidth", "contrast", "tempo", "onset_strength"),
    *(f"chroma_{note}" for note in _NOTES),
)
"""The 57 values that describe one frame: 39 cepstral, 4 spectral, 2 rhythmic, 12 chroma."""
FEATURE_NAMES = tuple(f"{name}_{stat}" for name in FRAME_DESCRIPTORS for stat in STATISTICS)
"""The 228 statistics of a track from audio, in order."""
ARCHIVE_FEATURE_NAMES = tuple(f"{name}_{stat}" for name in _CEPSTRAL for stat in STATISTICS)
"""The 156 statistics of a track from the picture of an archive, in order."""


def feature_names(edition: Edition) -> tuple[str, ...]:
    """Name the columns of an edition's statistics."""
    return FEATURE_NAMES if edition.archive is None else ARCHIVE_FEATURE_NAMES


def feature_version(edition: Edition) -> str:
    """Name the computation that an edition's features come from; records carry it."""
    return AUDIO_VERSION if edition.archive is None else ARCHIVE_VERSION
