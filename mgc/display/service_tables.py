"""How the service held, and what watching it costs, as tables of words."""

from __future__ import annotations

import pandas as pd

from mgc.display import formats
from mgc.service.records import Load


def load_table(load: Load) -> pd.DataFrame:
    """Say for each number of clients how the service answered."""
    counts = {"answered": "Answered", "refused": "Refused", "told_to_wait": "Told to wait",
              "hung_up": "Hung up", "failed": "Failed"}  # fmt: skip
    levels = load.levels
    return pd.DataFrame(
        {
            "Clients": levels["clients"].map(formats.count),
            **{title: levels[key].map(formats.count) for key, title in counts.items()},
            "Median": (levels["p50_ms"] / 1000).map(formats.duration),
            "95th percentile": (levels["p95_ms"] / 1000).map(formats.duration),
            "Answers a second": levels["a_second"].map(lambda value: formats.number(value, 1)),
            "Memory, MB": levels["memory_mb"].map(formats.count),
        }
    )
