"""Classify music: from a file to the genres of each half minute and of the whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mgc.audio.files import as_path, as_paths
from mgc.audio.loudness import audible
from mgc.audio.windows import Window, windows
from mgc.datasets.tracks import GENRES
from mgc.errors import NetworkError
from mgc.inference.opening import open_network
from mgc.typing import Double, Grey

SURE_FROM = 0.5
"""Probability from which the first genre is more likely right than wrong, if calibrated."""
N_TOP = 3
N_TAGS = 5
MUSIC_FROM = 0.5
"""Probability of music below which the answer is none of the genres."""


class _Said(Protocol):
    @property
    def classes(self) -> tuple[str, ...]: ...
    @property
    def probabilities(self) -> Double: ...
    @property
    def silent(self) -> bool: ...
    @property
    def tags(self) -> Mapping[str, float]: ...
    @property
    def music(self) -> float: ...


class _Verdict:
    """What an answer to a window and one to a file have in common."""

    @property
    def verdict(self: _Said) -> str:
        """``sure``, ``unsure`` (as likely wrong as right), ``none`` (of these) or ``silent``."""
        if self.silent:
            return "silent"
        if self.music < MUSIC_FROM:
            return "none"
        return "sure" if float(self.probabilities.max()) >= SURE_FROM else "unsure"

    @property
    def top(self: _Said) -> tuple[tuple[str, float], ...]:
        """The three most probable genres, the first first; none where there is silence."""
        if self.silent:
            return ()
        order = np.argsort(-self.probabilities, kind="stable")[:N_TOP]
        return tuple((self.classes[k], float(self.probabilities[k])) for k in order)

    @property
    def top_tags(self: _Said) -> tuple[tuple[str, float], ...]:
        """The five most probable tags, the first first; none where there are none."""
        return tuple(sorted(self.tags.items(), key=lambda item: -item[1])[:N_TAGS])


@dataclass(frozen=True, eq=False)
class WindowAnswer(_Verdict):
    """What the network says of one window of a file."""

    start_s: float
    duration_s: float
    heard_s: float
    """Seconds of it that are heard (`mgc.audio.loudness.audible`); the network saw no others."""
    crops: Double
    """Probabilities in crops from the first sound to the last [shape=(n_crops, n_classes)]; empty
    where the window is silent."""
    middles_s: Double
    """Where in the file the middles of the crops lie [shape=(n_crops,)]."""
    picture: Grey
    """Spectrogram of the whole window [shape=(n_bins, n_columns)]."""
    tags: Mapping[str, float] = field(default_factory=dict)
    """Mean probability of each tag over the crops; empty where the network knows none."""
    music: float = 1.0
    """Mean probability over the crops that this is music; 1 where the network cannot tell."""
    classes: tuple[str, ...] = GENRES
    """Names of the genres."""

    @property
    def silent(self) -> bool:
        """Whether less than 3 s of the window are heard: too little for a genre."""
        return not len(self.crops)

    @property
    def probabilities(self) -> Double:
        """Mean over the crops [shape=(n_classes,)]; NaN where the window is silent."""
        if self.silent:
            return np.full(len(self.classes), np.nan)
        mean: Double = self.crops.mean(axis=0)
        return mean


@dataclass(frozen=True, eq=False)
class Answer(_Verdict):
    """What the network says of a file: means over its windows by the seconds heard in them."""

    file: str
    windows: tuple[WindowAnswer, ...]
    """In order of time, at least one."""

    start_s = 0.0
    """As a window has one, since the answer for the whole is listed beside those of windows."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the genres."""
        return self.windows[0].classes

    def _mean(self, value: Callable[[WindowAnswer], Double | float]) -> Double:
        heard = [window for window in self.windows if not window.silent]
        weights = np.array([window.heard_s for window in heard])
        total: Double = weights @ np.stack([value(window) for window in heard]) / weights.sum()
        return total

    @property
    def probabilities(self) -> Double:
        """Of the genres [shape=(n_classes,)]; NaN where all windows are silent."""
        if self.silent:
            return np.full(len(self.classes), np.nan)
        return self._mean(lambda window: window.probabilities)

    @property
    def tags(self) -> Mapping[str, float]:
        """Of each tag that the network knows; empty where all windows are silent."""
        names = next((list(w.tags) for w in self.windows if not w.silent), [])
        if not names:
            return {}
        means = self._mean(lambda window: np.array([*window.tags.values()]))
        return dict(zip(names, means.tolist(), strict=True))

    @property
    def music(self) -> float:
        """Of its being music at all; 1 where the network cannot tell."""
        return 1.0 if self.silent else float(self._mean(lambda window: window.music))

    @property
    def duration_s(self) -> float:
        """Seconds of audio that were looked at, silence included."""
        return sum(window.duration_s for window in self.windows)

    @property
    def silent(self) -> bool:
        """Whether no window holds enough sound for a genre."""
        return all(window.silent for window in self.windows)


class Classifier:
    """A trained network that reads audio files.

    Parameters
    ----------
    network : str or Path, optional
        ``musicnn`` (the default) or ``cnn``, which ship, or a file that `mgc train` made.
    threads : int, at least 1, optional
        Threads of the network on the CPU; by default the runtime decides.

    Attributes
    ----------
    classes_ : ndarray [shape=(n_classes,)], str
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
        number: object = threads  # whatever a caller gives
        if number is not None and not (isinstance(number, int) and number >= 1):
            raise NetworkError(f"threads={threads!r}: give a whole number from 1 on")
        self._network = open_network(network, threads)
        self.classes_ = np.array(self._network.classes)

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
        heard = windows(file, sample_rate=self._network.sample_rate)
        return Answer(str(path), tuple(self._answer(window) for window in heard))

    def crop_tags(self, path: str | Path) -> Double:
        """Probabilities of the tags in each crop of a file [shape=(n_crops, n_tags)].

        Silence has no crops. Raises AudioError as `answer`.
        """
        network = self._network
        heard = (
            network.hear(window.samples, audible(window.samples, network.sample_rate)).tags
            for window in windows(as_path(path), sample_rate=network.sample_rate)
        )
        return np.concatenate(list(heard))

    def predict_proba(self, paths: str | Path | Iterable[str | Path]) -> Double:
        """Probabilities of the genres in some files, or one [shape=(n, n_classes)].

        Rows sum to one. Columns are as in `classes_`; a silent file has a row of NaN. Raises
        AudioError as `answer`, of the first file that fails.
        """
        rows = [self.answer(path).probabilities for path in as_paths(paths)]
        return np.stack(rows) if rows else np.empty((0, len(self.classes_)))

    def predict(self, paths: str | Path | Iterable[str | Path]) -> npt.NDArray[np.str_]:
        """Most probable genre of some files [shape=(n,)], empty for a silent one.

        See `predict_proba`.
        """
        p = self.predict_proba(paths)
        return np.where(np.isnan(p).any(axis=1), "", self.classes_[p.argmax(axis=1)])

    def _answer(self, window: Window) -> WindowAnswer:
        rate, tags = self._network.sample_rate, self._network.tags
        loud = audible(window.samples, rate)
        heard = self._network.hear(window.samples, loud)
        silent = not len(heard.crops)
        return WindowAnswer(
            start_s=window.start_s,
            duration_s=len(window.samples) / rate,
            heard_s=int(loud.sum()) / rate,
            crops=heard.crops,
            middles_s=window.start_s + heard.middles / rate,
            picture=heard.picture,
            tags={} if silent else dict(zip(tags, heard.tags.mean(axis=0).tolist(), strict=True)),
            classes=self._network.classes,
            music=1.0 if silent else float(heard.music.mean()),
        )
