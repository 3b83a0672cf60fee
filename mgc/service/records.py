"""What was measured of the service, as records; commands of `tools` write them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from mgc.errors import RecordError
from mgc.util.textfiles import read_csv, read_json

LOAD_FILE = "service/load.json"
"""In the store of records; `tools.bench.load` writes it."""

SEQUENTIAL_FILE = "service/sequential.csv"
"""Written by `tools.sequential`."""

MONITORING_FILE = "service/monitoring.csv"
"""Written by `tools.monitoring`."""


@dataclass(frozen=True)
class Load:
    """How a service held under load.

    Attributes
    ----------
    facts : dict
        ``date``, ``machine``, ``processes``, ``mix`` (shares of uploads that are good, bad, and
        hung up), ``model`` (what the service says of itself).
    levels : DataFrame
        A row for each number of ``clients``: ``seconds``, requests ``answered``, ``refused``
        (no audio), ``told_to_wait``, ``hung_up`` and ``failed``; ``p50_ms`` and ``p95_ms`` of the
        answered, ``a_second``, and ``memory_mb``, the largest, of all processes.
    """

    facts: dict[str, Any]
    levels: pd.DataFrame


def load_record(root: str | Path) -> Load:
    """Read the record of load; raises RecordError if it is missing or damaged."""
    file = Path(root) / LOAD_FILE
    facts = read_json(file)
    try:
        return Load(facts, pd.DataFrame(facts["levels"]).astype(float))
    except (KeyError, TypeError, ValueError):
        raise RecordError(f"{file}: holds no levels; run `nox -s load`") from None


def load_sequential(root: str | Path) -> pd.DataFrame:
    """Read how often tests decide that are looked at after every artist.

    A row for each pair of published models: ``first``, ``second``, ``tracks``, ``groups``,
    ``difference`` (accuracy), ``p`` (paired test of all), ``needed`` (tracks for that test), and
    the rates of `mgc.evaluation.sequential.Rates`. Raises RecordError.
    """
    return read_csv(Path(root) / SEQUENTIAL_FILE, ("first", "second"), blanks=True)


def load_monitoring(root: str | Path) -> pd.DataFrame:
    """Read how often `mgc monitor` alarms without cause, and how soon with one.

    A row for each change that ``sets_in`` and each ``window``, over many streams of so many
    ``tracks`` (after the change, if there is one): either ``false_alarms``, the share of streams
    with an alarm, or ``found``, the share of changes that are, and ``median_delay`` and
    ``p90_delay`` in tracks (NaN where too few are). Raises RecordError.
    """
    return read_csv(Path(root) / MONITORING_FILE, ("sets_in",), blanks=True)
