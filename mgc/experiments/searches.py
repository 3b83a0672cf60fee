"""The searches for settings that have a record, each beside what was chosen by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mgc.experiments import search
from mgc.experiments.harness import side_records
from mgc.records.store import Record
from mgc.records.study import Study


class Search(NamedTuple):
    """Title of a model, and its fits with settings that were found and with those by hand."""

    title: str
    found: Record
    by_hand: Record


def searches(study: Study) -> Iterator[Search]:
    """Look up both sides of each comparison of the step, seed 0."""
    for comparison in search.STEP.comparisons:
        found, by_hand = (side_records(study, comparison, side) for side in (0, 1))
        if found and by_hand:
            _, _, title = comparison.step.partition(": ")
            yield Search(title[0].upper() + title[1:], found[0], by_hand[0])
