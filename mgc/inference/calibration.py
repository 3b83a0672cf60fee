"""Make probabilities mean what they say: temperature scaling on the validation part.

Guo et al. 2017, "On calibration of modern neural networks". Used by `mgc.inference.make_network`;
the appendix on the network shows the effect on the test part.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.optimize

from mgc.typing import Double

SMALLEST = 1e-12
RANGE = (0.1, 10.0)


def sharpened(crops: Double, temperature: float) -> Double:
    """Divide the logits behind some probabilities by a temperature.

    Parameters
    ----------
    crops : ndarray [shape=(..., n_classes)], in [0, 1], the last axis summing to one
    temperature : float, positive
        Above 1 the probabilities become more alike, below 1 less.

    Returns
    -------
    probabilities : ndarray [shape=(..., n_classes)]
    """
    logits = np.log(np.maximum(crops, SMALLEST)) / temperature
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probabilities: Double = raised / raised.sum(axis=-1, keepdims=True)
    return probabilities


def temperature(crops: Double, truth: npt.NDArray[np.int64]) -> float:
    """Find the temperature with the lowest log loss of the mean over crops.

    Parameters
    ----------
    crops : ndarray [shape=(n, n_crops, n_classes)]
        Probabilities of the crops of each validation track.
    truth : ndarray [shape=(n,)], int
        Position of the true class.

    Returns
    -------
    temperature : float, in [0.1, 10]
    """

    def loss(logarithm: float) -> float:
        mean = sharpened(crops, float(np.exp(logarithm))).mean(axis=1)
        chosen = mean[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(chosen, SMALLEST)).mean())

    bounds = (float(np.log(RANGE[0])), float(np.log(RANGE[1])))
    found = scipy.optimize.minimize_scalar(loss, bounds=bounds, method="bounded")
    return float(np.exp(found.x))
