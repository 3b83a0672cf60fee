"""What was measured of the service, as records; commands of `tools` write them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from mgc.errors import RecordError
from mgc.util.textfiles import read_json

LOAD_FILE = "bench/load.json"
"""In the store of records; `tools.bench.load` writes it."""


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
