"""What is on record of degraded sound comes from the models and pictures that it names."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mgc.datasets.archive import open_archive
from mgc.datasets.splits import ARTIST_CV
from mgc.datasets.tracks import GENRES
from mgc.errors import RecordError
from mgc.evaluation import packing
from mgc.evaluation.metrics import test_rows
from mgc.experiments import robustness
from mgc.experiments.robustness import COPIES, MP3, NEUTRAL, NONE, PITCH, PLAIN, TIME, Condition
from mgc.experiments.step import Material
from mgc.features.from_archive import decibels
from mgc.features.statistics import picture_statistics
from mgc.records.study import open_study
from mgc.training.inputs import scale
from tests.helpers.outside import ROOT
from tools import robustness as tool

TABLE = robustness.load(ROOT / "book" / "records")
FACTS = robustness.load_facts(ROOT / "book" / "records")


def rows(kind: str, strength: float) -> pd.DataFrame:
    """Rows of the model without copies under one condition."""
    plain = TABLE[TABLE["model"] == PLAIN]
    return plain[(plain["kind"] == kind) & (plain["strength"] == strength)]


def test_the_models_are_those_of_the_published_rows_and_were_met_again():
    """Otherwise run `python -m tools.robustness`."""
    ledger = pd.read_csv(ROOT / "book" / "next_steps.csv")
    row = ledger[ledger["step"] == "Stretched, shifted, noisy and masked copies"].iloc[0]
    first, *_ = row["fits"].split()  # of the seeds, the one whose copies were drawn first
    assert FACTS["fits"] == {PLAIN: row["control_fits"], COPIES: first}
    assert max(FACTS["largest_difference_from_record"].values()) <= tool.CLOSE


def test_undegraded_sound_is_answered_as_the_published_picture_is():
    pictures = packing.load(ROOT / "book" / "records").tracks.set_index("track_id")
    names = TABLE["track_id"].unique()
    assert FACTS["equal_cells"] == pytest.approx(pictures.loc[names, "equal"].mean(), abs=1e-5)
    packed = packing.by_model(pictures).set_index("model")["same"]
    same = FACTS["same_answer_as_published_picture"]
    assert min(same.values()) >= packed.min() - 0.02


def test_the_method_alone_changes_few_answers():
    def named(kind: str) -> np.ndarray:
        return rows(kind, NEUTRAL[kind]).sort_values("track_id")["named"].to_numpy()

    assert np.array_equal(named(TIME), named(PITCH)), "to shift by nothing is to stretch by one"
    assert (named(TIME) == named(NONE)).mean() > 0.85
    for kind in (TIME, PITCH):
        change = robustness.estimate(TABLE, Condition(kind, NEUTRAL[kind]), Condition())
        assert change.low <= 0 <= change.high


def test_files_have_the_bit_rates_that_are_named():
    assert set(FACTS["mp3_kbit_s"]) == {f"{s:g}" for s in robustness.STRENGTHS[MP3]}
    for asked, ends in FACTS["mp3_kbit_s"].items():
        assert ends == pytest.approx([float(asked)] * 2, rel=0.01)


def test_a_model_that_is_not_its_record_is_refused():
    study = open_study("gtzan-archive", protocol=ARTIST_CV, variant="tuned")
    record = tool.recorded(study, tool.FITTED[PLAIN])
    known = test_rows(record).head(20)
    p = known[[f"p_{genre}" for genre in GENRES]].to_numpy()
    names = known["track_id"].to_numpy(str)
    assert tool.check(record, names, p) == 0
    with pytest.raises(RecordError, match=record.fit_id):
        tool.check(record, names, p[::-1])


def test_a_change_of_level_is_measured_in_levels():
    rng = np.random.default_rng(0)
    drawn = rng.integers(0, 200, (3, 128, 60)).astype(np.uint8)
    heard = [drawn + np.uint8(10 * (number == 3)) for number in range(len(tool.CONDITIONS))]
    statistics = np.stack([picture_statistics(decibels(clip)) for clip in heard], axis=1)
    moved = [row["levels"] for row in tool.level_changes(statistics)]
    assert moved == pytest.approx([10.0 * (number == 3) for number in range(len(moved))], abs=0.01)


def test_a_row_is_recomputed_from_one_clip_and_the_archive(gtzan_mini, gtzan_archive):
    """Its fold is fitted again, without copies, and did not train on the track or its artist."""
    track = "jazz.00001"
    conditions = [(NONE, 0.0), (robustness.NOISE, 20.0)]
    heard = tool.hear(gtzan_mini / "genres" / "jazz" / f"{track}.wav", conditions)
    study = open_study("gtzan-archive", protocol=ARTIST_CV, variant="tuned")
    material = Material(study, study.split())
    archive = open_archive(gtzan_archive)
    equal = tool.equal_cells(archive, np.array([track]), heard.picture[None])
    tool.check_pictures(ROOT / "book" / "records", np.array([track]), equal)
    with pytest.raises(RecordError, match=track):
        tool.check_pictures(ROOT / "book" / "records", np.array([track]), equal - 0.1)
    place = {name: row for row, name in enumerate(archive.track_id.tolist())}
    shown = archive.log_power[[place[name] for name in material.track_id.tolist()]]
    material.__dict__["pictures"] = picture_statistics(decibels(shown))
    fold = next(f for f in material.split.folds if track in material.track_id[f.test])
    artist = material.groups[material.track_id == track][0]
    assert artist not in material.groups[np.r_[fold.train, fold.valid]]
    fitted = tool.refit(material, fold, PLAIN)
    p = fitted.ask(heard.statistics)
    for condition, answer in zip(conditions, p, strict=True):
        (row,) = rows(*condition).query(f"track_id == '{track}'").itertuples()
        assert row.p == pytest.approx(answer[GENRES.index("jazz")], abs=tool.CLOSE)
        assert answer[GENRES.index(row.named)] > answer.max() - 2 * tool.CLOSE
    columns = scale(material.pictures, fold.train, "per column")
    assert np.allclose(
        fitted.model.predict_proba(columns[fold.test]), fitted.ask(material.pictures[fold.test])
    )
