"""Where fits of the next steps ran, and how their times compare."""

from __future__ import annotations

from collections.abc import Iterable

from mgc.experiments.harness import VARIANT, side_records
from mgc.experiments.step import Step
from mgc.records.store import Record
from mgc.records.study import Study


def clock(record: Record) -> str:
    """By what a fit was timed; on a graphics card others ran beside it, so that no time counts."""
    if record.environment["device"] != "CPU":
        return ""
    by_processor = record.config["variant"] == VARIANT and "members" not in record.config["recipe"]
    return f"{'processor' if by_processor else 'wall'}, {record.backend}"


def on_two_machines(study: Study, steps: Iterable[Step]) -> list[str]:
    """Name the rows whose fits, of both sides together, ran on several devices or backends.

    Of what combines fits, its members count.
    """
    names = []
    for comparison in (entry for step in steps for entry in step.comparisons):
        sides = [side_records(study, comparison, side) for side in (0, 1)]
        fits = [fit for side in sides for record in side for fit in _members(study, record)]
        if all(sides) and len({fit.ran_on for fit in fits}) > 1:
            names.append(comparison.step)
    return names


def _members(study: Study, record: Record) -> list[Record]:
    found = [study.store.get(fit) for fit in record.config["recipe"].get("members", ())]
    return [fit for fit in found if fit is not None] or [record]


def spread_of_times(records: Iterable[Record]) -> float:
    """Divide the longest by the shortest time that a model trained in one place, the most of any.

    Times on a graphics card, where other fits ran beside, are left out.
    """
    times: dict[tuple[str, str], list[float]] = {}
    for record in records:
        if clock(record):
            seconds = float(record.environment["duration_s"])
            times.setdefault((record.model, record.backend), []).append(seconds)
    return max((max(each) / min(each) for each in times.values()), default=float("nan"))
