"""Where the beats of a clip fall, told from its mel-spectrogram.

Used in the page "Hear the features". The models of this book never see beats: they get the tempo
(`mgc.features.extract`). The page marks beats so that a reader can hear whether that tempo fits
the music.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mgc.audio.samples import SAMPLE_RATE
from mgc.features import extract
from mgc.features.extract import HOP_LENGTH
from mgc.typing import Double

TIGHTNESS = 100.0
"""How dear it is to leave the tempo, beside the strength of onsets (librosa's value)."""


def onset_strength(spectrogram: npt.NDArray[np.float32]) -> Double:
    """Mean rise of the log-mel bands from frame to frame, at the time of the onset.

    Parameters
    ----------
    spectrogram : ndarray [shape=(n_mels, n_frames)], float32, dB
        As in `mgc.features.extract.Features`.

    Returns
    -------
    strength : ndarray [shape=(n_frames,)], dB, 0 or more
        The column of that name in the features, before its statistics.
    """
    return extract.onset_strength(spectrogram.T.astype(np.float64))


def beats(strength: npt.NDArray[np.floating], tempo: float) -> Double:
    """Choose the beats: on strong onsets, and as evenly spaced as the tempo asks.

    Parameters
    ----------
    strength : ndarray [shape=(n_frames,)], 0 or more
        Onset strength, a frame every `mgc.features.extract.HOP_LENGTH` samples.
    tempo : float, beats per minute
        Above 0.

    Returns
    -------
    times : ndarray [shape=(n_beats,)], seconds
        Ascending; empty for a clip without onsets.

    Notes
    -----
    Dynamic programming after Ellis (2007), "Beat tracking by dynamic programming", eq. 5 and 6,
    on the strength smoothed over a thirty-second of a beat. `librosa.beat.beat_track` does the
    same, but is compiled at its first call, which takes longer than all features of the clips.
    """
    spread = float(np.std(strength))
    if len(strength) < 2 or spread == 0:
        return np.empty(0)
    period = 60.0 * SAMPLE_RATE / (HOP_LENGTH * tempo)
    reach = round(period)
    window = np.exp(-0.5 * (np.arange(-reach, reach + 1) * 32.0 / period) ** 2)
    local = np.convolve(strength / spread, window, mode="same")[: len(strength)]
    steps = np.arange(max(1, round(period / 2)), round(2 * period) + 1)
    cost = TIGHTNESS * np.log(steps / period) ** 2
    score, before = local.copy(), np.full(len(local), -1)
    quiet = 0.01 * local.max()
    for frame in range(len(local)):
        there = steps[steps <= frame]
        if not len(there):
            continue
        chain = score[frame - there] - cost[: len(there)]
        best = int(chain.argmax())
        # Before the first onset worth the name no chain begins.
        if before[frame - there[best]] >= 0 or local[frame - there[best]] >= quiet:
            score[frame] += chain[best]
            before[frame] = frame - there[best]
    last = len(score) - reach + int(score[-reach:].argmax())
    chosen = [last]
    while before[chosen[-1]] >= 0:
        chosen.append(int(before[chosen[-1]]))
    while len(chosen) > 1 and local[chosen[0]] < quiet:
        del chosen[0]  # the chain went on after the music
    return np.array(chosen[::-1]) * (HOP_LENGTH / SAMPLE_RATE)
