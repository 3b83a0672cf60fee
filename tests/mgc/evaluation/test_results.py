"""The tables of results: which records stand in them, and in which order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mgc.display import result_tables
from mgc.evaluation import results
from mgc.models import NAMES, TITLES
from mgc.records.editions import EditionRecord
from mgc.records.store import Store
from mgc.records.study import Study
from tests.helpers.records import predictions, save


def edition(name: str, duration: float) -> EditionRecord:
    tracks = pd.DataFrame(
        {
            "track_id": ["blues.00000"], "genre": ["blues"], "artist": "",
            "duration_s": duration, "silence_share": np.nan, "clipped_share": np.nan,
            "peak": np.nan, "dc_offset": np.nan, "identical_to": "", "spectral_z": np.nan,
            "spectral_descriptor": "", "error": "",
        }
    )  # fmt: skip
    tabular = pd.DataFrame({"track_id": ["blues.00000"], "v": 0.0})
    return EditionRecord(name, "ab" * 32, 1, "1", (), {}, tracks, tabular)


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """An archive without audio, beside the mini set with audio; no fits yet."""
    store = Store(tmp_path)
    for one in (edition("gtzan-archive", np.nan), edition("gtzan-mini", 30.0)):
        store.save_edition(one)
    record = edition("gtzan-archive", np.nan)
    return Study(store, None, record, "fault_filtered", "tuned", (0,), tmp_path)


def put(study: Study, model: str, edition_name: str, protocol: str, variant: str) -> None:
    """Save a made-up fit of one model."""
    config = study.config(model, variant, protocol) | {"edition": edition_name}
    save(study.store, predictions(), **config)


def test_the_second_edition_is_shown_in_its_fullest_variant(study: Study) -> None:
    """One tuned network and two quick ones: quick; as many of both: the study's own."""
    assert results.second_edition(study) is None
    put(study, "mlp", "gtzan-mini", "cv5", "tuned")
    put(study, "mlp", "gtzan-mini", "cv5", "quick")
    same = results.second_edition(study)
    assert same is not None
    assert (same.variant, same.protocol) == ("tuned", "cv5")
    put(study, "cnn", "gtzan-mini", "cv5", "quick")
    fuller = results.second_edition(study)
    assert fuller is not None
    assert fuller.variant == "quick"


def test_tables_keep_the_order_of_models_and_protocols(study: Study) -> None:
    """Whichever model has the first protocol, the table begins with the MLP."""
    put(study, "vgg16", "gtzan-archive", "random", "tuned")
    for name in reversed(NAMES):
        put(study, name, "gtzan-archive", "fault_filtered", "tuned")
    table = results.by_protocol(study)
    assert table["model"].drop_duplicates().tolist() == list(NAMES)
    assert table.loc[table["model"] == "vgg16", "protocol"].tolist() == [
        "random",
        "fault_filtered",
    ]
    shown = result_tables.protocol_table(table)
    assert shown.columns.name is None, "it would become a heading of its own"
    assert shown["Model"].tolist() == [TITLES[name] for name in NAMES]
    assert shown.loc[0, "random"] == "–"
    both = result_tables.editions_table(table, table[table["model"] == "cnn"])
    assert both["Model"].tolist() == [TITLES[name] for name in NAMES]
    assert both.loc[0, "mini, fault-filtered"] == "–"
    assert both.loc[1, "mini, fault-filtered"] != "–"
