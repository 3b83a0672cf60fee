"""Features from the pictures of a spectrogram archive, as far as a picture determines them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import librosa
import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.fft

from mgc.datasets.archive import open_archive
from mgc.datasets.edition import Edition
from mgc.datasets.tracks import N_SEGMENTS
from mgc.errors import DataError
from mgc.features.arrays import Arrays
from mgc.features.extract import SEQUENCE_N_MELS
from mgc.features.names import ARCHIVE_VERSION, N_MFCC, STATISTICS
from mgc.typing import Float
from mgc.util import cache

KEPT = ("tabular", "sequence", "segments")
"""What the cache keeps; spectrograms are the pictures themselves."""


def load(source: Edition, cache_dir: Path, leave_out: dict[str, str]) -> Arrays:
    """Compute, or read from the cache, the features of an archive's tracks; see `features`.

    `leave_out` gives the tracks that are left out, with the reason.
    """
    assert source.archive is not None
    archive = open_archive(source.archive)
    entry = cache_dir / f"archive-{source.content_hash[:32]}-{ARCHIVE_VERSION}.npz"
    known = cache.read(entry)
    if known is None or known.keys() != set(KEPT):
        computed = features(archive.log_power, archive.freq_hz)
        known = {name: computed[name] for name in KEPT}
        cache.prepare(cache_dir)
        cache.write(entry, known)
    rows = np.flatnonzero(~np.isin(archive.track_id, list(leave_out)))
    if not len(rows):
        raise DataError(f"edition {source.name}: no usable track; every one is left out")
    return Arrays(
        track_id=archive.track_id[rows],
        genre=np.array(source.genres)[rows],
        artist=np.full(len(rows), ""),
        left_out=dict(sorted(leave_out.items())),
        frame_rate=archive.frame_rate_hz,
        spectrogram=decibels(archive.log_power[rows]),
        **{name: known[name][rows] for name in KEPT},
    )


def features(
    log_power: npt.NDArray[np.uint8], freq_hz: npt.NDArray[np.float64]
) -> dict[str, Float]:
    """Compute all representations of some pictures, without a cache.

    Parameters
    ----------
    log_power : ndarray [shape=(n, n_bins, n_frames)], uint8
    freq_hz : ndarray [shape=(n_bins,)], Hz

    Returns
    -------
    features : dict of str to ndarray, float32
        ``tabular`` [n, 156], ``spectrogram`` [n, n_bins, n_frames], ``sequence`` [n, n_frames, 13]
        and ``segments`` [n, 10, 156], as in `Arrays`.
    """
    cepstra = sequences(log_power, freq_hz)
    n, n_frames, width = cepstra.shape
    length = n_frames // N_SEGMENTS
    cut = cepstra[:, : N_SEGMENTS * length].reshape(n, N_SEGMENTS, length, width)
    return {
        "tabular": tables(cepstra),
        "spectrogram": decibels(log_power),
        "sequence": cepstra,
        "segments": tables(cut),
    }


def decibels(log_power: npt.NDArray[np.uint8]) -> Float:
    """Map grey levels 0 to 255 onto -80 to 0, where spectrograms from audio lie.

    The scale is each track's own, so these are not decibels; whatever is standardised per track
    does not see the difference.
    """
    return np.asarray(log_power, np.float32) * np.float32(80 / 255) - np.float32(80)


def sequences(log_power: npt.NDArray[np.uint8], freq_hz: npt.NDArray[np.float64]) -> Float:
    """Cepstra of each frame: 40 mel bands of the picture, then the first 13 of a cosine transform.

    The bands average grey levels, which are logarithms; MFCC from audio take the logarithm of an
    average. The scale of a track is not known, so there is no way back to power.

    Parameters
    ----------
    log_power : ndarray [shape=(n, n_bins, n_frames)], uint8
    freq_hz : ndarray [shape=(n_bins,)], Hz

    Returns
    -------
    cepstra : ndarray [shape=(n, n_frames, 13)], float32
    """
    bands = mel_bands(tuple(freq_hz.tolist()))
    blocks = []
    for start in range(0, len(log_power), 64):  # bounds the memory of the double precision
        mel = np.einsum("bm,nbt->ntm", bands, log_power[start : start + 64].astype(np.float64))
        cepstra = scipy.fft.dct(mel, axis=-1, norm="ortho")[..., :N_MFCC]
        blocks.append(cepstra.astype(np.float32))
    return np.concatenate(blocks)


def mean_spectra(tabular: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Rebuild the mean spectrum of each track from its mean cepstra, smoothed.

    Thirteen of forty coefficients are known, so what is finer than about three bands is lost.

    Parameters
    ----------
    tabular : DataFrame
        With the columns ``mfcc_01_mean`` to ``mfcc_13_mean`` of `features`.

    Returns
    -------
    spectra : ndarray [shape=(n, 40)]
        Mean grey level of each mel band of `mel_bands`, 0 to 255 but for the smoothing.
    """
    cepstra = tabular[[f"mfcc_{i:02d}_mean" for i in range(1, N_MFCC + 1)]].to_numpy(np.float64)
    full = np.pad(cepstra, ((0, 0), (0, SEQUENCE_N_MELS - N_MFCC)))
    return np.asarray(scipy.fft.idct(full, axis=-1, norm="ortho"), dtype=np.float64)


@lru_cache(maxsize=2)
def mel_bands(freq_hz: tuple[float, ...]) -> npt.NDArray[np.float64]:
    """Triangular mel bands whose weights sum to one, none of them empty.

    Parameters
    ----------
    freq_hz : tuple of float, Hz
        Centres of the bins of the picture.

    Returns
    -------
    bands : ndarray [shape=(n_bins, 40)]
        Slaney's mel scale from the lowest bin to the highest. Where bands are narrower than the
        distance of the two bins around their centre, a band interpolates between these.
    """
    hertz = np.asarray(freq_hz)
    edges = librosa.mel_frequencies(SEQUENCE_N_MELS + 2, fmin=hertz[0], fmax=hertz[-1])
    above = np.clip(np.searchsorted(hertz, edges[1:-1], side="right"), 1, len(hertz) - 1)
    apart = np.diff(hertz)[above - 1]
    left = np.maximum(np.diff(edges)[:-1], apart)
    right = np.maximum(np.diff(edges)[1:], apart)
    away = hertz[:, None] - edges[None, 1:-1]
    weights = np.maximum(0.0, 1.0 - np.where(away < 0, -away / left, away / right))
    total: npt.NDArray[np.float64] = weights / weights.sum(axis=0)
    return total


def tables(cepstra: Float) -> Float:
    """Mean, standard deviation, minimum and maximum of the cepstra and their two derivatives.

    Parameters
    ----------
    cepstra : ndarray [shape=(..., n_frames, 13)], float32
        At least nine frames.

    Returns
    -------
    table : ndarray [shape=(..., 156)], float32
        Columns as in `mgc.features.names.ARCHIVE_FEATURE_NAMES`; derivatives by
        `librosa.feature.delta` over nine frames.
    """
    double = cepstra.astype(np.float64)
    derivatives = (librosa.feature.delta(double, order=order, axis=-2) for order in (1, 2))
    frames = np.concatenate([double, *derivatives], axis=-1)
    found = [getattr(frames, name)(axis=-2) for name in STATISTICS]
    return np.stack(found, axis=-1).reshape(*cepstra.shape[:-2], -1).astype(np.float32)
