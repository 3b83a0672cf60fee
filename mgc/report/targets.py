"""Where the records stand against the targets that the report set itself in section 7."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import pandas as pd
from scipy.stats import norm

from mgc.display import formats
from mgc.evaluation import metrics, significance
from mgc.evaluation.accuracy import accuracy_summary
from mgc.evaluation.tracks import n_test_tracks, track_rows
from mgc.models import TITLES
from mgc.records.store import NotRun, Record

SECONDS_A_DAY: Final = 86_400
#: Models whose classifier reads the output of another network.
WITH_BASE: Final = ("autoencoder", "vgg16")

Results = Mapping[str, Record | NotRun]


def accuracy_gap(results: Results, target: float) -> pd.DataFrame:
    """Set each model's accuracy beside the target.

    Parameters
    ----------
    results : mapping of str to Record or NotRun
    target : float
        0 to 1.

    Returns
    -------
    DataFrame
        One row a model that was run: ``model``, ``title``, ``accuracy``, ``low``, ``high``,
        ``gap`` (target minus accuracy) and ``reached``: "yes" when the whole 95 % interval lies
        at or above the target, "no" when it lies below, else "undecided".
    """
    rows = []
    for name, record in significance.only_run(results).items():
        known = accuracy_summary(record)
        reached = "yes" if known.low >= target else "no" if known.high < target else "undecided"
        numbers = (known.accuracy, known.low, known.high, target - known.accuracy)
        rows.append((name, TITLES[name], *numbers, reached))
    columns = ["model", "title", "accuracy", "low", "high", "gap", "reached"]
    return pd.DataFrame(rows, columns=columns)


def timings(results: Results) -> pd.DataFrame:
    """Measured seconds a track, from the records' environments.

    Parameters
    ----------
    results : mapping of str to Record or NotRun

    Returns
    -------
    DataFrame
        One row a model that was run: ``model``, ``title``, ``features`` (of a clip of 30 s),
        ``base`` (frozen base or encoder, 0 for models without), ``predict`` (the rest of the
        network, in batches), ``total`` (their sum), ``a_day`` (clips that one such machine would
        do in a day at that rate: an estimate) and ``device``. NaN where no record holds it. Used
        in chapter 7.
    """
    rows = []
    for name, record in significance.only_run(results).items():
        known = record.environment
        features = float(known.get("feature_seconds_per_track", math.nan))
        without = math.nan if name in WITH_BASE else 0.0
        base = float(known.get("base_seconds_per_track", without))
        predict = float(known.get("predict_seconds_per_track", math.nan))
        total = features + base + predict
        a_day = SECONDS_A_DAY / total if total > 0 else math.nan
        device = str(known["device"])
        rows.append((name, TITLES[name], features, base, predict, total, a_day, device))
    columns = ["model", "title", "features", "base", "predict", "total", "a_day", "device"]
    return pd.DataFrame(rows, columns=columns)


def tracks_needed(
    discordant: float, difference: float, *, alpha: float = 0.05, power: float = 0.8
) -> float:
    """Estimate how many test tracks it takes to show a difference between two models.

    Parameters
    ----------
    discordant : float
        Share of tracks that exactly one of the two models gets right, at least `difference`.
    difference : float
        True difference of their accuracies, above 0.
    alpha, power : float
        Level of the two-sided McNemar test, and the wanted chance of a significant result.

    Returns
    -------
    float
        Tracks, not rounded; NaN when `discordant` is smaller than `difference`.

    Raises
    ------
    ValueError
        When `difference` is not above 0.

    Notes
    -----
    Source: Connor 1987, Biometrics 43, sample size for McNemar's test.
    """
    if difference <= 0:
        raise ValueError(f"a difference of {difference} needs no test: give one above 0")
    if discordant < difference:
        return math.nan
    at_level, at_power = float(norm.ppf(1 - alpha / 2)), float(norm.ppf(power))
    spread = math.sqrt(discordant - difference**2)
    return ((at_level * math.sqrt(discordant) + at_power * spread) / difference) ** 2


def as_table(gaps: pd.DataFrame) -> pd.DataFrame:
    """Write the result of `accuracy_gap` as texts for a page."""
    return pd.DataFrame(
        {
            "Model": gaps["title"],
            "Accuracy": [formats.percent(value) for value in gaps["accuracy"]],
            "95 % interval": [
                formats.interval(low, high)
                for low, high in zip(gaps["low"], gaps["high"], strict=True)
            ],
            "Short of the target by": [formats.points(value).lstrip("+") for value in gaps["gap"]],
            "Target reached": gaps["reached"],
        }
    )


def timing_table(times: pd.DataFrame) -> pd.DataFrame:
    """Write the result of `timings` as texts for a page."""
    return pd.DataFrame(
        {
            "Model": times["title"],
            "Features": times["features"].map(formats.duration),
            "Base or encoder": [formats.duration(value or None) for value in times["base"]],
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
    """Say where the measured times stand against the targets.

    Parameters
    ----------
    times : DataFrame
        From `timings`.
    latency : float
        Seconds a clip.
    throughput : float
        Songs a day.

    Returns
    -------
    list of str
        Full sentences; what was not measured is said to be so.
    """
    if times.empty:
        return ["No model was run, so nothing was timed."]
    said = []
    known = times.dropna(subset=["total"])
    if known.empty:
        said.append(
            "The records do not hold all the times that a clip takes, so neither target can be"
            " decided."
        )
        known = times.dropna(subset=["predict"])
        slow = [str(t) for t in known.loc[known["predict"] > latency, "title"]]
        if slow:
            said.append(f"Prediction alone already takes too long for {formats.listing(slow)}.")
        return said
    within = [str(t) for t in known.loc[known["total"] <= latency, "title"]]
    beyond = [str(t) for t in known.loc[known["total"] > latency, "title"]]
    if within:
        said.append(f"Within {formats.duration(latency)} a clip: {formats.listing(within)}.")
    if beyond:
        said.append(f"Slower than that: {formats.listing(beyond)}.")
    rate = known["a_day"].min(), known["a_day"].max()
    machines = [math.ceil(throughput / value) for value in rate]
    said.append(
        f"At these rates one such machine would do {formats.count(rate[0])} to"
        f" {formats.count(rate[1])}"
        f" clips a day (an estimate: it assumes that the rate holds and that nothing else runs);"
        f" {formats.count(throughput)} would take {formats.count(machines[1])}"
        + (
            f" to {formats.count(machines[0])} machines."
            if machines[0] != machines[1]
            else " of them."
        )
    )
    return said


def discordance(first: Record, second: Record) -> float:
    """Share of test tracks (0 to 1) that exactly one of two models gets right."""
    test = significance.mcnemar(track_rows(first), track_rows(second))
    return (test.b + test.c) / len(track_rows(first))


def sample_sizes(
    results: Results, differences: tuple[float, ...] = (0.02, 0.05, 0.1)
) -> list[str]:
    """Say how many test tracks would show a difference between the two most accurate models.

    Parameters
    ----------
    results : mapping of str to Record or NotRun
    differences : tuple of float
        Differences of accuracy, above 0.

    Returns
    -------
    list of str
        Full sentences.
    """
    run = significance.only_run(results)
    shares = {name: metrics.accuracy(metrics.test_rows(r)) for name, r in run.items()}
    if len(shares) < 2:
        return ["It takes two models with records to estimate this."]
    first, second = sorted(shares, key=lambda name: shares[name], reverse=True)[:2]
    psi = discordance(run[first], run[second])
    said = [
        f"{TITLES[first]} and {TITLES[second]} disagree in who is right on"
        f" {formats.percent(psi)} of"
        f" the {formats.count(n_test_tracks(results))} test tracks."
    ]
    for difference in differences:
        points = formats.points(difference).lstrip("+")
        n = tracks_needed(psi, difference)
        if math.isnan(n):
            said.append(f"They cannot differ by {points} while they disagree on so few.")
        else:
            said.append(f"To show a difference of {points} would take about {formats.count(n)}.")
    return said
