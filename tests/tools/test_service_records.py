"""The records about comparing and monitoring are what their commands write."""

from __future__ import annotations

import pandas as pd
import pytest

from mgc.models import TITLES
from mgc.records.store import default_root
from mgc.records.study import open_study
from mgc.service import records
from tools import monitoring, sequential


def test_a_row_of_the_sequential_test_comes_out_again() -> None:
    root = default_root()
    study = open_study(sequential.EDITION, records=root, protocol=sequential.PROTOCOL,
                       variant=sequential.VARIANT)  # fmt: skip
    found = study.results(models=("cnn", "vgg16"))
    row = sequential.simulate(found["cnn"], found["vgg16"])  # type: ignore[arg-type]
    table = records.load_sequential(root).set_index(["first", "second"])
    written = table.loc[(TITLES["cnn"], TITLES["vgg16"])]
    for name, value in row.items():
        assert written[name] == pytest.approx(value, rel=1e-4, nan_ok=True), name


def test_the_sequential_test_errs_as_rarely_as_it_promises_on_every_pair() -> None:
    table = records.load_sequential(default_root())
    assert len(table) == 10
    assert (table["false_sequential"] <= 0.05).all()


def test_rows_of_the_monitor_come_out_again() -> None:
    root = default_root()
    table = records.load_monitoring(root).set_index(["sets_in", "window"])
    name = "noise and tones"
    usual, other = monitoring.changes(root)[name]
    found = monitoring.delays(usual, other, 25)
    pd.testing.assert_series_equal(
        table.loc[(name, 25), list(found)], pd.Series(found), check_names=False, rtol=1e-4,
        check_dtype=False,
    )  # fmt: skip
    assert set(table.index.get_level_values("window")) == set(monitoring.WINDOWS)
    assert set(table.index.get_level_values("sets_in")) == {
        *monitoring.unchanged(root), *monitoring.changes(root)
    }  # fmt: skip


def test_no_request_failed_under_the_load_on_record() -> None:
    load = records.load_record(default_root())
    assert load.levels["clients"].tolist() == [1, 4, 16, 64]
    assert not load.levels["failed"].any()
    assert (load.levels["answered"] > 0).all()
