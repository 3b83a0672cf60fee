"""Names of the statistics that `mgc.features.extract` computes, for what needs no more of them."""

from __future__ import annotations

N_MFCC = 13
STATISTICS = ("mean", "std", "min", "max")

_NOTES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
FRAME_DESCRIPTORS = (
    *(f"mfcc_{i:02d}" for i in range(1, N_MFCC + 1)),
    *(f"mfcc_delta_{i:02d}" for i in range(1, N_MFCC + 1)),
    *(f"mfcc_delta2_{i:02d}" for i in range(1, N_MFCC + 1)),
    *("centroid", "rolloff", "bandwidth", "contrast", "tempo", "onset_strength"),
    *(f"chroma_{note}" for note in _NOTES),
)
"""The 57 values that describe one frame: 39 cepstral, 4 spectral, 2 rhythmic, 12 chroma."""
FEATURE_NAMES = tuple(f"{name}_{stat}" for name in FRAME_DESCRIPTORS for stat in STATISTICS)
"""The 228 columns of `Features.tabular`, in order."""
AUDIO_VERSION = "1"
"""Version of the features from audio; changes whenever one of their values may change."""
