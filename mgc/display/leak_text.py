"""What the page on leaks says of its curves, in tables and sentences that follow the records."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import pandas as pd

from mgc.datasets.leak_splits import SHARES
from mgc.display import formats
from mgc.evaluation.accuracy import AccuracySummary
from mgc.evaluation.leak_curves import Curve, Gain, Point, apart


def table(found: Sequence[Curve]) -> pd.DataFrame:
    """Write all points as texts: accuracy and interval by model and share."""
    rows = [
        {
            "Model": curve.title,
            "Tracks leaked": f"{formats.count(point.n_leaked)} of {point.every.n_tracks}",
            "All test pieces": cell_text(point.every),
            "Leaked pieces": cell_text(point.leaked),
            "Clean pieces": cell_text(point.clean),
        }
        for curve in found
        for point in curve.points
    ]
    return pd.DataFrame(rows)


def cell_text(cell: AccuracySummary | None) -> str:
    """Write an accuracy with its interval, or a dash for no pieces."""
    if cell is None:
        return formats.MISSING
    return f"{formats.percent(cell.accuracy)} ({formats.interval(cell.low, cell.high)})"


def says(curve: Curve, point: Point) -> str:
    """Say in words what one position of the slider shows.

    Parameters
    ----------
    curve : Curve
    point : Point
        One of its points.

    Returns
    -------
    str
        Two sentences, plain text.
    """
    n_tracks = formats.count(point.every.n_tracks)
    every = f"names the genre of {cell_text(point.every)} of all test pieces"
    if point.leaked is None:
        return f"Nothing leaks. {curve.title} {every}."
    if point.clean is None:
        return f"All {n_tracks} test tracks leak. {curve.title} {every}; none is clean."
    leaked = f"{cell_text(point.leaked)} of the leaked pieces"
    return (
        f"{formats.count(point.n_leaked)} of {n_tracks} test tracks leak. {curve.title} {every}:"
        f" {leaked} and {cell_text(point.clean)} of the"
        " clean ones."
    )


def gain_table(found: Sequence[Curve]) -> pd.DataFrame:
    """Write the gains of every model as texts."""
    return pd.DataFrame(
        [
            {
                "Model": curve.title,
                "All pieces, all tracks leak": gain_text(curve.every),
                "Leaked pieces, half of the tracks leak": gain_text(curve.leaked),
                "Clean pieces, half of the tracks leak": gain_text(curve.clean),
                "Seeds": formats.count(curve.n_seeds),
            }
            for curve in found
        ]
    )


def gain_text(one: Gain) -> str:
    """Write a gain in points with its interval."""
    return (
        f"{formats.points(one.mean)} ({formats.points(one.low).split()[0]} to"
        f" {formats.points(one.high)})"
    )


def statements(found: Sequence[Curve]) -> list[str]:
    """Say what the leak adds, and for which models that is clear.

    A gain is called clear where its 95 % interval lies above zero.

    Parameters
    ----------
    found : sequence of Curve
        At least one.

    Returns
    -------
    list of str
        Three sentences: all pieces, leaked ones, clean ones.
    """
    said = []
    for field, subject in (
        ("every", "Where every test track leaks, accuracy changes by"),
        ("leaked", "Where half of them leak, it changes on the pieces of these tracks by"),
        ("clean", "On the pieces of the other half, of which nothing trains, it changes by"),
    ):
        gains: dict[str, Gain] = {curve.title: getattr(curve, field) for curve in found}
        clear = [title for title, one in gains.items() if one.low > 0]
        ends = min(gains.values()), max(gains.values())
        span = " to ".join(dict.fromkeys(formats.points(one.mean).split()[0] for one in ends))
        every = len(clear) == len(found) > 1
        whom = "every model" if every else formats.listing(clear) if clear else "no model"
        said.append(f"{subject} {span} points; it clearly rises for {whom}.")
    return said


def ranking(found: Sequence[Curve]) -> str:
    """Say in which order the models stand at the two ends, and how sure a change of places is.

    Parameters
    ----------
    found : sequence of Curve

    Returns
    -------
    str
        One or two sentences, and one more for each pair that changes places.
    """
    left, right = (
        sorted(found, key=lambda curve: -curve.points[place].every.accuracy) for place in (0, -1)
    )
    if left == right:
        return "Without a leak and with the whole leak the models stand in the same order."
    orders = [formats.listing([curve.title for curve in order]) for order in (left, right)]
    said = [
        f"From the best down, the models stand in the order {orders[0]} without a leak, and"
        f" {orders[1]} with the whole leak: a leak does not only raise scores, it can change"
        " which model looks better."
    ]
    for one, two in combinations(left, 2):
        if right.index(two) < right.index(one):
            before, after = (apart(one, two, share) for share in (SHARES[0], SHARES[-1]))
            said.append(
                f"{two.title} stands {gain_text(before)} from {one.title} on the left of the"
                f" slider{_doubt(before)}, and {gain_text(after)} on the right{_doubt(after)}."
            )
    return " ".join(said)


def doubts(found: Sequence[Curve]) -> str:
    """Warn of curves that rest on a single seed; empty where there is none."""
    single = [curve.title for curve in found if curve.n_seeds == 1]
    if not single:
        return ""
    return (
        f"Of {formats.listing(single)} there is one seed. The band covers the"
        " tracks alone, not what"
        " another start of the training or another draw of the leaks would give, so a single step"
        " of the curve may be chance."
    )


def _doubt(one: Gain) -> str:
    """Say so where the interval holds zero."""
    return " (no clear difference)" if one.low <= 0 <= one.high else ""
