"""Tables of facts and of the archive as texts: where they are from, and how far copies agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

import pandas as pd

from mgc.datasets.tracks import label
from mgc.display import formats
from mgc.evaluation.packing import MODELS


def sources_table(tables: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Write `mgc.datasets.facts.described_tables` as texts."""
    return pd.DataFrame(
        [
            {
                "Table": table["title"],
                "Rows": formats.count(_rows(table["path"])),
                "Sources": "; ".join(source["title"] for source in table["sources"]),
                "Terms": ", ".join(licence["name"] for licence in table["licenses"]),
                "File": table["path"],
            }
            for table in tables
        ]
    ).replace({"Terms": {"facts-of-others": "facts", "facts-of-others, MIT": "facts, MIT"}})


def _rows(name: str) -> int:
    with (resources.files("mgc") / "tables" / name).open(encoding="utf-8") as stream:
        return len(pd.read_csv(stream))


def cells_table(cells: pd.DataFrame) -> pd.DataFrame:
    """Write `mgc.evaluation.packing.by_genre` as texts."""
    return pd.DataFrame(
        {
            "Genre": cells["genre"].map(label),
            "Tracks": cells["n"].map(formats.count),
            "Cells equal": [formats.percent(share, 1) for share in cells["equal"]],
            "Within one level": [formats.percent(share, 1) for share in cells["near"]],
            "Mean difference (levels)": cells["apart"].map(formats.number),
        }
    )


def answers_table(models: pd.DataFrame) -> pd.DataFrame:
    """Write `mgc.evaluation.packing.by_model` as texts."""
    shares = {
        "same": "Same answer", "archive": "Right, published picture",
        "audio": "Right, picture from audio",
    }  # fmt: skip
    return pd.DataFrame(
        {"Model": models["model"].map(MODELS), "Tracks": models["n"].map(formats.count)}
        | {title: [formats.percent(x, 1) for x in models[name]] for name, title in shares.items()}
    )
