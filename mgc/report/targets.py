"""Where the records stand against the targets that the report set itself in section 7."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import pandas as pd
from scipy.stats import norm

from mgc.display import formats
from mgc.evaluation import metrics
from mgc.evaluation.accuracy import accuracy_summary
from mgc.evaluation.clusters import artist_groups
from mgc.evaluation.significance import ALPHA, only_run, paired_test
from mgc.evaluation.tracks import track_rows
from mgc.models import TITLES
from mgc.records.store import NotRun, Record

SECONDS_A_DAY: Final = 86_400
POWER: Final = 0.8
"""Wanted chance that a test shows a difference that is there."""
#: Models whose classifier reads the output of another network.
WITH_BASE: Final = ("autoencoder", "vgg16")

Results = Mapping[str, Record | NotRun]


def accuracy_gap(results: Results, target: float) -> pd.DataFrame:
    """Set the accuracy of each model that was run beside a target (0 to 1), as texts for a page.

    ``Target reached`` is "yes" when the whole 95 % interval lies at or above the target, "no" when
    it lies below, else "undecided".
    """
    rows = []
    for name, record in only_run(results).items():
        known = accuracy_summary(record)
        reached = "yes" if known.low >= target else "no" if known.high < target else "undecided"
        rows.append(
            {
                "Model": TITLES[name],
                "Accuracy": formats.percent(known.accuracy),
                "95 % interval": formats.interval(known.low, known.high),
                "Short of the target by": formats.points(target - known.accuracy).lstrip("+"),
                "Target reached": reached,
            }
        )
    return pd.DataFrame(rows)


def timings(results: Results) -> pd.DataFrame:
    """Measured seconds a track, from the records' environments.

    Returns
    -------
    DataFrame
        One row a model that was run: ``title``, ``features`` (of a clip of 30 s), ``base`` (frozen
        base or encoder, 0 for models without), ``predict`` (the rest of the network, in batches),
        ``total`` (their sum), ``a_day`` (clips that one such machine would do in a day at that
        rate: an estimate) and ``device``. NaN where no record holds it.
    """
    rows = []
    for name, record in only_run(results).items():
        known = record.environment
        rows.append(
            {
                "title": TITLES[name],
                "features": known.get("feature_seconds_per_track"),
                "base": known.get("base_seconds_per_track", None if name in WITH_BASE else 0.0),
                "predict": known.get("predict_seconds_per_track"),
                "device": known["device"],
            }
        )
    steps = ["features", "base", "predict"]
    table = pd.DataFrame(rows, columns=["title", *steps, "device"]).astype(
        dict.fromkeys(steps, float)
    )
    total = table[steps].sum(axis=1, skipna=False)
    return table.assign(total=total, a_day=SECONDS_A_DAY / total.where(total > 0))


def timing_table(times: pd.DataFrame) -> pd.DataFrame:
    """Write the result of `timings` as texts for a page."""
    return pd.DataFrame(
        {
            "Model": times["title"],
            "Features": times["features"].map(formats.duration),
            "Base or encoder": times["base"].replace(0.0, math.nan).map(formats.duration),
            "Prediction": times["predict"].map(formats.duration),
            "Together": times["total"].map(formats.duration),
            "Clips a day (estimate)": times["a_day"].map(formats.count),
            "Device": times["device"],
        }
    )


def milliseconds(times: pd.DataFrame) -> dict[str, float]:
    """Milliseconds a track by title: all steps, or the last where no record holds the others."""
    measure = "total" if times["total"].notna().any() else "predict"
    known = times[times[measure] > 0]
    return dict(zip(known["title"], 1000 * known[measure], strict=True))


def speed(times: pd.DataFrame, latency: float, throughput: float) -> list[str]:
    """Say where `timings` stand against the targets, and what was not measured.

    `latency` is in seconds a clip, `throughput` in clips a day.
    """
    if times.empty:
        return ["No model was run, so nothing was timed."]
    known = times.dropna(subset=["total"])
    if known.empty:
        slow = times.loc[times["predict"] > latency, "title"].tolist()
        said = [
            "The records do not hold all the times that a clip takes, so neither target can be"
            " decided."
        ]
        if slow:
            said.append(f"Prediction alone already takes too long for {formats.listing(slow)}.")
        return said
    within = known.loc[known["total"] <= latency, "title"].tolist()
    beyond = known.loc[known["total"] > latency, "title"].tolist()
    said = []
    if within:
        said.append(f"Within {formats.duration(latency)} a clip: {formats.listing(within)}.")
    if beyond:
        said.append(f"Slower than that: {formats.listing(beyond)}.")
    low, high = known["a_day"].min(), known["a_day"].max()
    fewest, most = math.ceil(throughput / high), math.ceil(throughput / low)
    machines = f"{formats.count(fewest)} to {formats.count(most)} machines"
    said.append(
        f"At these rates one such machine would do {formats.count(low)} to {formats.count(high)}"
        " clips a day (an estimate: it assumes that the rate holds and that nothing else runs);"
        f" {formats.count(throughput)} would take"
        f" {machines if fewest < most else f'{formats.count(most)} of them'}."
    )
    return said


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


def sample_sizes(
    results: Results, differences: tuple[float, ...] = (0.02, 0.05, 0.1)
) -> list[str]:
    """Say how many test tracks would show a difference between the two most accurate models.

    The `differences` of accuracy are above 0; each gets a sentence.
    """
    run = only_run(results)
    share = {name: metrics.accuracy(metrics.test_rows(record)) for name, record in run.items()}
    if len(run) < 2:
        return ["It takes two models with records to estimate this."]
    first, second = sorted(share, key=lambda name: share[name], reverse=True)[:2]
    rows = track_rows(run[first])
    artists = artist_groups(str(run[first].config["edition"]))
    test = paired_test(rows, track_rows(run[second]), artists)
    discordant = (test.b + test.c) / len(rows)
    said = [
        f"{TITLES[first]} and {TITLES[second]} disagree in who is right on"
        f" {formats.percent(discordant)} of the {formats.count(len(rows))} test tracks."
    ]
    for difference in differences:
        points, n = formats.points(difference).lstrip("+"), tracks_needed(discordant, difference)
        said.append(
            f"They cannot differ by {points} while they disagree on so few."
            if math.isnan(n)
            else f"To show a difference of {points} would take about {formats.count(n)}."
        )
    return said
