"""What a step is: two sides that differ in one thing, and what is fitted for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import numpy as np

from mgc.datasets.splits import ARTIST_CV, Fold, Split
from mgc.evaluation.clusters import artist_groups
from mgc.features.arrays import Arrays
from mgc.features.statistics import picture_statistics
from mgc.records.store import Record
from mgc.records.study import Study
from mgc.training.transfer import transfer_rows
from mgc.typing import Double, Float, StrArray

Made = TypeVar("Made")


@dataclass(frozen=True, eq=False)
class Material:
    """What a side may be fitted on: the tracks of one split, in its order, and their features.

    Examples are whole tracks. Features are looked up when they are asked for, so that what
    combines published predictions needs no archive.
    """

    study: Study
    split: Split
    _made: dict[Callable[[Material], Any], Any] = field(default_factory=dict, init=False)

    def once(self, make: Callable[[Material], Made]) -> Made:
        """Give what a function makes of this material, and make it only once."""
        if make not in self._made:
            self._made[make] = make(self)
        made: Made = self._made[make]
        return made

    @cached_property
    def track_id(self) -> StrArray:
        """Id of each example."""
        return self.study.edition_record.usable["track_id"].to_numpy(str)[self.split.example_track]

    @cached_property
    def genre(self) -> StrArray:
        """Genre of each example."""
        return self.study.edition_record.usable["genre"].to_numpy(str)[self.split.example_track]

    @cached_property
    def arrays(self) -> Arrays:
        """Features of the usable tracks; those of the examples are at `split.example_track`."""
        return self.study.arrays()

    @cached_property
    def table(self) -> Float:
        """Statistics of each example as the MLP reads them [n, 156]."""
        return self.arrays.tabular[self.split.example_track]

    @cached_property
    def pictures(self) -> Float:
        """Statistics of the rows of each example's picture [n, 896]."""
        return picture_statistics(self.arrays.spectrogram[self.split.example_track])

    @cached_property
    def vgg16_rows(self) -> list[Float]:
        """What blocks of VGG16 say of each example, the mean over time [n, n_rows, n_filters]."""
        blocks, _ = transfer_rows(self.arrays.spectrogram, self.study.cache)
        return [block[self.split.example_track] for block in blocks.values()]

    @cached_property
    def groups(self) -> StrArray:
        """Artist group of each example."""
        groups = artist_groups(self.study.edition_record.name)
        return np.asarray([groups[name] for name in self.track_id.tolist()])


class Answers(NamedTuple):
    """Probabilities of the validation and the test part of a fold, [n, 10] each.

    `history` has a row for each point of a curve: some of `mgc.records.checks.HISTORY_COLUMNS`.
    `seconds_before` of the processor were spent, perhaps for another fit, on what this one needs.
    `device` is what a network was trained on.
    """

    valid: Double
    test: Double
    history: Sequence[Mapping[str, Any]] = ()
    seconds_before: float = 0.0
    device: str = "CPU"


class Arm(NamedTuple):
    """One side of a comparison that is fitted here.

    `settings` and the name decide the outcome, and so the record's id; `fit` takes material, fold
    and seed and gives the `Answers`, or the first two of them.
    `reads` names the features of `Material` that it needs and `makes` gives others; both are
    looked up, or made, before its time is taken. `seconds_before` is what other fits took that
    this one needs.
    """

    name: str
    settings: Mapping[str, Any]
    fit: Callable[[Material, Fold, int], Answers | tuple[Double, Double]]
    reads: str = ""
    seconds_before: float = 0.0
    makes: Callable[[Material], Any] | None = None


Side = Arm | Callable[[Study, int], Arm | Record | None]
"""An arm, or what gives that of a seed, or the published record that stands for it; else None."""


@dataclass(frozen=True)
class Comparison:
    """A row of the ledger: a step, its control, and how both are fitted.

    Attributes
    ----------
    step, control : str
        What is done, and what it is measured against, as a reader says it.
    sides : pair of Side
        Step and control.
    seeds : pair of tuple of int
        Of each side. A single one where a fit leaves nothing to chance.
    """

    step: str
    control: str
    sides: tuple[Side, Side]
    protocol: str = ARTIST_CV
    seeds: tuple[tuple[int, ...], tuple[int, ...]] = ((0,), (0,))


@dataclass(frozen=True)
class Step:
    """One of the report's next steps.

    Attributes
    ----------
    name : str
    question, changed, fitted : str
        What one wants to know, the one thing in which step and control differ, and what is fitted
        for it.
    comparisons : tuple of Comparison
    """

    name: str
    question: str
    changed: str
    fitted: str
    comparisons: tuple[Comparison, ...] = field(default=())
