"""What a person hears of a recording: loudness, and where there is none.

ITU-R BS.1770-5 weighs a signal by two filters, called K, and leaves out what is softer than
-70 LUFS. Its block of 0.4 s would take the silence beside a note for the note; here each step of
0.1 s, which is that block's hop, counts by itself.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mgc.audio.samples import SAMPLE_RATE
from mgc.typing import Double

GATE_LUFS = -70.0
"""Softer than this is silence. The dither of 16 bits lies 20 dB lower."""
PAUSE_STEPS = 10
"""Steps of silence that are no rest between notes any more: a second."""
LOUD = 10 ** ((GATE_LUFS + 15) / 10)
"""Power of second differences from which a step is above the gate, with 6 dB to spare."""

Samples = npt.NDArray[np.floating]


def k_weighting(sample_rate: int) -> Double:
    """Compute the two filters of BS.1770 for a sample rate in Hz, as `sosfilt` takes them [2, 6].

    The standard prints their coefficients for 48 kHz alone. Those come from the analogue filters
    below by the bilinear transform (De Man, Evaluation of implementations of the EBU R128
    loudness measurement, AES 2018): a shelf for the head, and a high-pass.
    """
    k, q = np.tan(np.pi * 1681.974450955533 / sample_rate), 0.7071752369554196
    high = 10 ** (3.999843853973347 / 20)
    middle = high**0.4996667741545416
    shelf = [high + middle * k / q + k * k, 2 * (k * k - high), high - middle * k / q + k * k]
    shelf += [1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k]
    k, q = np.tan(np.pi * 38.13547087602444 / sample_rate), 0.5003270373238773
    a0 = 1 + k / q + k * k
    high_pass = [a0, -2 * a0, a0, a0, 2 * (k * k - 1), 1 - k / q + k * k]
    return np.array([np.divide(shelf, shelf[3]), np.divide(high_pass, a0)])


def loudness(samples: Samples, sample_rate: int = SAMPLE_RATE) -> Double:
    """Measure the loudness of each step of a recording.

    Parameters
    ----------
    samples : ndarray [shape=(n,)], mono, n >= 1
    sample_rate : int, Hz

    Returns
    -------
    loudness : ndarray [shape=(ceil(n / (sample_rate // 10)),)], LUFS
        A sine of 997 Hz at full scale has -3.01. The constant that a recording begins with is not
        heard; digital silence has minus infinity.
    """
    from scipy.signal import sosfilt  # starts slowly, and not all who import this compute

    signal = samples.astype(np.float64)
    power = _power(sosfilt(k_weighting(sample_rate), signal - signal[0]), sample_rate // 10)
    with np.errstate(divide="ignore"):
        found: Double = -0.691 + 10 * np.log10(power)
    return found


def audible(samples: Samples, sample_rate: int = SAMPLE_RATE) -> npt.NDArray[np.bool_]:
    """Tell which samples [shape=(n,)], mono, are heard; a rest below a second is.

    Notes
    -----
    Second differences undo the high-pass of `k_weighting`, and no frequency gains more than 8 dB
    from that: where they are never soft for a second, nothing is silent, and no filter is needed.
    """
    step = sample_rate // 10
    loud = _power(np.diff(samples, 2, prepend=samples[:1], append=samples[-1:]), step) > LOUD
    if not _pauses(~loud).any():
        return np.ones(len(samples), bool)
    silent = _pauses(loudness(samples, sample_rate) < GATE_LUFS)
    heard: npt.NDArray[np.bool_] = np.repeat(~silent, step)[: len(samples)]
    return heard


def _power(signal: npt.NDArray[np.floating], step: int) -> Double:
    """Mean square of each step."""
    first = np.arange(0, len(signal), step)
    power: Double = np.add.reduceat(np.square(signal), first, dtype=np.float64)
    return power / np.diff(first, append=len(signal))


def _pauses(soft: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Keep the runs of soft steps that are long enough for a pause."""
    if len(soft) < PAUSE_STEPS:
        return np.zeros(len(soft), bool)
    runs = np.lib.stride_tricks.sliding_window_view(soft, PAUSE_STEPS).all(axis=1)
    long: npt.NDArray[np.bool_] = np.convolve(runs, np.ones(PAUSE_STEPS)) > 0
    return long
