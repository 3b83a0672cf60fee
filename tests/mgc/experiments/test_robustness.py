"""Accuracies under degraded sound, and their differences, are those of the rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mgc.errors import RecordError
from mgc.evaluation.clusters import artist_groups
from mgc.experiments import robustness
from mgc.experiments.robustness import ANEW, COPIES, NOISE, PLAIN, Condition
from tests.helpers.outside import ROOT

TABLE = robustness.load(ROOT / "book" / "records")
FACTS = robustness.load_facts(ROOT / "book" / "records")


def test_the_record_asks_every_way_about_every_track_under_every_condition():
    conditions = [(kind, s) for kind, known in robustness.STRENGTHS.items() for s in known]
    keys = ["kind", "strength", "model", "track_id"]
    assert not TABLE.duplicated(keys).any()
    assert len(TABLE) == len(conditions) * len(robustness.WAYS) * FACTS["tracks"]
    assert set(zip(TABLE["kind"], TABLE["strength"], strict=True)) == set(conditions)
    assert TABLE["p"].between(0, 1).all()
    assert (TABLE["track_id"].str.split(".").str[0] == TABLE["genre"]).all()
    sure = TABLE[TABLE["p"] > 0.5]
    assert (sure["named"] == sure["genre"]).all(), "more than half of a probability is the most"
    assert len(robustness.degradations()) == len(conditions) - len(robustness.NEUTRAL)


@pytest.mark.parametrize(("kind", "strength"), [("none", 0.0), (NOISE, 10.0), ("MP3", 32.0)])
def test_estimates_are_those_of_numpy(kind, strength):
    def right(way: str) -> np.ndarray:
        here = (TABLE["kind"] == kind) & (TABLE["strength"] == strength)
        rows = TABLE[here & (TABLE["model"] == way)]
        return (rows["named"] == rows["genre"]).to_numpy()

    for way in robustness.WAYS:
        mean, low, high = robustness.estimate(TABLE, Condition(kind, strength, way))
        assert mean == pytest.approx(right(way).mean())
        assert 0 <= low <= mean <= high <= 1
    copies = robustness.estimate(
        TABLE, Condition(kind, strength, COPIES), Condition(kind, strength, PLAIN)
    )
    assert copies.mean == pytest.approx(right(COPIES).mean() - right(PLAIN).mean())
    same = robustness.estimate(
        TABLE, Condition(kind, strength, ANEW), Condition(kind, strength, ANEW)
    )
    assert same == (0, 0, 0)


def test_artists_and_not_tracks_are_resampled():
    groups = artist_groups("gtzan-archive")
    rows = TABLE.query("kind == 'none' and model == @PLAIN")
    by_artist = rows["track_id"].map(groups)
    singles = rows.assign(group=by_artist).groupby("genre")["group"].nunique()
    assert sorted(singles[singles == 1].index) == ["blues", "classical", "reggae", "rock"]
    _, low, high = robustness.estimate(TABLE, Condition())
    share = (rows["named"] == rows["genre"]).mean()
    binomial = 2 * 1.96 * np.sqrt(share * (1 - share) / len(rows))
    assert high - low > 0.8 * binomial


def test_pairs_are_matched_by_track_and_not_by_row():
    shuffled = TABLE.sample(frac=1, random_state=0)
    pair = Condition(NOISE, 20.0), Condition()
    assert robustness.estimate(shuffled, *pair) == robustness.estimate(TABLE, *pair)


def test_what_is_not_on_record_is_refused(tmp_path):
    with pytest.raises(RecordError, match=r"tools\.robustness"):
        robustness.estimate(TABLE, Condition(NOISE, 13.0))
    (tmp_path / "robustness").mkdir()
    damaged = TABLE.head(3).assign(named="polka")
    damaged.to_csv(tmp_path / robustness.FILE, index=False)
    with pytest.raises(RecordError, match="no such table"):
        robustness.load(tmp_path)
    pd.DataFrame({"kind": ["none"]}).to_csv(tmp_path / robustness.FILE, index=False)
    with pytest.raises(RecordError, match="no such table"):
        robustness.load(tmp_path)
