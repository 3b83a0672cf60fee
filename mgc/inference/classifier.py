"""Classify music: from a file to the genres of each half minute and of the whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mgc.audio.files import as_path, as_paths
from mgc.audio.loudness import audible
from mgc.audio.samples import SAMPLE_RATE
from mgc.audio.windows import MINIMUM_S, Window, windows
from mgc.datasets.tracks import GENRES
from mgc.errors import NetworkError
from mgc.features.archive_picture import CLIP_COLUMNS, picture
from mgc.training.crops import starts as crop_starts
from mgc.typing import Double, Grey

if TYPE_CHECKING:
    import keras

SURE_FROM = 0.5
"""Probability from which the first genre is more likely right than wrong, if calibrated."""
N_TOP = 3


@dataclass(frozen=True, eq=False)
class WindowAnswer:
    """What the network says of one window of a file."""

    start_s: float
    duration_s: float
    heard_s: float
    """Seconds of it that are heard (`mgc.audio.loudness.audible`); the network saw no others."""
    crops: Double
    """Probabilities in crops that overlap by half, from the first sound to the last
    [shape=(n_crops, 10)]; empty where the window is silent."""
    middles_s: Double
    """Where in the file the middles of the crops lie [shape=(n_crops,)]."""
    picture: Grey
    """Spectrogram of the whole window [shape=(128, n_columns)]."""

    @property
    def silent(self) -> bool:
        """Whether less than 3 s of the window are heard: too little for a genre."""
        return not len(self.crops)

    @property
    def verdict(self) -> str:
        """``sure``, ``unsure`` (wrong is as likely as right) or ``silent``."""
        return "silent" if self.silent else verdict(self.probabilities)

    @property
    def probabilities(self) -> Double:
        """Mean over the crops [shape=(10,)]; NaN where the window is silent."""
        if self.silent:
            return np.full(len(GENRES), np.nan)
        mean: Double = self.crops.mean(axis=0)
        return mean

    @property
    def top(self) -> tuple[tuple[str, float], ...]:
        """The three most probable genres, the first first; none where the window is silent."""
        return () if self.silent else top(self.probabilities)


@dataclass(frozen=True, eq=False)
class Answer:
    """What the network says of a file."""

    file: str
    windows: tuple[WindowAnswer, ...]
    """In order of time, at least one."""

    start_s = 0.0
    """As a window has one, since the answer for the whole is listed beside those of windows."""

    @property
    def probabilities(self) -> Double:
        """Mean over the windows, weighted by the seconds that are heard in them [shape=(10,)].

        NaN where all are silent.
        """
        heard = [window for window in self.windows if not window.silent]
        if not heard:
            return np.full(len(GENRES), np.nan)
        weights = np.array([window.heard_s for window in heard])
        total: Double = weights @ np.stack([w.probabilities for w in heard]) / weights.sum()
        return total

    @property
    def duration_s(self) -> float:
        """Seconds of audio that were looked at, silence included."""
        return sum(window.duration_s for window in self.windows)

    @property
    def top(self) -> tuple[tuple[str, float], ...]:
        """The three most probable genres, the first first; none where all windows are silent."""
        return () if self.silent else top(self.probabilities)

    @property
    def silent(self) -> bool:
        """Whether no window holds enough sound for a genre."""
        return all(window.silent for window in self.windows)

    @property
    def verdict(self) -> str:
        """``sure``, ``unsure`` (wrong is as likely as right) or ``silent``."""
        return "silent" if self.silent else verdict(self.probabilities)


def top(probabilities: Double) -> tuple[tuple[str, float], ...]:
    """Name the three most probable genres, the first first, with their probabilities."""
    order = np.argsort(-probabilities, kind="stable")[:N_TOP]
    return tuple((GENRES[k], float(probabilities[k])) for k in order)


def verdict(probabilities: Double) -> str:
    """``sure`` from `SURE_FROM` on, ``unsure`` below."""
    return "sure" if float(probabilities.max()) >= SURE_FROM else "unsure"


class Classifier:
    """A trained network that reads audio files.

    Parameters
    ----------
    network : str or Path, optional
        A file that `mgc train` made; by default the network that ships.
    threads : int, at least 1, optional
        Threads of the network on the CPU; by default TensorFlow decides.

    Attributes
    ----------
    classes_ : ndarray [shape=(10,)], str
        The genres, in the order of the columns of `predict_proba`.

    Raises
    ------
    NetworkError
        The file is no network that can be used and trusted, or there is no such number of threads.

    Examples
    --------
    >>> from mgc.datasets.demo import clip_path
    >>> from mgc.inference.classifier import Classifier
    >>> Classifier().predict_proba([clip_path("jazz.00004")]).shape
    (1, 10)
    """

    def __init__(self, network: str | Path | None = None, *, threads: int | None = None) -> None:
        from mgc.inference.network_file import open_network

        if threads is not None:
            number: object = threads  # whatever a caller gives
            if not isinstance(number, int) or number < 1:
                raise NetworkError(f"threads={threads!r}: give a whole number from 1 on")
            from mgc.training import keras_fit

            keras_fit.set_up(threads)
        self._model = open_network(network)
        self.classes_ = np.array(GENRES)

    def answer(self, path: str | Path) -> Answer:
        """Say all there is to say of one file.

        Parameters
        ----------
        path : str or Path
            Audio in any format that libsndfile or ffmpeg reads, of at least three seconds.

        Raises
        ------
        AudioError
            The file cannot be decoded, is too short, or holds NaN or infinity; `path` is no name.
        """
        file = as_path(path)
        return Answer(str(path), tuple(self._answer(window) for window in windows(file)))

    def predict_proba(self, paths: str | Path | Iterable[str | Path]) -> Double:
        """Probabilities of the genres in some files, or one [shape=(n, 10)], rows summing to one.

        Columns are as in `classes_`; a silent file has a row of NaN. Raises AudioError as
        `answer`, of the first file that fails.
        """
        rows = [self.answer(path).probabilities for path in as_paths(paths)]
        return np.stack(rows) if rows else np.empty((0, len(GENRES)))

    def predict(self, paths: str | Path | Iterable[str | Path]) -> npt.NDArray[np.str_]:
        """Most probable genre of some files [shape=(n,)], empty for a silent one.

        See `predict_proba`.
        """
        p = self.predict_proba(paths)
        return np.where(np.isnan(p).any(axis=1), "", self.classes_[p.argmax(axis=1)])

    def _answer(self, window: Window) -> WindowAnswer:
        samples = window.samples
        drawn, heard = picture(samples), np.flatnonzero(audible(samples))
        crops, middles = np.empty((0, len(GENRES))), np.empty(0)
        if len(heard) >= round(MINIMUM_S * SAMPLE_RATE):
            # One weak cell moves the scale of the whole picture, so silence must not be in it.
            seen = drawn if len(heard) == len(samples) else picture(samples[heard])
            (crops,) = crop_probabilities(self._model, [seen])
            width, columns = int(self._model.input_shape[2]), seen.shape[1]
            there = (crop_starts(columns, width) + min(width, columns) / 2) / columns
            middles = heard[(there * len(heard)).astype(np.int64)] / SAMPLE_RATE
        return WindowAnswer(
            start_s=window.start_s,
            duration_s=len(samples) / SAMPLE_RATE,
            heard_s=len(heard) / SAMPLE_RATE,
            crops=crops,
            middles_s=window.start_s + middles,
            picture=drawn,
        )


def crop_probabilities(model: keras.Model, pictures: Iterable[Grey]) -> list[Double]:
    """Probabilities of the genres in each crop of some pictures.

    Parameters
    ----------
    model : keras.Model
        From `mgc.inference.network_file.open_network`.
    pictures : iterable of ndarray [shape=(128, n_columns)], uint8
        From `mgc.features.archive_picture.picture` or an archive; each at least as wide as the
        network reads.

    Returns
    -------
    probabilities : list of ndarray [shape=(n_crops, 10)], float64
        One array a picture, rows summing to one. Crops overlap by half and reach both ends.

    Raises
    ------
    NetworkError
        What the model gives are no probabilities.

    Notes
    -----
    A picture is standardised as a whole, as the recipe's scaling ``per track`` does, and cut by
    the rule by which fits predict their test part.
    """
    # Here: they import Keras, and commands that only look at data do without.
    from mgc.features.from_archive import decibels
    from mgc.inference.network_file import check_answers
    from mgc.training import crops, inputs

    width = int(model.input_shape[2])
    cut = []
    for drawn in pictures:
        scaled = inputs.scale(decibels(drawn[None]), np.empty(0, np.int64), "per track")
        cut.append(crops.regular(scaled, crops.TIME_AXIS["spectrogram"], width)[0])
    if not cut:
        return []
    # As many crops at a time as 30 s have, so that the network is compiled once.
    size = len(crops.starts(CLIP_COLUMNS, width))
    joined, computed = np.concatenate(cut), []
    for start in range(0, len(joined), size):
        batch = joined[start : start + size]
        padded = np.pad(batch, ((0, size - len(batch)), (0, 0), (0, 0), (0, 0)))
        computed.append(np.asarray(model.predict_on_batch(padded), np.float64)[: len(batch)])
    p = np.concatenate(computed)
    check_answers(p)
    p /= p.sum(axis=1, keepdims=True)
    return np.split(p, np.cumsum([len(pieces) for pieces in cut])[:-1])
