"""Results of the five models as a rule makes them up, ten tracks a genre."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mgc.datasets.tracks import GENRES
from mgc.models import NAMES
from mgc.records.store import NotRun, Record
from tests.helpers.records import ENVIRONMENT, one_hot, unsaved

NOBODY = {name: NotRun(name, "no record") for name in NAMES}
AFTER = dict(zip(GENRES, (*GENRES[1:], GENRES[0]), strict=True))


def predicting(rule: Callable[[str, int], str], per_genre: int = 10, **changes: Any) -> Record:
    """Return a record whose model predicts `rule(genre, number)` for each track."""
    rows = [(f"{g}.{i:05d}", g, rule(g, i)) for g in GENRES for i in range(per_genre)]
    return unsaved(one_hot(rows), **changes)


def right(share: float, **changes: Any) -> Record:
    """Return a record that has the first tracks of each genre right, the rest wrong."""
    return predicting(lambda g, i: g if i < 10 * share else AFTER[g], **changes)


def five(**shares: float) -> dict[str, Record | NotRun]:
    """Return the five results; a model without a share was not run."""
    return NOBODY | {name: right(share, model=name) for name, share in shares.items()}


def with_environment(record: Record, **values: Any) -> Record:
    """Return the record as if other things had been measured."""
    return replace(record, environment=ENVIRONMENT | values)
