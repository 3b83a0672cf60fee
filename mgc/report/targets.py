"""Where the records stand against the targets that the report set itself in section 7."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
from scipy.stats import norm

from mgc.display import formats
from mgc.errors import RecordError
from mgc.evaluation.accuracy import accuracy_summary
from mgc.evaluation.metrics import correct
from mgc.evaluation.significance import ALPHA, Groups, fits_of
from mgc.evaluation.speed import FILE, Bench
from mgc.evaluation.tracks import track_rows
from mgc.models import TITLES

POWER: Final = 0.8
"""Wanted chance that a test shows a difference that is there."""


def nearest(groups: Groups, target: float) -> str:
    """Say in a sentence how near the best of models comes to a target of accuracy (0 to 1)."""
    known = {name: accuracy_summary(records) for name, records in fits_of(groups).items()}
    if not known:
        return "No model was run."
    best = max(known, key=lambda name: known[name].accuracy)
    if known[best].low >= target:
        return f"{TITLES[best]} reaches the target."
    if known[best].high >= target:
        return f"{TITLES[best]} may reach the target; the interval leaves it open."
    gap = formats.points(target - known[best].accuracy).lstrip("+")
    return f"None of these networks reaches it. {TITLES[best]}, the nearest, falls {gap} short."


class SpeedTargets(NamedTuple):
    """What the record of speed says about the two targets of section 7, by their one definition.

    From file to genre, decoding included. A clip: 30 s of music, one request at a time, one
    thread, the time that nineteen in twenty stay below (``clip_s``), and half of them with the
    report's CNN on its own spectrogram (``report_s``). A day: a folder on two cores, at the rate
    at which it was done (``clips_a_day``, an estimate).
    """

    clip_s: float
    report_s: float
    clips_a_day: float


def speed_targets(bench: Bench) -> SpeedTargets:
    """Look up the figures of the record of speed; raises RecordError where one is missing."""
    value = {figure.key: figure.value for figure in bench.figures}
    try:
        return SpeedTargets(
            value["clip_p95"] / 1000, value["report_ms"] / 1000, 1e6 * value["genres_a_day"]
        )
    except KeyError as error:
        raise RecordError(f"no figure {error} in {FILE}; run `nox -s bench`") from None


def answers(groups: Groups, goal: Mapping[str, float], known: SpeedTargets) -> str:
    """Answer the report's four targets in a line each, as a list in Markdown.

    An accuracy is reached when the whole 95 % interval lies at or above the target, and missed
    when it lies below. `goal` is `mgc.datasets.facts.report_targets`.
    """
    clip, day = goal["latency"], goal["throughput"]
    lines = {
        f"More than {formats.percent(goal['accuracy'])} right": nearest(groups, goal["accuracy"]),
        f"A clip in {formats.duration(clip)}": f"{'Yes' if known.clip_s <= clip else 'No'}:"
        " nineteen times in twenty the network that ships names its genre within about"
        f" {formats.duration(known.clip_s)}. The report's CNN on its large spectrogram takes"
        f" {formats.duration(known.report_s)}.",
        f"{formats.count(day)} clips a day": f"{'Yes' if known.clips_a_day >= day else 'No'}:"
        f" at the measured rate two cores do {formats.count(known.clips_a_day)}. That is an"
        " estimate: nobody waited for a day.",
        f"{formats.percent(goal['agreement'])} of users agree": "Nobody can say: it takes people"
        " who listen, and no accuracy stands for them.",
    }
    return "\n".join(f"- **{target}?** {answer}" for target, answer in lines.items())


def tracks_needed(discordant: float, difference: float) -> float:
    """Estimate how many test tracks it takes to show a difference between two models.

    Parameters
    ----------
    discordant : float
        Share of tracks that exactly one of the two models gets right, at least `difference`.
    difference : float
        True difference of their accuracies, above 0.

    Returns
    -------
    float
        Tracks, not rounded, for a significant two-sided McNemar test at the level of 5 % in 80 %
        of all attempts; NaN when `discordant` is smaller than `difference`.

    Notes
    -----
    Source: Connor 1987, Biometrics 43, sample size for McNemar's test.
    """
    if discordant < difference:
        return math.nan
    at_level, at_power = norm.ppf(1 - ALPHA / 2), norm.ppf(POWER)
    spread = math.sqrt(discordant - difference**2)
    return float(((at_level * math.sqrt(discordant) + at_power * spread) / difference) ** 2)


def sample_sizes(groups: Groups, differences: tuple[float, ...] = (0.02, 0.05, 0.1)) -> list[str]:
    """Say how many test tracks would show a difference between the two most accurate models.

    The `differences` of accuracy are above 0; each gets a sentence. Shares are means over seeds.
    """
    fits = fits_of(groups)
    if len(fits) < 2:
        return ["It takes two models with records to estimate this."]
    share = {name: accuracy_summary(records).accuracy for name, records in fits.items()}
    first, second = sorted(share, key=lambda name: share[name], reverse=True)[:2]
    pairs = list(zip(*(map(track_rows, fits[name]) for name in (first, second)), strict=False))
    discordant = float(np.mean([(correct(one) != correct(two)).mean() for one, two in pairs]))
    said = [
        f"{TITLES[first]} and {TITLES[second]} disagree in who is right on"
        f" {formats.percent(discordant)} of the {formats.count(len(pairs[0][0]))} test tracks."
    ]
    for difference in differences:
        points, n = formats.points(difference).lstrip("+"), tracks_needed(discordant, difference)
        said.append(
            f"They cannot differ by {points} while they disagree on so few."
            if math.isnan(n)
            else f"To show a difference of {points} would take about {formats.count(n)}."
        )
    return said
