"""Facts that the book did not measure: the report's claims, known faults, published figures.

They are kept as small tables in the package so that a chapter quotes them by code and no figure
is typed into prose. Each function raises `DataError` where the installed package lacks its table.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import pandas as pd

from mgc.datasets.splits import PROTOCOL_TITLES
from mgc.errors import DataError


def _table(name: str) -> pd.DataFrame:
    source = resources.files("mgc") / "tables" / name
    try:
        with source.open(encoding="utf-8") as handle:
            return pd.read_csv(handle)
    except FileNotFoundError as error:
        raise DataError(f"mgc/tables/{name} is missing: install the package again") from error


def described_tables() -> list[dict[str, Any]]:
    """Describe each table of the package, as its Frictionless Data Package does.

    Each has ``name``, ``path``, ``title``, ``description``, ``sources``, ``licenses`` and
    ``schema``: https://specs.frictionlessdata.io/data-package/.
    """
    text = (resources.files("mgc") / "tables" / "datapackage.json").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = json.loads(text)["resources"]
    return found


def report_claims() -> pd.DataFrame:
    """Give the results of section 5 of the original report, whose code calls them synthetic.

    One row a model, in the report's order: ``model`` (name as in `mgc.models.NAMES`), ``title``,
    ``accuracy`` (share, 0 to 1), ``minutes`` (training time), ``parameters`` (count), ``input``.
    """
    return _table("report_claims.csv")


def report_targets() -> dict[str, float]:
    """Give the targets of the report's section 7 by name.

    They are ``accuracy`` and ``agreement`` (shares, 0 to 1), ``latency`` (seconds for a clip of
    30 s) and ``throughput`` (songs a day).
    """
    values = _table("report_targets.csv").set_index("key")["value"]
    return {str(name): float(value) for name, value in values.items()}


def ceilings() -> dict[str, float]:
    """Give published ceilings by name, as shares.

    ``labels``: what Sturm estimates for a listener who hears as one should, on GTZAN; ``people``:
    what people reach who name one of ten genres, of other music.
    """
    values = _table("ceilings.csv").set_index("key")["share"]
    return {str(name): float(value) for name, value in values.items()}


def gtzan_faults() -> pd.DataFrame:
    """Give the inventory of GTZAN's faults as Sturm counted them (arXiv 1306.1461, 2013).

    Columns are ``kind``, ``count`` (tracks), ``example`` (empty when none is given) and ``source``
    (key in the bibliography).
    """
    return _table("gtzan_faults.csv").fillna({"example": ""})


def tempo_and_key() -> pd.DataFrame:
    """Give tempo, metre, swing and key of the 1,000 tracks, as people heard them.

    Columns are ``track_id``, ``tempo_bpm`` (beats per minute; NaN for reggae.00086), ``key``
    (tonic and mode; NaN for 163 tracks that modulate or are unknown), ``meter``, ``swing``.
    Tempo, metre and swing: Marchand and Peeters (2015); key: Kraft and Lerch (2013).
    """
    return _table("gtzan_tempo_key.csv")


def literature() -> pd.DataFrame:
    """Give published GTZAN accuracies; compare rows of one protocol only.

    Columns are ``system``, ``representation``, ``protocol``, ``accuracy`` (percent), ``spread``
    (percentage points, missing when not published) and ``source`` (where the figure was read).
    """
    return _table("literature.csv")


def protocol_title(protocol: str) -> str:
    """Name a protocol, of ours or of `literature`, for readers."""
    theirs = {
        "random_10fold": "random, ten folds",
        "random_70_30": "random, 70 % train",
        "random_90_10": "random, 90 % train",
    }
    return theirs.get(protocol) or PROTOCOL_TITLES[protocol]
