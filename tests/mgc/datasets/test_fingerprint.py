"""An archive is compared with the published one, from a table that holds almost nothing of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mgc.datasets import fingerprint
from mgc.datasets.archive import Archive, open_archive
from mgc.datasets.fingerprint import SHAPE, agreement, cells
from mgc.datasets.gtzan import table_rows
from tests.helpers.archives import LINEAR, small

IDS = ("blues.00000", "jazz.00001", "rock.00002")


def archive(folder: Path, ids: tuple[str, ...] = IDS, seed: int = 0) -> Archive:
    power = np.random.default_rng(seed).integers(0, 256, (len(ids), *SHAPE), dtype=np.uint8)
    return open_archive(small(folder / "a.npz", ids, log_power=power, freq_hz=LINEAR))


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    """An archive whose own fingerprint counts as that of the published one."""
    made = archive(tmp_path)
    rows = fingerprint.fingerprint(made).to_dict("records")
    monkeypatch.setattr(fingerprint, "table_rows", lambda _: rows)
    return made


def test_an_archive_agrees_with_itself(known: Archive) -> None:
    found = agreement(known)
    assert found is not None
    assert found.tracks["same"].all()
    assert (found.tracks[["equal", "near"]] == 1).all(axis=None)
    assert found.missing == found.extra == ()


def test_shares_are_those_of_all_cells_and_a_changed_cell_is_no_longer_the_same(
    known: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(1)
    step = rng.choice([0, 1, 40], p=[0.5, 0.3, 0.2], size=known.log_power.shape[1:])
    known.log_power[1] = known.log_power[1] // 2 + step  # a picture of its own
    published = known.log_power[1] - step
    rows = fingerprint.fingerprint(known).to_dict("records")
    known.log_power[1] = published
    monkeypatch.setattr(fingerprint, "table_rows", lambda _: rows)
    known.log_power[2, 64, 200] ^= 1  # a cell that is not sampled
    found = agreement(known)
    assert found is not None
    tracks = found.tracks.set_index("track_id")
    assert tracks["same"].tolist() == [True, False, False]
    assert tracks.loc["jazz.00001", "equal"] == pytest.approx(0.5, abs=0.2)
    assert tracks.loc["jazz.00001", "near"] == pytest.approx(0.8, abs=0.2)
    assert tracks.loc["rock.00002", ["equal", "near"]].tolist() == [1, 1]


def test_what_only_one_of_the_two_has_is_named(known: Archive, tmp_path: Path) -> None:
    found = agreement(archive(tmp_path, ("blues.00000", "pop.00003")))
    assert found is not None
    assert found.tracks["track_id"].tolist() == ["blues.00000"]
    assert found.missing == ("jazz.00001", "rock.00002")
    assert found.extra == ("pop.00003",)


def test_pictures_of_another_shape_are_not_compared(tmp_path: Path) -> None:
    assert agreement(open_archive(small(tmp_path / "b.npz"))) is None


def test_sampled_cells_are_spread_over_the_whole_picture() -> None:
    row, column = cells()
    assert len(set(zip(row.tolist(), column.tolist(), strict=True))) == fingerprint.N_CELLS
    for places, n in ((row, SHAPE[0]), (column, SHAPE[1])):
        per_quarter = np.bincount(places * 4 // n, minlength=4)
        assert per_quarter.min() >= fingerprint.N_CELLS // 4 - 2


def test_the_table_is_that_of_the_published_archive(gtzan_archive: Path) -> None:
    opened = open_archive(gtzan_archive)
    assert fingerprint.fingerprint(opened).to_dict("records") == table_rows(fingerprint.TABLE)
    found = agreement(opened)
    assert found is not None
    assert found.tracks["same"].all()
    assert len(found.tracks) == 999
    assert found.missing == found.extra == ()
