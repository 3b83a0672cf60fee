"""The open table and what stands beside it, as texts for pages and as a file to take home."""

from __future__ import annotations

import pandas as pd

from mgc.datasets import facts
from mgc.datasets.splits import PROTOCOL_TITLES
from mgc.display import formats
from mgc.evaluation.open_table import PROTOCOLS

NOTHING = "nothing"
UNTAUGHT = ("hand-crafted", "from scratch")
"""How `mgc.datasets.facts.literature` calls systems that learned from GTZAN alone."""


def open_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Write `mgc.evaluation.open_table.open_table` as texts, a row a system."""
    shown = pd.DataFrame(
        {
            "system": table["system"],
            "outside": table["outside"].replace("", NOTHING),
            "protocol": table["protocol"],
            "accuracy": [
                formats.accuracy(*row) for row in table[["accuracy", "low", "high"]].to_numpy()
            ],
            "f1": table["macro_f1"].map(formats.number),
        }
    )
    wide = shown.pivot_table(["accuracy", "f1"], ["system", "outside"], "protocol", "first")
    order = shown[["system", "outside"]].drop_duplicates()
    wide = wide.reindex(pd.MultiIndex.from_frame(order)).fillna(formats.MISSING)
    columns = {
        "System": order["system"].tolist(),
        "Learned besides GTZAN": order["outside"].tolist(),
    }
    for protocol in PROTOCOLS:
        named = PROTOCOL_TITLES[protocol].capitalize()
        for value, title in (("accuracy", "accuracy"), ("f1", "macro F1")):
            if (value, protocol) in wide:
                columns[f"{named}, {title}"] = wide[value, protocol].tolist()
    return pd.DataFrame(columns)


def tests_rows(tests: pd.DataFrame) -> pd.DataFrame:
    """Write the tests of `mgc.evaluation.scoring.score` as texts."""
    return pd.DataFrame(
        {
            "Published": tests["second"],
            "Difference": tests["difference"].map(formats.points),
            "Only yours right": tests["b"].map(formats.count),
            "Only theirs right": tests["c"].map(formats.count),
            "After Holm": tests["p_holm"].map(formats.p_value),
            "Significant": tests["significant"].map({True: "yes", False: "no"}),
        }
    )


def tagged_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Write `mgc.evaluation.outside.among_tagged` as texts, best first."""
    best = table.sort_values("accuracy", ascending=False)
    return pd.DataFrame(
        {
            "System": best["system"],
            "Learned besides GTZAN": best["outside"].replace("", NOTHING),
            "Accuracy": [formats.percent(share, 1) for share in best["accuracy"]],
            "95 % interval": list(map(formats.interval, best["low"], best["high"])),
        }
    )


def taught_figures(protocol: str = "fault_filtered") -> pd.DataFrame:
    """Give the published figures of systems that learned elsewhere, and the best that did not.

    Columns are those of `mgc.datasets.facts.literature` and ``taught`` (bool).
    """
    table = facts.literature()
    table = table[table["protocol"] == protocol]
    return table.assign(taught=~table["representation"].isin(UNTAUGHT))
