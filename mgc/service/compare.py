"""Two networks on the same labelled tracks: which is better, or how many tracks would tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from mgc.datasets.tracks import Track
from mgc.errors import AudioError, DataError, FeatureError, why
from mgc.evaluation.clusters import net_by_group
from mgc.evaluation.sequential import decision, e_values, groups_needed
from mgc.evaluation.significance import ALPHA, sign_flip
from mgc.typing import IntArray


class Named(Protocol):
    """What names the genre of a file; `mgc.inference.classifier.Classifier` does."""

    def predict(self, paths: str) -> npt.NDArray[np.str_]:
        """Name it [shape=(1,)]."""
        ...


@dataclass(frozen=True)
class Comparison:
    """What two networks are worth beside each other.

    Attributes
    ----------
    n_tracks, n_groups : int
        Tracks that both answered, and their artist groups.
    right : tuple of float
        Share of them that each has right.
    only : tuple of int
        Tracks that the first alone, and that the second alone has right.
    p : float in (0, 1]
        Of the paired test over artist groups (`mgc.evaluation.significance.sign_flip`); says
        nothing where `stopped`.
    e : float, above 0
        Evidence of the sequential test (`mgc.evaluation.sequential`) after the last group.
    decided : int or None
        Groups after which that test decided.
    more_tracks : float
        Tracks that the paired test needs beyond these; infinite where the networks are level.
    stopped : bool
        Whether the sequential test ended the comparison.
    """

    n_tracks: int
    n_groups: int
    right: tuple[float, float]
    only: tuple[int, int]
    p: float
    e: float
    decided: int | None
    more_tracks: float
    stopped: bool

    @property
    def better(self) -> int:
        """1 or 2 where a test shows that one is better, else 0."""
        shown = self.decided is not None if self.stopped else self.p <= ALPHA
        return (1 if self.right[0] > self.right[1] else 2) if shown else 0


def in_random_order(tracks: Iterable[Track], groups: Mapping[str, str]) -> Iterator[list[Track]]:
    """Give the tracks of one artist group after the other, the same order in every run."""
    together: dict[str, list[Track]] = {}
    for track in tracks:
        together.setdefault(groups.get(track.track_id, track.track_id), []).append(track)
    names = sorted(together)
    for number in np.random.default_rng(0).permutation(len(names)):
        yield together[names[number]]


def compare(
    first: Named,
    second: Named,
    tracks: Sequence[Track],
    groups: Mapping[str, str],
    *,
    stop_early: bool = False,
    left_out: Callable[[str, str], object] = lambda name, reason: None,
) -> Comparison:
    """Ask two networks about the same tracks.

    Parameters
    ----------
    first, second : Classifier
    tracks : sequence of Track
    groups : mapping of str to str
        Track id to artist group; a track without one is a group of its own.
    stop_early : bool
        End as soon as the sequential test decides.
    left_out : callable
        Is told the name of each track that cannot be read, and why.

    Raises
    ------
    DataError
        No track can be read.
    """
    right: dict[str, tuple[bool, bool]] = {}
    net: list[int] = []
    stopped = False
    for group in in_random_order(tracks, groups):
        answered = {}
        for track in group:
            path = str(track.path)
            try:
                said = [str(network.predict(path)[0]) for network in (first, second)]
            except (AudioError, FeatureError, OSError) as error:
                left_out(track.track_id, why(track.path, error))
                continue
            answered[track.track_id] = (said[0] == track.genre, said[1] == track.genre)
        if answered:
            right |= answered
            net.append(sum(int(a) - int(b) for a, b in answered.values()))
        if stop_early and decision(np.array(net, np.int64)) is not None:
            stopped = True
            break
    if not right:
        raise DataError("no track can be read; the reasons stand above")
    return _summary(right, np.array(net, np.int64), groups, stopped=stopped)


def _summary(
    right: Mapping[str, tuple[bool, bool]],
    net: IntArray,
    groups: Mapping[str, str],
    *,
    stopped: bool,
) -> Comparison:
    table = pd.DataFrame(right, index=["first", "second"]).T.astype(np.int64)
    ahead = table["first"] - table["second"]
    needed = groups_needed(net) * len(table) / len(net)
    return Comparison(
        n_tracks=len(table),
        n_groups=len(net),
        right=(float(table["first"].mean()), float(table["second"].mean())),
        only=(int((ahead > 0).sum()), int((ahead < 0).sum())),
        p=sign_flip(net_by_group(ahead, groups)),
        e=float(e_values(net)[-1]),
        decided=decision(net),
        more_tracks=max(0.0, needed - len(table)),
        stopped=stopped,
    )
