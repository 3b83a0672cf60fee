"""Records prove themselves, and a changed figure, prediction or split is noticed."""

import shutil

import pytest

from mgc.errors import RecordError
from mgc.report.integrity import check_published, check_records, published_results
from mgc.util.textfiles import csv_bytes
from tests.helpers.gtzan import save_fit


def test_records_that_hold_pass(study):
    """Every protocol, and the figures that were published from it."""
    for protocol in ("random", "leaky_segments", "cv5", "fault_filtered"):
        save_fit(study.store, study.edition_record, "mlp", 0.5, protocol=protocol)
    assert len(list(check_records(study.store))) == 4
    file = study.store.root.parent / "results.csv"
    file.write_bytes(csv_bytes(published_results(study.store), "%.6f"))
    assert check_published(study.store, file) == 4 * 5


def test_a_changed_figure_is_named(study):
    """The first figure that differs ends the audit."""
    save_fit(study.store, study.edition_record, "mlp", 0.5)
    file = study.store.root.parent / "results.csv"
    table = published_results(study.store)
    table.loc[0, "macro_f1"] += 0.001
    file.write_bytes(csv_bytes(table))
    with pytest.raises(RecordError, match="macro_f1 of gtzan-archive, random, tuned, mlp"):
        check_published(study.store, file)
    shutil.rmtree(next(study.store.fits.iterdir()))
    with pytest.raises(RecordError, match="mgc audit --renew"):
        check_published(study.store, file)


def test_a_changed_prediction_is_named(study):
    """A record whose file was edited is not a record any more."""
    record = save_fit(study.store, study.edition_record, "mlp", 0.5)
    file = record.path / "predictions.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("0.910000", "0.900000", 1), encoding="utf-8")
    with pytest.raises(RecordError, match=record.fit_id):
        list(check_records(study.store))


def test_predictions_of_other_tracks_are_noticed(study):
    """A sound record whose test part is not the split's: a track of training was tested."""
    record = save_fit(study.store, study.edition_record, "mlp", 0.5)
    rows = record.predictions.copy()
    known = set(rows["track_id"])
    seen = next(t for t in study.edition_record.tracks["track_id"] if t not in known)
    row = rows.index[(rows["part"] == "test") & (rows["genre"] == seen.split(".")[0])][0]
    rows.loc[row, "track_id"] = seen
    study.store.save(record.config, record.environment, record.architecture, record.history, rows)
    with pytest.raises(RecordError, match="not that of the split"):
        list(check_records(study.store))
