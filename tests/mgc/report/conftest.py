"""A study of all of GTZAN without fits or audio; tests add fits to its store."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mgc.records.store import Store
from mgc.records.study import Study
from tests.helpers.gtzan import gtzan_edition


@pytest.fixture
def study(tmp_path: Path) -> Study:
    edition = gtzan_edition()
    store = Store(tmp_path / "records")
    store.save_edition(edition)
    # Else the demo is measured, since the audit looks for an edition with audio.
    store.save_edition(replace(edition, name="gtzan-mini"))
    return Study(store, None, edition, "random", "tuned", (0,), tmp_path)
