"""How the service held, and what watching it costs, as tables of words."""

from __future__ import annotations

import pandas as pd

from mgc.display import formats
from mgc.service.records import Load


def load_table(load: Load) -> pd.DataFrame:
    """Say for each number of clients how the service answered."""
    levels = load.levels
    return pd.DataFrame(
        {
            "Clients": levels["clients"].map(formats.count),
            "Answers a second": levels["a_second"].map(lambda value: formats.number(value, 1)),
            "Median": (levels["p50_ms"] / 1000).map(formats.duration),
            "95th percentile": (levels["p95_ms"] / 1000).map(formats.duration),
            "Told to wait": levels["told_to_wait"].map(formats.count),
            "Memory at most, MB": levels["memory_mb"].map(formats.count),
        }
    )


def sequential_table(rates: pd.DataFrame) -> pd.DataFrame:
    """Say for each pair of models how soon a sequential test decides, and how often wrongly."""
    by_points = rates["difference"].map(lambda value: formats.points(value))
    return pd.DataFrame(
        {
            "Models": rates["first"] + " and " + rates["second"],
            "Difference": by_points,
            "Tracks that a plain test needs": rates["needed"].map(formats.count),
            "Sequential test decides": rates["decided"].map(formats.percent),
            "Tracks until then, median": rates["median_tracks"].map(formats.count),
            "Sequential test wrong": rates["false_sequential"].map(
                lambda share: formats.percent(share, 1)
            ),
        }
    )


def false_alarm_table(measured: pd.DataFrame) -> pd.DataFrame:
    """Say how often the monitor alarms where nothing changes."""
    rows = measured[measured["false_alarms"].notna()]
    return pd.DataFrame(
        {
            "The stream": rows["sets_in"].str.removeprefix("nothing; "),
            "Window": rows["window"].map(formats.count),
            "Tracks": rows["tracks"].map(formats.count),
            "Streams with an alarm": rows["false_alarms"].map(lambda s: formats.percent(s, 1)),
        }
    )


def delay_table(measured: pd.DataFrame) -> pd.DataFrame:
    """Say how many tracks pass until the monitor notices a change."""
    rows = measured[measured["found"].notna()]
    return pd.DataFrame(
        {
            "What sets in": rows["sets_in"],
            "Window": rows["window"].map(formats.count),
            "Noticed": rows["found"].map(formats.percent),
            "Tracks until then, median": rows["median_delay"].map(formats.count),
            "Nine times in ten within": rows["p90_delay"].map(formats.count),
        }
    )
